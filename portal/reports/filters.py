"""Filters and orders of the overview, as conditions on whatever licenses a reader sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, false, func, or_, true

from portal.access import Actor, visible_whole, within
from portal.files import tickets as codes
from portal.files.vault import Vault
from portal.models import (
    Activation,
    Device,
    License,
    LicenseKey,
    LicenseState,
    Product,
    User,
    WaitingDevice,
)  # fmt: skip

SOON = timedelta(days=30)
ORDERS = ("waiting", "product", "until", "recent")
STATES = ("waiting", "in_use", "ends_soon", "ready", "expired", "gone")


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
    order = query.get("order", "waiting")
    state = query.get("state", "")
    return Wanted(
        search=query.get("search", "").strip()[:200],
        product=query.get("product", "")[:100],
        state=state if state in STATES else "",
        order=order if order in ORDERS else "waiting",
        page=page_of(query),
    )


def page_of(query: dict[str, str]) -> int:
    """The page of a list that an address asks for; nonsense is the first."""
    number = query.get("page", "1")
    return int(number) if number.isascii() and number.isdigit() and 0 < len(number) <= 6 else 1


def pattern_of(search: str) -> str:
    """What LIKE finds the searched letters with, large or small, whatever they mean to it."""
    return "%" + search.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _is_over(now: datetime) -> ColumnElement[bool]:
    return or_(
        License.state.in_((LicenseState.REVOKED, LicenseState.MERGED)),
        and_(License.ends_at.is_not(None), License.ends_at <= now),
    )


def _is_waiting(now: datetime) -> ColumnElement[bool]:
    return and_(License.waiting_until.is_not(None), License.waiting_until > now)


def section(now: datetime) -> ColumnElement[str]:
    """In which part of the list a license stands."""
    return case(
        (_is_over(now), "not_in_use"), (_is_waiting(now), "waiting"), (License.used > 0, "in_use"), else_="not_in_use"
    )


def order(name: str, section: ColumnElement[str]) -> list[Any]:
    rank = case((section == "waiting", 0), (section == "in_use", 1), else_=2)
    last = (Product.name, License.created_at.desc(), License.id)
    return {
        "waiting": [rank, *last],
        "product": [Product.name, rank, License.created_at.desc(), License.id],
        "until": [License.ends_at.is_(None), License.ends_at, *last],
        "recent": [License.seen_at.is_(None), License.seen_at.desc(), *last],
    }[name]


def filters(vault: Vault, actor: Actor, asked: Wanted, now: datetime) -> list[ColumnElement[bool]]:
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


def _reaches(actor: Actor, assignment_id: ColumnElement[int | None]) -> ColumnElement[bool]:
    """Nobody finds out by searching what other people have of a license that they see only in part."""
    if actor.kind != "user" or not actor.places:
        return true()
    return or_(visible_whole(actor), within(actor, assignment_id))


def _matches(vault: Vault, actor: Actor, search: str) -> ColumnElement[bool]:
    """A product, a PC, a person, an order number, a whole ticket, or the first or last group of one."""
    pattern = pattern_of(search)
    on_device = exists().where(
        Activation.license_id == License.id,
        Activation.ended_at.is_(None),
        Activation.device_id == Device.id,
        _reaches(actor, Activation.assignment_id),
        func.lower(Device.name).like(pattern, escape="\\"),
    )
    waiting = exists().where(
        WaitingDevice.license_id == License.id,
        WaitingDevice.ended_at.is_(None),
        WaitingDevice.device_id == Device.id,
        _reaches(actor, WaitingDevice.assignment_id),
        func.lower(Device.name).like(pattern, escape="\\"),
    )
    typed = codes.normalize(search)
    group = vault.lookup("ticket-group", typed)
    ticket = exists().where(
        LicenseKey.license_id == License.id,
        _reaches(actor, LicenseKey.assignment_id),
        or_(
            LicenseKey.lookup == vault.lookup("license-key", typed),
            LicenseKey.head == group,
            LicenseKey.tail == group,
        ),
    )
    # The list joins the holder too: without naming what is correlated, this would be left without a table.
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
