"""Filling a database: a reader with many licenses, customers with a few each, and free seats with known keys."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from benchmarks import bulk, stock
from benchmarks.bulk import Put
from benchmarks.plan import World
from benchmarks.stock import GROUP, READER, article_of, made, model_of, product_of
from portal.db import migrate
from portal.files import tickets as codes
from portal.files.vault import Vault

IN_USE, WAITING = 0.7, 0.002  # of all licenses
READABLE = 1_000  # tickets of customers that can be opened; nobody asks for the others
LICENSE = (
    "id public_id article_id group_id user_id visible_to_group quantity overage used state created_at ends_at"
    " starts_on_use_days waiting_until seen_at"
)
ACTIVATION = (
    "id public_id license_id device_id line generation state how started_at confirmed_at seen_at lease_until seq"
)
OPERATION = (
    "id license_id group_id product_id article_id at operation line components evidence actor rule_version_id"
)
EVENT = "id public_id at kind outcome actor_kind group_id license_id activation_id rule_version_id details"


@dataclass(frozen=True, slots=True)
class Filled:
    """What the measurements need to know of the world: keys of free seats, and somebody with a few licenses."""

    keys: tuple[str, ...]
    email: str


@dataclass(frozen=True, slots=True)
class Lot:
    """One license to be: whose it is, and whether a PC uses it or waits for it."""

    number: int
    group: int
    user: int
    article: int
    is_used: bool
    waits: bool
    since: datetime
    ends_at: datetime | None


def fill(url: str, vault: Vault, world: World, now: datetime, say: Callable[[str], None]) -> Filled:
    """Migrate the database at this address and fill it with a world of this size."""
    migrate(url)
    keys = tuple(codes.mint() for _ in range(world.probes))

    def rows(put: Put) -> None:
        stock.frame(put, world.customers, now)
        total = world.licenses + world.probes
        for start in range(1, total + 1, stock.CHUNK):
            numbers = range(start, min(start + stock.CHUNK, total + 1))
            _put_lots(put, [_lot(number, world, now) for number in numbers], keys, world, vault, now)
            say(f"filling: {numbers[-1]:,} of {total:,} licenses")

    bulk.write(url, rows)
    return Filled(keys, stock.email(2))


def _lot(number: int, world: World, now: datetime) -> Lot:
    """The reader's licenses come first, then the free seats, then everybody's."""
    is_reader = number <= world.owned
    is_probe = not is_reader and number <= world.owned + world.probes
    customer = 0 if is_reader else 1 + number % world.customers
    # The shape repeats every thousand licenses, shuffled enough that no order in the tables helps anybody.
    shape = number * 7919 % 1000 / 1000
    article = 1 if is_probe else article_of(number * 31)
    _, days = model_of(article)
    since = now - timedelta(days=number % 900, minutes=number % 1439)
    is_used = not is_probe and shape < IN_USE
    return Lot(
        number, GROUP + customer, READER + customer, article, is_used, not is_used and not is_probe
        and shape < IN_USE + WAITING, since, since + timedelta(days=days) if days and is_used else None,
    )  # fmt: skip


def _put_lots(put: Put, lots: list[Lot], keys: tuple[str, ...], world: World, vault: Vault, now: datetime) -> None:
    used = [lot for lot in lots if lot.is_used]
    put("licenses", LICENSE, (_license(lot, now) for lot in lots))
    codes_ = [_sealed(lot, keys, world, vault) for lot in lots]
    put(
        "tickets",
        "id public_id lookup cipher group_id user_id created_at registered_at",
        (
            (lot.number, made(lot.number, now), *ticket, lot.group, lot.user, lot.since, lot.since)
            for lot, (ticket, _) in zip(lots, codes_, strict=True)
        ),
    )
    put(
        "license_keys",
        "id license_id ticket_id lookup hint cipher head tail created_at",
        (
            (lot.number, lot.number, lot.number, key[0], _noise(), key[1], _noise(), _noise(), lot.since)
            for lot, (_, key) in zip(lots, codes_, strict=True)
        ),
    )
    put("terms", "id license_id ticket_id kind days begins_at ends_at created_at", map(_term, lots))
    put(
        "devices",
        "id public_id group_id pool_license_id kind fingerprint components name platform created_at seen_at",
        (_device(lot, now) for lot in lots if lot.is_used or lot.waits),
    )
    put(
        "waiting_devices",
        "id public_id license_id device_id asked_at until",
        (
            (lot.number, made(lot.number, now), lot.number, lot.number, now, now + timedelta(hours=24))
            for lot in lots
            if lot.waits
        ),
    )
    put("activations", ACTIVATION, (_activation(lot, now) for lot in used))
    put("operations", OPERATION, map(_operation, used))
    put("events", EVENT, (event for lot in lots for event in _events(lot, now)))


def _noise() -> bytes:
    """A hash that nobody will ask for."""
    return os.urandom(32)


def _sealed(lot: Lot, keys: tuple[str, ...], world: World, vault: Vault) -> tuple[tuple[bytes, bytes], ...]:
    """Look-up and cipher of the ticket and of the key. Those that nobody will read are of the right length only."""
    probe = lot.number - world.owned - 1
    if lot.number > world.owned + world.probes + READABLE:
        return ((os.urandom(32), os.urandom(59)),) * 2
    code = keys[probe] if 0 <= probe < len(keys) else codes.mint()
    bare = codes.normalize(code)
    found = []
    for kind in ("ticket", "license-key"):
        lookup = vault.lookup(kind, bare)
        found.append((lookup, vault.seal(kind, code.encode(), lookup)))
    return tuple(found)


def _license(lot: Lot, now: datetime) -> tuple[Any, ...]:
    _, days = model_of(lot.article)
    seen_at = now - timedelta(days=lot.number % 20, minutes=lot.number % 700) if lot.is_used else None
    return (
        lot.number, made(lot.number, now), lot.article, lot.group, lot.user, False, 1, 0, int(lot.is_used),
        "registered", lot.since, lot.ends_at, None if lot.ends_at else days,
        now + timedelta(hours=24) if lot.waits else None, seen_at,
    )  # fmt: skip


def _term(lot: Lot) -> tuple[Any, ...]:
    _, days = model_of(lot.article)
    begins_at = lot.since if lot.ends_at else None
    return (
        lot.number, lot.number, lot.number, "use" if days else "perpetual", days, begins_at, lot.ends_at, lot.since,
    )  # fmt: skip


def _device(lot: Lot, now: datetime) -> tuple[Any, ...]:
    fingerprint = f"{lot.number:064x}"
    return (
        lot.number, made(lot.number, now), lot.group, 0, "computer", fingerprint, {"fingerprint": fingerprint},
        f"DESK-{lot.number}", "windows/11", lot.since, now,
    )  # fmt: skip


def _activation(lot: Lot, now: datetime) -> tuple[Any, ...]:
    id_ = made(lot.number, now)
    seen_at = now - timedelta(days=lot.number % 20, minutes=lot.number % 700)
    return lot.number, id_, lot.number, lot.number, id_, 1, "active", "online", lot.since, lot.since, seen_at, now, 0


def _operation(lot: Lot) -> tuple[Any, ...]:
    return (
        lot.number, lot.number, lot.group, product_of(lot.article), lot.article, lot.since, "activate",
        made(lot.number, lot.since), {"fingerprint": f"{lot.number:064x}"}, "online_ack", "program", 1,
    )  # fmt: skip


def _events(lot: Lot, now: datetime) -> Iterator[tuple[Any, ...]]:
    about = ("done", "program", lot.group, lot.number)
    first, second = 2 * lot.number - 1, 2 * lot.number
    yield first, made(first, now), lot.since, "license.registered", *about, None, None, {}
    if lot.is_used:
        device = {"device": f"DESK-{lot.number}"}
        yield second, made(second, now), lot.since, "device.activated", *about, lot.number, 1, device
