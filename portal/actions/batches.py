"""Batches: preparing one deed for many people, starting it, stopping it, and undoing it. A job does the lines."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, insert, select, update

from portal import audit
from portal.actions.batch_lines import Judged
from portal.actions.doing import Doing
from portal.audit import Happened
from portal.db import new_id
from portal.jobs import queue
from portal.models import Batch, BatchLine, BatchMode, BatchState, Group, License, LineState

KIND = "batch"
AT_ONCE = 500  # lines written with one statement


def prepare(doing: Doing, group: Group, kind: str, license_: License | None, judged: Sequence[Judged]) -> Batch:
    """Write down what was asked for, line by line; nothing of it is done yet."""
    batch = Batch(
        public_id=new_id(doing.now),
        group_id=group.id,
        license_id=license_.id if license_ else None,
        kind=kind,
        state=BatchState.PREVIEW,
        mode=BatchMode.GOOD,
        total=len(judged),
        made_by_id=doing.actor.user_id,
        created_at=doing.now,
    )
    doing.db.add(batch)
    doing.db.flush()
    rows = [
        {
            "batch_id": batch.id, "number": one.number, "given": one.given, "problem": one.problem,
            "state": LineState.SKIPPED if one.problem else LineState.WAITING, "user_id": one.user_id,
            "assignment_id": one.assignment_id,
        }
        for one in judged
    ]  # fmt: skip
    for at in range(0, len(rows), AT_ONCE):
        doing.db.execute(insert(BatchLine), rows[at : at + AT_ONCE])
    return batch


def good(doing: Doing, batch: Batch) -> int:
    """How many lines can be done."""
    return doing.db.execute(
        select(func.count()).where(BatchLine.batch_id == batch.id, BatchLine.state == LineState.WAITING)
    ).scalar_one()


def start(doing: Doing, batch: Batch, mode: str, *, queued: bool = True) -> str:
    """Let the job do the lines: all of them or none, or the good ones. Returns "ok" or the code of why not.

    Not `queued`, whoever asks does them at once.
    """
    waiting = good(doing, batch)
    if not waiting:
        return "batch_nothing_to_do"
    if mode == BatchMode.ALL and waiting < batch.total - batch.done:
        return "batch_has_problems"
    if not _moves(doing, batch, (BatchState.PREVIEW, BatchState.STOPPED), BatchState.RUNNING, mode=mode):
        return "batch_not_now"
    if batch.started_at is None:
        batch.started_at = doing.now
    _record(doing, batch, Happened.BATCH_STARTED, count=waiting)
    if queued:
        queue.later(doing.db, KIND, doing.now, batch=batch.id)
    return "ok"


def stop(doing: Doing, batch: Batch) -> str:
    """No line more than those that are being done now."""
    if not _moves(doing, batch, (BatchState.RUNNING,), BatchState.STOPPING):
        return "batch_not_now"
    _record(doing, batch, Happened.BATCH_STOPPED, count=batch.done)
    queue.later(doing.db, KIND, doing.now, batch=batch.id)
    return "ok"


def undo(doing: Doing, batch: Batch) -> str:
    """Let the job take back what the lines did, the last one first."""
    if not batch.done - batch.undone:
        return "batch_nothing_to_do"
    if not _moves(doing, batch, (BatchState.DONE, BatchState.STOPPED), BatchState.UNDOING):
        return "batch_not_now"
    begin_undoing(doing, batch)
    return "ok"


def begin_undoing(doing: Doing, batch: Batch) -> None:
    _record(doing, batch, Happened.BATCH_UNDONE, count=batch.done - batch.undone)
    queue.later(doing.db, KIND, doing.now, batch=batch.id)


def _moves(doing: Doing, batch: Batch, from_: tuple[BatchState, ...], to: BatchState, **values: object) -> bool:
    """From one state to the next, once: of two who ask at the same moment one comes too late."""
    moved = doing.db.execute(
        update(Batch)
        .where(Batch.id == batch.id, Batch.state.in_(from_))
        .values(state=to, **values)
        .execution_options(synchronize_session=False)
    )
    doing.db.refresh(batch)
    return moved.rowcount == 1


def _record(doing: Doing, batch: Batch, kind: Happened, *, count: int) -> None:
    audit.record(
        doing.db, doing.now, doing.actor, kind,
        group_id=batch.group_id, license_id=batch.license_id, batch=str(batch.public_id), of=batch.kind, count=count,
    )  # fmt: skip
