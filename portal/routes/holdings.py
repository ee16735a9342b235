"""Who has what: the seats and licenses of a group's people, as a list and as a file."""

from uuid import UUID

from portal.access import GroupPermission, group_for
from portal.reports import departments, holdings
from portal.screens import holdings as screens
from portal.screens.departments import department_asked
from portal.tables.writing import written
from portal.web import Answer, Visit, endpoint, file, lists, page


@endpoint.get("/groups/{group_id:uuid}/assignments")
def index(visit: Visit, group_id: UUID) -> Answer:
    """What people hold, whether it is in use, and roughly since when."""
    group = group_for(visit.db, visit.actor, group_id, GroupPermission.LOOK)
    department_asked(visit, group)
    found = holdings.holdings(visit.db, group.path, holdings.wanted(lists.asked(visit)), visit.now)
    return page(
        visit, "holdings/index.html", part="holdings/_list.html", group=group, holdings=found,
        departments=departments.departments(visit.db, group.path),
    )  # fmt: skip


@endpoint.get("/groups/{group_id:uuid}/assignments.csv")
def export(visit: Visit, group_id: UUID) -> Answer:
    """The same list, whole, for a spreadsheet."""
    group = group_for(visit.db, visit.actor, group_id, GroupPermission.LOOK)
    department_asked(visit, group)
    found = holdings.holdings(visit.db, group.path, holdings.wanted(visit.query), visit.now, size=None)
    lines = (screens.line(visit.lang, visit.zone, one) for one in found.rows)
    return file(written(screens.columns(visit.lang), lines, visit.lang.code), "assignments.csv", "text/csv")
