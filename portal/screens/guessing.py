"""Guesses at tickets from everywhere together: they stop nobody, but somebody is told."""

from __future__ import annotations

from portal.actions import sessions as entering
from portal.actions.doing import Moment
from portal.actions.sessions import Happened
from portal.web import Visit


def watch_guessing(visit: Visit) -> None:
    """Count a wrong ticket, in its own short transaction; the one too many leaves an alarm in the trail."""
    with visit.site.database.writing() as db:
        if visit.site.limits.is_alarming(db, visit.now):
            doing = Moment(db, visit.actor, visit.now, visit.vault)
            entering.refuse(doing, Happened.GUESSING_ALARM, "too_many_attempts", address=visit.address)
