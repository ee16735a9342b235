"""Keyboard shortcuts: what there are, and whether the reader wants them."""

from portal.actions import account
from portal.web import Answer, Area, Visit, endpoint, page, redirect


@endpoint.get("/help/shortcuts", area=Area.PUBLIC)
def show(visit: Visit) -> Answer:
    """All of them, as a page or as what the question mark unfolds."""
    return page(visit, "help/shortcuts.html", part="help/_shortcuts.html")


@endpoint.post("/account/shortcuts", area=Area.ACCOUNT)
def use(visit: Visit) -> Answer:
    """On or off, on all pages of this person."""
    visit.form.allow("shortcuts")
    account.use_shortcuts(visit, are_on=visit.form.yes("shortcuts"))
    return redirect(visit, "/account#keyboard", "account_saved")
