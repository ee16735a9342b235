"""Tickets: registering them to an account, after seeing what each would bring."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import select

from portal.actions import claims, tickets
from portal.actions.tickets import Verdict
from portal.doors import limits
from portal.doors.limits import TooMany
from portal.files import tickets as codes
from portal.files.pasted import TooMuch
from portal.models import Group
from portal.screens.guessing import watch_guessing
from portal.web import Answer, Area, Visit, endpoint, page, slowed
from portal.web.pages import problem


@dataclass(frozen=True, slots=True)
class Line:
    """The answer to one pasted ticket."""

    masked: str
    product: str | None
    good: bool
    sentence: str


@endpoint.get("/tickets/redemption", area=Area.ACCOUNT)
def new(visit: Visit) -> Answer:
    """Paste anything that contains tickets."""
    return paste(visit, "", {})


@endpoint.post("/tickets/redemption", area=Area.ACCOUNT)
def redeem(visit: Visit) -> Answer:
    """First what each ticket would bring; once that was seen and confirmed, all good ones or none."""
    form = visit.form
    form.allow("tickets", "confirmed", "only_good", "group")
    text = form.values.get("tickets", "")
    try:
        candidates = codes.find(text)
    except TooMuch:
        return paste(visit, text, {"tickets": "too_many_tickets"}, 422)
    if not candidates:
        return paste(visit, text, {"tickets": "no_ticket_found"}, 422)
    here = limits.at_ticket(visit.address)
    try:
        visit.site.limits.check(visit.site.database, visit.now, here)
    except TooMany as late:
        return slowed(paste(visit, text, {"tickets": late.code}, late.status, late.params), late.retry_after)
    confirmed = form.yes("confirmed")
    verdicts = [tickets.judge(visit, candidate, lock=confirmed) for candidate in candidates]
    unknown = sum(verdict.code in ("ticket_unknown", "ticket_malformed") for verdict in verdicts)
    good = [verdict for verdict in verdicts if verdict.good]
    group = chosen_group(visit)
    if not confirmed or group is None or not good or (len(good) < len(verdicts) and not form.yes("only_good")):
        if times := limits.failures_in(unknown):
            visit.after.append(lambda: visit.site.limits.fail(visit.site.database, visit.now, here, times))
            visit.after.append(partial(watch_guessing, visit))
        return answered(visit, "check", text, verdicts, status=422 if confirmed else 200)
    claims.claim_all(visit, [verdict.ticket for verdict in good if verdict.ticket is not None], group)
    return answered(visit, "done", "", good)


def chosen_group(visit: Visit) -> Group | None:
    """The group that the tickets are registered to: the chosen one of the person's own, or the only one."""
    own = {str(place.public_id): place.group_id for place in visit.actor.places}
    wanted = visit.form.values.get("group") or next(iter(own), "")
    group_id = own.get(wanted)
    return visit.db.execute(select(Group).where(Group.id == group_id)).scalar() if group_id else None


def paste(
    visit: Visit, text: str, errors: dict[str, str], status: int = 200, params: dict[str, Any] | None = None
) -> Answer:
    told = {name: problem(visit, code, params or {})[1] for name, code in errors.items()}
    return page(
        visit, "tickets/redemption.html", status=status, step="paste", text=text[:20_000], errors=told, answers=[]
    )


def answered(visit: Visit, step: str, text: str, verdicts: list[Verdict], *, status: int = 200) -> Answer:
    lines = [line(visit, verdict) for verdict in verdicts]
    good = sum(verdict.good for verdict in verdicts)
    return page(
        visit, "tickets/redemption.html", status=status, step=step, text=text, answers=lines, good_count=good,
        bad_count=len(lines) - good, errors={},
        groups=[(str(place.public_id), place.name) for place in visit.actor.places],
    )  # fmt: skip


def line(visit: Visit, verdict: Verdict) -> Line:
    if verdict.good:
        sentence = visit.lang.gettext("It can be registered to your account.")
    else:
        sentence = problem(visit, verdict.code, {})[1]
    return Line(verdict.masked, verdict.product, verdict.good, sentence)
