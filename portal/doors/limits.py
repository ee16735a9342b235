"""Limits at the doors: failures count per account, address and network, and the owner is never locked out."""

from __future__ import annotations

import ipaddress
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Integer, bindparam, delete, func, literal, select, union_all
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
Look = Callable[[Session], Any]


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


def at_ticket(address: str) -> list[Subject]:
    """Whom a wrong ticket counts against: whoever guesses, and never the ticket, whose holder comes from elsewhere."""
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
    """The failures of so many keys in their periods, and the oldest that counts: a row each, in one statement."""
    rows = []
    for at in range(number):
        newest = (
            select(Attempt.at)
            .where(Attempt.key == bindparam(f"key{at}"), Attempt.at > bindparam(f"since{at}", type_=Instant))
            .order_by(Attempt.at.desc())
            .limit(bindparam(f"most{at}"))
            .subquery()
        )
        rows.append(select(literal(at, Integer).label("at"), func.count(), func.min(newest.c.at)).select_from(newest))
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

    def __init__(self, keys: list[bytes], found: Any = None) -> None:
        self.keys = keys
        self.found = found
        self.failures = 0

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

        `look` reads what the try needs, in the same unit of work as the failures; it is `found` in the trial.
        """
        subjects = list(subjects)
        keys = [self.key(limit, subject) for limit, subject in subjects]
        self._check_shut(now, keys)
        with database.reading() as db:
            failures = _failures(db, now, list(zip(subjects, keys, strict=True)))
            found = look(db) if look else None
        with self._guard:
            for (limit, _), key in zip(subjects, keys, strict=True):
                count, oldest = failures[key]
                until = oldest + limit.period if oldest else now
                if count >= limit.most:
                    self._shut_until(key, until, now)
                if count + self._running[key] >= limit.most:
                    raise TooMany(max(1, int((until - now).total_seconds())))
            self._running.update(keys)
        trial = Trial(keys, found)
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
        if failures[keys[0]][0] < ALARM.most or failures[keys[1]][0]:
            return False
        db.add(Attempt(key=keys[1], at=now))
        return True

    def _check_shut(self, now: datetime, keys: list[bytes]) -> None:
        with self._guard:
            waits = [self._shut[key] for key in keys if key in self._shut and self._shut[key] > now]
        if waits:
            raise TooMany(max(1, int((max(waits) - now).total_seconds())))

    def _shut_until(self, key: bytes, until: datetime, now: datetime) -> None:
        if len(self._shut) >= MOST_SHUT:
            self._shut = {shut: end for shut, end in self._shut.items() if end > now}
        if len(self._shut) < MOST_SHUT:
            self._shut[key] = until

    def key(self, limit: Limit, subject: str) -> bytes:
        return self._vault.lookup(f"limit-{limit.name}", subject.casefold())


def _failures(
    db: Session, now: datetime, wanted: list[tuple[Subject, bytes]]
) -> dict[bytes, tuple[int, datetime | None]]:
    values: dict[str, Any] = {}
    for at, ((limit, _), key) in enumerate(wanted):
        values |= {f"key{at}": key, f"since{at}": now - limit.period, f"most{at}": limit.most}
    rows = _failures_of(len(wanted)).all(db, **values)
    return {wanted[at][1]: (count, oldest) for at, count, oldest in rows}


def forget_old(db: Session, now: datetime) -> int:
    """Delete attempts that no limit counts any more: addresses do not outlive their purpose."""
    return db.execute(delete(Attempt).where(Attempt.at < now - timedelta(hours=2))).rowcount
