"""Limits at the doors: failures count per account, address and network, and the owner is never locked out."""

from __future__ import annotations

import ipaddress
import math
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Integer, bindparam, delete, func, literal, select, union_all
from sqlalchemy.orm import Session

from portal.access import Stop
from portal.db import Database, Instant
from portal.files.vault import Vault
from portal.models import Attempt
from portal.rows import Ready


class TooMany(Stop):
    """Too many failures; `retry_after` says after how many seconds another try is worth it."""

    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__("too_many_attempts", wait=retry_after)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Limit:
    """At most this many failures of one subject in the period; after the `free` ones each makes the next try wait."""

    name: str
    most: int
    period: timedelta
    free: int | None = None

    def wait(self, failures: int) -> timedelta:
        """How long the next try waits after so many failures: it grows from a second to the whole period."""
        if failures >= self.most:
            return self.period
        if self.free is None or failures < self.free:
            return timedelta(0)
        steps = (failures - self.free) / (self.most - self.free)
        return timedelta(seconds=round(self.period.total_seconds() ** steps))

    def opens_at(self, failed: Failed) -> datetime | None:
        """When the door opens that these failures shut; None where there were none."""
        since = failed.oldest if self.free is None else failed.newest
        return since and since + self.wait(failed.count)


class Failed(NamedTuple):
    """The failures of one subject that its limit counts."""

    count: int
    oldest: datetime | None
    newest: datetime | None


QUARTER = timedelta(minutes=15)
# An account is limited per network it is tried from: whoever guesses from elsewhere cannot lock its owner out.
ACCOUNT = Limit("account", 10, QUARTER)
PASSWORD_ADDRESS = Limit("password-address", 30, QUARTER)
PASSWORD_NETWORK = Limit("password-network", 100, QUARTER)
# Whoever types from a sheet of paper errs a few times, and waits seconds then; whoever goes on guessing waits minutes.
TICKET_ADDRESS = Limit("ticket-address", 15, QUARTER, free=4)
TICKET_NETWORK = Limit("ticket-network", 60, QUARTER, free=30)
# Whoever follows a link types an address: so that nobody is flooded with mails, and nobody tries out many of them.
INVITED_ACCOUNT = Limit("invited-account", 5, QUARTER)
INVITED_ADDRESS = Limit("invited-address", 20, QUARTER)
INVITED_NETWORK = Limit("invited-network", 60, QUARTER)
# Who looks for companies by their domains, and what pretends to be a provider.
COMPANY_ADDRESS = Limit("company-address", 30, QUARTER)
COMPANY_NETWORK = Limit("company-network", 100, QUARTER)
FAREWELL_ADDRESS = Limit("farewell-address", 100, QUARTER)
DOMAIN_CODE = Limit("domain-code", 10, QUARTER)
DOMAIN_MAIL = Limit("domain-mail", 20, timedelta(hours=1))
# Behind an account without an address stands no mailbox that could be asked: each one that is made counts.
PSEUDONYM_ADDRESS = Limit("pseudonym-address", 5, QUARTER)
PSEUDONYM_NETWORK = Limit("pseudonym-network", 20, QUARTER)
# Codes are short, and guessed only by whoever knows the password: few tries, from everywhere together.
CODE = Limit("code", 8, QUARTER)
CODE_EVERYWHERE = Limit("code-everywhere", 60, timedelta(hours=1))
PASSKEY_ADDRESS = Limit("passkey-address", 30, QUARTER)
PASSKEY_NETWORK = Limit("passkey-network", 100, QUARTER)
KEY_ADDRESS = Limit("key-address", 60, QUARTER)
# Guesses at tickets from everywhere together: beyond this somebody is told, nobody is stopped.
ALARM = Limit("ticket-alarm", 300, timedelta(hours=1))

# Written when the alarm was given: it is given once in its period, whichever process counts the last guess.
ALARMED = Limit("ticket-alarmed", 1, ALARM.period)
# So many shut doors are remembered at most; beyond it the database is asked again.
MOST_SHUT = 50_000

# Whoever pastes a list of tickets from elsewhere makes one mistake; who pastes hundreds of guesses makes many.
ONE_PASTE = 10

Subject = tuple[Limit, str]
Look = Callable[[Connection], Any]


def at_password(email: str, address: str, *, is_known: bool = False) -> list[Subject]:
    """Whom a wrong password counts against. A browser that the owner came in with before counts for itself alone, so
    that whoever guesses from the same office cannot keep the owner out.
    """
    if is_known:
        return [(ACCOUNT, f"{email}\x00known")]
    here = network(address)
    return [(ACCOUNT, f"{email}\x00{here}"), (PASSWORD_ADDRESS, address), (PASSWORD_NETWORK, here)]


def at_code(user_id: int, address: str, *, is_known: bool = False) -> list[Subject]:
    """Whom a wrong code counts against. The owner's own browser counts for itself, as with passwords."""
    if is_known:
        return [(CODE, f"{user_id}\x00known")]
    return [(CODE, f"{user_id}\x00{network(address)}"), (CODE_EVERYWHERE, str(user_id))]


def at_passkey(address: str) -> list[Subject]:
    """Whom an answer that proves nothing counts against: it names no account that could be limited."""
    return [(PASSKEY_ADDRESS, address), (PASSKEY_NETWORK, network(address))]


def at_ticket(address: str, *, known: str = "") -> list[Subject]:
    """Whom a wrong ticket counts against: whoever guesses, and never the ticket, whose holder comes from elsewhere, or
    from a browser that came in with it before: then it is the `known` one, and counts for itself alone.
    """
    if known:
        return [(TICKET_ADDRESS, f"{known}\x00known")]
    return [(TICKET_ADDRESS, address), (TICKET_NETWORK, network(address))]


