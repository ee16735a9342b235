"""The vendor's desk, where the rules are written: who comes in, and the finders of what lies on it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Forbidden, NotFound
from portal.models import Replay, RuleSet, RuleVersion

MOST_VERSIONS = 1_000_000


def enter(actor: Actor, *, writes: bool = False) -> None:
    """Let the vendor's people in: to everybody else the desk does not exist, and only admins change what lies on it."""
    if not actor.reads_rules:
        raise NotFound
    if writes and not actor.writes_rules:
        raise Forbidden


def rule_set_for(db: Session, actor: Actor, rule_set_id: UUID, *, writes: bool = False) -> RuleSet:
    """A rule set of the vendor, for those who may read it or, with `writes`, change it."""
    enter(actor, writes=writes)
    rule_set = db.execute(select(RuleSet).where(RuleSet.public_id == rule_set_id)).scalar()
    if rule_set is None:
        raise NotFound
    return rule_set


def replay_for(db: Session, rule_set: RuleSet, replay_id: UUID) -> Replay:
    """One run of the recorded history against a text of a rule set that was found already."""
    replay = db.execute(
        select(Replay).where(Replay.public_id == replay_id, Replay.rule_set_id == rule_set.id)
    ).scalar()
    if replay is None:
        raise NotFound
    return replay


def version_for(db: Session, rule_set: RuleSet, number: int) -> RuleVersion:
    """One version of a rule set that was found already."""
    if number > MOST_VERSIONS:  # what no column holds is no number of a version
        raise NotFound
    version = db.execute(
        select(RuleVersion).where(RuleVersion.rule_set_id == rule_set.id, RuleVersion.number == number)
    ).scalar()
    if version is None:
        raise NotFound
    return version
