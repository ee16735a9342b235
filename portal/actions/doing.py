"""What every verb needs to know of its moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.brand.stationery import Stationery
from portal.files.vault import Vault


class Doing(Protocol):
    """A visit, a call of a program, or a script: who does it, when, and where it is written."""

    @property
    def db(self) -> Session: ...
    @property
    def actor(self) -> Actor: ...
    @property
    def now(self) -> datetime: ...
    @property
    def vault(self) -> Vault: ...
    @property
    def stationery(self) -> Stationery | None: ...


@dataclass(frozen=True, slots=True)
class Moment:
    """The plain form of it, for whatever is no visit. Without stationery nobody is written to."""

    db: Session
    actor: Actor
    now: datetime
    vault: Vault
    stationery: Stationery | None = None
