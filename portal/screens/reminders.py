"""The page of a group's reminders."""

from __future__ import annotations

from portal.models import Group
from portal.reports import endings
from portal.reports.admins import closest_admins
from portal.web import Answer, Visit, page
from portal.web.pages import problem

SHOWN = 20


def shown(visit: Visit, group: Group, *, status: int = 200, email: str = "", code: str = "") -> Answer:
    """Whom the group wants reminded, and of what."""
    visit.place = path_of(group)
    return page(
        visit, "reminders/index.html", status=status, group=group,
        named=endings.named(visit.db, group.id), admins=closest_admins(visit.db, group.path),
        ends=endings.upcoming(visit.db, group.path, visit.now)[:SHOWN],
        languages=[(code, language.name) for code, language in visit.site.languages.items()],
        email=email, error="{}. {}".format(*problem(visit, code, {})) if code else "",
    )  # fmt: skip


def path_of(group: Group) -> str:
    return f"/groups/{group.public_id}/reminders"
