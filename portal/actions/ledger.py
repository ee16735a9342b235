"""Asking the rules: the facts of a moment become a case, and what was done becomes an entry of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from portal import audit, rules
from portal.access import lock_license
from portal.actions import rule_sets, terms
from portal.actions.doing import Doing
from portal.actions.facts import COLUMNS, entry, license_facts
from portal.actions.rule_sets import InForce
from portal.audit import Happened
from portal.models import Activation, Article, Device, Group, License, LicenseState, Operation, Product
from portal.rows import Ready, write
from portal.rules import ActorFacts, Case, Decision, DeviceFacts, Entry, RunningLicense

# What the rules call a state; a recalled license is as good as revoked, except that returns still end it well.
STATES = {
    LicenseState.RECALLED: "revoked",
    LicenseState.REVOKED: "revoked",
    LicenseState.MERGED: "merged",
}
# Budgets with these scopes reach across licenses; they stay within the owner group.
WIDE = frozenset({"product", "group", "user", "device"})

_counts = Operation.undone_at.is_(None)
_mine = and_(Operation.license_id == bindparam("license"), _counts)
_ORDER = (Operation.at, Operation.id)
_OF_LICENSE = Ready(select(*COLUMNS).where(_mine).order_by(*_ORDER))


# What is done with an emergency license uses up nobody's budget.
_EMERGENCIES = select(License.id).where(License.group_id == bindparam("group"), License.stands_for_id.is_not(None))


@lru_cache(maxsize=64)
def _of_owner(operations: frozenset[str]) -> Ready:
    """Built once for the few sets of operations that rules count."""
    in_group = and_(Operation.group_id == bindparam("group"), _counts, Operation.license_id.not_in(_EMERGENCIES))
    counted = or_(*(Operation.operation == one for one in sorted(operations)))
    touched = select(Operation.license_id).where(in_group, counted)
    reached = or_(_mine, and_(Operation.license_id.in_(touched), in_group))
    return Ready(select(*COLUMNS).where(reached).order_by(*_ORDER))


def entries(db: Session, license_: License, in_force: InForce) -> tuple[Entry, ...]:
    """What the rules look at: the license's own operations, and where a budget reaches further, those of every
    license of the owner on which something was done that such a budget counts.

    Tickets that nobody registered yet lie in one pool and belong to strangers, who must not use up each other's
    budgets: there every license counts for itself.
    """
    counted = reaching(in_force.rules) if reaches_further(license_, in_force) else frozenset()
    if counted:
        rows = _of_owner(counted).all(db, license=license_.id, group=license_.group_id)
    else:
        rows = _OF_LICENSE.all(db, license=license_.id)
    return tuple(entry(*row) for row in rows)


def hold(db: Session, license_id: int) -> tuple[License, InForce]:
    """Lock the license for a change, and before it its owner group where a budget reaches across licenses.

    Returns it as it is now, and the rules by which it was locked: those decide, whatever is published meanwhile.
    """
    in_force, state, group_id = rule_sets.of_license(db, license_id)
    if not is_wide(in_force.rules):
        return lock_license(db, license_id, group_id=None), in_force
    if state != LicenseState.ISSUED:
        return lock_license(db, license_id, group_id=group_id), in_force
    db.flush()
    attempt = db.connection().begin_nested()
    license_ = lock_license(db, license_id, group_id=None)
    if not reaches_further(license_, in_force):
        attempt.commit()
        return license_, in_force
    # It was registered while we waited. Everybody locks the group first, so the license is let go before.
    attempt.rollback()
    return lock_license(db, license_id, group_id=license_.group_id), in_force


def reaches_further(license_: License, in_force: InForce) -> bool:
    is_alone = license_.state == LicenseState.ISSUED or license_.stands_for_id is not None
    return not is_alone and is_wide(in_force.rules)


def is_wide(rule_set: rules.RuleSet) -> bool:
    """Whether any budget or waiting time of these rules reaches across licenses."""
    return bool(reaching(rule_set))


def reaching(rule_set: rules.RuleSet) -> frozenset[str]:
    """The operations on other licenses that these rules count: those of wide budgets, the activations that such a
    budget's years begin with, and those after which a wide waiting time runs."""
    found: set[str] = set()
    for allowance in rule_set.allowances:
        if WIDE.intersection(allowance.scopes):
            found |= allowance.operations | ({"activate"} if allowance.accrual else set())
    found |= {rule.after for rule in rule_set.cooldowns if rule.scope in WIDE}
    return frozenset(found)


