"""What was recorded, as the rules can be asked about it again: operations and refused attempts, in order of time."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portal.actions import facts
from portal.audit import Happened
from portal.models import (
    Activation,
    Article,
    Event,
    License,
    LicenseState,
    Operation,
    Request,
    RequestKind,
    RequestState,
    Term,
    TermKind,
)
from portal.rules import DeviceFacts, Entry

FETCHED = 2_000  # rows that are in memory at once

ASKED = {
    Happened.DEVICE_ACTIVATED: "activate",
    Happened.DEVICE_MOVED: "rehost",
    Happened.DEVICE_REPAIRED: "repair",
    Happened.DEVICE_RETURNED: "return",
    Happened.RETURN_ASKED: "return",
    Happened.EMERGENCY_GRANTED: "emergency",
}
_TAKEN_AWAY = {
    Happened.LICENSE_RECALLED: "revoked",
    Happened.LICENSE_REVOKED: "revoked",
    Happened.LICENSE_MERGED: "merged",
}
# Emergency licenses stand beside the rules, and what was undone counts as never done.
_STANDS_ALONE = License.stands_for_id.is_(None)
DONE = (_STANDS_ALONE, Operation.undone_at.is_(None))
REFUSED = (_STANDS_ALONE, Event.outcome == "refused", Event.kind.in_(ASKED))


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded operation (`entry`), or one refused attempt."""

    owner: int
    at: datetime
    rank: tuple[int, int]
    license_id: int
    operation: str
    user_id: int | None
    line: str | None
    device: DeviceFacts | None
    evidence: str | None
    reason: str | None
    actor: str | None
    version_id: int | None
    then: tuple[str, str]
    group_id: int
    entry: Entry | None = None

    @property
    def order(self) -> tuple[int, datetime, tuple[int, int]]:
        return self.owner, self.at, self.rank


@dataclass(frozen=True, slots=True)
class Known:
    """A license with what was recorded of its time and of what was taken away."""

    article: int
    product: int
    group: int
    model: str
    quantity: int
    is_issued: bool
    is_approved: bool = False  # a trial that the vendor granted after looking at it
    terms: list[tuple[str, datetime | None, datetime | None, datetime]] = field(default_factory=list)
    taken: list[tuple[datetime, str]] = field(default_factory=list)


class Record:
    """Reads what some licenses have behind them. Equal devices of one owner are read as one value."""

    def __init__(self) -> None:
        self._owner = 0
        self._devices: dict[frozenset[tuple[str, str]], DeviceFacts] = {}

    def rows(self, db: Session, where: ColumnElement[bool], *, by_group: bool) -> Iterator[Recorded]:
        """By owner, which is the license, or `by_group` the group that has it now; then in order of time."""
        done, refused = self._done(db, where, by_group), self._refused(db, where, by_group)
        return heapq.merge(done, refused, key=attrgetter("order"))

    def _done(self, db: Session, where: ColumnElement[bool], by_group: bool) -> Iterator[Recorded]:
        owner = License.group_id if by_group else License.id
        columns = (owner, Operation.id, Operation.rule_version_id, *facts.COLUMNS)
        statement = (
            select(*columns)
            .join(License, License.id == Operation.license_id)
            .where(where, *DONE)
            .order_by(owner, Operation.at, Operation.id)
            .execution_options(yield_per=FETCHED)
        )
        for owner_id, operation_id, version_id, *columns_ in db.execute(statement):
            if owner_id != self._owner:
                self._owner, self._devices = owner_id, {}
            entry = facts.entry(*columns_, device_of=self._device)
            license_id, group_id, user_id = columns_[6], columns_[9], columns_[10]
            yield Recorded(
                owner_id, entry.at, (0, operation_id), license_id, entry.operation, user_id, entry.activation,
                entry.device, entry.evidence, entry.reason, entry.actor, version_id, ("allow", "ok"), group_id, entry,
            )  # fmt: skip

    def _refused(self, db: Session, where: ColumnElement[bool], by_group: bool) -> Iterator[Recorded]:
        owner = License.group_id if by_group else License.id
        statement = (
            select(
                owner, Event.id, Event.at, Event.kind, Event.code, Event.actor_kind, Event.actor_id, Event.license_id,
                Event.group_id, Event.rule_version_id, Event.details, Activation.line,
            )
            .join(License, License.id == Event.license_id)
            .outerjoin(Activation, Activation.id == Event.activation_id)
            .where(where, *REFUSED)
            .order_by(owner, Event.at, Event.id)
            .execution_options(yield_per=FETCHED)
        )  # fmt: skip
        for row in db.execute(statement):
            asked = row.details.get("asked")
            if asked is None:  # recorded before refusals said what they were an answer to
                continue
            yield Recorded(
                row[0], row.at, (1, row[1]), row.license_id, ASKED[Happened(row.kind)], row.actor_id,
                str(row.line) if row.line else None, self._device(asked.get("components")), asked.get("evidence"),
                asked.get("reason"), row.actor_kind, row.rule_version_id, (asked.get("outcome", "deny"), row.code),
                row.group_id,
            )  # fmt: skip

    def _device(self, components: dict[str, str] | None) -> DeviceFacts | None:
        """Equal devices are one value: a history of thousands of operations knows a few."""
        if components is None:
            return None
        return self._devices.setdefault(frozenset(components.items()), DeviceFacts(components=components))


def known(db: Session, where: ColumnElement[bool]) -> dict[int, Known]:
    found = {
        id: Known(article, product, group, model, quantity, state == LicenseState.ISSUED)
        for id, article, product, group, model, quantity, state in db.execute(
            select(
                License.id, License.article_id, Article.product_id, License.group_id, Article.model, License.quantity,
                License.state,
            )
            .join(Article, Article.id == License.article_id)
            .where(where)
        )
    }  # fmt: skip
    granted = select(Request.license_id).join(License, License.id == Request.license_id)
    granted = granted.where(where, Request.kind == RequestKind.DEMO, Request.state == RequestState.GRANTED)
    for id in db.execute(granted).scalars():
        found[id] = replace(found[id], is_approved=True)
    terms = select(Term.license_id, Term.kind, Term.begins_at, Term.ends_at, Term.created_at)
    for id, *term in db.execute(terms.join(License, License.id == Term.license_id).where(where)):
        found[id].terms.append(tuple(term))
    taken = select(Event.license_id, Event.at, Event.kind).join(License, License.id == Event.license_id)
    taken = taken.where(where, Event.outcome == "done", Event.kind.in_(_TAKEN_AWAY)).order_by(Event.at, Event.id)
    for id, at, kind in db.execute(taken):
        found[id].taken.append((at, _TAKEN_AWAY[Happened(kind)]))
    return found


def tried_for(license_: Known, at: datetime) -> str | None:
    """How long a trial that began at this moment was to run, as the rules read it."""
    spans = (ends - begins for _, begins, ends, created in license_.terms if created == at and begins and ends)
    return next((f"P{span.days}D" for span in spans), None)


def term(license_: Known, at: datetime) -> tuple[datetime | None, datetime | None]:
    """Begin of the term that ran and end of the license, as the terms that stood there before `at` say."""
    stood = [(kind, begins, ends) for kind, begins, ends, created in license_.terms if created < at]
    runs = [
        begins
        for kind, begins, ends in stood
        if kind != TermKind.PERPETUAL and begins is not None and ends is not None and begins <= at < ends
    ]
    used = [ends for kind, _, ends in stood if kind == TermKind.USE and ends is not None]
    return max(runs, default=None), max(used, default=None)
