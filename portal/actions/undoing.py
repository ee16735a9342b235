"""How long a deed can be undone with one click, where nothing else has come of it meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta

UNDOABLE = timedelta(minutes=10)


def is_fresh(done_at: datetime | None, now: datetime) -> bool:
    """Whether it was done, and just now."""
    return done_at is not None and now - done_at <= UNDOABLE
