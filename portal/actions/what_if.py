"""What if: recorded history decided again by other rules, in order of time, with what was known at each moment.

What was done or refused is taken as recorded; a draft that answers otherwise is a finding, unless the version that
decided then gives, asked in the same way, the draft's answer too: then the record lacks something both would need.
Roles are those of today, and what is not recorded (the country, what else ran on the device) is not asked about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from portal import rules
from portal.actions import ledger, recorded
from portal.actions.recorded import Known, Record, Recorded
from portal.actions.rule_sets import parsed
from portal.db import Database
from portal.models import (
    Article,
    Event,
    Group,
    License,
    LicenseState,
    Membership,
    Operation,
    Role,
    RuleVersion,
)
from portal.rules import OPERATIONS, ActorFacts, Case, Decision, Entry, History, Ledger
from portal.rules import RuleSet as Rules

CHUNK = 200  # licenses that are read in one transaction
STEP = 200  # decisions between two signs of life

_WITH_SEAT = frozenset({"return", "repair", "rehost"})


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Which history is asked, of which moments on, and by which rules it is decided again."""

    toml: str
    article_ids: tuple[int, ...]
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One operation or refused attempt that would have been decided differently."""

    at: datetime
    operation: str
    license_id: int
    user_id: int | None
    operation_id: int | None
    event_id: int | None
    then_outcome: str
    then_code: str
    now: Decision


@dataclass(slots=True)
class Step:
    """A sign of life: how much was decided since the last one, and what was found."""

    seen: int = 0
    findings: list[Finding] = field(default_factory=list)


def count(db: Session, inquiry: Inquiry) -> int:
    """How many decisions a run will take."""
    mine = License.article_id.in_(inquiry.article_ids)
    since = inquiry.since
    done = select(func.count(Operation.id)).join(License, License.id == Operation.license_id)
    done = done.where(mine, *recorded.DONE, Operation.operation.in_(OPERATIONS))
    done = done.where(Operation.at >= since) if since else done
    refused = select(func.count(Event.id)).join(License, License.id == Event.license_id)
    refused = refused.where(mine, *recorded.REFUSED, *([Event.at >= since] if since else []))
    return db.execute(done).scalar_one() + db.execute(refused).scalar_one()


def replay(database: Database, inquiry: Inquiry) -> Iterator[Step]:
    """Decide all of it again, owner by owner; nothing is written, and each chunk is read in a short transaction."""
    run = _Run(database, inquiry)
    for where, by_group in run.chunks():
        with database.reading() as db:
            yield from run.decide(db, where, by_group=by_group)


class _Run:
    def __init__(self, database: Database, inquiry: Inquiry) -> None:
        self._database, self._inquiry = database, inquiry
        self._draft = parsed(inquiry.toml)
        with database.reading() as db:
            self._admins = set(db.execute(_ADMINS).scalars())
            versions = select(Article.id, RuleVersion.id, RuleVersion.toml)
            versions = versions.join(RuleVersion, RuleVersion.rule_set_id == Article.rule_set_id)
            versions = versions.where(Article.id.in_(inquiry.article_ids)).order_by(RuleVersion.number)
            rows = db.execute(versions).all()
        self._texts = {version: toml for _, version, toml in rows}
        self._in_force = {article: toml for article, _, toml in rows}
        self._is_wide = any(map(ledger.is_wide, [self._draft, *map(parsed, self._texts.values())]))
        self._record = Record()

    def chunks(self) -> Iterator[tuple[ColumnElement[bool], bool]]:
        """Some licenses that each count for themselves, then owners whose licenses count together."""
        alone: list[ColumnElement[bool]] = [License.state == LicenseState.ISSUED] if self._is_wide else []
        last = 0
        while ids := self._ids(select(License.id).where(License.id > last, self._mine, *alone).order_by(License.id)):
            last = ids[-1]
            yield License.id.in_(ids), False
        last = 0
        while self._is_wide:
            together = and_(self._mine, License.state != LicenseState.ISSUED, License.group_id > last)
            groups = self._ids(select(License.group_id).distinct().where(together).order_by(License.group_id))
            if not groups:
                return
            for group in groups:
                yield and_(License.group_id == group, License.state != LicenseState.ISSUED), True
            last = groups[-1]

    @property
    def _mine(self) -> ColumnElement[bool]:
        return License.article_id.in_(self._inquiry.article_ids)

    def _ids(self, statement: Any) -> Sequence[int]:
        with self._database.reading() as db:
            return db.execute(statement.limit(CHUNK)).scalars().all()

    def decide(self, db: Session, where: ColumnElement[bool], *, by_group: bool) -> Iterator[Step]:
        known, rows = recorded.known(db, where), self._record.rows(db, where, by_group=by_group)
        step = Step()
        since = self._inquiry.since
        for _, own in groupby(rows, key=attrgetter("owner")):
            past = _Past()
            for row in own:
                license_ = known[row.license_id]
                is_asked = row.operation in OPERATIONS and license_.article in self._in_force
                if is_asked and (since is None or row.at >= since):
                    step.seen += 1
                    if (found := self._judge(row, license_, past)) is not None:
                        step.findings.append(found)
                if row.entry is not None:
                    past.add(row.entry)
                if step.seen >= STEP:
                    yield step
                    step = Step()
        yield step

    def _judge(self, row: Recorded, license_: Known, past: _Past) -> Finding | None:
        case = self._case(row, license_)
        is_alone = license_.is_issued or row.group_id != license_.group
        now = past.decide(self._draft, case, is_alone=is_alone)
        if (now.outcome, now.code) == row.then:
            return None
        if license_.is_approved and now.code == "approval_required":
            return None  # he would be asked, and has said yes
        # What was decided by rules that the article followed before is asked of those that it follows today.
        text = self._texts.get(row.version_id or 0, self._in_force[license_.article])
        then = past.decide(parsed(text), case, is_alone=is_alone)
        if (now.outcome, now.code) == (then.outcome, then.code):
            return None
        operation_id, event_id = (row.rank[1], None) if row.entry else (None, row.rank[1])
        return Finding(
            row.at, now.as_ if now.as_ in ("repair", "rehost") else row.operation, row.license_id, row.user_id,
            operation_id, event_id, *row.then, now,
        )  # fmt: skip

    def _case(self, row: Recorded, license_: Known) -> Case:
        begin, end = recorded.term(license_, row.at)
        state = next((state for at, state in reversed(license_.taken) if at < row.at), "active")
        role = row.actor
        if role == "user":
            role = "admin" if row.user_id in self._admins else "member"
        return Case(
            now=row.at,
            operation=row.operation,
            license=ledger.license_facts(
                row.license_id, license_.quantity, state, begin, end, license_.product, license_.article,
                row.group_id, license_.model,
            ),  # fmt: skip
            device=row.device,
            actor=ActorFacts(role, str(row.user_id) if row.user_id else None),
            activation=row.line if row.operation in _WITH_SEAT else None,
            reason=row.reason,
            evidence=row.evidence,
            duration=recorded.tried_for(license_, row.at) if row.operation == "demo" else None,
        )


class _Past:
    """What one owner has done so far, followed by the rules of each version that is asked."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._histories: dict[int, tuple[Rules, History]] = {}

    def add(self, entry: Entry) -> None:
        self._entries.append(entry)

    def decide(self, rule_set: Rules, case: Case, *, is_alone: bool) -> Decision:
        if id(rule_set) not in self._histories:
            self._histories[id(rule_set)] = (rule_set, History(rule_set, attrgetter("license")))
        history = self._histories[id(rule_set)][1]
        history.add(self._entries[len(history.entries) :])
        sees = None if is_alone or not ledger.is_wide(rule_set) else case.license.group
        return rules.decide(rule_set, case, Ledger(history, case.license.id, sees))


_ADMINS = (
    select(Membership.user_id)
    .join(Group, Group.id == Membership.group_id)
    .where(
        Membership.role == Role.ADMIN, Group.is_person.is_(False), Membership.accepted_at.is_not(None),
        Membership.suspended_at.is_(None),
    )
    .distinct()
)  # fmt: skip
