"""Limits at the doors: failures count per account, address and network, and the owner is never locked out."""

from __future__ import annotations

import ipaddress
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.orm import Session

from portal.access import Stop
from portal.db import Database
from portal.files.vault import Vault
from portal.models import Attempt


class TooMany(Stop):
    """Too many failures; `retry_after` says after how many seconds another try is worth it."""

    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__("too_many_attempts", minutes=-(-retry_after // 60))
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Limit:
    """At most this many failures of one subject in the period."""

    name: str
    most: int
    period: timedelta


QUARTER = timedelta(minutes=15)
# An account is limited per network it is tried from: whoever guesses from elsewhere cannot lock its owner out.
ACCOUNT = Limit("account", 10, QUARTER)
PASSWORD_ADDRESS = Limit("password-address", 30, QUARTER)
PASSWORD_NETWORK = Limit("password-network", 100, QUARTER)
TICKET_ADDRESS = Limit("ticket-address", 15, QUARTER)
TICKET_NETWORK = Limit("ticket-network", 60, QUARTER)
# Asking for the tickets of an address counts whether or not the address is known: the limits tell nobody either.
LOST_ACCOUNT = Limit("lost-account", 5, QUARTER)
LOST_ADDRESS = Limit("lost-address", 10, QUARTER)
LOST_NETWORK = Limit("lost-network", 40, QUARTER)
KEY_ADDRESS = Limit("key-address", 60, QUARTER)
# Guesses at tickets from everywhere together: beyond this somebody is told, nobody is stopped.
ALARM = Limit("ticket-alarm", 300, timedelta(hours=1))

# Whoever pastes a list of tickets from elsewhere makes one mistake; who pastes hundreds of guesses makes many.
ONE_PASTE = 10

Subject = tuple[Limit, str]

_newest = (
    select(Attempt.at)
    .where(Attempt.key == bindparam("key"), Attempt.at > bindparam("since"))
    .order_by(Attempt.at.desc())
    .limit(bindparam("most"))
    .subquery()
)
_FAILURES = select(func.count(), func.min(_newest.c.at))


def network(address: str) -> str:
    """The network an address belongs to: /24 for IPv4, /48 for IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{address}/{24 if parsed.version == 4 else 48}", strict=False))


def failures_in(wrong: int) -> int:
    """As how many failures so many wrong tickets in one paste count."""
    return -(-wrong // ONE_PASTE)


class Trial:
    """One try at a door that is under way."""

    def __init__(self, keys: list[bytes]) -> None:
        self.keys = keys
        self.failures = 0

    def failed(self, times: int = 1) -> None:
        self.failures = times


class Limits:
    """The counters of this process beside those of the database: tries that run at the same moment count too."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._running: Counter[bytes] = Counter()
        self._guard = threading.Lock()

    @contextmanager
    def trial(self, database: Database, now: datetime, subjects: Iterable[Subject]) -> Iterator[Trial]:
        """Try something that may fail; raises TooMany before it is tried. A failure is written on its own."""
        subjects = list(subjects)
        keys = [self.key(limit, subject) for limit, subject in subjects]
        failures = self._failures(database, now, list(zip(subjects, keys, strict=True)))
        with self._guard:
            for (limit, _), key in zip(subjects, keys, strict=True):
                count, oldest = failures[key]
                if count + self._running[key] >= limit.most:
                    wait = (oldest + limit.period - now).total_seconds() if oldest else 1.0
                    raise TooMany(max(1, int(wait)))
            self._running.update(keys)
        trial = Trial(keys)
        try:
            yield trial
            if trial.failures:
                with database.writing() as db:
                    db.add_all(Attempt(key=key, at=now) for key in keys * trial.failures)
        finally:
            with self._guard:
                self._running.subtract(keys)
                for key in keys:
                    if self._running[key] <= 0:
                        del self._running[key]

    def check(self, database: Database, now: datetime, subjects: Iterable[Subject]) -> None:
        """Raise TooMany where the limit is reached, without trying anything."""
        with self.trial(database, now, subjects):
            pass

    def fail(self, database: Database, now: datetime, subjects: Iterable[Subject], times: int = 1) -> None:
        """Count failures that were found out after the check."""
        keys = [self.key(limit, subject) for limit, subject in subjects]
        with database.writing() as db:
            db.add_all(Attempt(key=key, at=now) for key in keys * times)

    def count(self, database: Database, now: datetime, limit: Limit, subject: str) -> int:
        """Failures of this subject in the limit's period."""
        key = self.key(limit, subject)
        return self._failures(database, now, [((limit, subject), key)])[key][0]

    def note(self, database: Database, now: datetime, limit: Limit, subject: str) -> None:
        """Count a failure that stops nobody."""
        with database.writing() as db:
            db.add(Attempt(key=self.key(limit, subject), at=now))

    def key(self, limit: Limit, subject: str) -> bytes:
        return self._vault.lookup(f"limit-{limit.name}", subject.casefold())

    def _failures(
        self, database: Database, now: datetime, wanted: list[tuple[Subject, bytes]]
    ) -> dict[bytes, tuple[int, datetime | None]]:
        found: dict[bytes, tuple[int, datetime | None]] = {}
        with database.reading() as db:
            for (limit, _), key in wanted:
                values = {"key": key, "since": now - limit.period, "most": limit.most}
                count, oldest = db.connection().execute(_FAILURES, values).one()
                found[key] = (count, oldest)
        return found


def forget_old(db: Session, now: datetime) -> int:
    """Delete attempts that no limit counts any more: addresses do not outlive their purpose."""
    return db.execute(delete(Attempt).where(Attempt.at < now - timedelta(hours=2))).rowcount
