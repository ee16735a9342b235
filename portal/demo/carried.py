"""PCs without a network, whose files are carried: what their programs write, and where the portal answers it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.actions.devices import Machine
from portal.actions.doing import Moment
from portal.brand.stationery import Stationery
from portal.db import new_id
from portal.files import papers
from portal.files import tickets as codes
from portal.files.documents import ActivationRequest
from portal.files.keyring import Keyring
from portal.files.vault import Vault


@dataclass(frozen=True, slots=True)
class Counter:
    """Where a carried file is taken in: as much of a visit as the making of a license file asks for."""

    moment: Moment
    keyring: Keyring
    url: str

    @property
    def db(self) -> Session:
        return self.moment.db

    @property
    def actor(self) -> Actor:
        return self.moment.actor

    @property
    def now(self) -> datetime:
        return self.moment.now

    @property
    def vault(self) -> Vault:
        return self.moment.vault

    @property
    def stationery(self) -> Stationery | None:
        return self.moment.stationery

    @property
    def site(self) -> Counter:
        return self

    @property
    def settings(self) -> Counter:
        return self


def request(machine: Machine, product: str, code: str, now: datetime) -> papers.Paper:
    """What a program without a key of its own writes, which gives no receipts either: its file itself comes back."""
    asked = ActivationRequest(
        request_id=new_id(now),
        product=product,
        license=papers.hint_of(codes.normalize(code)),
        fingerprint=machine.fingerprint,
        components=dict(machine.parts),
        device_name=machine.name,
        platform=machine.platform,
        device_public_key=None,
        imported=None,
        created=now,
    )
    return papers.read(papers.write(asked, None))
