"""What opens the reader's account besides the password: the authenticator app, recovery codes, and passkeys."""

from uuid import UUID

from portal.actions import factors
from portal.actions import passkeys as verbs
from portal.doors import factors as asked
from portal.doors import limits, totp
from portal.doors.passkeys import LONGEST_ANSWER, Refused
from portal.models import User
from portal.screens import company, passkeys, qr
from portal.screens.entry import raise_up
from portal.screens.proving import fresh
from portal.web import Answer, Area, Visit, endpoint, page, redirect
from portal.web.endpoint import SECURITY
from portal.web.pages import problem
from portal.web.paths import arrived, onward
from portal.words.agents import agent

APP = "/account/authenticator"


@endpoint.get(SECURITY, area=Area.ACCOUNT, early=True)
def show(visit: Visit) -> Answer:
    """Passkeys, authenticator app, recovery codes and company sign-in on one page."""
    return security(visit)


@endpoint.post("/account/passkeys/options", area=Area.ACCOUNT, early=True)
def options(visit: Visit) -> Answer:
    """What the browser needs to make a passkey; as JSON, for the script of the page."""
    fresh(visit, SECURITY)
    visit.form.allow()
    question = passkeys.question_for_new(visit, visit.db.get_one(User, visit.actor.user_id))
    return Answer(question, media_type="application/json")


@endpoint.post("/account/passkeys", area=Area.ACCOUNT, early=True)
def add_passkey(visit: Visit) -> Answer:
    """The passkey that the browser made opens the account from now on."""
    fresh(visit, SECURITY)
    visit.form.allow("name", "credential")
    name = " ".join(visit.form.text("name", most=100, code="passkey_unnamed").split())
    answer = visit.form.text("credential", most=LONGEST_ANSWER, code="passkey_refused")
    if visit.form.errors:
        return security(visit, status=422)
    try:
        made = passkeys.made(visit, visit, answer)
    except Refused:
        visit.form.errors["name"] = "passkey_refused"
        return security(visit, status=422)
    code, codes = verbs.add(visit, made, name)
    if code:
        visit.form.errors["name"] = code
        return security(visit, status=422)
    raise_up(visit, visit.db)
    return codes_page(visit, codes) if codes else gone_on(visit, "passkey_added", name=name)


@endpoint.post("/account/passkeys/{passkey_id:uuid}/name", area=Area.ACCOUNT, early=True)
def rename_passkey(visit: Visit, passkey_id: UUID) -> Answer:
    """Another name for it."""
    passkey = verbs.one_of_mine(visit, passkey_id)
    visit.form.allow("name")
    name = " ".join(visit.form.text("name", most=100, code="passkey_unnamed").split())
    if visit.form.errors:
        return security(visit, status=422, at=passkey_id)
    verbs.rename(visit, passkey, name)
    return redirect(visit, SECURITY, "passkey_renamed", name=name)


@endpoint.post("/account/passkeys/{passkey_id:uuid}/removal", area=Area.ACCOUNT, early=True)
def remove_passkey(visit: Visit, passkey_id: UUID) -> Answer:
    """It opens the account no more."""
    passkey = verbs.one_of_mine(visit, passkey_id)
    fresh(visit, SECURITY)
    visit.form.allow()
    name = passkey.name
    if code := verbs.remove(visit, passkey, visit.settings.second_factor):
        visit.form.errors["removal"] = code
        return security(visit, status=422)
    return redirect(visit, SECURITY, "passkey_removed", name=name)


@endpoint.post(APP, area=Area.ACCOUNT, early=True)
def begin_app(visit: Visit) -> Answer:
    """A secret for an authenticator app, that it has to show it knows."""
    fresh(visit, SECURITY)
    visit.form.allow()
    factors.begin_app(visit)
    return redirect(visit, APP)


