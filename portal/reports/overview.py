"""The overview: what somebody sees, searched, filtered, sorted and paged in a constant number of statements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import Session

from portal.access import Actor, Owned, Permission, may, visible
from portal.files import tickets as codes
from portal.files.vault import Vault
from portal.models import (
    Activation,
    Article,
    Device,
    Group,
    License,
    LicenseKey,
    LicenseState,
    Product,
    Ticket,
    User,
    WaitingDevice,
)  # fmt: skip
from portal.reports.shapes import Overview, Row, Term
from portal.reports.states import Held, held, state_of, way_of

PAGE = 50
SOON = timedelta(days=30)
ORDERS = ("waiting", "product", "until", "recent")
STATES = ("waiting", "in_use", "ends_soon", "ready", "expired", "gone")
NAMES_SHOWN = 3

# Per license its tickets: id, cipher, and the look-up that the cipher is bound to.
Keys = dict[int, list[tuple[int, bytes, bytes]]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader asked for; anything unknown means all."""

    search: str = ""
    product: str = ""
    state: str = ""
    order: str = "waiting"
    page: int = 1


def wanted(query: dict[str, str]) -> Wanted:
    """Read the filters of an address; nonsense is nothing asked for."""
    number = query.get("page", "1")
    order = query.get("order", "waiting")
    state = query.get("state", "")
    return Wanted(
        search=query.get("search", "").strip()[:200],
        product=query.get("product", "")[:100],
        state=state if state in STATES else "",
        order=order if order in ORDERS else "waiting",
        page=int(number) if number.isascii() and number.isdigit() and 0 < len(number) <= 6 else 1,
    )


