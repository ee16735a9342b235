"""What the vendor learns from what was done and refused."""

from portal import desk
from portal.screens import insights
from portal.tables.writing import written
from portal.web import Answer, Visit, endpoint
from portal.web.answers import file


@endpoint.get("/vendor/insights")
def show(visit: Visit) -> Answer:
    """Rules that hurt, and how long PCs live."""
    desk.enter(visit.actor)
    return insights.show(visit)


@endpoint.get("/vendor/insights.csv")
def table(visit: Visit) -> Answer:
    """The refusals as a table."""
    desk.enter(visit.actor)
    heading, lines = insights.table(visit)
    return file(written(heading, lines, visit.lang.code), "refusals.csv", "text/csv")
