"""Lost tickets: asking for a mail with all of them, with one answer for everybody."""

from typing import Any

from portal.actions import lost_tickets
from portal.actions.doing import Moment
from portal.doors import limits
from portal.doors.limits import TooMany
from portal.web import Answer, Area, Visit, endpoint, page, redirect
from portal.web.pages import problem

PLACE = "/tickets/lost"


@endpoint.get(PLACE, area=Area.PUBLIC)
def new(visit: Visit) -> Answer:
    """The form; once it was sent, what to do now."""
    return form(visit, visit.actor.email) if visit.query.get("asked") != "yes" else page(visit, "tickets/asked.html")


@endpoint.post(PLACE, area=Area.PUBLIC, own_units=True)
def ask(visit: Visit) -> Answer:
    """Ask for the tickets of an address. Known or not, it is written down alike, and the answer is the same."""
    visit.form.allow("email")
    email = visit.form.text("email", most=254, code="email_missing").lower()
    if not visit.form.errors and "@" not in email:
        visit.form.errors["email"] = "email_missing"
    if visit.form.errors:
        return form(visit, email, status=422)
    try:
        with visit.site.limits.trial(visit.site.database, visit.now, subjects(visit, email)) as trial:
            trial.failed()  # each question counts, whatever becomes of it
    except TooMany as late:
        visit.form.errors["email"] = late.code
        answer = form(visit, email, status=429, params=late.params)
        answer.headers["Retry-After"] = str(late.retry_after)
        return answer
    with visit.site.database.writing() as db:
        lost_tickets.ask(Moment(db, visit.actor, visit.now, visit.vault), email, visit.lang.code)
    return redirect(visit, f"{PLACE}?asked=yes")


def subjects(visit: Visit, email: str) -> list[limits.Subject]:
    here = limits.network(visit.address)
    return [
        (limits.LOST_ACCOUNT, f"{email}\x00{here}"),
        (limits.LOST_ADDRESS, visit.address),
        (limits.LOST_NETWORK, here),
    ]


def form(visit: Visit, email: str, *, status: int = 200, params: dict[str, Any] | None = None) -> Answer:
    visit.place = PLACE
    errors = {name: problem(visit, code, params or {})[1] for name, code in visit.form.errors.items()}
    return page(visit, "tickets/lost.html", status=status, email=email[:254], errors=errors)
