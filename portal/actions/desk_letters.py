"""Letters of the desk: to those who are to answer, and to the person who asked. They leave whenever the mail does."""

from __future__ import annotations

from sqlalchemy import select

from portal.access import ids_of
from portal.actions.doing import Doing
from portal.actions.letters import can_be_written_to, zone_of
from portal.brand.stationery import Stationery, plain
from portal.jobs import mail
from portal.models import Group, Product, Request, User
from portal.reports.admins import Reader, admins

MOST = 10  # a desk may have many admins; one of them answers


def asked(doing: Doing, request: Request, words: str, *, is_reply: bool = False) -> None:
    """Something waits on the desk: its admins are told, or, once somebody took it, that person."""
    stationery = doing.stationery
    if stationery is None or request.desk_group_id is None:
        return
    person = doing.db.get(User, request.user_id) if request.user_id else None
    for reader in _answering(doing, request):
        if reader.user_id is None or reader.user_id == doing.actor.user_id:
            continue
        _note(
            doing, stationery, doing.db.get_one(User, reader.user_id), "desk_asked", kind=request.kind,
            asking=plain(person.name) if person else None, group=plain(doing.db.get_one(Group, request.group_id).name),
            product=product_of(doing, request), words=plain(words)[:1000], is_reply=is_reply,
            path=f"/desk/requests/{request.public_id}",
        )  # fmt: skip


def answered(doing: Doing, request: Request, words: str) -> None:
    """The desk has answered, or asks something itself."""
    stationery = doing.stationery
    if stationery is None:
        return
    facts = {
        "kind": request.kind, "state": str(request.state), "product": product_of(doing, request),
        "words": plain(words), "path": f"/requests/{request.public_id}",
    }  # fmt: skip
    if request.user_id is not None:
        person = doing.db.get_one(User, request.user_id)
        if can_be_written_to(person):
            _note(doing, stationery, person, "desk_answered", **facts)
    elif request.contact is not None:
        language = stationery.language(request.language)
        draft = mail.Draft("desk_answered", language, stationery.brand.zone.key, {"person": None, **facts})
        mail.note(doing.db, doing.vault, doing.now, request.contact, draft, stationery.sender)


def is_reachable(address: str) -> bool:
    """Whether an answer could go there."""
    return mail.is_address(address)


def _answering(doing: Doing, request: Request) -> tuple[Reader, ...]:
    """Whoever took it, else the admins of the desk, or of the closest one above that has any."""
    if request.assigned_to_id is not None:
        user = doing.db.get_one(User, request.assigned_to_id)
        if can_be_written_to(user):
            return (Reader(user.email, user.name, user.language, user.time_zone, user.id),)
    path = doing.db.execute(select(Group.path).where(Group.id == request.desk_group_id)).scalar_one()
    steps = ids_of(path)[::-1]
    found = admins(doing.db, steps)
    return next((found[group] for group in steps if group in found), ())[:MOST]


def _note(doing: Doing, stationery: Stationery, to: User, name: str, **facts: object) -> None:
    draft = mail.Draft(
        name, stationery.language(to.language), zone_of(stationery, to).key, {"person": plain(to.name), **facts}
    )
    mail.note(doing.db, doing.vault, doing.now, to, draft, stationery.sender)


def product_of(doing: Doing, request: Request) -> str | None:
    """The product that it is about, if it is about one."""
    return plain(doing.db.get_one(Product, request.product_id).name) if request.product_id else None
