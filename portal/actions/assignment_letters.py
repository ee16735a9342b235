"""Letters about assignments: who was given a seat or a license, and from whom one was taken back, is told by mail."""

from __future__ import annotations

import logging

from portal.actions.doing import Doing
from portal.actions.letters import can_be_written_to, product_of, zone_of
from portal.brand.stationery import Unwritten, plain
from portal.jobs import mail
from portal.models import Group, License, User

log = logging.getLogger("portal.mail")


def assigned(doing: Doing, license_: License, user: User, *, is_whole: bool = False) -> None:
    """You have a seat, or the whole license, and find the key on its page."""
    _tell(doing, license_, user, "assigned", is_whole=is_whole)


def taken_back(doing: Doing, license_: License, user: User, *, is_running: bool, is_whole: bool = False) -> None:
    """You had a seat, or the whole license; what still runs ends at its next check."""
    _tell(doing, license_, user, "taken_back", is_whole=is_whole, is_running=is_running)


def _tell(doing: Doing, license_: License, user: User, name: str, **facts: object) -> None:
    if doing.stationery is None or user.id == doing.actor.user_id or not can_be_written_to(user):
        return
    stationery = doing.stationery.of(user.brand)
    told = {
        "person": plain(user.name),
        "product": product_of(doing, license_),
        "path": f"/licenses/{license_.public_id}",
        "group": plain(doing.db.get_one(Group, license_.group_id).name),
        "actor_name": plain(doing.actor.name) or None,
    } | facts
    try:
        letter = stationery.write(
            name, stationery.language(user.language), zone_of(stationery, user), doing.now, **told
        )
    except Unwritten:
        # What an admin does for many people must not stop at a mail about it.
        log.exception("nobody is told of this by mail")
        return
    mail.post(doing.db, doing.vault, doing.now, user, letter)
