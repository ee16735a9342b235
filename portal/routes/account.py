"""A person's own account: how they are called, their address, their password, and where they are signed in."""

from typing import Any
from uuid import UUID

from portal.actions import account as verbs
from portal.actions import links, mail_choices
from portal.actions import passwords as changing
from portal.actions.doing import Moment
from portal.actions.links import Opened, Purpose
from portal.doors import limits, passwords
from portal.doors.limits import TooMany
from portal.doors.signed_in import sign_ins
from portal.jobs.mail import is_address
from portal.models import User
from portal.screens.entry import let_in, proof_of
from portal.screens.mail_links import put_away
from portal.screens.new_password import chosen
from portal.screens.proving import fresh
from portal.web import Answer, Area, Visit, endpoint, page, redirect
from portal.web.cookies import carried, put_down
from portal.web.pages import problem
from portal.words.agents import agent
from portal.words.mail_choices import labels
from portal.words.places import place
from portal.words.zones import zones

PLACE = "/account"
PURPOSES = {"new": Purpose.NEW_ADDRESS, "old": Purpose.OLD_ADDRESS}


@endpoint.get(PLACE, area=Area.ACCOUNT)
def show(visit: Visit) -> Answer:
    """Everything about the reader's account on one page."""
    return account(visit)


@endpoint.post(PLACE, area=Area.ACCOUNT)
def change(visit: Visit) -> Answer:
    """Name, language and time zone."""
    visit.form.allow("name", "language", "time_zone")
    name = " ".join(visit.form.text("name", most=200).split())
    language = visit.form.one_of("language", ("", *visit.site.brand.languages))
    zone = visit.form.one_of("time_zone", ("", *zones()))
    if visit.form.errors:
        return account(visit, status=422)
    verbs.change(visit, name=name, language=language or None, time_zone=zone or None)
    return redirect(visit, PLACE, "account_saved")


@endpoint.post("/account/password", area=Area.ACCOUNT, own_units=True, hashes=True)
def change_password(visit: Visit) -> Answer:
    """Another password, for whoever knows the one of today; all other sign-ins end."""
    visit.form.allow("current", "password")
    current = visit.form.text("current", most=passwords.LONGEST, code="password_missing", strip=False)
    with visit.site.database.reading() as db:
        user = db.get_one(User, visit.actor.user_id)
    subjects = [(limits.ACCOUNT, f"{user.signs_in_as}\x00{limits.network(visit.address)}")]
    try:
        with visit.site.limits.trial(visit.site.database, visit.now, subjects) as trial:
            if current and not passwords.matches(user.password_hash, current, demo=visit.settings.demo):
                visit.form.errors["current"] = "password_not_current"
                trial.failed()
    except TooMany as late:
        visit.form.errors["current"] = late.code
        return account_anew(visit, status=429, params=late.params)
    secret = None if "current" in visit.form.errors else chosen(visit, user)
    if secret is None:
        return account_anew(visit, status=422, params={"limit": passwords.SHORTEST})
    with visit.site.database.writing() as db:
        doing = Moment(db, visit.actor, visit.now, visit.vault, visit.stationery)
        renewed = changing.change(doing, user.id, secret)
        let_in(visit, db, renewed, renewed.signs_in_as, proof=proof_of(visit))
    return redirect(visit, PLACE, "password_changed")


@endpoint.post("/account/address", area=Area.ACCOUNT)
def ask_address(visit: Visit) -> Answer:
    """Another address: both mailboxes are asked first."""
    visit.form.allow("email")
    email = visit.form.text("email", most=254, code="email_missing").lower()
    if not visit.form.errors and not is_address(email):
        visit.form.errors["email"] = "email_missing"
    if not visit.form.errors and email == visit.actor.email:
        visit.form.errors["email"] = "email_unchanged"
    if visit.form.errors:
        return account(visit, status=422)
    subjects = limits.asking("address", email, visit.address)
    visit.site.limits.check(visit.site.database, visit.now, subjects)
    visit.after.append(lambda: visit.site.limits.fail(visit.site.database, visit.now, subjects))
    fresh(visit, PLACE)
    verbs.ask_address(visit, email, visit.lang.code)
    return redirect(visit, PLACE, "address_asked")


