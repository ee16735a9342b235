"""Batches as pages show them: how far one is, what is wrong with its lines, and those of a group."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session

from portal.access import below
from portal.models import Article, Batch, BatchLine, BatchState, Group, License, LineState, Product, User

LINES = 50
LISTED = 50
# An answer that was just given stays on the page of the license, so that it can be undone there.
FRESH = timedelta(minutes=15)
AT_WORK = (BatchState.RUNNING, BatchState.STOPPING, BatchState.UNDOING)


@dataclass(frozen=True, slots=True)
class Progress:
    """One batch and how far it is."""

    id: UUID
    kind: str
    state: str
    mode: str
    total: int
    waiting: int
    done: int  # and not undone
    failed: int
    undone: int
    wrong: int  # lines with a problem, whether it was found before or while doing
    made_by: str
    is_mine: bool
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    license: UUID | None
    product: str
    group: UUID
    group_name: str
    seconds_left: int | None = None

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def of(self) -> int:
        """How many lines there are to do, or to undo."""
        return self.done + self.undone if self.state == BatchState.UNDOING else self.done + self.failed + self.waiting

    @property
    def at(self) -> int:
        return self.undone if self.state == BatchState.UNDOING else self.done + self.failed

    @property
    def may_undo(self) -> bool:
        return self.state in (BatchState.DONE, BatchState.STOPPED) and self.done > 0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a batch as it was typed, and what came of it."""

    number: int
    name: str
    email: str
    problem: str | None
    first: int | None  # the line that says the same
    state: str


@dataclass(frozen=True, slots=True)
class Lines:
    """One page of lines, those with a problem first."""

    rows: tuple[Line, ...]
    total: int
    page: int
    pages: int


def progress(db: Session, batch_id: int, reader_id: int | None, now: datetime) -> Progress:
    """Two statements: the batch, and its lines counted."""
    return _progress(db, db.execute(_batches().where(Batch.id == batch_id)).one(), reader_id, now)


def latest(db: Session, license_id: int, path: str, reader_id: int | None, now: datetime) -> Progress | None:
    """The batch for this license that is at work, or was until just now."""
    row = db.execute(
        _batches()
        .where(
            Batch.license_id == license_id,
            below(path),
            or_(Batch.state.in_(AT_WORK), Batch.ended_at > now - FRESH),
        )
        .order_by(case((Batch.state.in_(AT_WORK), 0), else_=1), Batch.id.desc())
        .limit(1)
    ).first()
    return _progress(db, row, reader_id, now) if row is not None else None


def of_group(db: Session, path: str, reader_id: int | None, now: datetime) -> list[Progress]:
    """The latest batches of the subtree; how far their lines are is told by the batch alone."""
    rows = db.execute(_batches().where(below(path)).order_by(Batch.id.desc()).limit(LISTED))
    return [_shown(row, {}, reader_id, now) for row in rows]


def lines(db: Session, batch_id: int, page: int) -> Lines:
    """One page of the lines of a batch."""
    mine = BatchLine.batch_id == batch_id
    total = db.execute(select(func.count()).select_from(BatchLine).where(mine)).scalar_one()
    pages = max(1, -(-total // LINES))
    page = min(max(page, 1), pages)
    rows = db.execute(
        select(BatchLine.number, BatchLine.given, BatchLine.problem, BatchLine.state, User.name)
        .outerjoin(User, User.id == BatchLine.user_id)
        .where(mine)
        .order_by(BatchLine.problem.is_(None), BatchLine.number)
        .limit(LINES)
        .offset((page - 1) * LINES)
    )
    return Lines(tuple(_line(row) for row in rows), total, page, pages)


def _line(row: Any) -> Line:
    # What was typed is shown as it was typed; the portal adds a name only where it knows whose line it is.
    return Line(
        number=row.number,
        name=row.given.get("name") or row.name or "",
        email=row.given.get("email") or row.given.get("external_id") or "",
        problem=row.problem,
        first=row.given.get("first"),
        state=row.state,
    )


def _batches() -> Select[Any]:
    return (
        select(
            Batch.id, Batch.public_id, Batch.kind, Batch.state, Batch.mode, Batch.total, Batch.done, Batch.failed,
            Batch.undone, Batch.made_by_id, Batch.created_at, Batch.started_at, Batch.ended_at,
            User.name.label("made_by"), License.public_id.label("license"), Product.name.label("product"),
            Group.public_id.label("group"), Group.name.label("group_name"),
        )
        .join(Group, Group.id == Batch.group_id)
        .outerjoin(User, User.id == Batch.made_by_id)
        .outerjoin(License, License.id == Batch.license_id)
        .outerjoin(Article, Article.id == License.article_id)
        .outerjoin(Product, Product.id == Article.product_id)
    )  # fmt: skip


def _progress(db: Session, row: Any, reader_id: int | None, now: datetime) -> Progress:
    counted = db.execute(
        select(
            func.count(case((BatchLine.state == LineState.WAITING, 1))).label("waiting"),
            func.count(BatchLine.problem).label("wrong"),
        ).where(BatchLine.batch_id == row.id)
    ).one()
    return _shown(row, {"waiting": counted.waiting, "wrong": counted.wrong}, reader_id, now)


def _shown(row: Any, counted: dict[str, int], reader_id: int | None, now: datetime) -> Progress:
    waiting = counted.get("waiting", 0)
    return Progress(
        id=row.public_id, kind=row.kind, state=row.state, mode=row.mode, total=row.total, waiting=waiting,
        done=row.done - row.undone, failed=row.failed, undone=row.undone, wrong=counted.get("wrong", row.failed),
        made_by=row.made_by or "", is_mine=row.made_by_id is not None and row.made_by_id == reader_id,
        created_at=row.created_at, started_at=row.started_at, ended_at=row.ended_at, license=row.license,
        product=row.product or "", group=row.group, group_name=row.group_name,
        seconds_left=_left(row, waiting, now) if row.state == BatchState.RUNNING else None,
    )  # fmt: skip


def _left(row: Any, waiting: int, now: datetime) -> int | None:
    """How long the rest takes if it goes on as it began; None before that can be said."""
    done = row.done + row.failed
    passed = (now - row.started_at).total_seconds() if row.started_at else 0
    return max(1, round(passed / done * waiting)) if done and passed >= 2 and waiting else None
