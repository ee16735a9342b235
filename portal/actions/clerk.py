"""The clerk: decides recorded history again, a piece at a time and outside of any transaction that writes."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import and_, delete, insert, or_, select, update

from portal.actions import what_if
from portal.actions.what_if import Finding, Inquiry, Step
from portal.models import Article, Replay, ReplayFinding, ReplayState
from portal.site import Site

log = logging.getLogger("portal.worker")

HELD = timedelta(minutes=2)  # after so long without a sign of life somebody else begins anew
PIECE = 1.0  # seconds of work between two signs of life
BREATH = 0.002  # seconds that whoever waits for the processor gets after each step
MOST_KEPT, MOST_ALIKE = 1_000, 200  # findings of a run, and of those that are alike


@dataclass(slots=True)
class Tally:
    """What was found so far, counted by what it was and would be; only some of the findings are kept."""

    counts: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    licenses: dict[tuple[str, str, str, str], set[int]] = field(default_factory=dict)
    users: dict[tuple[str, str, str, str], set[int]] = field(default_factory=dict)
    kept: int = 0

    def add(self, finding: Finding) -> bool:
        """Whether this one is worth keeping: so many in all, and of each kind some."""
        kind = (finding.operation, finding.then_code, finding.now.outcome, finding.now.code)
        self.counts[kind] += 1
        self.licenses.setdefault(kind, set()).add(finding.license_id)
        if finding.user_id is not None:
            self.users.setdefault(kind, set()).add(finding.user_id)
        keep = self.kept < MOST_KEPT and self.counts[kind] <= MOST_ALIKE
        self.kept += keep
        return keep

    def result(self) -> dict[str, Any]:
        """The counts as JSON, the most frequent first."""
        return {
            "codes": [
                {
                    "operation": operation, "then": then, "outcome": outcome, "now": now, "count": count,
                    "licenses": len(self.licenses[operation, then, outcome, now]),
                    "users": len(self.users.get((operation, then, outcome, now), ())),
                }
                for (operation, then, outcome, now), count in self.counts.most_common()
            ]
        }  # fmt: skip


@dataclass(slots=True)
class _Work:
    id: int
    claim: UUID
    steps: Iterator[Step]
    seen: int = 0
    tally: Tally = field(default_factory=Tally)


class Clerk:
    """Works on one run at a time. What a clerk who disappeared had begun is begun anew."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._work: _Work | None = None

    def work(self) -> bool:
        """Do a piece of the run under way, or of the next that waits; False when there is none."""
        work = self._work = self._work or self._claimed()
        if work is None:
            return False
        try:
            is_over, findings = self._piece(work)
        except Exception:
            log.exception("the run %s failed", work.id)
            self._end(ReplayState.FAILED)
            return True
        if not self._saved(work, findings):
            self._end(ReplayState.STOPPED)
        elif is_over:
            self._end(ReplayState.DONE)
        return True

    def rest(self) -> None:
        """Leave the run under way for whoever works next."""
        self._end(ReplayState.WAITING)

    def _piece(self, work: _Work) -> tuple[bool, list[Finding]]:
        begun, found = time.monotonic(), []
        for step in work.steps:
            work.seen += step.seen
            found += [finding for finding in step.findings if work.tally.add(finding)]
            if time.monotonic() - begun > PIECE:
                return False, found
            time.sleep(BREATH)
        return True, found

    def _claimed(self) -> _Work | None:
        now, claim = self._site.clock(), uuid4()
        left = and_(Replay.state == ReplayState.RUNNING, Replay.claimed_until < now)
        free = or_(Replay.state == ReplayState.WAITING, left)
        given_up = and_(Replay.state == ReplayState.STOPPING, Replay.claimed_until < now)
        with self._site.database.reading() as db:
            if db.execute(select(Replay.id).where(or_(free, given_up)).limit(1)).scalar() is None:
                return None
        with self._site.database.writing() as db:
            db.execute(update(Replay).where(given_up).values(state=ReplayState.STOPPED, claim=None, ended_at=now))
            replay = db.execute(
                select(Replay).where(free).order_by(Replay.id).limit(1).with_for_update(skip_locked=True)
            ).scalar()
            if replay is None:
                return None
            db.execute(delete(ReplayFinding).where(ReplayFinding.replay_id == replay.id))
            articles = select(Article.id).where(Article.rule_set_id == replay.rule_set_id)
            ids = [replay.article_id] if replay.article_id else db.execute(articles).scalars()
            inquiry = Inquiry(replay.toml, tuple(ids), replay.from_at)
            replay.state, replay.claim, replay.claimed_until = ReplayState.RUNNING, claim, now + HELD
            replay.started_at, replay.seen, replay.differing, replay.result = now, 0, 0, {}
            held = replay.id
        with self._site.database.reading() as db:
            total = what_if.count(db, inquiry)
        with self._site.database.writing() as db:
            db.execute(update(Replay).where(Replay.id == held, Replay.claim == claim).values(total=total))
        return _Work(held, claim, what_if.replay(self._site.database, inquiry))

    def _saved(self, work: _Work, findings: list[Finding]) -> bool:
        """A sign of life; False where the run is to be stopped, or belongs to somebody else by now."""
        with self._site.database.writing() as db:
            is_mine = db.execute(
                update(Replay)
                .where(Replay.id == work.id, Replay.claim == work.claim)
                .values(
                    seen=work.seen, differing=work.tally.counts.total(), result=work.tally.result(),
                    claimed_until=self._site.clock() + HELD,
                )
            ).rowcount  # fmt: skip
            if is_mine and findings:
                db.execute(insert(ReplayFinding), [finding_row(work.id, finding) for finding in findings])
            state = db.execute(select(Replay.state).where(Replay.id == work.id)).scalar()
        return bool(is_mine) and state == ReplayState.RUNNING

    def _end(self, state: ReplayState) -> None:
        work, self._work = self._work, None
        if work is None:
            return
        now = self._site.clock()
        mine = and_(Replay.id == work.id, Replay.claim == work.claim)
        with self._site.database.writing() as db:
            if state is ReplayState.WAITING:
                # Who asked for an end must not see it begin again.
                ended = {"state": ReplayState.STOPPED, "claim": None, "ended_at": now}
                db.execute(update(Replay).where(mine, Replay.state == ReplayState.STOPPING).values(ended))
            ended_at = None if state is ReplayState.WAITING else now
            db.execute(update(Replay).where(mine).values(state=state, claim=None, ended_at=ended_at))


def finding_row(replay_id: int, finding: Finding) -> dict[str, Any]:
    """A finding as it is kept."""
    return {
        "replay_id": replay_id,
        "operation_id": finding.operation_id,
        "event_id": finding.event_id,
        "license_id": finding.license_id,
        "user_id": finding.user_id,
        "at": finding.at,
        "operation": finding.operation,
        "then_outcome": finding.then_outcome,
        "then_code": finding.then_code,
        "now_outcome": finding.now.outcome,
        "now_code": finding.now.code,
        "now_rule": finding.now.rule,
        "next_allowed_at": finding.now.next_allowed_at,
    }
