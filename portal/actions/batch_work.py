"""The job behind a batch: some lines at a time, each time in a transaction of its own, until all are done or undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.access import ANONYMOUS, GroupPermission, Stop, may_with
from portal.actions import batch_deeds, batches
from portal.actions.batch_deeds import Held
from portal.actions.batch_lines import Due
from portal.actions.doing import Doing, Moment
from portal.brand.stationery import Stationery
from portal.doors import sessions
from portal.files.vault import Vault
from portal.jobs import queue
from portal.models import Batch, BatchLine, BatchMode, BatchState, Group, LineState, User

Deed = Callable[[Doing, Held, Due], str | None]
CHUNK = 40  # short enough that nobody has to wait for it, long enough to be quick


def run(stationery: Stationery | None, db: Session, now: datetime, vault: Vault, payload: Mapping[str, Any]) -> None:
    """Do what the batch's state asks for, and come again while something is left.

    It acts for whoever made the batch, with what that person may do now: whoever was removed meanwhile does nothing.
    """
    batch = db.execute(select(Batch).where(Batch.id == payload["batch"]).with_for_update()).scalar_one()
    maker = db.get(User, batch.made_by_id) if batch.made_by_id is not None else None
    own = stationery.of(maker.brand) if stationery and maker else stationery
    doing = Moment(db, sessions.person(db, maker.id) if maker else ANONYMOUS, now, vault, own)
    group = db.get_one(Group, batch.group_id)
    if not may_with(db, doing.actor, GroupPermission.MANAGE, group):
        if batch.state in (BatchState.RUNNING, BatchState.STOPPING, BatchState.UNDOING):
            _end(doing, batch, BatchState.STOPPED)
        return
    if batch.state == BatchState.STOPPING:
        _end(doing, batch, BatchState.STOPPED)
    elif batch.state == BatchState.RUNNING:
        _go_on(doing, batch)
    elif batch.state == BatchState.UNDOING:
        _go_back(doing, batch)


def work_off(doing: Doing, batch: Batch) -> None:
    """Do a small batch at once, in the transaction of whoever asks: nobody should have to watch four lines."""
    while batch.state == BatchState.RUNNING:
        _go_on(doing, batch)


def _go_on(doing: Doing, batch: Batch) -> None:
    lines = _lines(doing.db, batch, LineState.WAITING, BatchLine.number)
    held = batch_deeds.hold(doing, batch, lines)
    for line in lines:
        line.problem = _tried(batch_deeds.do, doing, held, line)
        line.state = LineState.FAILED if line.problem else LineState.DONE
        if line.problem and batch.mode == BatchMode.ALL:
            break
    _write(doing.db, lines)
    _count(doing.db, batch)
    if batch.failed and batch.mode == BatchMode.ALL:
        # All or none was asked for: what the lines before this one did is taken back.
        _skip_rest(doing.db, batch)
        batch.state = BatchState.UNDOING
        batches.begin_undoing(doing, batch)
    elif len(lines) < CHUNK:
        _end(doing, batch, BatchState.DONE)
    else:
        queue.later(doing.db, batches.KIND, doing.now, batch=batch.id)


def _go_back(doing: Doing, batch: Batch) -> None:
    lines = _lines(doing.db, batch, LineState.DONE, BatchLine.number.desc())
    held = batch_deeds.hold(doing, batch, lines)
    for line in lines:
        # What cannot be undone stays done, with the reason; it is not tried again.
        line.problem = _tried(batch_deeds.undo, doing, held, line)
        if line.problem is None:
            line.state = LineState.UNDONE
    _write(doing.db, lines)
    _count(doing.db, batch)
    if len(lines) < CHUNK:
        _end(doing, batch, BatchState.UNDONE)
    else:
        queue.later(doing.db, batches.KIND, doing.now, batch=batch.id)


def _tried(deed: Deed, doing: Doing, held: Held, line: Due) -> str | None:
    """None, or the code of why it was not done; what is not theirs to do any more is a reason, too."""
    try:
        return deed(doing, held, line)
    except Stop as stop:
        return stop.code


def _lines(db: Session, batch: Batch, state: LineState, order: Any) -> list[Due]:
    wanted = select(
        BatchLine.id, BatchLine.given, BatchLine.user_id, BatchLine.assignment_id, BatchLine.membership_id,
        BatchLine.state, BatchLine.problem,
    ).where(BatchLine.batch_id == batch.id, BatchLine.state == state)  # fmt: skip
    if state is LineState.DONE:
        wanted = wanted.where(BatchLine.problem.is_(None))
    return [Due(*row) for row in db.execute(wanted.order_by(order).limit(CHUNK))]


def _write(db: Session, lines: Sequence[Due]) -> None:
    """What came of them, all at once."""
    if lines:
        db.execute(
            update(BatchLine),
            [
                {
                    "id": line.id, "problem": line.problem, "state": line.state, "user_id": line.user_id,
                    "assignment_id": line.assignment_id, "membership_id": line.membership_id,
                }
                for line in lines
            ],
        )  # fmt: skip


def _skip_rest(db: Session, batch: Batch) -> None:
    db.execute(
        update(BatchLine)
        .where(BatchLine.batch_id == batch.id, BatchLine.state == LineState.WAITING)
        .values(state=LineState.SKIPPED)
    )


def _count(db: Session, batch: Batch) -> None:
    """The counters of the batch say what its lines say."""
    db.flush()
    tally = {
        state: count
        for state, count in db.execute(
            select(BatchLine.state, func.count()).where(BatchLine.batch_id == batch.id).group_by(BatchLine.state)
        )
    }
    batch.undone = tally.get(LineState.UNDONE, 0)
    batch.done = tally.get(LineState.DONE, 0) + batch.undone
    batch.failed = tally.get(LineState.FAILED, 0)


def _end(doing: Doing, batch: Batch, state: BatchState) -> None:
    batch.state, batch.ended_at = state, doing.now
