"""Support: questions to whoever sold the license, and what a person adds to a question of theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select

from portal import audit
from portal.access import ids_of, own_requests
from portal.actions import desk_letters, threads
from portal.actions.doing import Doing
from portal.actions.threads import Upload
from portal.audit import Happened
from portal.db import new_id
from portal.models import (
    WAITING,
    Article,
    Group,
    GroupKind,
    License,
    LicenseKey,
    Message,
    Request,
    RequestKind,
    RequestState,
    Side,
)
from portal.reports.admins import admins

MOST_WAITING = 20  # of one person or ticket


def ask(
    doing: Doing, license_: License | None, words: str, uploads: Sequence[Upload] = (), *, code: str | None = None,
    about: Mapping[str, str] | None = None, key: UUID | None = None, contact: str | None = None,
    language: str | None = None,
) -> tuple[Request | None, str | None]:  # fmt: skip
    """Ask for help; returns the request, or the code of why there is none. Twice is once.

    `about` names the page on which it was asked, and the number of the error that stood there.

    The dealer that looks after the group answers, if anybody works there, else the vendor.
    """
    if (found := _asked_before(doing, key)) is not None:
        return found, None
    if _waiting(doing) >= MOST_WAITING:
        return None, "too_many_questions"
    actor, group = doing.actor, _group_of(doing, license_)
    article = doing.db.get_one(Article, license_.article_id) if license_ else None
    request = Request(
        public_id=new_id(doing.now), kind=RequestKind.SUPPORT, state=RequestState.OPEN, created_at=doing.now,
        group_id=group.id, desk_group_id=desk_for(doing, group), user_id=actor.user_id,
        ticket_id=ticket_of(doing, license_), contact=contact, language=language or actor.language,
        license_id=license_.id if license_ else None, product_id=article.product_id if article else None,
        article_id=article.id if article else None, words=words[:1000], rule_code=code,
        about=dict(about) if about else None,
    )  # fmt: skip
    doing.db.add(request)
    doing.db.flush()
    threads.say(doing, request, Side.PERSON, words, uploads, key=key)
    _record(doing, request, Happened.SUPPORT_ASKED)
    desk_letters.asked(doing, request, words)
    return request, None


def reply(
    doing: Doing, request: Request, words: str, uploads: Sequence[Upload] = (), *, key: UUID | None = None
) -> str | None:
    """Say more about one's own question; returns the code of what stands in the way.

    It waits for the desk again, even if it was answered; only what was refused or given by the rules stays so.
    """
    doing.db.refresh(request, with_for_update=True)
    if threads.is_full(doing, request):
        return "thread_full"
    if request.state not in WAITING and request.kind != RequestKind.SUPPORT:
        return "request_answered"
    if threads.say(doing, request, Side.PERSON, words, uploads, key=key) is None:
        return None
    request.state, request.answered_at, request.answered_by_id = RequestState.OPEN, None, None
    doing.db.flush()
    _record(doing, request, Happened.SUPPORT_ADDED)
    desk_letters.asked(doing, request, words, is_reply=True)
    return None


def close(doing: Doing, request: Request) -> None:
    """It is solved, or not needed any more. Twice is once."""
    doing.db.refresh(request, with_for_update=True)
    if request.state in WAITING:
        request.state, request.answered_at = RequestState.WITHDRAWN, doing.now
        _record(doing, request, Happened.SUPPORT_CLOSED)


def desk_for(doing: Doing, group: Group) -> int:
    """Whose desk answers a group: the closest dealer above where an admin can be reached, else the vendor's."""
    chain = ids_of(group.path)
    rows = doing.db.execute(select(Group.id, Group.kind).where(Group.id.in_(chain)))
    kinds = {number: kind for number, kind in rows}
    dealers = [number for number in reversed(chain) if kinds[number] == GroupKind.RESELLER]
    reached = admins(doing.db, dealers)
    return next((number for number in dealers if number in reached), chain[0])


def ticket_of(doing: Doing, license_: License | None) -> int | None:
    """The ticket that somebody without an account asks with: the one of the license, else the first they brought."""
    tickets = doing.actor.ticket_ids
    if doing.actor.kind != "ticket":
        return None
    fed = select(LicenseKey.ticket_id).where(LicenseKey.license_id == license_.id) if license_ else None
    feeding = set(doing.db.execute(fed).scalars()) if fed is not None else set(tickets)
    return next(ticket for ticket in tickets if ticket in feeding)


def _group_of(doing: Doing, license_: License | None) -> Group:
    """The group that asks: that of the license, else the one the person looks at or belongs to first."""
    actor = doing.actor
    if license_ is not None:
        return doing.db.get_one(Group, license_.group_id)
    place = actor.acting or next(iter(actor.places), None)
    if place is not None:
        return doing.db.get_one(Group, place.group_id)
    return doing.db.execute(select(Group).where(Group.parent_id.is_(None))).scalar_one()


def _asked_before(doing: Doing, key: UUID | None) -> Request | None:
    """The request that this very form made, sent once more."""
    if key is None:
        return None
    made = select(Request).join(Message, Message.request_id == Request.id).where(Message.public_id == key)
    return doing.db.execute(made.where(own_requests(doing.actor))).scalar()


def _waiting(doing: Doing) -> int:
    mine = select(func.count()).select_from(Request).where(own_requests(doing.actor), Request.state.in_(WAITING))
    return doing.db.execute(mine).scalar_one()


def _record(doing: Doing, request: Request, kind: Happened) -> None:
    audit.record(
        doing.db, doing.now, doing.actor, kind, group_id=request.group_id, license_id=None,
        request=str(request.public_id), of=request.kind,
    )  # fmt: skip
