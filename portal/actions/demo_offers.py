"""What can be tried: the demo articles that the vendor offers, in the lengths that article and rules both allow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from portal.actions import rule_sets
from portal.models import Article, Model, Product, RuleVersion
from portal.rules import RuleSet

# How many people of one company can try a product in so many days, where the article says nothing else.
PER_COMPANY, PER_COMPANY_DAYS = 5, 90


Counted = tuple[int, int]
"""What can be had once: a product, or one article of it alone; 0 stands for the whole product."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A demo that people can ask for by themselves."""

    id: int
    public_id: UUID
    product_id: int
    product: str
    code: str  # the product's, which its page in the shop is found by
    days: tuple[int, ...]
    needs_approval: bool
    only_article_id: int  # 0 where the product as a whole is tried once
    per_company: int
    per_company_within: timedelta

    @property
    def counted(self) -> Counted:
        return self.product_id, self.only_article_id

    @property
    def usual(self) -> int:
        """The length that is proposed."""
        return self.days[(len(self.days) - 1) // 2]


_newest = (
    select(func.max(RuleVersion.number))
    .where(RuleVersion.rule_set_id == Article.rule_set_id)
    .correlate(Article)
    .scalar_subquery()
)
_OFFERED = (
    select(Article, Product, RuleVersion.toml)
    .join(Product, Product.id == Article.product_id)
    .join(RuleVersion, and_(RuleVersion.rule_set_id == Article.rule_set_id, RuleVersion.number == _newest))
    .where(Article.model == Model.DEMO)
    .order_by(Product.name, Article.name, Article.id)
)


def offers(db: Session) -> tuple[Offer, ...]:
    """Everything that can be tried."""
    found = (_offer(*row) for row in db.execute(_OFFERED))
    return tuple(one for one in found if one is not None)


def offer(db: Session, article_id: UUID | None) -> Offer | None:
    """The demo with this id, if it is still offered."""
    row = db.execute(_OFFERED.where(Article.public_id == article_id)).first()
    return _offer(*row) if row is not None else None


def _offer(article: Article, product: Product, toml: str) -> Offer | None:
    """An article without lengths to choose from is handed out by the vendor alone."""
    told = article.options
    if not told.get("days"):
        return None
    rules = rule_sets.parsed(toml)
    days = tuple(days for days in sorted(set(told["days"])) if _is_allowed(rules, days))
    if rules.demo is None or not days:
        return None
    return Offer(
        article.id, article.public_id, product.id, product.name, product.code, days,
        needs_approval=rules.demo.approval == "vendor",
        only_article_id=counted_for(rules, article.id),
        per_company=told.get("per_company", PER_COMPANY),
        per_company_within=timedelta(days=told.get("per_company_days", PER_COMPANY_DAYS)),
    )  # fmt: skip


def counted_for(rules: RuleSet, article_id: int) -> int:
    """What is tried once: the article, by its number, or 0 for the product as a whole."""
    return article_id if rules.demo is not None and rules.demo.per == "article" else 0


def _is_allowed(rules: RuleSet, days: int) -> bool:
    if rules.demo is None or rules.demo.durations is None:
        return rules.demo is not None
    return any(not one.months and one.exact == timedelta(days=days) for one in rules.demo.durations)
