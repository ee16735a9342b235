"""At the door with more than a password, or without one: a passkey, the code of an app; and who it still is."""

from typing import Any

from portal.actions import factors
from portal.actions import sessions as entering
from portal.actions.doing import Moment
from portal.actions.sessions import Happened
from portal.doors import factors as asked
from portal.doors import limits, passwords, sessions
from portal.doors.limits import TooMany
from portal.doors.passkeys import LONGEST_ANSWER, Refused
from portal.doors.sessions import Proof
from portal.models import User
from portal.screens import passkeys, second
from portal.screens.entry import let_in
from portal.screens.proving import is_fresh
from portal.web import Answer, Area, Visit, endpoint, page, redirect, slowed
from portal.web.cookies import knows
from portal.web.endpoint import PROOF
from portal.web.pages import problem
from portal.web.paths import known_path


@endpoint.post("/sign-in/passkey/options", area=Area.PUBLIC, early=True)
def options(visit: Visit) -> Answer:
    """What the browser needs to show a passkey; as JSON, for the script of the page."""
    visit.form.allow()
    return Answer(passkeys.question(visit), media_type="application/json")


@endpoint.post("/sign-in/passkey", area=Area.PUBLIC, own_units=True)
def by_passkey(visit: Visit) -> Answer:
    """A passkey opens the account it belongs to. It is both factors: the device, and whoever unlocks it."""
    visit.form.allow("credential", "next")
    next_ = known_path(visit.form.values.get("next", ""))
    owner = shown(visit)
    if owner is None:
        return refused(visit, next_)
    with visit.site.database.writing() as db:
        let_in(visit, db, owner, owner.signs_in_as, proof=Proof("passkey", factor=True))
    second.forget(visit)
    return redirect(visit, next_)


@endpoint.get(second.PLACE, area=Area.PUBLIC)
def ask(visit: Visit) -> Answer:
    """The field for a code, for whoever came so far with a password."""
    return second_page(visit) if second.who_waits(visit, visit.db) else redirect(visit, "/sign-in")


@endpoint.post(second.PLACE, area=Area.PUBLIC, own_units=True)
def by_code(visit: Visit) -> Answer:
    """A code of the app or a recovery code: now the session begins."""
    visit.form.allow("code")
    typed = visit.form.text("code", most=100, code="code_missing")
    with visit.site.database.reading() as db:
        found = second.who_waits(visit, db)
    if found is None:
        return redirect(visit, "/sign-in", "second_over")
    if visit.form.errors:
        return second_anew(visit, status=422)
    waiting, user = found
    email = user.signs_in_as
    subjects = limits.at_code(user.id, visit.address, is_known=knows(visit, email))
    try:
        with visit.site.limits.trial(visit.site.database, visit.now, subjects) as trial:
            with visit.site.database.writing() as db:
                doing = Moment(db, visit.actor, visit.now, visit.vault, visit.stationery)
                owner = db.get_one(User, user.id)
                code = factors.show(doing, owner, typed)
                if code is None:
                    let_in(
                        visit, db, owner, email, proof=waiting.proof, is_proven_by_mail=waiting.by_mail
                    )
                else:
                    entering.refuse(doing, Happened.SESSION_REFUSED, code, address=visit.address)
            if code:
                trial.failed()
    except TooMany as late:
        visit.form.errors["code"] = late.code
        return slowed(second_anew(visit, status=429, params=late.params), late.retry_after)
    if code:
        visit.form.errors["code"] = code
        return second_anew(visit, status=422)
    second.forget(visit)
    return redirect(visit, waiting.next)


@endpoint.get(PROOF, area=Area.ACCOUNT, early=True)
def prove(visit: Visit) -> Answer:
    """Before something dangerous: is it still the same person at this browser?"""
    next_ = known_path(visit.query.get("next", ""))
    return redirect(visit, next_) if is_fresh(visit) else proof_page(visit, next_)


