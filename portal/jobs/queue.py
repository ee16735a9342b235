"""The queue: work is a row, written in the transaction of the deed, and claimed by one worker at a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.models import Job

MOST_TRIES = 8
KEPT = timedelta(days=1)


def later(db: Session, kind: str, run_at: datetime, **payload: Any) -> None:
    """Do this once, at or after that moment."""
    db.add(Job(kind=kind, payload=payload, run_at=run_at))


def regularly(db: Session, kind: str, now: datetime) -> None:
    """See that this recurring work exists; whoever asks second finds it there."""
    if db.execute(select(Job.id).where(Job.name == kind)).scalar() is None:
        db.add(Job(kind=kind, name=kind, payload={}, run_at=now))


def claim(db: Session, now: datetime) -> Job | None:
    """The next due job, held by this transaction; other workers pass over it."""
    return db.execute(
        select(Job)
        .where(Job.state == "ready", Job.run_at <= now)
        .order_by(Job.run_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).scalar()


def finish(job: Job, now: datetime, every: timedelta | None) -> None:
    """Done: once is enough, or again after a while."""
    job.tries, job.problem = 0, None
    if every is None:
        job.state = "done"
    else:
        job.run_at = now + every


def fail(job: Job, now: datetime, problem: str) -> None:
    """It did not work: try again, later each time; in the end somebody has to look, unless it recurs anyway."""
    job.tries += 1
    job.problem = problem[:500]
    if job.tries >= MOST_TRIES and job.name is None:
        job.state = "failed"
    job.run_at = now + timedelta(seconds=min(3600, 5 * 2**job.tries))


def forget_done(db: Session, now: datetime) -> int:
    """Delete work that was done and does not come again: what it was about has served its purpose."""
    return db.execute(delete(Job).where(Job.state == "done", Job.run_at < now - KEPT)).rowcount
