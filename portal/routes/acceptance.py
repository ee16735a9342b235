"""An invitation as whoever got it sees it: the link of a mail, what it is for, and coming in."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.actions import arrivals, invitations
from portal.actions.doing import Moment
from portal.doors import limits, passwords
from portal.doors.limits import TooMany
from portal.doors.sessions import Proof
from portal.jobs.mail import is_address
from portal.models import Group, Invitation, User
from portal.screens.entry import let_in, proof_of
from portal.screens.mail_links import put_away
from portal.web import Answer, Area, Visit, done, endpoint, page, redirect, slowed
from portal.web.cookies import carried, put_down
from portal.web.pages import problem

PLACE = "/invitation"
COOKIE = "invitation"


@dataclass(frozen=True, slots=True)
class Offer:
    """What the page says of an invitation. `step` is what its reader can do: "gone", "accept" (signed in), "sign_in"
    (the address has an account), "begin" (it has none), "other" (signed in, but not meant), "address" (a link)."""

    step: str
    group: str = ""
    by: str = ""
    is_admin: bool = False
    email: str = ""
    name: str = ""
    domains: tuple[str, ...] = ()
    code: str = "invitation_gone"


@endpoint.get(PLACE + "/{token:str}", area=Area.PUBLIC)
def follow(visit: Visit, token: str) -> Answer:
    """The link of a mail: what it holds moves into a cookie, and nothing is done yet."""
    return put_away(visit, token, PLACE, name=COOKIE)


@endpoint.get(PLACE, area=Area.PUBLIC)
def show(visit: Visit) -> Answer:
    """What the invitation is for, and the way in."""
    if visit.query.get("asked") == "yes":
        return page(visit, "invitation/asked.html")
    return shown(visit, offered(visit, visit.db))


@endpoint.post(PLACE, area=Area.PUBLIC, own_units=True, hashes=True)
def accept(visit: Visit) -> Answer:
    """Come in: with one click for whoever is signed in, else with a name and a password."""
    form = visit.form
    form.allow("name", "password")
    with visit.site.database.reading() as db:
        offer = offered(visit, db)
    if offer.step == "begin":
        return begin(visit, offer)
    if offer.step != "accept":
        return shown(visit, offer, status=422)
    with visit.site.database.writing() as db:
        doing = moment(visit, db)
        invitation = invitations.by_token(db, visit.vault, carried(visit, COOKIE) or "")
        user = db.get_one(User, visit.actor.user_id)
        code = invitations.accept(doing, invitation, user) if invitation else "invitation_gone"
        if code is None:
            come_in(visit, doing, user)
    return shown(visit, Offer("gone", code=code), status=422) if code else welcomed(visit, offer)


def begin(visit: Visit, offer: Offer) -> Answer:
    """A name and a password, right here: the mail has proved the address. The hash is made outside of transactions."""
    form = visit.form
    name = " ".join(form.text("name", most=200).split())
    password = form.text("password", most=passwords.LONGEST, code="password_missing", strip=False)
    if "password" not in form.errors:
        try:
            passwords.judge(password, names=(offer.email.partition("@")[0], offer.email, name, visit.site.brand.name))
        except passwords.Unfit as unfit:
            form.errors["password"] = str(unfit)
    if form.errors:
        return shown(visit, offer, status=422)
    hashed = passwords.hashed(password)
    with visit.site.database.writing() as db:
        doing = moment(visit, db)
        token = carried(visit, COOKIE) or ""
        user, code = arrivals.begin(doing, token, name, hashed, visit.lang.code)
        if user is not None:
            come_in(visit, doing, user)
    return shown(visit, Offer("gone", code=code), status=422) if code else welcomed(visit, offer)


@endpoint.post(PLACE + "/address", area=Area.PUBLIC, own_units=True)
def ask(visit: Visit) -> Answer:
    """The address of whoever followed a link: they get a mail of their own. The answer is the same for every one."""
    form = visit.form
    form.allow("email")
    with visit.site.database.reading() as db:
        offer = offered(visit, db)
    if offer.step != "address":
        return shown(visit, offer, status=422)
    email = form.text("email", most=254, code="email_missing").lower()
    if not form.errors and not is_address(email):
        form.errors["email"] = "email_invalid"
    if form.errors:
        return shown(visit, offer, status=422)
    try:
        with visit.site.limits.trial(visit.site.database, visit.now, subjects(visit, email)) as trial:
            trial.failed()  # each question counts, whatever becomes of it
    except TooMany as late:
        form.errors["email"] = late.code
        return slowed(shown(visit, offer, status=429, params=late.params), late.retry_after)
    with visit.site.database.writing() as db:
        link = invitations.by_token(db, visit.vault, carried(visit, COOKIE) or "")
        code = invitations.ask_by_link(moment(visit, db), link, email, visit.lang.code) if link else "invitation_gone"
    if code == "invitation_domain":
        form.errors["email"] = code
        return shown(visit, offer, status=422)
    if code:
        return shown(visit, Offer("gone", code=code), status=422)
    return redirect(visit, f"{PLACE}?asked=yes")


def subjects(visit: Visit, email: str) -> list[limits.Subject]:
    here = limits.network(visit.address)
    return [
        (limits.INVITED_ACCOUNT, email),
        (limits.INVITED_ADDRESS, visit.address),
        (limits.INVITED_NETWORK, here),
    ]


def moment(visit: Visit, db: Session, actor: Actor | None = None) -> Moment:
    return Moment(db, actor or visit.actor, visit.now, visit.vault, visit.stationery)


def offered(visit: Visit, db: Session) -> Offer:
    """What the invitation that was followed offers to this reader."""
    invitation = invitations.by_token(db, visit.vault, carried(visit, COOKIE) or "")
    if invitation is None or not invitations.is_open(db, invitation, visit.now):
        return Offer("gone")
    maker = db.get(User, invitation.created_by_id) if invitation.created_by_id is not None else None
    said: dict[str, Any] = {
        "group": db.get_one(Group, invitation.group_id).name,
        "by": maker.name if maker and invitation.link_id is None else "",
        "is_admin": invitation.role == "admin",
        "email": invitation.email or "",
        "name": invitation.name or "",
        "domains": tuple(invitation.domains),
    }
    if visit.actor.kind == "user":
        code = invitations.obstacle(db, invitation, db.get_one(User, visit.actor.user_id), visit.now)
        return Offer("other", **said, code=code) if code else Offer("accept", **said)
    return Offer(stranger_step(db, invitation), **said)


def stranger_step(db: Session, invitation: Invitation) -> str:
    """What somebody who is not signed in can do."""
    if invitation.email is None:
        return "address"
    user = db.execute(select(User).where(User.email == invitation.email)).scalar()
    if user is not None and user.disabled_at is not None:
        return "gone"
    return "sign_in" if user is not None and arrivals.has_begun(user) else "begin"


def come_in(visit: Visit, doing: Moment, user: User) -> None:
    """A new session: what its owner may do has changed."""
    proof = proof_of(visit) if visit.actor.kind == "user" else Proof("mail")
    let_in(visit, doing.db, user, user.signs_in_as, proof=proof, is_proven_by_mail=True)


def welcomed(visit: Visit, offer: Offer) -> Answer:
    put_down(visit, COOKIE)
    return done(visit, "/licenses", "joined", group=offer.group)


def shown(visit: Visit, offer: Offer, *, status: int = 200, params: dict[str, Any] | None = None) -> Answer:
    visit.place = PLACE
    told = {name: problem(visit, code, params or {})[1] for name, code in visit.form.errors.items()}
    heading, sentence = problem(visit, offer.code, {})
    return page(
        visit, "invitation/show.html", status=status, offer=offer, errors=told,
        form={name: visit.form.values.get(name, "")[:254] for name in ("name", "email")},
        problem_heading=heading, problem_sentence=sentence,
    )  # fmt: skip
