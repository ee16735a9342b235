"""Asking the rules: the facts of a moment become a case, and what was done becomes an entry of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from portal import audit, rules
from portal.access import lock_license
from portal.actions import rule_sets, terms
from portal.actions.doing import Doing
from portal.actions.rule_sets import InForce
from portal.audit import Happened
from portal.models import Activation, Article, Device, License, LicenseState, Operation, Product
from portal.rules import ActorFacts, Case, Decision, DeviceFacts, Entry, LicenseFacts, RunningLicense

# What the rules call a state; a recalled license is as good as revoked, except that returns still end it well.
STATES = {
    LicenseState.RECALLED: "revoked",
    LicenseState.REVOKED: "revoked",
    LicenseState.MERGED: "merged",
}
# Budgets with these scopes reach across licenses; they stay within the owner group.
WIDE = frozenset({"product", "group", "user", "device"})


# A wide budget reads all that its owner ever did, so these are columns and no entities.
_COLUMNS = (
    Operation.at, Operation.operation, Operation.line, Operation.components, Operation.evidence, Operation.reason,
    Operation.license_id, Operation.product_id, Operation.article_id, Operation.group_id, Operation.user_id,
    Operation.grants, Operation.amount, Operation.actor,
)  # fmt: skip
_mine = Operation.license_id == bindparam("license")
_ORDER = (Operation.at, Operation.id)
_OF_LICENSE = select(*_COLUMNS).where(_mine).order_by(*_ORDER)
_touched = select(Operation.license_id).where(
    Operation.group_id == bindparam("group"), Operation.operation.in_(bindparam("operations", expanding=True))
)
_OF_OWNER = (
    select(*_COLUMNS)
    .where(or_(_mine, and_(Operation.license_id.in_(_touched), Operation.group_id == bindparam("group"))))
    .order_by(*_ORDER)
)


def entries(db: Session, license_: License, in_force: InForce) -> tuple[Entry, ...]:
    """What the rules look at: the license's own operations, and where a budget reaches further, those of every
    license of the owner on which something was done that such a budget counts.

    Tickets that nobody registered yet lie in one pool and belong to strangers, who must not use up each other's
    budgets: there every license counts for itself.
    """
    db.flush()
    counted = reaching(in_force.rules) if reaches_further(license_, in_force) else frozenset()
    values = {"license": license_.id, "group": license_.group_id, "operations": sorted(counted)}
    rows = db.connection().execute(_OF_OWNER if counted else _OF_LICENSE, values)
    return tuple(entry(*row) for row in rows)


def entry(
    at: datetime, operation: str, line: UUID | None, components: dict[str, str] | None, evidence: str | None,
    reason: str | None, license_: int, product: int, article: int, group: int, user: int | None, grants: str | None,
    amount: int | None, actor: str | None,
) -> Entry:  # fmt: skip
    return Entry(
        at=at,
        operation=operation,
        activation=str(line) if line else None,
        device=DeviceFacts(components=components) if components is not None else None,
        evidence=evidence,
        reason=reason,
        license=str(license_),
        product=str(product),
        article=str(article),
        group=str(group),
        user=str(user) if user else None,
        grants=grants,
        amount=amount or 0,
        actor=actor,
    )


def hold(db: Session, license_: License) -> None:
    """Lock the license for a change, and before it its owner group where a budget reaches across licenses."""
    in_force = rule_sets.in_force(db, license_.article_id)
    wide = reaches_further(license_, in_force)
    lock_license(db, license_, wide=wide)
    if not wide and reaches_further(license_, in_force):  # it was registered while we waited
        lock_license(db, license_, wide=True)


def reaches_further(license_: License, in_force: InForce) -> bool:
    return is_wide(in_force.rules) and license_.state != LicenseState.ISSUED


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
    ) -> None:
        self.doing, self.license = doing, license_
        self.components, self.activation, self.reason, self.evidence = components, activation, reason, evidence
        self.in_force = rule_sets.in_force(doing.db, license_.article_id)
        self._article = doing.db.get_one(Article, license_.article_id)
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
            license=LicenseFacts(
                id=str(self.license.id),
                quantity=self.license.quantity,
                state=STATES.get(self.license.state, "active"),
                term_begin=terms.began(self.doing.db, self.license, self.doing.now),
                term_end=self.license.ends_at,
                product=str(self._article.product_id),
                article=str(self._article.id),
                group=str(self.license.group_id),
                model=self._article.model,
            ),
            device=self._device(operation),
            actor=ActorFacts(role=actor.role, user=str(actor.user_id) if actor.user_id else None),
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

    def done(self, operation: str, activation: Activation | None, *, at: datetime | None = None) -> Operation:
        """Write the operation into the ledger."""
        actor = self.doing.actor
        row = Operation(
            license_id=self.license.id,
            group_id=self.license.group_id,
            product_id=self._article.product_id,
            article_id=self._article.id,
            user_id=actor.user_id,
            at=at or self.doing.now,
            operation=operation,
            line=activation.line if activation else None,
            components=dict(self.components) if self.components is not None else None,
            evidence=self.evidence,
            reason=self.reason,
            actor=actor.kind,
            rule_version_id=self.in_force.version_id,
        )
        self.doing.db.add(row)
        self.doing.db.flush()
        self._ledger = None
        return row

    def event(self, kind: Happened, activation: Activation | None = None, **details: object) -> None:
        """Record that it was done, with the version that decided."""
        audit.record(
            self.doing.db, self.doing.now, self.doing.actor, kind,
            group_id=self.license.group_id, license_id=self.license.id,
            activation_id=activation.id if activation else None, rule_version_id=self.in_force.version_id, **details,
        )  # fmt: skip

    def refused(
        self, kind: Happened, decision: Decision, activation: Activation | None = None, **details: object
    ) -> None:
        """Record the refusal; nothing else changes."""
        audit.record(
            self.doing.db, self.doing.now, self.doing.actor, kind, refused=True, code=decision.code,
            group_id=self.license.group_id, license_id=self.license.id,
            activation_id=activation.id if activation else None, rule_version_id=self.in_force.version_id,
            next_allowed_at=decision.next_allowed_at and decision.next_allowed_at.isoformat(), **details,
        )  # fmt: skip

    def _device(self, operation: str) -> DeviceFacts | None:
        if self.components is None:
            return None
        running = self._running() if operation == "activate" and self._article.model == "subscription" else ()
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
                Activation.ended_at.is_(None), License.group_id == self.license.group_id, License.id != self.license.id
            )
        )
        # Articles with the same display name are one product, whatever their number.
        mine = self.doing.db.get_one(Product, self._article.product_id)
        return tuple(
            RunningLicense(
                id=str(row.id),
                product=str(mine.id) if row.name == mine.name else row.name,
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
