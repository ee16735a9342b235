"""The activity of a group and all below it: what happened, newest first, filtered and paged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.access import Actor, below
from portal.models import Article, Event, Group, License, Membership, Product, User
from portal.reports.history import shown
from portal.reports.shapes import Event as Told

PAGE = 50
MOST_LINES = 20_000

# What one can ask for, and the kinds of events that it shows. What is about doors and guessing is no group's.
ABOUT = {
    "licenses": ("license.%", "ticket.%"),
    "pcs": ("device.%", "return.%", "file.%", "state.%", "seat.credited"),
    "seats": ("seat.assigned", "seat.taken_back", "seats.%", "assignment.%", "batch.%"),
    "people": ("group.%", "department.%", "membership.%", "person.%", "invitation.%", "provider.%", "domain.%"),
    "requests": ("request.%", "exception.%", "support.%", "case.%", "standing_rule.%", "reminder.%"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader asked for; anything unknown means all."""

    about: str = ""
    person: str = ""
    outcome: str = ""
    since: date | None = None
    until: date | None = None
    page: int = 1

    @property
    def query(self) -> dict[str, str]:
        """The same as an address says it."""
        days = {"since": self.since, "until": self.until}
        named = {"about": self.about, "person": self.person, "outcome": self.outcome}
        return named | {name: day.isoformat() if day else "" for name, day in days.items()}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log: the event, and the license and group that it is about."""

    event: Told
    product: str | None
    license: UUID | None
    group: str


@dataclass(frozen=True, slots=True)
class Activity:
    """One page of the log."""

    entries: tuple[Entry, ...]
    total: int
    page: int
    pages: int
    query: dict[str, str]


def wanted(query: dict[str, str]) -> Wanted:
    """Read the filters of an address; nonsense is nothing asked for."""
    number, about, outcome = query.get("page", ""), query.get("about", ""), query.get("outcome", "")
    return Wanted(
        about=about if about in ABOUT else "",
        person=query.get("person", "").strip()[:200],
        outcome=outcome if outcome in ("done", "refused") else "",
        since=_day(query.get("since", "")),
        until=_day(query.get("until", "")),
        page=int(number) if number.isascii() and number.isdigit() and 0 < len(number) <= 6 else 1,
    )


def activity(
    db: Session, actor: Actor, path: str, asked: Wanted, zone: ZoneInfo, *, size: int | None = PAGE
) -> Activity:
    """One page of what happened in this subtree; with `size` None as much as a file may hold."""
    where = _where(path, asked, zone)
    total = db.execute(_joined(select(func.count())).where(*where)).scalar_one()
    pages = max(1, -(-total // size)) if size else 1
    page = min(asked.page, pages)
    query = _joined(
        select(
            Event.at, Event.kind, Event.outcome, Event.code, Event.actor_kind, Event.actor_id, Event.details,
            _name(path).label("by"), Product.name.label("product"), License.public_id.label("license"),
            Group.name.label("group"),
        )
    )  # fmt: skip
    query = query.outerjoin(License, License.id == Event.license_id)
    query = query.outerjoin(Article, Article.id == License.article_id)
    query = query.outerjoin(Product, Product.id == Article.product_id)
    query = query.where(*where).order_by(Event.at.desc(), Event.id.desc())
    query = query.limit(size).offset((page - 1) * size) if size else query.limit(MOST_LINES)
    entries = tuple(Entry(_told(row, actor), row.product, row.license, row.group) for row in db.execute(query))
    return Activity(entries, total, page, pages, asked.query)


def _told(row: Any, actor: Actor) -> Told:
    event = shown(row, row.by, actor)
    return replace(event, actor="above") if event.actor == "person" and row.by is None else event


def _joined(query: Select[Any]) -> Select[Any]:
    return query.select_from(Event).join(Group, Group.id == Event.group_id)


def _where(path: str, asked: Wanted, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    kinds = [asked.about] if asked.about else list(ABOUT)
    found = [below(path), or_(*(Event.kind.like(pattern) for kind in kinds for pattern in ABOUT[kind]))]
    if asked.outcome:
        found.append(Event.outcome == asked.outcome)
    if asked.since:
        found.append(Event.at >= _begin(asked.since, zone))
    if asked.until:
        found.append(Event.at < _begin(asked.until + timedelta(days=1), zone))
    if asked.person:
        pattern = "%" + asked.person.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        by = select(User.id).where(func.lower(User.name).like(pattern, escape="\\"))
        about = func.lower(Event.details["person"].as_string()).like(pattern, escape="\\")
        found.append(or_(about, and_(Event.actor_id.in_(by), _is_one_of_them(path))))
    return found


def _name(path: str) -> ColumnElement[str | None]:
    """The name of whoever did it, if they belong here: one does not learn who works for the dealer or the vendor."""
    return select(User.name).where(User.id == Event.actor_id, _is_one_of_them(path)).scalar_subquery()


def _is_one_of_them(path: str) -> ColumnElement[bool]:
    home = aliased(Group)
    return (
        select(Membership.id)
        .join(home, home.id == Membership.group_id)
        .where(Membership.user_id == Event.actor_id, home.path >= path, home.path < path[:-1] + "0")
        .correlate(Event)
        .exists()
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    # The first and last years have no midnight in every zone.
    return day if 1970 <= day.year <= 9000 else None


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
