"""Letters about requests: to the admins who may answer one, and to the person whose request was declined."""

from __future__ import annotations

import logging

from portal.actions.doing import Doing
from portal.actions.letters import can_be_written_to, zone_of
from portal.brand.stationery import Stationery, Unwritten, plain
from portal.jobs import mail
from portal.models import Group, Product, Request, User
from portal.reports.admins import closest_admins

log = logging.getLogger("portal.mail")

MOST = 10  # a group may have many admins; one of them answers


def seat_asked(doing: Doing, request: Request) -> None:
    """Somebody waits for an answer."""
    stationery = doing.stationery
    if stationery is None:
        return
    group, person = doing.db.get_one(Group, request.group_id), doing.db.get_one(User, request.user_id)
    for reader in closest_admins(doing.db, group.path)[:MOST]:
        if reader.user_id is None or reader.user_id == person.id:
            continue
        admin = doing.db.get_one(User, reader.user_id)
        _post(
            doing, stationery, admin, "seat_asked", asking=plain(person.name), email=person.signs_in_as,
            product=_product(doing, request), words=plain(request.words), group=plain(group.name),
            path=f"/groups/{group.public_id}/requests",
        )  # fmt: skip


def seat_refused(doing: Doing, request: Request) -> None:
    """There is no seat this time, and why."""
    person = doing.db.get_one(User, request.user_id)
    if doing.stationery is None or not can_be_written_to(person):
        return
    _post(
        doing, doing.stationery, person, "seat_refused",
        product=_product(doing, request), words=plain(request.answer), actor_name=plain(doing.actor.name),
        path="/requests",
    )  # fmt: skip


def _post(doing: Doing, stationery: Stationery, to: User, name: str, **facts: object) -> None:
    own = stationery.of(to.brand)
    try:
        letter = own.write(
            name, own.language(to.language), zone_of(own, to), doing.now, person=plain(to.name), **facts
        )
    except Unwritten:
        log.exception("nobody is told of this by mail")
        return
    mail.post(doing.db, doing.vault, doing.now, to, letter)


def _product(doing: Doing, request: Request) -> str:
    return plain(doing.db.get_one(Product, request.product_id).name)