def at_pseudonym(address: str) -> list[Subject]:
    """Whom a new account without an address counts against."""
    return [(PSEUDONYM_ADDRESS, address), (PSEUDONYM_NETWORK, network(address))]


def asking(what: str, email: str, address: str) -> list[Subject]:
    """Who asks for a mail counts whether or not the address is known: the limits tell nobody either."""
    here = network(address)
    return [
        (Limit(f"{what}-account", 5, QUARTER), f"{email}\x00{here}"),
        (Limit(f"{what}-address", 10, QUARTER), address),
        (Limit(f"{what}-network", 40, QUARTER), here),
    ]


@cache
def _failures_of(number: int) -> Ready:
    """The failures of so many keys in their periods, the oldest and the newest: a row each, in one statement."""
    rows = []
    for at in range(number):
        newest = (
            select(Attempt.at)
            .where(Attempt.key == bindparam(f"key{at}"), Attempt.at > bindparam(f"since{at}", type_=Instant))
            .order_by(Attempt.at.desc())
            .limit(bindparam(f"most{at}"))
            .subquery()
        )
        counted = func.count(), func.min(newest.c.at), func.max(newest.c.at)
        rows.append(select(literal(at, Integer).label("at"), *counted))
    return Ready(union_all(*rows) if number > 1 else rows[0])


@lru_cache(maxsize=1024)
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

    def __init__(self, counted: list[tuple[Limit, int]], found: Any = None) -> None:
        self.found, self.failures, self._counted = found, 0, counted

    @property
    def wait(self) -> int:
        """How many seconds the next try has to wait once the failures of this one are counted."""
        waits = (limit.wait(count + self.failures) for limit, count in self._counted)
        return int(max(waits).total_seconds()) if self.failures else 0

    def failed(self, times: int = 1) -> None:
        self.failures = times


class Limits:
    """The counters of this process beside those of the database: tries that run at the same moment count too.

    A limit that is reached stays so until its oldest failure is forgotten: whoever goes on trying costs no statement.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._running: Counter[bytes] = Counter()
        self._shut: dict[bytes, datetime] = {}
        self._guard = threading.Lock()

    @contextmanager
    def trial(
        self, database: Database, now: datetime, subjects: Iterable[Subject], look: Look | None = None
    ) -> Iterator[Trial]:
        """Try something that may fail; raises TooMany before it is tried. A failure is written on its own.

        `look` reads what the try needs, beside the failures; it is `found` in the trial.
        """
        subjects = list(subjects)
        keys = [self.key(limit, subject) for limit, subject in subjects]
        self._check_shut(now, keys)
        with database.looking() as db:
            failures = _failures(db, now, list(zip(subjects, keys, strict=True)))
            found = look(db) if look else None
        with self._guard:
            for (limit, _), key in zip(subjects, keys, strict=True):
                opens_at = limit.opens_at(failures[key])
                if opens_at is not None and opens_at > now:
                    self._shut_until(key, opens_at, now)
                    raise TooMany(math.ceil((opens_at - now).total_seconds()))
                if self._running[key] and limit.wait(failures[key].count + self._running[key]):
                    raise TooMany(1)
            self._running.update(keys)
        trial = Trial([(limit, failures[key].count) for (limit, _), key in zip(subjects, keys, strict=True)], found)
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

    def is_alarming(self, db: Session, now: datetime) -> bool:
        """Count a guess at a ticket from anywhere, which stops nobody. Whether somebody is to be told now."""
        guessed, told = (ALARM, "all"), (ALARMED, "all")
        keys = [self.key(*guessed), self.key(*told)]
        db.add(Attempt(key=keys[0], at=now))
        failures = _failures(db, now, list(zip((guessed, told), keys, strict=True)))
        if failures[keys[0]].count < ALARM.most or failures[keys[1]].count:
            return False
        db.add(Attempt(key=keys[1], at=now))
        return True

    def _check_shut(self, now: datetime, keys: list[bytes]) -> None:
        with self._guard:
            waits = [self._shut[key] for key in keys if key in self._shut and self._shut[key] > now]
        if waits:
            raise TooMany(math.ceil((max(waits) - now).total_seconds()))

    def _shut_until(self, key: bytes, until: datetime, now: datetime) -> None:
        if len(self._shut) >= MOST_SHUT:
            self._shut = {shut: end for shut, end in self._shut.items() if end > now}
        if len(self._shut) < MOST_SHUT:
            self._shut[key] = until

    def key(self, limit: Limit, subject: str) -> bytes:
        return self._vault.lookup(f"limit-{limit.name}", subject.casefold())


def _failures(db: Session | Connection, now: datetime, wanted: list[tuple[Subject, bytes]]) -> dict[bytes, Failed]:
    values: dict[str, Any] = {}
    for at, ((limit, _), key) in enumerate(wanted):
        values |= {f"key{at}": key, f"since{at}": now - limit.period, f"most{at}": limit.most}
    rows = _failures_of(len(wanted)).all(db, **values)
    return {wanted[at][1]: Failed(count, oldest, newest) for at, count, oldest, newest in rows}


def forget_old(db: Session, now: datetime) -> int:
    """Delete attempts that no limit counts any more: addresses do not outlive their purpose."""
    return db.execute(delete(Attempt).where(Attempt.at < now - timedelta(hours=2))).rowcount
