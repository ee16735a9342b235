"""The address itself, and the pages that stand beside the portal."""

from portal.web import Answer, Area, Visit, endpoint, redirect


@endpoint.get("/", area=Area.PUBLIC)
def home(visit: Visit) -> Answer:
    """Where one begins: at the licenses, or at the door."""
    return redirect(visit, "/licenses" if visit.actor.signed_in else "/sign-in")
