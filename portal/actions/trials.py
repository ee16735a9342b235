"""Trying rules on a license that exists: its case at a chosen moment, with what was recorded until then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from portal import rules
from portal.actions import ledger, recorded, rule_sets
from portal.actions.facts import license_facts
from portal.models import License, RuleVersion
from portal.rules import ActorFacts, Case, DeviceFacts


def case_of(
    db: Session, license_: License, rule_set: rules.RuleSet, moment: datetime, operation: str, *,
    role: str | None, evidence: str | None, reason: str | None, components: Mapping[str, str] | None,
) -> Case:  # fmt: skip
    """The license as it was at that moment; what was recorded later is not known yet."""
    facts = recorded.known(db, License.id == license_.id)[license_.id]
    begin, end = recorded.term(facts, moment)
    state = next((state for at, state in reversed(facts.taken) if at <= moment), "active")
    # How far the ledger is read depends on the rules alone, and not on whether they were ever published.
    asked = replace(rule_sets.in_force(db, license_.article_id), rules=rule_set)
    past = tuple(entry for entry in ledger.entries(db, license_, asked) if entry.at <= moment)
    return Case(
        now=moment,
        operation=operation,
        license=license_facts(
            license_.id, facts.quantity, state, begin, end, facts.product, facts.article, facts.group, facts.model
        ),
        device=DeviceFacts(components=components) if components else None,
        actor=ActorFacts(role=role, user=str(license_.user_id) if license_.user_id else None),
        ledger=past,
        reason=reason,
        evidence=evidence,
    )


def text_to_try(draft: str | None, latest: RuleVersion | None, *, wants_draft: bool) -> str | None:
    """The actor's draft or the version in force, whichever is wanted, else the one there is."""
    in_force = latest.toml if latest else None
    return (draft or in_force) if wants_draft else (in_force or draft)
