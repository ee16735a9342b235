"""The activity log of a group and what hangs below it, as a page and as a file."""

from uuid import UUID

from portal.access import GroupPermission, group_for
from portal.reports import activity
from portal.screens import activity as log
from portal.tables.writing import written
from portal.web import Answer, Area, Visit, endpoint, file, lists, page


@endpoint.get("/groups/{group_id:uuid}/activity", area=Area.ACCOUNT)
def index(visit: Visit, group_id: UUID) -> Answer:
    """Who did what, newest first."""
    group = group_for(visit.db, visit.actor, group_id, GroupPermission.LOOK)
    found = activity.activity(visit.db, visit.actor, group.path, activity.wanted(lists.asked(visit)), visit.zone)
    lines = log.lines(visit, found.entries)
    return page(visit, "activity/index.html", part="activity/_log.html", group=group, activity=found, lines=lines)


@endpoint.get("/groups/{group_id:uuid}/activity.csv", area=Area.ACCOUNT)
def export(visit: Visit, group_id: UUID) -> Answer:
    """The same, for a spreadsheet."""
    group = group_for(visit.db, visit.actor, group_id, GroupPermission.LOOK)
    asked = activity.wanted(visit.query)
    found = activity.activity(visit.db, visit.actor, group.path, asked, visit.zone, size=None)
    table = written(log.columns(visit.lang), (log.cells(visit, line) for line in log.lines(visit, found.entries)),
                    visit.lang.code)  # fmt: skip
    return file(table, "activity.csv", "text/csv")
