"""What one running portal consists of, built once at the start and handed to whoever needs it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from jinja2 import Environment

from portal.brand import Brand
from portal.brand.stationery import Stationery
from portal.db import Database
from portal.doors.companies import Companies
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


class Bell:
    """Wakes the worker of this process as soon as there is something to do; another process finds it by looking."""

    def __init__(self) -> None:
        self._rung = threading.Event()

    def ring(self) -> None:
        self._rung.set()

    def wait(self, seconds: float) -> None:
        """Return when it rings, or after that time."""
        if self._rung.wait(seconds):
            self._rung.clear()


@dataclass(frozen=True, slots=True)
class Site:
    """The parts that outlive a request. None of them changes after the start.

    Each further brand is a site of its own by its host, with the same database, keys, limits, clock and bell.
    """

    settings: Settings
    database: Database
    keyring: Keyring
    brand: Brand
    languages: dict[str, Language]
    limits: Limits
    templates: dict[str, Environment]  # per language
    shelf: Shelf
    stationery: Stationery
    companies: Companies
    clock: Clock = system_clock
    bell: Bell = field(default_factory=Bell)
    others: Mapping[str, Site] = field(default_factory=dict)

    def at(self, host: str) -> Site:
        """The site that answers under a host; under one that nobody named, this one."""
        return self.others.get(host.lower(), self) if self.others else self

    @property
    def vault(self) -> Vault:
        return self.keyring.vault
