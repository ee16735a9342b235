"""What lies on the vendor's desk: rule sets with what is in force, their drafts, and the articles that follow them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from portal.models import Article, Product, RuleDraft, RuleSet, RuleVersion, User


@dataclass(frozen=True, slots=True)
class ListedSet:
    """A rule set as the list shows it; `number` None: nothing was published yet."""

    id: UUID
    name: str
    number: int | None
    since: datetime | None
    by: str | None
    articles: int
    drafted_at: datetime | None  # the reader's own draft


@dataclass(frozen=True, slots=True)
class DraftLine:
    """Somebody's draft, without its text."""

    by: str
    is_mine: bool
    saved_at: datetime
    base_number: int


@dataclass(frozen=True, slots=True)
class Follower:
    """An article, its product, and the rule set that it follows."""

    id: UUID
    sku: str
    name: str
    product_id: UUID
    product: str
    rule_set_id: UUID
    rule_set: str


_latest = (
    select(RuleVersion.rule_set_id, func.max(RuleVersion.number).label("number"))
    .group_by(RuleVersion.rule_set_id)
    .subquery()
)
_followers = (
    select(Article.rule_set_id, func.count().label("articles")).group_by(Article.rule_set_id).subquery()
)
_Mine = aliased(RuleDraft)
_SETS = (
    select(
        RuleSet.public_id,
        RuleSet.name,
        RuleVersion.number,
        RuleVersion.published_at,
        User.name,
        func.coalesce(_followers.c.articles, 0),
        _Mine.saved_at,
    )
    .outerjoin(_latest, _latest.c.rule_set_id == RuleSet.id)
    .outerjoin(
        RuleVersion, and_(RuleVersion.rule_set_id == RuleSet.id, RuleVersion.number == _latest.c.number)
    )
    .outerjoin(User, User.id == RuleVersion.published_by_id)
    .outerjoin(_followers, _followers.c.rule_set_id == RuleSet.id)
    .order_by(RuleSet.name)
)
_ARTICLES = (
    select(
        Article.public_id, Article.sku, Article.name, Product.public_id, Product.name, RuleSet.public_id, RuleSet.name
    )
    .join(Product, Product.id == Article.product_id)
    .join(RuleSet, RuleSet.id == Article.rule_set_id)
    .order_by(Product.name, Product.id, Article.sku)
)


def rule_sets(db: Session, user_id: int | None) -> list[ListedSet]:
    """All rule sets, by name."""
    mine = _SETS.outerjoin(_Mine, and_(_Mine.rule_set_id == RuleSet.id, _Mine.made_by_id == user_id))
    return [ListedSet(*row) for row in db.execute(mine)]


def drafts(db: Session, rule_set: RuleSet, user_id: int | None) -> list[DraftLine]:
    """Who is writing at this rule set, the reader first."""
    rows = db.execute(
        select(User.name, User.id == user_id, RuleDraft.saved_at, RuleDraft.base_number)
        .join(User, User.id == RuleDraft.made_by_id)
        .where(RuleDraft.rule_set_id == rule_set.id)
        .order_by(RuleDraft.saved_at.desc())
    )
    return sorted((DraftLine(*row) for row in rows), key=lambda line: not line.is_mine)


def articles(db: Session, rule_set: RuleSet | None = None) -> list[Follower]:
    """All articles by product, or those that follow this rule set."""
    query = _ARTICLES if rule_set is None else _ARTICLES.where(Article.rule_set_id == rule_set.id)
    return [Follower(*row) for row in db.execute(query)]
