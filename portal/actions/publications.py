"""Publications: a draft becomes the version in force, an old version comes back, and articles follow a rule set."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.actions.doing import Doing
from portal.actions.rule_drafts import Written, checked, latest
from portal.actions.rule_sets import parsed
from portal.audit import Happened
from portal.db import new_id
from portal.models import Article, RuleDraft, RuleSet, RuleVersion

MOST_NOTE = 500


def publish(doing: Doing, draft: RuleDraft, note: str) -> Written:
    """Put the draft in force as the next version, with a note that says what for; the draft is gone then.

    Refused where somebody published since the draft was begun, where the text is wrong, or says what is in force
    already, or takes the name of another rule set.
    """
    rule_set = _held(doing.db, draft.rule_set_id)
    asked = _new_version(doing, rule_set, draft.toml, note, base_number=draft.base_number)
    if asked.version is not None:
        doing.db.delete(draft)
        doing.db.flush()
    return asked


def roll_back(doing: Doing, rule_set: RuleSet, number: int, note: str, *, base_number: int) -> Written:
    """The text of an earlier version comes back as a new one; `base_number` is the one the actor saw in force."""
    rule_set = _held(doing.db, rule_set.id)
    old = doing.db.execute(
        select(RuleVersion).where(RuleVersion.rule_set_id == rule_set.id, RuleVersion.number == number)
    ).scalar_one()
    return _new_version(doing, rule_set, old.toml, note, base_number=base_number, rolled_back_from=number)


def apply(doing: Doing, toml: str, article: Article, note: str | None) -> Written:
    """A file of the vendor's own repository: the rule set that it names gets this text, and the article follows it."""
    loaded = checked(toml)
    if isinstance(loaded, Written):
        return loaded
    rule_set = doing.db.execute(select(RuleSet).where(RuleSet.name == loaded.name)).scalar()
    if rule_set is None:
        rule_set = RuleSet(public_id=new_id(doing.now), name=loaded.name)
        doing.db.add(rule_set)
        doing.db.flush()
    rule_set = _held(doing.db, rule_set.id)
    asked = _new_version(doing, rule_set, toml, note)
    assign(doing, rule_set, [article])
    return asked


def followers(db: Session, name: str) -> list[str]:
    """The articles that follow the rule set of this name, by their numbers."""
    mine = select(Article.sku).join(RuleSet, RuleSet.id == Article.rule_set_id).where(RuleSet.name == name)
    return list(db.execute(mine.order_by(Article.sku)).scalars())


def assign(doing: Doing, rule_set: RuleSet, articles: Sequence[Article]) -> Written:
    """From now on these articles follow this rule set; what was decided before stays decided."""
    if latest(doing.db, rule_set.id) is None:
        return Written(code="rule_set_unpublished", rule_set=rule_set)
    for article in articles:
        if article.rule_set_id == rule_set.id:
            continue
        before = doing.db.get_one(RuleSet, article.rule_set_id).name
        article.rule_set_id = rule_set.id
        audit.record(
            doing.db, doing.now, doing.actor, Happened.RULES_ASSIGNED, sku=article.sku, name=rule_set.name,
            before=before,
        )  # fmt: skip
    doing.db.flush()
    return Written(rule_set=rule_set)


def _held(db: Session, rule_set_id: int) -> RuleSet:
    """The rule set, locked: of two who publish at once one comes second and sees what the first has done."""
    return db.execute(
        select(RuleSet)
        .where(RuleSet.id == rule_set_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()


def _new_version(
    doing: Doing,
    rule_set: RuleSet,
    toml: str,
    note: str | None,
    *,
    base_number: int | None = None,
    rolled_back_from: int | None = None,
) -> Written:
    kind = Happened.RULES_ROLLED_BACK if rolled_back_from else Happened.RULES_PUBLISHED
    before = latest(doing.db, rule_set.id)
    refused = _refusal(doing.db, rule_set, toml, before, base_number)
    if refused is not None:
        audit.record(doing.db, doing.now, doing.actor, kind, refused=True, code=refused.code, name=rule_set.name)
        return refused
    rule_set.name = parsed(toml).name
    version = RuleVersion(
        rule_set_id=rule_set.id, number=before.number + 1 if before else 1, toml=toml,
        note=note[:MOST_NOTE] if note else None, published_at=doing.now, published_by_id=doing.actor.user_id,
        rolled_back_from=rolled_back_from,
    )  # fmt: skip
    doing.db.add(version)
    doing.db.flush()
    audit.record(
        doing.db, doing.now, doing.actor, kind, rule_version_id=version.id, name=rule_set.name, number=version.number,
        note=version.note, rolled_back_from=rolled_back_from,
    )  # fmt: skip
    return Written(rule_set=rule_set, version=version)


def _refusal(
    db: Session, rule_set: RuleSet, toml: str, before: RuleVersion | None, base_number: int | None
) -> Written | None:
    loaded = checked(toml)
    if isinstance(loaded, Written):
        return loaded
    if base_number is not None and base_number != (before.number if before else 0):
        return Written(code="rules_stale", params={"date": before and before.published_at}, rule_set=rule_set)
    if before is not None and before.toml == toml:
        return Written(code="rules_unchanged", params={"last": before.published_at}, rule_set=rule_set)
    taken = select(RuleSet.id).where(RuleSet.name == loaded.name, RuleSet.id != rule_set.id)
    if db.execute(taken).scalar() is not None:
        return Written(code="rule_name_taken", params={"rule": loaded.name}, rule_set=rule_set)
    return None
