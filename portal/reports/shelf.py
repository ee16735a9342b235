"""How a reader's licenses stand on the shelf: counted per product and section in one pass, picked for one page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    and_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from portal.db import Instant
from portal.models import Article, License, LicenseState, Product
from portal.reports.among import among
from portal.reports.columns import listed
from portal.reports.reach import CONDITIONS, Reach
from portal.rows import Ready

SECTIONS = ("waiting", "in_use", "not_in_use")

# Three counts in one sum, because each aggregate of its own would look at every license anew.
_ROOM = 1 << 20
_now = bindparam("now", type_=Instant)
# Compared one by one: a list would be spelled out anew each time that a statement runs.
_gone = or_(License.state == LicenseState.REVOKED, License.state == LicenseState.MERGED)
_counted = case(
    (License.ends_at <= _now, _ROOM * _ROOM),
    (_gone, _ROOM * _ROOM),
    (License.waiting_until > _now, 1),
    (License.used > 0, _ROOM),
    else_=_ROOM * _ROOM,
)
_not_over = and_(~_gone, or_(License.ends_at.is_(None), License.ends_at > _now))
_not_waiting = or_(License.waiting_until.is_(None), License.waiting_until <= _now)
_SECTIONS: dict[str, ColumnElement[bool]] = {
    "waiting": and_(License.waiting_until > _now, _not_over),
    "in_use": and_(License.used > 0, _not_over, _not_waiting),
    "not_in_use": or_(_gone, License.ends_at <= _now, and_(License.used == 0, _not_waiting)),
}


@dataclass(slots=True)
class Board:
    """The licenses of all products with one name: the order of the list knows names, not products."""

    articles: list[int] = field(default_factory=list)
    counts: list[int] = field(default_factory=lambda: [0, 0, 0])


@dataclass(frozen=True, slots=True)
class Shelf:
    """What was counted: boards in the order of their names, and the ways that lead to any license.

    It is whole unless only one product was asked for.
    """

    boards: tuple[Board, ...]
    products: tuple[tuple[str, str], ...]
    ways: tuple[str, ...]
    values: dict[str, Any]
    is_whole: bool

    def counts(self) -> dict[str, int]:
        """Licenses per section; a section without any is left out."""
        sums = [sum(board.counts[at] for board in self.boards) for at in range(len(SECTIONS))]
        return {name: number for name, number in zip(SECTIONS, sums, strict=True) if number}


def shelf(db: Session, found: Reach, now: datetime, product: str = "") -> Shelf:
    """Count what the reader sees, of one product if its code is given; which products there are is always told."""
    values = {**found.values, "now": now}
    boards: dict[str, Board] = {}
    products: dict[str, str] = {}
    ways: set[int] = set()
    for way, article, code, name, counted in _tally(found.ways).all(db, **values):
        products[code] = name
        if product and code != product:
            continue
        board = boards.setdefault(name, Board())
        board.articles.append(article)
        ways.add(way)
        rest, in_use = divmod(int(counted) // _ROOM, _ROOM)
        for at, number in enumerate((int(counted) % _ROOM, in_use, rest)):
            board.counts[at] += number
    used = tuple(way for at, way in enumerate(found.ways) if at in ways)
    return Shelf(tuple(boards.values()), tuple(products.items()), used, values, not product)


def pick(db: Session, found: Shelf, first: int, size: int) -> list[Any]:
    """The columns of `size` licenses from position `first` on: what waits before what is in use before the rest,
    then by product and the latest first."""
    rows: list[Any] = []
    for at, section in enumerate(SECTIONS):
        total = sum(board.counts[at] for board in found.boards)
        if first < total and len(rows) < size:
            rows += _of_section(db, found, at, section, first, size)[: size - len(rows)]
        first = max(0, first - total)
    return rows


def _of_section(db: Session, found: Shelf, at: int, section: str, first: int, size: int) -> Sequence[Any]:
    """Only the products that the page touches are looked at; of one article alone the index knows the order."""
    skipped, touched, position = 0, [], 0
    for board in found.boards:
        if position + board.counts[at] <= first:
            skipped += board.counts[at]
        elif position < first + size and board.counts[at]:
            touched.append(board)
        position += board.counts[at]
    articles = [article for board in touched for article in board.articles]
    values = found.values | {"first": first - skipped, "articles": articles, "article": articles[0]}
    if found.is_whole and len(touched) == sum(1 for board in found.boards if board.counts[at]):
        kind = "all"
    elif len(touched) > 1:
        kind = "names"
    else:
        kind = "name" if len(articles) > 1 else "article"
    return _page(found.ways, section, kind, size).all(db, **values)


@lru_cache(maxsize=64)
def _tally(ways: tuple[str, ...]) -> Ready:
    """Per way and article the counts of all sections, in the order of the products' names."""
    each = [
        select(literal(at, Integer).label("way"), License.article_id, func.sum(_counted).label("counted"))
        .where(CONDITIONS[way])
        .group_by(License.article_id)
        for at, way in enumerate(ways)
    ]
    counted = union_all(*each).subquery()
    return Ready(
        select(counted.c.way, Article.id, Product.code, Product.name, counted.c.counted)
        .select_from(counted)
        .join(Article, Article.id == counted.c.article_id)
        .join(Product, Product.id == Article.product_id)
        .order_by(Product.name, Product.code, Article.id)
    )


_ARTICLES: dict[str, ColumnElement[bool]] = {
    "all": true(),
    "article": License.article_id == bindparam("article"),
    "name": among(License.article_id, "articles"),
    "names": among(License.article_id, "articles"),
}


@lru_cache(maxsize=256)
def _page(ways: tuple[str, ...], section: str, articles: str, size: int) -> Ready:
    """The columns of a stretch of one section. Which licenses they are is found out first, in the index alone.

    The size is written out: of an unknown number of rows PostgreSQL expects many, and reads whole tables beside them.
    """
    each = [
        select(License.id, License.article_id, License.created_at).where(
            CONDITIONS[way], _SECTIONS[section], _ARTICLES[articles]
        )
        for way in ways
    ]
    if len(ways) == 1 and articles in ("article", "name"):
        wanted = each[0].with_only_columns(License.id).order_by(License.created_at.desc(), License.id)
    else:
        found = (each[0] if len(each) == 1 else union_all(*each)).subquery()
        wanted = select(found.c.id).order_by(found.c.created_at.desc(), found.c.id)
        if articles in ("all", "names"):
            wanted = wanted.join(Article, Article.id == found.c.article_id)
            wanted = wanted.join(Product, Product.id == Article.product_id).order_by(None)
            wanted = wanted.order_by(Product.name, found.c.created_at.desc(), found.c.id)
    here = wanted.limit(literal_column(str(size))).offset(bindparam("first")).subquery()
    return Ready(
        listed().join(here, here.c.id == License.id).order_by(Product.name, License.created_at.desc(), License.id)
    )