@endpoint.post(PROOF, area=Area.ACCOUNT, own_units=True, hashes=True, early=True)
def prove_by_password(visit: Visit) -> Answer:
    """The password; where the account has none, a code."""
    visit.form.allow("password", "code", "next")
    next_ = known_path(visit.form.values.get("next", ""))
    with visit.site.database.reading() as db:
        user = db.get_one(User, visit.actor.user_id)
    field = "code" if user.password_hash is None else "password"
    typed = visit.form.text(field, most=passwords.LONGEST, code=f"{field}_missing", strip=False)
    if visit.form.errors:
        return proof_anew(visit, next_, status=422)
    subjects = [(limits.ACCOUNT, f"{user.signs_in_as}\x00{limits.network(visit.address)}")]
    try:
        with visit.site.limits.trial(visit.site.database, visit.now, subjects) as trial:
            is_right = is_own_code(visit, typed) if field == "code" else passwords.matches(
                user.password_hash, typed, demo=visit.settings.demo
            )
            if not is_right:
                trial.failed()
    except TooMany as late:
        visit.form.errors[field] = late.code
        return slowed(proof_anew(visit, next_, status=429, params=late.params), late.retry_after)
    if not is_right:
        visit.form.errors[field] = "code_wrong" if field == "code" else "password_not_current"
        return proof_anew(visit, next_, status=422)
    return proven(visit, next_)


@endpoint.post("/account/proof/passkey", area=Area.ACCOUNT, own_units=True, early=True)
def prove_by_passkey(visit: Visit) -> Answer:
    """A passkey of the reader's own; anybody else's proves nothing here."""
    visit.form.allow("credential", "next")
    next_ = known_path(visit.form.values.get("next", ""))
    owner = shown(visit)
    if owner is None or owner.id != visit.actor.user_id:
        visit.form.errors["passkey"] = "passkey_refused"
        return proof_anew(visit, next_, status=422)
    return proven(visit, next_)


def shown(visit: Visit) -> User | None:
    """Whose passkey was shown; what proves nothing is recorded and counts against whoever sent it."""
    answer = visit.form.values.get("credential", "")[:LONGEST_ANSWER]
    owner = None
    with visit.site.limits.trial(visit.site.database, visit.now, limits.at_passkey(visit.address)) as trial:
        with visit.site.database.writing() as db:
            doing = Moment(db, visit.actor, visit.now, visit.vault, visit.stationery)
            try:
                owner = passkeys.owner(visit, doing, answer)
            except Refused:
                entering.refuse(doing, Happened.SESSION_REFUSED, "passkey_refused", address=visit.address)
                trial.failed()
    return owner


def is_own_code(visit: Visit, typed: str) -> bool:
    with visit.site.database.writing() as db:
        doing = Moment(db, visit.actor, visit.now, visit.vault, visit.stationery)
        return factors.show(doing, db.get_one(User, visit.actor.user_id), typed) is None


def proven(visit: Visit, next_: str) -> Answer:
    with visit.site.database.writing() as db:
        sessions.prove(db, visit.actor.session_id or 0, visit.now)
    return redirect(visit, next_, "proven")


def refused(visit: Visit, next_: str) -> Answer:
    """A passkey that opened nothing, and the other ways in."""
    heading, sentence = problem(visit, "passkey_refused", {})
    visit.place = "/sign-in"
    return page(visit, "sessions/refused.html", status=422, heading=heading, sentence=sentence, next=next_)


def second_page(visit: Visit, *, status: int = 200, params: dict[str, Any] | None = None) -> Answer:
    visit.place = second.PLACE
    found = second.who_waits(visit, visit.db)
    means = asked.means_of(visit.db, found[1].id) if found else asked.Means(False, 0, 0)
    return page(
        visit, "sessions/second.html", status=status, means=means, errors=told(visit, params),
        next=found[0].next if found else "",
    )  # fmt: skip


def second_anew(visit: Visit, *, status: int, params: dict[str, Any] | None = None) -> Answer:
    """The page again, from a route that has no unit of work of its own."""
    with visit.site.database.reading() as visit.db:
        return second_page(visit, status=status, params=params)


def proof_page(visit: Visit, next_: str, *, status: int = 200, params: dict[str, Any] | None = None) -> Answer:
    visit.place = PROOF
    user = visit.db.get_one(User, visit.actor.user_id)
    return page(
        visit, "account/proof.html", status=status, has_password=user.password_hash is not None,
        means=asked.means_of(visit.db, user.id), errors=told(visit, params), next=next_,
    )  # fmt: skip


def proof_anew(visit: Visit, next_: str, *, status: int, params: dict[str, Any] | None = None) -> Answer:
    """The same, from a route that has no unit of work of its own."""
    with visit.site.database.reading() as visit.db:
        return proof_page(visit, next_, status=status, params=params)


def told(visit: Visit, params: dict[str, Any] | None) -> dict[str, str]:
    return {name: problem(visit, code, params or {})[1] for name, code in visit.form.errors.items()}
