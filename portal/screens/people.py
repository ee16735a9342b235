"""The pages about people: the list, the ways in, one person, and the form for somebody who leaves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from portal.access import Forbidden, GroupPermission, below, group_for, may_with, membership_for
from portal.actions import leavers, links, pseudonyms
from portal.actions.links import Purpose
from portal.models import Group, GroupKind, Membership, User
from portal.reports import departments, groups, people, possessions
from portal.reports.people import Wanted
from portal.reports.possessions import Held
from portal.web import Answer, Visit, page
from portal.web.pages import problem

FIELDS = ("name", "email", "role", "department", "external_id", "language")


def listed(visit: Visit, group: Group, asked: Wanted) -> dict[str, Any]:
    """All that the list prints."""
    visit.place = f"/groups/{group.public_id}/members"
    return {
        "group": group,
        "people": people.people(visit.db, group.path, asked),
        "departments": departments.departments(visit.db, group.path),
        "may_manage": may_with(visit.db, visit.actor, GroupPermission.MANAGE, group),
        "may_invite": may_with(visit.db, visit.actor, GroupPermission.INVITE, group),
    }


def new(visit: Visit, group: Group, *, status: int = 200) -> Answer:
    """The form for one person, and the other ways in."""
    visit.place = f"/groups/{group.public_id}/newcomers"
    told = {name: problem(visit, code, {})[1] for name, code in visit.form.errors.items()}
    return page(
        visit,
        "members/new.html",
        status=status,
        group=group,
        form={name: visit.form.values.get(name, "")[:254] for name in FIELDS},
        errors=told,
        departments=departments.departments(visit.db, group.path),
        languages=[(code, language.name) for code, language in visit.site.languages.items()],
        is_inside=group.kind in (GroupKind.CUSTOMER, GroupKind.DEPARTMENT),
    )


def person(visit: Visit, group: Group, membership: Membership, *, code: str | None = None) -> Answer:
    """One person; with a code, why something was not done."""
    visit.place = f"/groups/{group.public_id}/members/{membership.public_id}"
    found = people.person(visit.db, group.path, membership.user_id)
    heading, sentence = problem(visit, code, {}) if code else ("", "")
    may_manage = may_with(visit.db, visit.actor, GroupPermission.MANAGE, group)
    return page(
        visit,
        "members/show.html",
        status=422 if code else 200,
        group=group,
        membership=membership.public_id,
        person=found,
        changes={one.id: may_change(visit, group, one.id) for one in found.belongs},
        held=possessions.held(visit.db, group.path, membership.user_id),
        departments=departments.departments(visit.db, group.path),
        may_manage=may_manage,
        welcome=groups.welcome_of(visit.db, group.path, found.email) if may_manage and found.state == "new" else None,
        is_me=membership.user_id == visit.actor.user_id,
        way_in=way_in(visit, membership),
        problem_heading=heading,
        problem_sentence=sentence,
    )


def way_in(visit: Visit, membership: Membership) -> str:
    """How somebody without an address is helped in: by a "link" of the admin's, by their own "codes"; else ""."""
    user = visit.db.get_one(User, membership.user_id)
    if user.email is not None:
        return ""
    return "codes" if pseudonyms.obstacle(visit, user) else "link"


def sign_in_link(visit: Visit, looked_at: UUID, group: Group, membership: Membership) -> Answer:
    """The page with the link, or the person's page with why there is none."""
    token = pseudonyms.hand_out_link(visit, group, membership)
    if token is None:
        user = visit.db.get_one(User, membership.user_id)
        return person(visit, group, membership, code=pseudonyms.obstacle(visit, user))
    visit.place = f"/groups/{looked_at}/members/{membership.public_id}"
    user = visit.db.get_one(User, membership.user_id)
    return page(
        visit,
        "members/sign_in_link.html",
        group=group,
        person=people.person(visit.db, group.path, membership.user_id),
        signs_in_as=user.signs_in_as,
        link=f"{visit.settings.url}/password/reset/{token}",
        until=visit.now + links.LIVES[Purpose.PASSWORD],
    )


def removal(
    visit: Visit, looked_at: UUID, group: Group, membership: Membership, *, status: int = 200, code: str | None = None
) -> Answer:
    """What the person holds, and what is to become of each."""
    visit.place = f"/groups/{looked_at}/members/{membership.public_id}/removal"
    held = leavers.holdings(visit, group, membership)
    told = {name: problem(visit, wrong, {})[1] for name, wrong in visit.form.errors.items()}
    heading, sentence = problem(visit, code, {}) if code else ("", "")
    return page(
        visit,
        "members/removal.html",
        status=status,
        looked_at=looked_at,
        group=group,
        membership=membership.public_id,
        person=people.person(visit.db, group.path, membership.user_id),
        mine=[one for one in held if leavers.may_change(visit, visit.actor, one)],
        others=[one for one in held if not leavers.may_change(visit, visit.actor, one)],
        form=visit.form.values,
        errors=told,
        has_left=membership.ended_at is not None,
        is_me=membership.user_id == visit.actor.user_id,
        problem_heading=heading,
        problem_sentence=sentence,
    )


def stays(visit: Visit, looked_at: UUID, membership: Membership, left: tuple[tuple[Held, str], ...]) -> Answer:
    """The person was removed, but some things could not be moved now: which, and why."""
    group = group_for(visit.db, visit.actor, looked_at, GroupPermission.LOOK)
    visit.place = f"/groups/{looked_at}/members"
    return page(
        visit,
        "members/stays.html",
        group=group,
        person=people.person(visit.db, group.path, membership.user_id),
        stays=[(one, problem(visit, code, {"product": one.product, "operation": "reassign"})[1]) for one, code in left],
    )


def department_chosen(visit: Visit, group: Group) -> Group | None:
    """The department below the group that the form names; None where it names none of them."""
    return visit.db.execute(
        select(Group).where(
            Group.public_id == visit.form.id("department"), below(group.path), Group.kind == GroupKind.DEPARTMENT
        )
    ).scalar()


def may_change(visit: Visit, group: Group, membership_id: UUID) -> bool:
    """Whether the reader may change this membership."""
    try:
        membership_for(visit.db, visit.actor, group.public_id, membership_id, GroupPermission.MANAGE)
    except Forbidden:
        return False
    return True
