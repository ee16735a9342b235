"""Emergency licenses: those that stand for a license, and for the vendor all of them with what they have in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.access import Actor, visible
from portal.models import Article, Emergency, Group, License, LicenseState, Product, User
from portal.reports.filters import pattern_of

PAGE = 50
YEAR = timedelta(days=365)

_Stood = aliased(License)


class Standing(NamedTuple):
    """An emergency license that runs now."""

    id: UUID
    ends_at: datetime
    used: int


class StoodFor(NamedTuple):
    """The license that an emergency license stands in for; without an id where the reader does not see it."""

    id: UUID | None


class Line(NamedTuple):
    """One emergency license as the vendor's list has it."""

    id: UUID
    granted_at: datetime
    ends_at: datetime
    used: int
    product: str
    stands_for: UUID
    customer: str
    person: str | None
    words: str
    operation: str | None
    code: str | None
    rule: str | None
    stands_for_id: int
    group_id: int
    of_license: int = 1  # how many this license had in a year
    of_customer: int = 1


@dataclass(frozen=True, slots=True)
class Reason:
    """What the rules refused before people took emergency licenses, and how often in a year."""

    operation: str | None
    code: str | None
    rule: str | None
    count: int
    licenses: int


@dataclass(frozen=True, slots=True)
class Found:
    """One page of the list, and the year in figures."""

    lines: tuple[Line, ...]
    total: int
    page: int
    pages: int
    search: str
    running: int
    year: int
    reasons: tuple[Reason, ...]


def standing(db: Session, actor: Actor, license_: License, now: datetime) -> list[Standing]:
    """The emergency licenses that stand in for this one now, as far as the reader sees them, the latest first."""
    rows = db.execute(
        select(License.public_id, License.ends_at, License.used)
        .where(License.stands_for_id == license_.id, License.ends_at > now, _runs(License), visible(actor))
        .order_by(License.id.desc())
        .limit(PAGE)
    )
    return [Standing(*row) for row in rows]


def stood_for(db: Session, actor: Actor, license_: License) -> StoodFor | None:
    """What this license stands in for, if it is an emergency license."""
    if license_.stands_for_id is None:
        return None
    wanted = select(License.public_id).where(License.id == license_.stands_for_id, visible(actor))
    return StoodFor(db.execute(wanted).scalar())


def found(db: Session, now: datetime, *, search: str = "", page: int = 1) -> Found:
    """The vendor's list, newest first: a constant number of statements, whatever its length."""
    where = _matches(search)
    total = db.execute(_joined(select(func.count(Emergency.id))).where(*where)).scalar_one()
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    rows = db.execute(_lines().where(*where).limit(PAGE).offset((page - 1) * PAGE)).all()
    running = select(func.count(License.id)).where(
        License.stands_for_id.is_not(None), License.ends_at > now, _runs(License)
    )
    lately = Emergency.granted_at > now - YEAR
    return Found(
        lines=_counted(db, now, [Line(*row) for row in rows]),
        total=total,
        page=page,
        pages=pages,
        search=search,
        running=db.execute(running).scalar_one(),
        year=db.execute(select(func.count(Emergency.id)).where(lately)).scalar_one(),
        reasons=_reasons(db, lately),
    )


def untold(db: Session, before: datetime) -> tuple[Line, ...]:
    """Those that the vendor has not read of yet, the first first."""
    rows = db.execute(_lines(oldest_first=True).where(Emergency.told_at.is_(None), Emergency.granted_at < before))
    return _counted(db, before, [Line(*row) for row in rows])


def _runs(license_: type[License]) -> ColumnElement[bool]:
    return license_.state.in_((LicenseState.ISSUED, LicenseState.REGISTERED))


def _lines(*, oldest_first: bool = False) -> Select[tuple[object, ...]]:
    wanted = _joined(
        select(
            License.public_id, Emergency.granted_at, License.ends_at, License.used, Product.name, _Stood.public_id,
            Group.name, User.name, Emergency.words, Emergency.operation, Emergency.code, Emergency.rule,
            Emergency.stands_for_id, License.group_id,
        )
    )  # fmt: skip
    return wanted.order_by(Emergency.id if oldest_first else Emergency.id.desc())


def _joined(query: Select[tuple[object, ...]]) -> Select[tuple[object, ...]]:
    return (
        query.select_from(Emergency)
        .join(License, License.id == Emergency.license_id)
        .join(_Stood, _Stood.id == Emergency.stands_for_id)
        .join(Article, Article.id == License.article_id)
        .join(Product, Product.id == Article.product_id)
        .join(Group, Group.id == License.group_id)
        .outerjoin(User, User.id == Emergency.user_id)
    )


def _matches(search: str) -> list[ColumnElement[bool]]:
    """By product, customer, person or the rule that refused."""
    if not search:
        return []
    pattern = pattern_of(search)
    named = (Product.name, Group.name, User.name, Emergency.rule, Emergency.words)
    return [or_(*(func.lower(one).like(pattern, escape="\\") for one in named))]


def _counted(db: Session, now: datetime, lines: list[Line]) -> tuple[Line, ...]:
    """How many each license and each customer had in a year: two statements for any number of lines."""
    of_license = _counts(db, now, Emergency.stands_for_id, {line.stands_for_id for line in lines})
    of_customer = _counts(db, now, License.group_id, {line.group_id for line in lines})
    return tuple(
        line._replace(
            of_license=of_license.get(line.stands_for_id, 0), of_customer=of_customer.get(line.group_id, 0)
        )
        for line in lines
    )  # fmt: skip


def _counts(db: Session, now: datetime, by: ColumnElement[int], ids: set[int]) -> dict[int, int]:
    rows = db.execute(
        select(by, func.count(Emergency.id))
        .select_from(Emergency)
        .join(License, License.id == Emergency.license_id)
        .where(and_(by.in_(ids), Emergency.granted_at > now - YEAR))
        .group_by(by)
    )
    return {id_: count for id_, count in rows}


def _reasons(db: Session, lately: ColumnElement[bool]) -> tuple[Reason, ...]:
    """What was refused, the most frequent first."""
    what = (Emergency.operation, Emergency.code, Emergency.rule)
    counted = func.count(Emergency.id)
    rows = db.execute(
        select(*what, counted, func.count(func.distinct(Emergency.stands_for_id)))
        .where(lately)
        .group_by(*what)
        .order_by(counted.desc(), *what)
        .limit(10)
    )
    return tuple(Reason(*row) for row in rows)