class Question:
    """One request to the rules about one license at one moment, and the record of what came of it."""

    def __init__(
        self,
        doing: Doing,
        license_: License,
        components: Mapping[str, str] | None,
        *,
        activation: Activation | None = None,
        reason: str | None = None,
        evidence: str | None = None,
        in_force: InForce | None = None,
    ) -> None:
        self.doing, self.license = doing, license_
        self.components, self.activation, self.reason, self.evidence = components, activation, reason, evidence
        in_force = in_force or rule_sets.in_force(doing.db, license_.article_id)
        self.in_force = in_force if license_.stands_for_id is None else rule_sets.standing_in(in_force)
        self._ledger: tuple[Entry, ...] | None = None

    def case(self, operation: str) -> Case:
        """The case as the rules take it; the ledger is read once."""
        if self._ledger is None:
            self._ledger = entries(self.doing.db, self.license, self.in_force)
        actor = self.doing.actor
        # Another server's clock may be a second ahead; what it recorded is not in the future for that.
        latest = self._ledger[-1].at if self._ledger else self.doing.now
        return Case(
            now=max(self.doing.now, latest),
            operation=operation,
            license=license_facts(
                self.license.id,
                self.license.quantity,
                STATES.get(self.license.state, "active"),
                terms.began(self.doing.db, self.license, self.doing.now),
                self.license.ends_at,
                self.in_force.product_id,
                self.in_force.article_id,
                self.license.group_id,
                self.in_force.model,
            ),
            device=self._device(operation),
            actor=ActorFacts(role=self._role(), user=str(actor.user_id) if actor.user_id else None),
            ledger=self._ledger,
            activation=str(self.activation.line) if self.activation else None,
            reason=self.reason,
            evidence=self.evidence,
        )

    def decide(self, operation: str) -> Decision:
        return rules.decide(self.in_force.rules, self.case(operation))

    def freed_at(self, activation: Activation) -> datetime | None:
        """When the rules of today free the seat of a returned activation; None while it is live."""
        return rules.freed_at(self.in_force.rules, self.case("return"), str(activation.line))

    def overage(self) -> int:
        """Seats above the quantity that the rules in force allow."""
        return self.in_force.rules.seats.overage(self.license.quantity)

    def done(
        self, operation: str, activation: Activation | None, *, at: datetime | None = None, grants: str | None = None,
        amount: int | None = None,
    ) -> None:  # fmt: skip
        """Write the operation into the ledger; an override says what it `grants`, and how many."""
        actor = self.doing.actor
        write(
            self.doing.db,
            Operation,
            license_id=self.license.id,
            group_id=self.license.group_id,
            product_id=self.in_force.product_id,
            article_id=self.in_force.article_id,
            user_id=actor.user_id,
            at=at or self.doing.now,
            operation=operation,
            line=activation.line if activation else None,
            components=dict(self.components) if self.components is not None else None,
            evidence=self.evidence,
            reason=self.reason,
            grants=grants,
            amount=amount,
            actor=actor.kind,
            rule_version_id=self.in_force.version_id,
        )
        self._ledger = None

    def event(
        self, kind: Happened, activation: Activation | None = None, *, assignment_id: int | None = None,
        **details: object,
    ) -> None:  # fmt: skip
        """Record that it was done, with the version that decided."""
        if activation is not None:
            assignment_id = activation.assignment_id
        audit.record(
            self.doing.db, self.doing.now, self.doing.actor, kind,
            group_id=self.license.group_id, license_id=self.license.id,
            activation_id=activation.id if activation else None, assignment_id=assignment_id,
            rule_version_id=self.in_force.version_id, **details,
        )  # fmt: skip

    def refused(
        self, kind: Happened, decision: Decision, activation: Activation | None = None, **details: object
    ) -> None:
        """Record the refusal, and what it was an answer to; nothing else changes."""
        asked = {
            "outcome": decision.outcome,
            "evidence": self.evidence,
            "reason": self.reason,
            "components": self.components,
        }
        audit.record(
            self.doing.db, self.doing.now, self.doing.actor, kind, refused=True, code=decision.code,
            group_id=self.license.group_id, license_id=self.license.id,
            activation_id=activation.id if activation else None,
            assignment_id=activation.assignment_id if activation else None, rule_version_id=self.in_force.version_id,
            next_allowed_at=decision.next_allowed_at and decision.next_allowed_at.isoformat(),
            asked={name: value for name, value in asked.items() if value is not None}, **details,
        )  # fmt: skip

    def _role(self) -> str:
        actor = self.doing.actor
        path = self.doing.db.get_one(Group, self.license.group_id).path if actor.places else "/"
        return actor.role_over(path)

    def _device(self, operation: str) -> DeviceFacts | None:
        if self.components is None:
            return None
        running = self._running() if operation == "activate" and self.in_force.model == "subscription" else ()
        return DeviceFacts(components=self.components, licenses=running)

    def _running(self) -> tuple[RunningLicense, ...]:
        """Subscriptions of the same owner that run on a device with these very components."""
        rows = self.doing.db.execute(
            select(License.id, Product.name, Article.model, License.ends_at, Device.components)
            .join(Activation, Activation.license_id == License.id)
            .join(Device, Device.id == Activation.device_id)
            .join(Article, Article.id == License.article_id)
            .join(Product, Product.id == Article.product_id)
            .where(
                Activation.ended_at.is_(None), License.group_id == self.license.group_id,
                License.id != self.license.id, License.stands_for_id.is_(None),
            )  # fmt: skip
        )
        # Articles with the same display name are one product, whatever their number.
        mine = self.in_force
        return tuple(
            RunningLicense(
                id=str(row.id),
                product=str(mine.product_id) if row.name == mine.product else row.name,
                model=row.model,
                ends_at=row.ends_at,
            )
            for row in rows
            if row.components == self.components
        )


def nothing_to_decide() -> Decision:
    """The deed asks nothing of the rules: a confirmation, or something that had been done before."""
    return Decision(outcome="allow", code="ok")


def gone(is_gone: bool) -> Decision:
    """The seat or waiting device left in the meantime; or, pressed twice, it had been done already."""
    return Decision(outcome="deny", code="waiting_device_gone") if is_gone else nothing_to_decide()


def lost_the_race(decision: Decision) -> Decision:
    """The rules saw a free seat and the guarded counter did not: somebody else was quicker."""
    return Decision(outcome="deny", code="seats_exhausted", rule="seats", remaining=decision.remaining)
