"""Whether the portal lives and can work, for whoever runs it."""

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal.db import is_current
from portal.web import Answer, Area, Visit, endpoint


@endpoint.get("/healthz", area=Area.MACHINE, own_units=True)
def healthz(visit: Visit) -> Answer:
    """The process answers."""
    return Answer(b"ok\n", media_type="text/plain")


@endpoint.get("/readyz", area=Area.MACHINE, own_units=True)
def readyz(visit: Visit) -> Answer:
    """The database answers and has the tables that this version needs."""
    try:
        with visit.site.database.reading() as db:
            db.execute(text("SELECT 1"))
        ready = is_current(visit.site.database)
    except SQLAlchemyError:
        ready = False
    return Answer(b"ready\n" if ready else b"not ready\n", 200 if ready else 503, "text/plain")
