"""What-if runs for the vendor to read: how far they are, and what would have been decided differently."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models import Article, Group, License, Product, Replay, ReplayFinding, RuleSet, User

PAGE = 50
CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Run:
    """One run, without its text."""

    id: UUID
    state: str
    total: int
    seen: int
    differing: int
    by: str | None
    article: str | None
    from_at: datetime | None
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One operation that would have been decided differently, with the license and the person it was about."""

    at: datetime
    operation: str
    was_attempt: bool
    license: UUID
    product: str
    owner: str
    user: str | None
    email: str | None
    then_outcome: str
    then_code: str
    now_outcome: str
    now_code: str
    now_rule: str | None
    next_allowed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many operations of a kind went from one answer to another."""

    operation: str
    then_code: str
    now_outcome: str
    now_code: str
    count: int
    licenses: int
    users: int


_RUNS = (
    select(
        Replay.public_id, Replay.state, Replay.total, Replay.seen, Replay.differing, User.name, Article.sku,
        Replay.from_at, Replay.created_at, Replay.ended_at,
    )
    .outerjoin(User, User.id == Replay.made_by_id)
    .outerjoin(Article, Article.id == Replay.article_id)
    .order_by(Replay.id.desc())
)  # fmt: skip
_FINDINGS = (
    select(
        ReplayFinding.at, ReplayFinding.operation, ReplayFinding.event_id.is_not(None), License.public_id,
        Product.name, Group.name, User.name, User.signs_in_as, ReplayFinding.then_outcome, ReplayFinding.then_code,
        ReplayFinding.now_outcome, ReplayFinding.now_code, ReplayFinding.now_rule, ReplayFinding.next_allowed_at,
    )
    .join(License, License.id == ReplayFinding.license_id)
    .join(Article, Article.id == License.article_id)
    .join(Product, Product.id == Article.product_id)
    .join(Group, Group.id == License.group_id)
    .outerjoin(User, User.id == ReplayFinding.user_id)
    .order_by(ReplayFinding.at.desc(), ReplayFinding.id.desc())
)  # fmt: skip


def runs(db: Session, rule_set: RuleSet, most: int) -> list[Run]:
    """The latest runs of a rule set, newest first."""
    return [Run(*row) for row in db.execute(_RUNS.where(Replay.rule_set_id == rule_set.id).limit(most))]


def run(db: Session, replay: Replay) -> Run:
    return Run(*db.execute(_RUNS.where(Replay.id == replay.id)).one())


def tallies(replay: Replay) -> list[Tally]:
    """All findings by what they were and would be, the most frequent first, also those that were not kept."""
    return [
        Tally(one["operation"], one["then"], one["outcome"], one["now"], one["count"], one["licenses"], one["users"])
        for one in replay.result.get("codes", ())
    ]


def kept(db: Session, replay: Replay, code: str = "") -> int:
    """How many findings were kept, all or those with this answer."""
    query = select(func.count()).select_from(ReplayFinding).where(ReplayFinding.replay_id == replay.id)
    return db.execute(_narrowed(query, code)).scalar_one()


def findings(db: Session, replay: Replay, page: int, code: str = "") -> list[Finding]:
    """One page of the findings, the latest operation first."""
    query = _narrowed(_FINDINGS.where(ReplayFinding.replay_id == replay.id), code)
    return [Finding(*row) for row in db.execute(query.limit(PAGE).offset(PAGE * (page - 1)))]


def every_finding(db: Session, replay: Replay) -> Iterator[Finding]:
    """All that were kept, read bit by bit."""
    query = _FINDINGS.where(ReplayFinding.replay_id == replay.id).execution_options(yield_per=CHUNK)
    for row in db.execute(query):
        yield Finding(*row)


def _narrowed(query: Any, code: str) -> Any:
    return query.where(ReplayFinding.now_code == code) if code else query
