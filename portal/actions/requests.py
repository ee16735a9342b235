"""Requests for a seat: asking, answering with one click or in advance by a standing rule, and taking them back."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError

from portal import audit
from portal.access import Actor, Permission, ids_of, may, owned
from portal.actions import assignments, request_letters
from portal.actions.doing import Doing, Moment
from portal.actions.ledger import hold
from portal.actions.undoing import is_fresh
from portal.audit import Happened
from portal.db import new_id
from portal.models import (
    Article,
    Assignment,
    Group,
    License,
    Product,
    Request,
    RequestKind,
    RequestState,
    StandingRule,
    User,
)
from portal.reports import requests as asked

PORTAL = Actor(kind="portal")


def ask(doing: Doing, group: Group, product: Product, words: str) -> tuple[Request | None, str | None]:
    """Ask a group for a seat; returns the request, or the code of what stands in the way. Twice is once.

    A standing rule answers at once; else the admins who may answer are told by mail.
    """
    if not _is_offered(doing, group, product):
        return None, "not_offered_here"
    if _has_seat(doing, product):
        return None, "seat_already"
    mine = select(Request).where(
        Request.user_id == doing.actor.user_id, Request.product_id == product.id, Request.group_id == group.id,
        Request.kind == RequestKind.SEAT, Request.state == RequestState.OPEN,
    )  # fmt: skip
    if (found := doing.db.execute(mine).scalar()) is not None:
        return found, None
    in_advance = _answer_in_advance(doing, group, product)
    request = Request(
        public_id=new_id(doing.now), kind=RequestKind.SEAT, group_id=group.id, user_id=doing.actor.user_id,
        product_id=product.id, words=words, state=RequestState.OPEN, created_at=doing.now,
    )  # fmt: skip
    doing.db.add(request)
    doing.db.flush()
    _note(doing, request, Happened.REQUEST_MADE)
    portal = Moment(doing.db, PORTAL, doing.now, doing.vault, doing.stationery)
    if not in_advance or _given(portal, request, in_advance) is not None:
        request_letters.seat_asked(doing, request)
    return request, None


def grant(doing: Doing, group: Group, request: Request) -> str | None:
    """Give the seat, from whatever the actor may give; returns the code of what stands in the way."""
    if not _hold(doing, request):
        return "request_answered"
    pools = [one for one in _pools(doing, group, request.product_id) if _may_assign(doing, one)]
    _hold_all(doing, pools)
    return _given(doing, request, pools)


def refuse(doing: Doing, request: Request, words: str) -> str | None:
    """Say no, with a few words; returns the code of what stands in the way."""
    if not _hold(doing, request):
        return "request_answered"
    _close(doing, request, RequestState.REFUSED, words)
    _note(doing, request, Happened.REQUEST_DECLINED)
    request_letters.seat_refused(doing, request)
    return None


def withdraw(doing: Doing, request: Request) -> None:
    """Not needed any more. Twice is once."""
    if _hold(doing, request):
        _close(doing, request, RequestState.WITHDRAWN, "")
        _note(doing, request, Happened.REQUEST_WITHDRAWN)


def restore(doing: Doing, request: Request) -> bool:
    """Needed after all: it waits for an answer again. False when it was withdrawn too long ago, or not at all, or when
    the same was asked for or given since.
    """
    doing.db.refresh(request, with_for_update=True)
    if request.state != RequestState.WITHDRAWN or not is_fresh(request.answered_at, doing.now):
        return False
    group, product = doing.db.get_one(Group, request.group_id), doing.db.get_one(Product, request.product_id)
    if not _is_offered(doing, group, product) or _has_seat(doing, product):
        return False
    try:
        with doing.db.begin_nested():
            request.state, request.answered_at = RequestState.OPEN, None
    except IntegrityError:  # asked again meanwhile: of two open requests for the same there is none
        return False
    _note(doing, request, Happened.REQUEST_RESTORED)
    return True


def set_standing_rule(doing: Doing, group: Group, product: Product, keep_free: int, *, is_on: bool) -> None:
    """Have requests for this product answered at once while more than so many seats are free, or not any more."""
    doing.db.execute(select(Group.id).where(Group.id == group.id).with_for_update())
    rule = doing.db.execute(
        select(StandingRule).where(StandingRule.group_id == group.id, StandingRule.product_id == product.id)
    ).scalar()
    if rule is None:
        rule = StandingRule(group_id=group.id, product_id=product.id)
        doing.db.add(rule)
    elif (rule.keep_free, rule.is_on) == (keep_free, is_on):
        return
    rule.keep_free, rule.is_on, rule.made_by_id, rule.made_at = keep_free, is_on, doing.actor.user_id, doing.now
    audit.record(
        doing.db, doing.now, doing.actor, Happened.STANDING_RULE_SET, group_id=group.id, product=product.name,
        keep_free=keep_free if is_on else None,
    )  # fmt: skip


def _answer_in_advance(doing: Doing, group: Group, product: Product) -> list[License]:
    """The pools that a standing rule of this group, or else of the closest one above, gives a seat from right now.

    They are locked before anything is written: a row that names their group would stand in the way of the next one
    who asks, and that one's in ours.
    """
    rules = doing.db.execute(
        select(StandingRule.keep_free, Group.path)
        .join(Group, Group.id == StandingRule.group_id)
        .where(
            StandingRule.group_id.in_(ids_of(group.path)),
            StandingRule.product_id == product.id,
            StandingRule.is_on,
            Group.kind.in_(asked.INSIDE),
        )
        .order_by(Group.path.desc())
    ).all()
    if not rules:
        return []
    pools = _pools(doing, group, product.id)
    _hold_all(doing, pools)
    for keep_free, path in rules:
        # Whoever made the rule gives from the pools that are theirs, as if they had answered.
        theirs = [one for one in pools if doing.db.get_one(Group, one.group_id).path.startswith(path)]
        if sum(map(assignments.free_to_assign, theirs)) > keep_free:
            return theirs
    return []


def _hold_all(doing: Doing, pools: list[License]) -> None:
    """Lock these licenses, in one order for everybody."""
    for license_ in sorted(pools, key=lambda one: one.id):
        hold(doing.db, license_.id)


def _given(doing: Doing, request: Request, pools: list[License]) -> str | None:
    user = doing.db.get_one(User, request.user_id)
    code = "no_free_seat"
    for license_ in pools:
        given = assignments.assign(doing, license_, user)
        if given.allowed:
            _close(doing, request, RequestState.GRANTED, "", given.assignment)
            _note(doing, request, Happened.REQUEST_GRANTED, license_)
            return None
        code = given.code if given.code != "no_seat_to_assign" else code
    return code


def _pools(doing: Doing, group: Group, product_id: int) -> list[License]:
    """The licenses of this product that people of the group draw from: the closest pool first, what ends last before
    the rest."""
    return list(
        doing.db.execute(
            select(License)
            .join(Article, Article.id == License.article_id)
            .join(Group, Group.id == License.group_id)
            .where(
                License.group_id.in_(ids_of(group.path)),
                Group.kind.in_(asked.INSIDE),
                Article.product_id == product_id,
                asked.open_pool(doing.now),
            )
            .order_by(Group.path.desc(), License.ends_at.is_not(None), License.ends_at.desc(), License.id)
        ).scalars()
    )


def _may_assign(doing: Doing, license_: License) -> bool:
    return may(doing.actor, Permission.ASSIGN, owned(doing.db, license_, doing.actor))


def _hold(doing: Doing, request: Request) -> bool:
    """Lock the request; whether it still waits for an answer."""
    doing.db.refresh(request, with_for_update=True)
    return request.state == RequestState.OPEN


def _close(
    doing: Doing, request: Request, state: RequestState, words: str, assignment: Assignment | None = None
) -> None:
    request.state, request.answer, request.answered_at = state, words, doing.now
    request.answered_by_id = doing.actor.user_id if state is not RequestState.WITHDRAWN else None
    request.assignment_id = assignment.id if assignment else None


def _is_offered(doing: Doing, group: Group, product: Product) -> bool:
    pool = (
        exists()
        .where(
            License.group_id.in_(ids_of(group.path)),
            License.article_id == Article.id,
            License.group_id == Group.id,
            Group.kind.in_(asked.INSIDE),
            Article.product_id == product.id,
            asked.open_pool(doing.now),
        )
    )  # fmt: skip
    return bool(doing.db.execute(select(pool)).scalar())


def _has_seat(doing: Doing, product: Product) -> bool:
    seat = exists().where(
        Assignment.user_id == doing.actor.user_id,
        Assignment.ended_at.is_(None),
        Assignment.license_id == License.id,
        License.article_id == Article.id,
        Article.product_id == product.id,
        asked.open_pool(doing.now),
    )
    return bool(doing.db.execute(select(seat)).scalar())


def _note(doing: Doing, request: Request, kind: Happened, license_: License | None = None) -> None:
    audit.record(
        doing.db, doing.now, doing.actor, kind, group_id=request.group_id, license_id=license_.id if license_ else None,
        assignment_id=request.assignment_id, person=doing.db.get_one(User, request.user_id).name,
        product=doing.db.get_one(Product, request.product_id).name,
    )  # fmt: skip
