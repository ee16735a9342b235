"""Help: what a program or the portal says, and where it is mended. Everybody may ask, signed in or not."""

from portal.screens import help as screens
from portal.web import Answer, Area, Visit, endpoint


@endpoint.get("/help", area=Area.PUBLIC)
def search(visit: Visit) -> Answer:
    """My program says X."""
    return screens.search(visit)
