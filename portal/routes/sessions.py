"""The doors: in by password or by ticket, and out again."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, bindparam, select

from portal.actions import sessions as entering
from portal.actions import tickets
from portal.actions.doing import Moment
from portal.actions.sessions import Happened
from portal.doors import limits, passwords
from portal.doors.limits import TooMany
from portal.files import tickets as codes
from portal.files.pasted import TooMuch
from portal.jobs.mail import is_address
from portal.models import User
from portal.rows import Ready
from portal.screens import company
from portal.screens.entry import admit
from portal.screens.guessing import watch_guessing
from portal.web import Answer, Area, Visit, endpoint, page, redirect, slowed
from portal.web.cookies import flash, give_session, knows, remember, take_session
from portal.web.pages import problem
from portal.web.paths import HOME, arrived, known_path, wanted


@endpoint.get("/sign-in", area=Area.PUBLIC)
def new(visit: Visit) -> Answer:
    """The doors, side by side."""
    next_ = wanted(visit)
    return redirect(visit, next_) if visit.actor.kind == "user" else door(visit, next_)


@endpoint.post("/sign-in", area=Area.PUBLIC, own_units=True, hashes=True)
def by_password(visit: Visit) -> Answer:
    """E-mail address and password. Known or not, it costs one hash, and the answer is the same."""
    visit.form.allow("email", "password", "next")
    email = visit.form.text("email", most=254, code="email_missing").lower()
    password = visit.form.text("password", most=passwords.LONGEST, code="password_missing", strip=False)
    next_ = known_path(visit.form.values.get("next", ""))
    if visit.form.errors:
        return door(visit, next_, status=422)
    subjects = limits.at_password(email, visit.address, is_known=knows(visit, email))
    try:
        with visit.site.limits.trial(visit.site.database, visit.now, subjects, partial(known, email)) as trial:
            user = trial.found
            if not proven(visit, user, password):
                user = None
                trial.failed()
    except TooMany as late:
        visit.form.errors["email"] = late.code
        return slowed(door(visit, next_, status=429, params=late.params), late.retry_after)
    if user is None:
        note(visit, Happened.SESSION_REFUSED, "wrong_password")
        visit.form.errors["password"] = "wrong_password"
        return door(visit, next_, status=422)
    with visit.site.database.writing() as db:
        onward = admit(visit, db, user, email, next_)
    return redirect(visit, onward)


@dataclass(frozen=True, slots=True)
class Known:
    """Whose address was typed, and the hash that the password has to match."""

    id: int
    password_hash: str | None


_KNOWN = Ready(
    select(User.id, User.password_hash).where(User.is_at(bindparam("email")), User.disabled_at.is_(None))
)


def known(email: str, db: Connection) -> Known | None:
    found = _KNOWN.first(db, email=email)
    return Known(*found) if found else None


def proven(visit: Visit, user: Known | None, password: str) -> bool:
    """Whether this is the person's password. The hash is made outside of any transaction."""
    stored = user.password_hash if user else None
    if not passwords.matches(stored, password, demo=visit.settings.demo) or user is None:
        return False
    if passwords.is_outdated(stored or ""):
        anew = passwords.hashed(password)
        with visit.site.database.writing() as db:
            db.get_one(User, user.id).password_hash = anew
    return True


@endpoint.post("/sign-in/ticket", area=Area.PUBLIC, own_units=True)
def by_ticket(visit: Visit) -> Answer:
    """One ticket or several. Each that stays closed says why, without saying whose it is."""
    visit.form.allow("tickets", "next")
    text = visit.form.text("tickets", most=20_000, code="no_ticket_found")
    next_ = known_path(visit.form.values.get("next", ""))
    candidates = read_tickets(visit, text)
    if visit.form.errors:
        return door(visit, next_, status=422)
    # Whoever lost a session of their own is not kept waiting by somebody who guesses next to them.
    only = codes.normalize(candidates[0].code or "") if len(candidates) == 1 else ""
    try:
        here = limits.at_ticket(visit.address, known=only if knows(visit, only) else "")
        with visit.site.limits.trial(visit.site.database, visit.now, here) as trial:
            tried = [tried_at_door(visit, candidate) for candidate in candidates]
            wrong = sum(one.code in ("ticket_unknown", "ticket_malformed") for one in tried)
            trial.failed(limits.failures_in(wrong))
    except TooMany as late:
        visit.form.errors["tickets"] = late.code
        return slowed(door(visit, next_, status=429, params=late.params), late.retry_after)
    if trial.failures:
        watch_guessing(visit)
    closed = [one for one in tried if one.ticket_id is None]
    opened = [one.ticket_id for one in tried if one.ticket_id is not None]
    if not opened:
        note(visit, Happened.TICKET_REFUSED, closed[0].code)
        if trial.wait:
            visit.form.errors["tickets"] = "too_many_attempts"
        return door(visit, next_, status=422, closed=closed, params={"wait": trial.wait})
    with visit.site.database.writing() as db:
        moment = Moment(db, visit.actor, visit.now, visit.vault)
        give_session(visit, entering.enter_with_tickets(moment, opened, agent=visit.agent, address=visit.address))
    if only:
        remember(visit, only)
    arrived(visit)
    if closed:
        return redirect(visit, HOME, "some_tickets_closed", closed=len(closed))
    return redirect(visit, next_ if len(opened) > 1 else only_license(visit, opened[0], next_))


