"""Which mails the reader wants."""

from portal.actions import mail_choices as verbs
from portal.brand.choices import Choice
from portal.web import Answer, Area, Visit, endpoint, redirect


@endpoint.get("/account/mails", area=Area.ACCOUNT)
def show(visit: Visit) -> Answer:
    """Where mails lead: what stands after # would be lost at the door, and so an address of its own leads there."""
    return redirect(visit, "/account#mails")


@endpoint.post("/account/mails", area=Area.ACCOUNT)
def choose(visit: Visit) -> Answer:
    """The ticked ones are sent from now on, the others are not."""
    visit.form.allow(*Choice)
    verbs.choose(visit, {one for one in Choice if visit.form.yes(one)})
    return redirect(visit, "/account#mails", "mails_chosen")