@endpoint.get(APP, area=Area.ACCOUNT, early=True)
def app(visit: Visit) -> Answer:
    """The secret as a picture and in letters, and the field for the first code."""
    if factors.waiting_secret(visit, visit.db.get_one(User, visit.actor.user_id)) is None:
        return redirect(visit, SECURITY)
    # Whoever finds a browser that somebody left open learns no secret from it.
    fresh(visit, APP)
    return app_page(visit)


@endpoint.post("/account/authenticator/confirmation", area=Area.ACCOUNT, early=True)
def confirm_app(visit: Visit) -> Answer:
    """A right code: from now on one is asked for at the door."""
    fresh(visit, APP)
    visit.form.allow("code")
    typed = visit.form.text("code", most=100, code="code_missing")
    subjects = limits.at_code(visit.actor.user_id or 0, visit.address)
    if factors.waiting_secret(visit, visit.db.get_one(User, visit.actor.user_id)) is None:
        return redirect(visit, SECURITY)
    if visit.form.errors:
        return app_page(visit, status=422)
    code, codes = factors.confirm_app(visit, typed)
    if code:
        visit.site.limits.check(visit.site.database, visit.now, subjects)
        visit.after.append(lambda: visit.site.limits.fail(visit.site.database, visit.now, subjects))
        visit.form.errors["code"] = code
        return app_page(visit, status=422)
    raise_up(visit, visit.db)
    return codes_page(visit, codes) if codes else gone_on(visit, "app_added")


@endpoint.post("/account/authenticator/removal", area=Area.ACCOUNT, early=True)
def remove_app(visit: Visit) -> Answer:
    """No code is asked for any more."""
    fresh(visit, SECURITY)
    visit.form.allow()
    if code := factors.remove_app(visit, visit.settings.second_factor):
        visit.form.errors["removal"] = code
        return security(visit, status=422)
    return redirect(visit, SECURITY, "app_removed")


@endpoint.post("/account/recovery-codes", area=Area.ACCOUNT, early=True)
def make_codes(visit: Visit) -> Answer:
    """Ten new codes, shown on the page that answers and on no other."""
    fresh(visit, SECURITY)
    visit.form.allow()
    return codes_page(visit, factors.make_codes(visit))


def security(visit: Visit, *, status: int = 200, at: UUID | None = None) -> Answer:
    visit.place = SECURITY
    user = visit.db.get_one(User, visit.actor.user_id)
    errors = {name: problem(visit, code, {}) for name, code in visit.form.errors.items()}
    return page(
        visit,
        "account/security.html",
        status=status,
        passkeys=verbs.mine(visit),
        means=asked.means_of(visit.db, user.id),
        party=passkeys.party(visit),
        is_asked=asked.is_asked_of(visit.actor.places, visit.settings.second_factor),
        named=visit.form.values.get("name", "")[:100] if at is None else agent(visit.lang, visit.agent),
        suggested=agent(visit.lang, visit.agent),
        errors=errors,
        at=at,
        **company.connected(visit),
    )


def app_page(visit: Visit, *, status: int = 200) -> Answer:
    visit.place = APP
    user = visit.db.get_one(User, visit.actor.user_id)
    secret = factors.waiting_secret(visit, user) or ""
    errors = {name: problem(visit, code, {})[1] for name, code in visit.form.errors.items()}
    address = totp.address(secret, user.signs_in_as, visit.site.brand.name)
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return page(
        visit, "account/app.html", status=status, picture=qr.picture(address), secret=groups, errors=errors
    )


def codes_page(visit: Visit, codes: list[str]) -> Answer:
    visit.place = SECURITY
    next_ = onward(visit, SECURITY)
    arrived(visit)
    return page(visit, "account/codes.html", codes=codes, next=next_)


def gone_on(visit: Visit, notice: str, **params: str) -> Answer:
    """Whoever had to add a second factor first goes on to where they wanted to; everybody else stays here."""
    next_ = onward(visit, SECURITY)
    arrived(visit)
    return redirect(visit, next_, notice, **params)