@endpoint.get("/account/address/{side:str}/{token:str}", area=Area.PUBLIC)
def arrive(visit: Visit, side: str, token: str) -> Answer:
    """From one of the two mails: the token moves from the address into a short-lived cookie."""
    return put_away(visit, token, f"/account/address/{side if side in PURPOSES else 'new'}")


@endpoint.get("/account/address/{side:str}", area=Area.PUBLIC)
def confirm(visit: Visit, side: str) -> Answer:
    """What this mailbox is asked to agree to, or why the link opens nothing any more."""
    link = link_of(visit, side)
    if link is None:
        return page(visit, "account/over.html", status=410)
    user = visit.db.get_one(User, link.user_id)
    return page(visit, "account/address.html", old=user.signs_in_as, new=link.facts["email"], side=side)


@endpoint.post("/account/address/{side:str}", area=Area.PUBLIC)
def agree(visit: Visit, side: str) -> Answer:
    """This mailbox agrees; with the second one the address is changed."""
    visit.form.allow()
    link = link_of(visit, side)
    outcome = verbs.agree_address(visit, link) if link else "over"
    if outcome == "over":
        return page(visit, "account/over.html", status=410)
    put_down(visit, "link")
    return redirect(visit, PLACE if visit.actor.kind == "user" else "/sign-in", f"address_{outcome}")


@endpoint.post("/account/sessions/{session_id:uuid}/end", area=Area.ACCOUNT)
def end_session(visit: Visit, session_id: UUID) -> Answer:
    """One sign-in is over."""
    visit.form.allow()
    verbs.end_session(visit, session_id)
    return redirect(visit, PLACE, "session_ended")


@endpoint.post("/account/sessions/end", area=Area.ACCOUNT)
def end_other_sessions(visit: Visit) -> Answer:
    """Every other sign-in is over."""
    visit.form.allow()
    verbs.end_other_sessions(visit)
    return redirect(visit, PLACE, "sessions_ended")


def link_of(visit: Visit, side: str) -> Opened | None:
    """What the link opens that was followed a moment ago."""
    purpose = PURPOSES.get(side, Purpose.NEW_ADDRESS)
    return links.opened(visit.db, visit.vault, visit.now, carried(visit, "link"), purpose)


def account(visit: Visit, *, status: int = 200, params: dict[str, Any] | None = None) -> Answer:
    visit.place = PLACE
    user = visit.db.get_one(User, visit.actor.user_id)
    wanted, here = mail_choices.wanted(visit.db, user.id), limits.network(visit.address)
    said = {"name": user.name, "language": user.language or "", "time_zone": user.time_zone or "", "email": ""}
    typed = {name: visit.form.values[name][:254] for name in said if name in visit.form.values}
    errors = {name: problem(visit, code, params or {})[1] for name, code in visit.form.errors.items()}
    return page(
        visit,
        "account/show.html",
        status=status,
        form=said | typed,
        errors=errors,
        zones=[(zone, zone.replace("_", " ")) for zone in zones()],
        account_languages=[(code, language.name) for code, language in visit.site.languages.items()],
        has_password=user.password_hash is not None,
        shortest=passwords.SHORTEST,
        signs_in_as=user.signs_in_as,
        mail_choices=[(name, label, name in wanted) for name, label in labels(visit.lang).items()],
        sign_ins=[
            (one, agent(visit.lang, one.agent), place(visit.lang, one.network, here))
            for one in sign_ins(visit.db, visit.actor, visit.now)
        ],
    )


def account_anew(visit: Visit, *, status: int, params: dict[str, Any]) -> Answer:
    """The page again, from a route that has no unit of work of its own."""
    with visit.site.database.reading() as visit.db:
        return account(visit, status=status, params=params)
