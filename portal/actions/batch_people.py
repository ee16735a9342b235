"""Lines of a batch that add people to a group: what each would come to, entering the person, and undoing that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.access import below
from portal.actions import invitations, memberships, newcomers
from portal.actions.batch_lines import AT_ONCE, Due, Judged
from portal.actions.doing import Doing
from portal.actions.newcomers import Newcomer
from portal.jobs.mail import is_address
from portal.models import (
    Assignment,
    Batch,
    Group,
    GroupKind,
    Invitation,
    License,
    Membership,
    Role,
    User,
)
from portal.tables.reading import Line

LONGEST_NAME = 200
LONGEST_NUMBER = 100
_ROLES = {
    **dict.fromkeys(("", "member", "mitglied", "membre", "メンバー"), Role.MEMBER),
    **dict.fromkeys(("admin", "administrator", "administrateur", "administratrice", "管理者"), Role.ADMIN),
}


def judge(doing: Doing, group: Group, lines: list[Line]) -> list[Judged]:
    """What each line would come to. Whether an address has an account elsewhere is nobody's business here."""
    judged = [Judged(line.number, {**line.cells, "name": _name(line.cells)}) for line in lines]
    departments = {name.casefold() for name in _departments(doing.db, group)}
    here = _members(doing.db, group, [one.given.get("email", "").lower() for one in judged])
    seen: dict[str, int] = {}
    for one in judged:
        email = one.given.get("email", "").lower()
        one.problem = _unfit(one.given, departments) or ("member_already" if email in here else None)
        if one.problem is None and email in seen:
            one.problem, one.given["first"] = "line_twice", seen[email]
        seen.setdefault(email, one.number)
    return judged


def add(doing: Doing, group: Group, batch: Batch, line: Due) -> str | None:
    """Enter the person of this line; returns the code of what stands in the way."""
    given = line.given
    target = _department(doing.db, group, given.get("department", ""))
    if target is None:
        return "department_unknown"
    entered = newcomers.enter(
        doing,
        target,
        Newcomer(
            email=given["email"].lower(), name=given["name"], role=_ROLES[given.get("role", "").casefold()],
            external_id=given.get("external_id"), language=_language(given.get("language", "")),
        ),
    )  # fmt: skip
    if entered.membership is not None:
        line.membership_id, line.user_id = entered.membership.id, entered.membership.user_id
    return None if entered.code == "ok" else entered.code


def remove(doing: Doing, group: Group, batch: Batch, line: Due) -> str | None:
    """Take back what the line did: whoever holds something by now, or came in themself, stays."""
    if line.membership_id is None:
        return _uninvite(doing, group, batch, line)
    membership = doing.db.get_one(Membership, line.membership_id)
    if membership.ended_at is not None:
        return None
    user, theirs = doing.db.get_one(User, membership.user_id), doing.db.get_one(Group, membership.group_id)
    if user.verified_at is not None and user.verified_at > batch.created_at:
        return "person_came_in"
    if _holds(doing.db, memberships.home_of(doing.db, theirs), user):
        return "person_holds"
    return memberships.end(doing, theirs, membership)


def _uninvite(doing: Doing, group: Group, batch: Batch, line: Due) -> str | None:
    invitation = doing.db.execute(
        select(Invitation)
        .join(Group, Group.id == Invitation.group_id)
        .where(
            below(group.path),
            Invitation.email == line.given["email"].lower(),
            Invitation.withdrawn_at.is_(None),
            Invitation.created_at >= batch.created_at,
        )
    ).scalar()
    if invitation is not None and invitation.used:
        return "person_came_in"
    if invitation is not None:
        invitations.withdraw(doing, invitation)
    return None


def _unfit(given: Mapping[str, Any], departments: set[str]) -> str | None:
    if not given.get("email"):
        return "line_without_email"
    if not is_address(given["email"].lower()):
        return "email_invalid"
    if not given["name"]:
        return "line_without_name"
    if len(given["name"]) > LONGEST_NAME or len(given.get("external_id", "")) > LONGEST_NUMBER:
        return "field_too_long"
    if given.get("role", "").casefold() not in _ROLES:
        return "role_unknown"
    department = given.get("department", "").casefold()
    return "department_unknown" if department and department not in departments else None


def _name(cells: Mapping[str, str]) -> str:
    return cells.get("name") or " ".join(filter(None, (cells.get("first_name"), cells.get("last_name"))))


def _language(said: str) -> str | None:
    """What a table calls a language, as a code; what is no code says nothing."""
    code = said[:2].lower()
    return code if len(said) <= 5 and code.isascii() and code.isalpha() and len(code) == 2 else None


def _departments(db: Session, group: Group) -> dict[str, Group]:
    rows = db.execute(
        select(Group).where(below(group.path), Group.kind == GroupKind.DEPARTMENT).order_by(Group.path.desc())
    ).scalars()
    return {one.name: one for one in rows}


def _department(db: Session, group: Group, name: str) -> Group | None:
    """The department of this name, or the group itself where the line names none."""
    if not name:
        return group
    return next((one for called, one in _departments(db, group).items() if called.casefold() == name.casefold()), None)


def _members(db: Session, group: Group, emails: list[str]) -> set[str]:
    """Those of these addresses that belong to the group or below it already."""
    found: set[str] = set()
    for at in range(0, len(emails), AT_ONCE):
        found |= set(
            db.execute(
                select(User.email)
                .join(Membership, Membership.user_id == User.id)
                .join(Group, Group.id == Membership.group_id)
                .where(
                    below(group.path),
                    User.email.in_(emails[at : at + AT_ONCE]),
                    Membership.ended_at.is_(None),
                    Membership.accepted_at.is_not(None),
                )
            ).scalars()
        )
    return found


def _holds(db: Session, home: Group, user: User) -> bool:
    """Whether the person has a seat or a whole license of this customer."""
    seat = exists().where(
        Assignment.user_id == user.id, Assignment.ended_at.is_(None), Assignment.license_id == License.id,
        License.group_id == Group.id, below(home.path),
    )  # fmt: skip
    whole = exists().where(License.user_id == user.id, License.group_id == Group.id, below(home.path))
    return bool(db.execute(select(seat | whole)).scalar())
