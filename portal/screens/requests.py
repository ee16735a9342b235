"""The pages of requests: one's own, and those that wait for an answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from portal.access import GroupPermission, group_for
from portal.models import Group, Role
from portal.reports import requests
from portal.web import Answer, Visit, done, page
from portal.web.answers import swap
from portal.web.pages import problem


def own(visit: Visit, *, status: int = 200, wrong: UUID | None = None, code: str = "", words: str = "") -> Answer:
    """What the reader may ask for and asked for; `wrong` is the product whose form could not be taken."""
    visit.place = "/requests"
    places = requests.asking_places(visit.actor)
    return page(
        visit, "requests/index.html", status=status,
        offers=requests.offers(visit.db, visit.actor, visit.now), mine=requests.mine(visit.db, visit.actor),
        to_answer=[place for place in places if place.role == Role.ADMIN],
        wrong=wrong, error=sentence(visit, code), words=words,
    )  # fmt: skip


def of_group(
    visit: Visit, group: Group, *, status: int = 200, wrong: UUID | None = None, code: str = "", words: str = ""
) -> Answer:
    """What waits for an answer in a group and below, its standing rules, and the latest answers."""
    context = _of_group(visit, group) | {"wrong": wrong, "error": sentence(visit, code), "words": words}
    return page(visit, "requests/group.html", status=status, part="requests/_waiting.html", **context)


def answered(visit: Visit, group: Group, notice: str, /, **params: str) -> Answer:
    """It is done: the page again, or for htmx all of its regions."""
    if not visit.htmx:
        return done(visit, path_of(group), notice, **params)
    context = _of_group(visit, group) | {"wrong": None, "error": "", "words": ""}
    return swap(visit, notice, params, "requests/_swapped.html", **context)


def page_of(visit: Visit, asked_of: Group, page_id: UUID | None) -> Group:
    """The group whose page the answer came from: an admin of several answers on the page of any above."""
    if page_id is None or page_id == asked_of.public_id:
        return asked_of
    return group_for(visit.db, visit.actor, page_id, GroupPermission.MANAGE)


def path_of(group: Group) -> str:
    return f"/groups/{group.public_id}/requests"


def sentence(visit: Visit, code: str) -> str:
    """What stands in the way, beside the place where it was asked for."""
    return "{}. {}".format(*problem(visit, code, {})) if code else ""


def _of_group(visit: Visit, group: Group) -> dict[str, Any]:
    visit.place = path_of(group)
    return {
        "group": group,
        "waiting": requests.waiting(visit.db, visit.actor, group.path, visit.now),
        "answered": requests.answered(visit.db, group.path),
        "standing": requests.standing(visit.db, group.path, visit.now),
    }
