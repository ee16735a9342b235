"""Which rules are in force for a license, and publishing a new version of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from portal import rules
from portal.db import new_id
from portal.models import Article, License, Product, RuleSet, RuleVersion
from portal.rows import Ready


@dataclass(frozen=True, slots=True)
class InForce:
    """A rule set as it is in force: parsed, with the version that every decision names, and what it is in force for."""

    rules: rules.RuleSet
    name: str
    version_id: int
    version: int
    since: datetime
    article_id: int
    model: str
    product_id: int
    product: str


EMERGENCY = "emergency"  # the model of a license that stands for another one, whatever its article is


@lru_cache(maxsize=512)
def parsed(toml: str) -> rules.RuleSet:
    """Texts in the database were checked when they were published, and never change."""
    return rules.load(toml)


_newest = (
    select(
        RuleVersion.toml, RuleSet.name, RuleVersion.id, RuleVersion.number, RuleVersion.published_at,
        Article.id, Article.model, Product.id, Product.name,
    )
    .select_from(Article)
    .join(Product, Product.id == Article.product_id)
    .join(RuleSet, RuleSet.id == Article.rule_set_id)
    .join(RuleVersion, RuleVersion.rule_set_id == RuleSet.id)
    .order_by(RuleVersion.number.desc())
    .limit(1)
)  # fmt: skip
_OF_ARTICLE = Ready(_newest.where(Article.id == bindparam("article")))
_OF_LICENSE = Ready(
    _newest.add_columns(License.state, License.group_id)
    .join(License, License.article_id == Article.id)
    .where(License.id == bindparam("license"))
)


def in_force(db: Session, article_id: int) -> InForce:
    """The newest version of the rules of an article."""
    ((toml, *others),) = _OF_ARTICLE.all(db, article=article_id)
    return InForce(parsed(toml), *others)


def of_license(db: Session, license_id: int) -> tuple[InForce, str, int]:
    """The newest version of the rules of a license, and beside them its state and its group."""
    ((toml, *others, state, group_id),) = _OF_LICENSE.all(db, license=license_id)
    return InForce(parsed(toml), *others), state, group_id


def standing_in(in_force: InForce) -> InForce:
    """The same as an emergency license follows it."""
    return replace(in_force, rules=rules.standing_in(in_force.rules), model=EMERGENCY)


def publish(db: Session, now: datetime, toml: str, *, note: str | None = None, by: int | None = None) -> RuleVersion:
    """A new version of the rule set that the text names; raises RuleFileError and changes nothing if it is wrong."""
    loaded = rules.load(toml)
    rule_set = db.execute(select(RuleSet).where(RuleSet.name == loaded.name)).scalar()
    if rule_set is None:
        rule_set = RuleSet(public_id=new_id(now), name=loaded.name)
        db.add(rule_set)
        db.flush()
    latest = db.execute(
        select(func.coalesce(func.max(RuleVersion.number), 0)).where(RuleVersion.rule_set_id == rule_set.id)
    ).scalar_one()
    version = RuleVersion(
        rule_set_id=rule_set.id, number=latest + 1, toml=toml, note=note, published_at=now, published_by_id=by
    )
    db.add(version)
    db.flush()
    return version
