"""Pages for developers of brands and templates; they exist in a demo only."""

from portal.web import Answer, Area, Visit, endpoint, page


@endpoint.get("/dev/parts", area=Area.PUBLIC)
def parts(visit: Visit) -> Answer:
    """Every part of the pages, side by side."""
    return page(visit, "dev/parts.html")
