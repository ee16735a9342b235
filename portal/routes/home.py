"""The address itself, and the pages that stand beside the portal."""

from portal.web import Answer, Area, Visit, endpoint, redirect


@endpoint.get("/", area=Area.PUBLIC)
def home(visit: Visit) -> Answer:
    """Where one begins: at the licenses, or at the door."""
    return redirect(visit, "/licenses" if visit.actor.signed_in else "/sign-in")


@endpoint.get("/t", area=Area.PUBLIC)
def printed(visit: Visit) -> Answer:
    """Where the code on a printed ticket leads. The ticket stands after #, which stays in the browser all the way."""
    return redirect(visit, "/tickets/redemption" if visit.actor.kind == "user" else "/sign-in")
