"""The overview: what somebody sees, searched, filtered, sorted and paged in a constant number of statements."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.access import NARROW, Actor, Owned, Permission, relation_to, rights, within
from portal.access import listed as listed_for
from portal.files import tickets as codes
from portal.files.vault import Vault
from portal.models import (
    License,
    LicenseKey,
    LicenseState,
    Product,
    Ticket,
)  # fmt: skip
from portal.reports import filters, shelf
from portal.reports.among import among
from portal.reports.columns import Found, joined, listed
from portal.reports.filters import Wanted
from portal.reports.own_seats import OwnSeats, own_seats
from portal.reports.reach import Reach, reach
from portal.reports.shapes import Overview, Row, Term
from portal.reports.states import Held, held, state_of, way_of
from portal.rows import Ready

PAGE = 50
NAMES_SHOWN = 3

# Per license its tickets: id, cipher, and the look-up that the cipher is bound to.
Keys = dict[int, list[tuple[int, bytes, bytes]]]


def overview(
    db: Session, vault: Vault, actor: Actor, asked: Wanted, now: datetime, *, size: int | None = PAGE
) -> Overview:
    """One page of licenses; with `size` None all of them, for the export."""
    seen = reach(db, actor)
    if seen is None or asked.search or asked.state or asked.order != "waiting" or not size:
        return searched(db, vault, actor, seen, asked, now, size)
    found = shelf.shelf(db, seen, now, asked.product)
    counts = found.counts()
    total = sum(counts.values())
    page, pages = _paged(asked, total, size)
    picked = shelf.pick(db, found, (page - 1) * size, size)
    return _overview(db, vault, actor, picked, counts, (page, pages), found.products, asked, now)


def searched(
    db: Session, vault: Vault, actor: Actor, seen: Reach | None, asked: Wanted, now: datetime, size: int | None
) -> Overview:
    """The way for every question: the database looks at each license that the reader sees."""
    if seen is None:
        products = tuple((row.code, row.name) for row in db.execute(_products().where(listed_for(actor))))
    else:
        products = shelf.shelf(db, seen, now).products
    where = [listed_for(actor), *filters.filters(vault, actor, asked, now)]
    section = filters.section(now)
    counted = joined(select(section.label("section"), func.count().label("n"))).where(*where).group_by("section")
    counts = {row.section: row.n for row in db.execute(counted)}
    page, pages = _paged(asked, sum(counts.values()), size)
    query = (
        listed().where(*where).order_by(*filters.order(asked.order, section))
    )
    if size:
        query = query.limit(size).offset((page - 1) * size)
    return _overview(db, vault, actor, db.execute(query).all(), counts, (page, pages), products, asked, now)


def _paged(asked: Wanted, total: int, size: int | None) -> tuple[int, int]:
    pages = max(1, -(-total // size)) if size else 1
    return min(max(asked.page, 1), pages), pages


def _overview(
    db: Session, vault: Vault, actor: Actor, found: Iterable[Any], counts: dict[str, int], paged: tuple[int, int],
    products: tuple[tuple[str, str], ...], asked: Wanted, now: datetime,
) -> Overview:  # fmt: skip
    return Overview(
        rows=rows(db, vault, actor, found, now),
        total=sum(counts.values()),
        waiting=counts.get("waiting", 0),
        counts=counts,
        page=paged[0],
        pages=paged[1],
        products=products,
        query={
            "search": asked.search,
            "product": asked.product,
            "state": asked.state,
            "order": "" if asked.order == filters.ORDERS[0] else asked.order,
        },
        owns_any=bool(products),
    )


# Of several tickets the latest comes last: it alone is enough to move a license.
_TICKETS = Ready(
    select(LicenseKey.license_id, Ticket.id, Ticket.cipher, Ticket.lookup)
    .join(Ticket, Ticket.id == LicenseKey.ticket_id)
    .where(among(LicenseKey.license_id, "ids"))
    .order_by(LicenseKey.id)
)


def _products() -> Select[Any]:
    return joined(select(Product.code, Product.name)).distinct().order_by(Product.name)


def columns_of(license_id: int) -> Select[Any]:
    """The columns of one license, as the overview reads them."""
    return listed().where(License.id == license_id)


def rows(db: Session, vault: Vault, actor: Actor, found: Iterable[Any], now: datetime) -> tuple[Row, ...]:
    """The rows of these licenses, with their devices, waiting devices and tickets read at once for all."""
    read = list(map(Found._make, found))
    ids = [row.id for row in read]
    keys = _keys(db, [*ids, *(row.merged_into_id for row in read if row.merged_into_id)])
    own = own_seats(db, actor, ids)
    owners = {row.id: _owned(row, keys, own.get(row.id)) for row in read}
    narrow = {id_ for id_ in own if relation_to(actor, owners[id_]) in NARROW}
    seats = held(db, [id_ for id_ in ids if id_ not in narrow], now)
    if narrow:
        seats |= held(db, sorted(narrow), now, only=lambda assignment_id: within(actor, assignment_id))
    shown = []
    for row in read:
        if row.id not in narrow:
            shown.append(_row(vault, actor, row, owners[row.id], seats[row.id], keys, now))
        else:
            shown.append(_own_row(vault, actor, row, owners[row.id], seats[row.id], own[row.id], now))
    if narrow:
        # Where other people's seats are in use or waited for is nothing to this reader.
        shown.sort(key=lambda row: shelf.SECTIONS.index(row.group))
    return tuple(shown)


def _own_row(
    vault: Vault, actor: Actor, row: Found, owned: Owned, seats: Held, own: OwnSeats, now: datetime
) -> Row:
    """The license as one who has only some seats of it sees it: those, with the key that was made for them."""
    row = row._replace(quantity=own.seats, used=own.used, overage=0, seen_at=own.seen_at)
    if seats.waiting is None:
        row = row._replace(waiting_until=None)
    shown, code = _row(vault, actor, row, owned, seats, {}, now), own.key(vault)
    return shown._replace(code=code, masked=codes.masked(code) if code else None, holder=None)


def _owned(row: Found, keys: Keys, own: OwnSeats | None) -> Owned:
    return Owned(
        row.user_id, row.group_id, row.path, row.visible_to_group,
        frozenset([ticket[0] for ticket in keys.get(row.id, [])]), row.id,
        is_assigned=own is not None and own.is_person, is_kept=own is not None and own.is_kept,
    )  # fmt: skip


def _keys(db: Session, ids: list[int]) -> Keys:
    """Per license its tickets, the latest last: of several the last is enough to move a license."""
    keys: Keys = {}
    for license_id, *ticket in _TICKETS.all(db, ids=ids):
        keys.setdefault(license_id, []).append(tuple(ticket))
    return keys


def _row(
    vault: Vault, actor: Actor, row: Found, owned: Owned, seats: Held, keys: Keys, now: datetime
) -> Row:
    tickets = keys.get(row.id, [])
    code = _code(vault, tickets)
    mine = rights(actor, owned)
    state, ends_at = state_of(row, seats, now), row.ends_at
    merged_into = _code(vault, keys.get(row.merged_into_id, [])) if row.merged_into_id else None
    return Row(
        id=row.public_id,
        product=row.product,
        kind=_kind(row),
        days=row.days,
        quantity=row.quantity,
        used=row.used,
        code=code if Permission.SEE_TICKET in mine else None,
        masked=codes.masked(code) if code else None,
        state=state,
        waiting=seats.waiting,
        days_left=-(-(ends_at - now) // timedelta(days=1)) if ends_at and ends_at > now else None,
        devices=tuple(seats.names[:NAMES_SHOWN]),
        more_devices=max(0, len(seats.names) - NAMES_SHOWN),
        seen_at=seats.seen_at or row.seen_at,
        asked_at=seats.asked_at,
        term=Term(ends_at, row.starts_on_use_days, row.maintenance_until),
        way=way_of(row, state, Permission.USE in mine),
        group=_section_of(row, now),
        holder=row.holder if actor.kind == "user" and row.user_id != actor.user_id else None,
        merged_into=codes.masked(merged_into) if merged_into else None,
    )


def _code(vault: Vault, tickets: list[tuple[int, bytes, bytes]]) -> str | None:
    return vault.open("ticket", tickets[-1][1], tickets[-1][2]).decode() if tickets else None


def _kind(row: Found) -> str:
    if row.model == "demo":
        return "demo"
    if row.model == "subscription":
        return "days" if row.starts_on_use_days else "subscription"
    return "seats"


def _section_of(row: Found, now: datetime) -> str:
    if row.state in (LicenseState.REVOKED, LicenseState.MERGED) or (row.ends_at and row.ends_at <= now):
        return "not_in_use"
    if row.waiting_until and row.waiting_until > now:
        return "waiting"
    return "in_use" if row.used else "not_in_use"
