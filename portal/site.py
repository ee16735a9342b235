"""What one running portal consists of, built once at the start and handed to whoever needs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from jinja2 import Environment

from portal.brand import Brand
from portal.brand.stationery import Stationery
from portal.db import Database
from portal.doors.limits import Limits
from portal.files.keyring import Keyring
from portal.files.vault import Vault
from portal.language import Language
from portal.settings import Settings

if TYPE_CHECKING:
    from portal.web.assets import Shelf

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, in whole seconds: the rules count in seconds, and what is stored compares equal to what is read."""
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Site:
    """The parts that outlive a request. None of them changes after the start."""

    settings: Settings
    database: Database
    keyring: Keyring
    brand: Brand
    languages: dict[str, Language]
    limits: Limits
    templates: dict[str, Environment]  # per language
    shelf: Shelf
    stationery: Stationery
    clock: Clock = system_clock

    @property
    def vault(self) -> Vault:
        return self.keyring.vault
