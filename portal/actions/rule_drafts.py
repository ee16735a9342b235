"""Drafts: what somebody of the vendor writes into a rule set before it is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal import audit, rules
from portal.actions.doing import Doing
from portal.audit import Happened
from portal.db import new_id
from portal.models import RuleDraft, RuleSet, RuleVersion
from portal.rules import Problem, RuleFileError


@dataclass(frozen=True, slots=True)
class Written:
    """What came of it. `code` is "ok", or names the sentence that says why nothing was changed; `problems` tells what
    is wrong with the text, line by line; `params` is for the sentence.
    """

    code: str = "ok"
    params: Mapping[str, object] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    rule_set: RuleSet | None = None
    draft: RuleDraft | None = None
    version: RuleVersion | None = None

    @property
    def allowed(self) -> bool:
        return self.code == "ok"


def latest(db: Session, rule_set_id: int) -> RuleVersion | None:
    """The version in force; None where nothing was ever published."""
    return db.execute(
        select(RuleVersion).where(RuleVersion.rule_set_id == rule_set_id).order_by(RuleVersion.number.desc()).limit(1)
    ).scalar()


def mine(doing: Doing, rule_set: RuleSet) -> RuleDraft | None:
    """The actor's own draft of this rule set."""
    return doing.db.execute(
        select(RuleDraft).where(RuleDraft.rule_set_id == rule_set.id, RuleDraft.made_by_id == doing.actor.user_id)
    ).scalar()


def begin(doing: Doing, toml: str) -> Written:
    """A rule set that does not exist yet: named by the text, without a version, and with a draft of the actor's."""
    loaded = checked(toml)
    if isinstance(loaded, Written):
        return loaded
    if doing.db.execute(select(RuleSet.id).where(RuleSet.name == loaded.name)).scalar() is not None:
        return Written(code="rule_name_taken", params={"rule": loaded.name})
    rule_set = RuleSet(public_id=new_id(doing.now), name=loaded.name)
    doing.db.add(rule_set)
    doing.db.flush()
    audit.record(doing.db, doing.now, doing.actor, Happened.RULES_DRAFTED, name=rule_set.name)
    return _new(doing, rule_set, toml, 0)


def save(doing: Doing, rule_set: RuleSet, toml: str, edition: int) -> Written:
    """Keep the text as the actor's draft. `edition` is that of the draft that was edited, 0 where there was none.

    A text that is wrong is refused, and one that was begun before the draft was saved elsewhere: nothing is lost by
    it, the page that asked still has the text.
    """
    loaded = checked(toml)
    if isinstance(loaded, Written):
        return loaded
    draft = mine(doing, rule_set)
    if draft is None:
        if edition:  # it was published or discarded in another window
            return Written(code="draft_stale", rule_set=rule_set)
        found = latest(doing.db, rule_set.id)
        return _new(doing, rule_set, toml, found.number if found else 0)
    saved = doing.db.execute(
        update(RuleDraft)
        .where(RuleDraft.id == draft.id, RuleDraft.edition == edition)
        .values(toml=toml, edition=edition + 1, saved_at=doing.now)
        .execution_options(synchronize_session=False)
    ).rowcount
    doing.db.refresh(draft)
    return Written(code="ok" if saved else "draft_stale", rule_set=rule_set, draft=draft)


def rebase(doing: Doing, draft: RuleDraft) -> Written:
    """The actor has seen what was published meanwhile: the draft now stands on the version in force."""
    found = latest(doing.db, draft.rule_set_id)
    draft.base_number = found.number if found else 0
    draft.edition += 1
    doing.db.flush()
    return Written(draft=draft)


def discard(doing: Doing, draft: RuleDraft) -> None:
    """Throw the draft away; a rule set that never had a version goes with its last draft."""
    rule_set_id = draft.rule_set_id
    doing.db.delete(draft)
    doing.db.flush()
    others = doing.db.execute(select(RuleDraft.id).where(RuleDraft.rule_set_id == rule_set_id).limit(1)).scalar()
    if others is None and latest(doing.db, rule_set_id) is None:
        doing.db.delete(doing.db.get_one(RuleSet, rule_set_id))
        doing.db.flush()


def checked(toml: str) -> rules.RuleSet | Written:
    """The rule set that the text says, or why it is none."""
    try:
        return rules.load(toml)
    except RuleFileError as refused:
        return Written(code="rules_invalid", problems=tuple(refused.problems))


def _new(doing: Doing, rule_set: RuleSet, toml: str, base_number: int) -> Written:
    draft = RuleDraft(
        public_id=new_id(doing.now), rule_set_id=rule_set.id, made_by_id=doing.actor.user_id, toml=toml,
        base_number=base_number, edition=1, saved_at=doing.now,
    )  # fmt: skip
    doing.db.add(draft)
    doing.db.flush()
    return Written(rule_set=rule_set, draft=draft)
