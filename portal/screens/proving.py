"""Dangerous deeds: whoever does them has shown a moment ago who they are."""

from __future__ import annotations

from datetime import timedelta

from portal.web import Visit
from portal.web.errors import Unproved

FRESH = timedelta(minutes=10)


def is_fresh(visit: Visit) -> bool:
    """Whether the reader has shown lately who they are."""
    return visit.actor.proved_at is not None and visit.now < visit.actor.proved_at + FRESH


def fresh(visit: Visit, place: str) -> None:
    """Ask again who it is, where that is too long ago, and lead back to this page. Raises Unproved.

    It comes after the finders: what somebody may not do at all is told first.
    """
    if not is_fresh(visit):
        raise Unproved(place)
