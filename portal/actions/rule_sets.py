"""Which rules are in force for a license, and publishing a new version of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from portal import rules
from portal.db import new_id
from portal.models import Article, RuleSet, RuleVersion


@dataclass(frozen=True, slots=True)
class InForce:
    """A rule set as it is in force: parsed, and with the version that every decision names."""

    rules: rules.RuleSet
    name: str
    version_id: int
    version: int
    since: datetime


@lru_cache(maxsize=512)
def parsed(toml: str) -> rules.RuleSet:
    """Texts in the database were checked when they were published, and never change."""
    return rules.load(toml)


_NEWEST = (
    select(RuleVersion.toml, RuleSet.name, RuleVersion.id, RuleVersion.number, RuleVersion.published_at)
    .join(RuleSet, RuleSet.id == RuleVersion.rule_set_id)
    .join(Article, Article.rule_set_id == RuleSet.id)
    .where(Article.id == bindparam("article"))
    .order_by(RuleVersion.number.desc())
    .limit(1)
)


def in_force(db: Session, article_id: int) -> InForce:
    """The newest version of the rules of an article."""
    toml, *version = db.execute(_NEWEST, {"article": article_id}).one()
    return InForce(parsed(toml), *version)


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
