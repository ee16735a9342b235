"""Switching: which of their groups a person looks at alone."""

from __future__ import annotations

from uuid import UUID

from portal.access import NotFound
from portal.actions.doing import Doing
from portal.doors import sessions


def switch(doing: Doing, group_id: UUID | None) -> None:
    """Look at one of one's own groups alone, or at all of them again; any other group does not exist."""
    chosen = None
    if group_id is not None:
        chosen = next((place.group_id for place in doing.actor.places if place.public_id == group_id), None)
        if chosen is None:
            raise NotFound
    if doing.actor.session_id is not None:
        sessions.act_for(doing.db, doing.actor.session_id, chosen)