def overview(
    db: Session, vault: Vault, actor: Actor, asked: Wanted, now: datetime, *, size: int | None = PAGE
) -> Overview:
    """One page of licenses; with `size` None all of them, for the export."""
    where = [visible(actor), *_filters(vault, actor, asked, now)]
    section = _section(now)
    counted = _joined(select(section.label("section"), func.count().label("n"))).where(*where).group_by("section")
    counts = {row.section: row.n for row in db.execute(counted)}
    total = sum(counts.values())
    pages = max(1, -(-total // size)) if size else 1
    page = min(max(asked.page, 1), pages)
    query = (
        _joined(select(*_COLUMNS, section.label("section")).outerjoin(User, User.id == License.user_id))
        .join(Group, Group.id == License.group_id)
        .where(*where)
        .order_by(*_order(asked.order, section))
    )
    if size:
        query = query.limit(size).offset((page - 1) * size)
    found = db.execute(query).all()
    products = db.execute(
        _joined(select(Product.code, Product.name)).where(visible(actor)).distinct().order_by(Product.name)
    ).all()
    return Overview(
        rows=rows(db, vault, actor, found, now),
        total=total,
        waiting=counts.get("waiting", 0),
        counts=counts,
        page=page,
        pages=pages,
        products=tuple((row.code, row.name) for row in products),
        query={
            "search": asked.search,
            "product": asked.product,
            "state": asked.state,
            "order": "" if asked.order == ORDERS[0] else asked.order,
        },
        owns_any=bool(products),
    )


_COLUMNS = (
    License.id, License.public_id, License.group_id, License.user_id, License.visible_to_group, License.quantity,
    License.used, License.overage, License.state, License.ends_at, License.starts_on_use_days,
    License.maintenance_until, License.waiting_until, License.seen_at, License.merged_into_id,
    Product.name.label("product"), Article.model, Article.days, Group.path, Group.name.label("owner"),
    User.name.label("holder"),
)  # fmt: skip


def columns_of(license_id: int) -> Select[Any]:
    """The columns of one license, as the overview reads them."""
    return (
        _joined(select(*_COLUMNS).outerjoin(User, User.id == License.user_id))
        .join(Group, Group.id == License.group_id)
        .where(License.id == license_id)
    )


def rows(db: Session, vault: Vault, actor: Actor, found: Iterable[Any], now: datetime) -> tuple[Row, ...]:
    """The rows of these licenses, with their devices, waiting devices and tickets read at once for all."""
    found = list(found)
    ids = [row.id for row in found]
    seats, keys = held(db, ids, now), _keys(db, [*ids, *(row.merged_into_id for row in found if row.merged_into_id)])
    return tuple(_row(vault, actor, row, seats[row.id], keys, now) for row in found)


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(License)
        .join(Article, Article.id == License.article_id)
        .join(Product, Product.id == Article.product_id)
    )


def _keys(db: Session, ids: list[int]) -> Keys:
    """Per license its tickets, the latest last: of several the last is enough to move a license."""
    keys: Keys = {}
    for license_id, *ticket in db.execute(
        select(LicenseKey.license_id, Ticket.id, Ticket.cipher, Ticket.lookup)
        .join(Ticket, Ticket.id == LicenseKey.ticket_id)
        .where(LicenseKey.license_id.in_(ids))
        .order_by(LicenseKey.id)
    ):
        keys.setdefault(license_id, []).append(tuple(ticket))
    return keys


def _row(vault: Vault, actor: Actor, row: Any, seats: Held, keys: Keys, now: datetime) -> Row:
    tickets = keys.get(row.id, [])
    code = _code(vault, tickets)
    owned = Owned(
        row.user_id, row.group_id, row.path, row.visible_to_group, frozenset(ticket[0] for ticket in tickets), row.id
    )
    state = state_of(row, seats, now)
    merged_into = _code(vault, keys.get(row.merged_into_id, [])) if row.merged_into_id else None
    return Row(
        id=row.public_id,
        product=row.product,
        kind=_kind(row),
        days=row.days,
        quantity=row.quantity,
        used=row.used,
        code=code if code and may(actor, Permission.SEE_TICKET, owned) else None,
        masked=codes.masked(code) if code else None,
        state=state,
        waiting=seats.waiting,
        days_left=-(-(row.ends_at - now) // timedelta(days=1)) if row.ends_at and row.ends_at > now else None,
        devices=seats.names[:NAMES_SHOWN],
        more_devices=max(0, len(seats.names) - NAMES_SHOWN),
        seen_at=seats.seen_at or row.seen_at,
        asked_at=seats.asked_at,
        term=Term(row.ends_at, row.starts_on_use_days, row.maintenance_until),
        way=way_of(row, state, may(actor, Permission.USE, owned)),
        group=_section_of(row, now),
        holder=row.holder if actor.kind == "user" and row.user_id != actor.user_id else None,
        merged_into=codes.masked(merged_into) if merged_into else None,
    )


def _code(vault: Vault, tickets: list[tuple[int, bytes, bytes]]) -> str | None:
    return vault.open("ticket", tickets[-1][1], tickets[-1][2]).decode() if tickets else None


def _kind(row: Any) -> str:
    if row.model == "demo":
        return "demo"
    if row.model == "subscription":
        return "days" if row.starts_on_use_days else "subscription"
    return "seats"


def _is_over(now: datetime) -> ColumnElement[bool]:
    return or_(
        License.state.in_((LicenseState.REVOKED, LicenseState.MERGED)),
        and_(License.ends_at.is_not(None), License.ends_at <= now),
    )


def _is_waiting(now: datetime) -> ColumnElement[bool]:
    return and_(License.waiting_until.is_not(None), License.waiting_until > now)


def _section(now: datetime) -> ColumnElement[str]:
    return case(
        (_is_over(now), "not_in_use"), (_is_waiting(now), "waiting"), (License.used > 0, "in_use"), else_="not_in_use"
    )


def _section_of(row: Any, now: datetime) -> str:
    if row.state in (LicenseState.REVOKED, LicenseState.MERGED) or (row.ends_at and row.ends_at <= now):
        return "not_in_use"
    if row.waiting_until and row.waiting_until > now:
        return "waiting"
    return "in_use" if row.used else "not_in_use"


def _order(order: str, section: ColumnElement[str]) -> list[Any]:
    rank = case((section == "waiting", 0), (section == "in_use", 1), else_=2)
    last = (Product.name, License.created_at.desc(), License.id)
    return {
        "waiting": [rank, *last],
        "product": [Product.name, rank, License.created_at.desc(), License.id],
        "until": [License.ends_at.is_(None), License.ends_at, *last],
        "recent": [License.seen_at.is_(None), License.seen_at.desc(), *last],
    }[order]


def _filters(vault: Vault, actor: Actor, asked: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.product:
        found.append(Product.code == asked.product)
    if asked.state:
        over = _is_over(now)
        found.append(
            {
                "waiting": and_(~over, _is_waiting(now)),
                "in_use": and_(~over, License.used > 0),
                "ends_soon": and_(~over, License.ends_at <= now + SOON),
                "ready": and_(~over, License.used == 0),
                "expired": and_(
                    License.ends_at <= now, License.state.in_((LicenseState.ISSUED, LicenseState.REGISTERED))
                ),
                "gone": License.state.in_((LicenseState.RECALLED, LicenseState.REVOKED, LicenseState.MERGED)),
            }[asked.state]
        )
    if asked.search:
        found.append(_matches(vault, actor, asked.search))
    return found


def _matches(vault: Vault, actor: Actor, search: str) -> ColumnElement[bool]:
    """A product, a PC, a person, an order number, a whole ticket, or the first or last group of one."""
    pattern = "%" + search.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    on_device = exists().where(
        Activation.license_id == License.id,
        Activation.ended_at.is_(None),
        Activation.device_id == Device.id,
        func.lower(Device.name).like(pattern, escape="\\"),
    )
    waiting = exists().where(
        WaitingDevice.license_id == License.id,
        WaitingDevice.ended_at.is_(None),
        WaitingDevice.device_id == Device.id,
        func.lower(Device.name).like(pattern, escape="\\"),
    )
    typed = codes.normalize(search)
    group = vault.lookup("ticket-group", typed)
    ticket = exists().where(
        LicenseKey.license_id == License.id,
        or_(
            LicenseKey.lookup == vault.lookup("license-key", typed),
            LicenseKey.head == group,
            LicenseKey.tail == group,
        ),
    )
    held_by = exists().where(User.id == License.user_id, func.lower(User.name).like(pattern, escape="\\"))
    held_by = held_by.correlate(License)
    # Whoever holds no more than a ticket reads no names of people, and cannot guess at them either.
    by_person = held_by if actor.kind == "user" else false()
    return or_(
        func.lower(Product.name).like(pattern, escape="\\"),
        func.lower(License.order_number).like(pattern, escape="\\"),
        on_device,
        waiting,
        ticket,
        by_person,
    )
