"""Accounts without an address: making one, and getting back into it with a recovery code."""

from typing import Any

from portal.access import NotFound
from portal.actions import passwords as changing
from portal.actions import pseudonyms as verbs
from portal.actions import recovery_codes
from portal.actions.doing import Moment
from portal.doors import limits, passwords
from portal.doors.limits import TooMany
from portal.screens.entry import admit, let_in
from portal.screens.new_password import chosen, problems
from portal.screens.pseudonyms import codes_page
from portal.screens.registering import check_open, fields, person
from portal.web import Answer, Area, Visit, endpoint, page, redirect, slowed
from portal.web.cookies import knows
from portal.web.paths import onward

REGISTER, RECOVERY = "/register/name", "/password/recovery"


@endpoint.get(REGISTER, area=Area.PUBLIC)
def new(visit: Visit) -> Answer:
    """The form, where the vendor lets people keep their address to themselves."""
    check_offered(visit)
    return redirect(visit, "/account") if visit.actor.kind == "user" else form(visit)


@endpoint.post(REGISTER, area=Area.PUBLIC, own_units=True, hashes=True)
def open_account(visit: Visit) -> Answer:
    """The account is made, the tickets of a ticket session come along, and its owner is in, codes in hand."""
    check_offered(visit)
    visit.form.allow("name", "password", *visit.site.brand.asks)
    told = person(visit, most=100)
    try:
        with visit.site.limits.trial(visit.site.database, visit.now, limits.at_pseudonym(visit.address)) as trial:
            secret = chosen(visit, None, told.name)
            if secret is not None and not visit.form.errors:
                trial.failed()  # no mailbox stands behind an account: each one counts
    except TooMany as late:
        visit.form.errors["name"] = late.code
        return slowed(form(visit, status=429, params=late.params), late.retry_after)
    if secret is None or visit.form.errors:
        return form(visit, status=422)
    with visit.site.database.writing() as db:
        doing = Moment(db, visit.actor, visit.now, visit.vault, visit.stationery)
        user = verbs.open_account(doing, name=told.name, secret=secret, language=visit.lang.code, profile=told.profile)
        codes = recovery_codes.make(doing, user.id)
        let_in(visit, db, user, user.signs_in_as, is_proven_by_mail=True)
    return codes_page(visit, user, codes, is_new=True)


@endpoint.get(RECOVERY, area=Area.PUBLIC)
def forgot(visit: Visit) -> Answer:
    """The form for a sign-in name, a recovery code and a new password."""
    return recovery(visit)


@endpoint.post(RECOVERY, area=Area.PUBLIC, own_units=True, hashes=True)
def recover(visit: Visit) -> Answer:
    """The new password counts and everybody else is out; known or not, a name costs the one hash of the password."""
    visit.form.allow("sign_in_name", "code", "password")
    name = visit.form.text("sign_in_name", most=64, code="sign_in_name_missing").lower()
    code = visit.form.text("code", most=100, code="recovery_code_missing")
    subjects = limits.at_password(name, visit.address, is_known=knows(visit, name))
    try:
        with visit.site.limits.trial(visit.site.database, visit.now, subjects) as trial:
            secret = chosen(visit, None, name)
            if secret is None or visit.form.errors:
                return recovery(visit, status=422)
            with visit.site.database.writing() as db:
                doing = Moment(db, visit.actor, visit.now, visit.vault, visit.stationery)
                user = verbs.by_code(doing, name, code)
                if user is not None:
                    changing.recover(doing, user, secret)
                    next_ = admit(visit, db, user, user.signs_in_as, onward(visit))
            if user is None:
                trial.failed()
    except TooMany as late:
        visit.form.errors["sign_in_name"] = late.code
        return slowed(recovery(visit, status=429, params=late.params), late.retry_after)
    if user is None:
        visit.form.errors["code"] = "recovery_code_wrong"
        return recovery(visit, status=422)
    return redirect(visit, next_, "password_set")


def check_offered(visit: Visit) -> None:
    if visit.site.brand.accounts == "address":
        raise NotFound
    check_open(visit)


def form(visit: Visit, *, status: int = 200, params: dict[str, Any] | None = None) -> Answer:
    visit.place = REGISTER
    return page(
        visit, "pseudonyms/new.html", status=status, tickets=len(visit.actor.ticket_ids), **fields(visit, params),
    )  # fmt: skip


def recovery(visit: Visit, *, status: int = 200, params: dict[str, Any] | None = None) -> Answer:
    visit.place = RECOVERY
    kept = visit.form.values.get("sign_in_name", "")[:64]
    return page(
        visit, "pseudonyms/recovery.html", status=status, sign_in_name=kept, errors=problems(visit, params),
        shortest=passwords.SHORTEST,
    )  # fmt: skip