@endpoint.post("/sign-in/sso", area=Area.PUBLIC, own_units=True, talks=True)
def by_company(visit: Visit) -> Answer:
    """A work address leads to the sign-in of its company. Only domains are known here, never who has an account."""
    visit.form.allow("work_email", "next")
    email = visit.form.text("work_email", most=254, code="email_missing").lower()
    next_ = known_path(visit.form.values.get("next", ""))
    if not visit.form.errors and not is_address(email):
        visit.form.errors["work_email"] = "email_missing"
    if visit.form.errors:
        return door(visit, next_, status=422)
    subjects = [
        (limits.COMPANY_ADDRESS, visit.address), (limits.COMPANY_NETWORK, limits.network(visit.address))
    ]  # fmt: skip
    try:
        with visit.site.limits.trial(visit.site.database, visit.now, subjects) as trial:
            with visit.site.database.reading() as db:
                provider = visit.site.companies.of_address(db, email)
            if provider is None:
                trial.failed()
    except TooMany as late:
        visit.form.errors["work_email"] = late.code
        return slowed(door(visit, next_, status=429, params=late.params), late.retry_after)
    if provider is None:
        visit.form.errors["work_email"] = "company_unknown"
        return door(visit, next_, status=422)
    return company.sent(visit, provider, "enter", next_, hint=email)


@endpoint.post("/sign-out", own_units=True, talks=True, early=True)
def out(visit: Visit) -> Answer:
    """The session is dead, wherever a copy of its cookie is; who came in through a company leaves it, too."""
    end = company.end_of(visit)
    with visit.site.database.writing() as db:
        entering.leave(Moment(db, visit.actor, visit.now, visit.vault))
    take_session(visit)
    arrived(visit)
    if end is None:
        return redirect(visit, "/sign-in", "signed_out")
    flash(visit, "signed_out")
    return company.onward(visit, *end, is_leaving=True)


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one ticket at the door."""

    masked: str
    code: str
    ticket_id: int | None = None


def read_tickets(visit: Visit, text: str) -> list[codes.Candidate]:
    """The tickets in a pasted text; what cannot be read becomes an error of the field."""
    try:
        found = codes.find(text)
    except TooMuch:
        visit.form.errors["tickets"] = "too_many_tickets"
        return []
    if not found:
        visit.form.errors.setdefault("tickets", "no_ticket_found")
    return found


def tried_at_door(visit: Visit, candidate: codes.Candidate) -> Tried:
    masked = codes.masked(candidate.code or candidate.raw)
    if candidate.code is None:
        return Tried(masked, "ticket_malformed")
    with visit.site.database.reading() as db:
        doing = Moment(db, visit.actor, visit.now, visit.vault)
        ticket = tickets.find(doing, candidate.code)
        if ticket is None:
            return Tried(masked, "ticket_unknown")
        code = tickets.opens_door(doing, ticket)
        return Tried(masked, code, ticket.id if code == "ok" else None)


def only_license(visit: Visit, ticket_id: int, next_: str) -> str:
    """A ticket that carries one license opens that license's page: one click less in a hurry."""
    with visit.site.database.reading() as db:
        doing = Moment(db, visit.actor, visit.now, visit.vault)
        found = tickets.licenses_of(doing, tickets.get(doing, ticket_id))
    return f"{HOME}/{found[0].public_id}" if len(found) == 1 and next_ == HOME else next_


def note(visit: Visit, kind: Happened, code: str) -> None:
    """Record a refusal at the door; it survives, as its own small transaction."""
    with visit.site.database.writing() as db:
        entering.refuse(Moment(db, visit.actor, visit.now, visit.vault), kind, code, address=visit.address)


def door(
    visit: Visit,
    next_: str,
    *,
    status: int = 200,
    closed: list[Tried] | None = None,
    params: dict[str, Any] | None = None,
) -> Answer:
    """The sign-in page, with what was typed except the password."""
    errors = {name: problem(visit, code, params or {})[1] for name, code in visit.form.errors.items()}
    answers = [(one.masked, problem(visit, one.code, {})[1]) for one in closed or []]
    visit.place = "/sign-in"
    fields = ("email", "tickets", "work_email")
    kept = {name: visit.form.values[name][:20_000] for name in fields if name in visit.form.values}
    return page(visit, "sessions/new.html", status=status, form=kept, errors=errors, ticket_answers=answers, next=next_)
