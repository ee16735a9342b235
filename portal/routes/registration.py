"""Making an account: an address first, and the rest once its mailbox has answered."""

from portal.access import Forbidden
from portal.actions import links
from portal.actions import registration as verbs
from portal.actions.doing import Moment
from portal.actions.links import Opened, Purpose
from portal.doors import passwords
from portal.screens.asking import Asking
from portal.screens.entry import let_in
from portal.screens.new_password import chosen
from portal.web import Answer, Area, Visit, endpoint, page, redirect
from portal.web.cookies import carried, carry, put_down
from portal.web.pages import problem

ASKING = Asking("/register", "registration/new.html", "registration/asked.html", "registration", verbs.ask)
PLACE = "/register/complete"


@endpoint.get(ASKING.place, area=Area.PUBLIC)
def new(visit: Visit) -> Answer:
    """The form; once it was sent, what to do now."""
    check_open(visit)
    return redirect(visit, "/account") if visit.actor.kind == "user" else ASKING.show(visit)


@endpoint.post(ASKING.place, area=Area.PUBLIC, own_units=True)
def ask(visit: Visit) -> Answer:
    """Ask for a link to a mailbox."""
    check_open(visit)
    return ASKING.take(visit)


@endpoint.get("/register/{token:str}", area=Area.PUBLIC)
def arrive(visit: Visit, token: str) -> Answer:
    """From the mail: the token moves from the address into a short-lived cookie. Nothing is used up."""
    carry(visit, "link", token)
    return redirect(visit, PLACE)


@endpoint.get(PLACE, area=Area.PUBLIC)
def complete(visit: Visit) -> Answer:
    """Name, password, and what else the vendor asks for."""
    link = links.opened(visit.db, visit.vault, visit.now, carried(visit, "link"), Purpose.WELCOME)
    return form(visit, link) if link else page(visit, "registration/over.html", status=410)


@endpoint.post(PLACE, area=Area.PUBLIC, own_units=True, hashes=True)
def open_account(visit: Visit) -> Answer:
    """The account is made, the tickets of a ticket session come along, and its owner is in."""
    asks = visit.site.brand.asks
    visit.form.allow("name", "password", *asks)
    with visit.site.database.reading() as db:
        link = links.opened(db, visit.vault, visit.now, carried(visit, "link"), Purpose.WELCOME)
    if link is None:
        return page(visit, "registration/over.html", status=410)
    name = " ".join(visit.form.text("name", most=200).split())
    profile = {key: value for key in asks if (value := said(visit, key))}
    secret = chosen(visit, None, link.facts["email"], link.facts["email"].partition("@")[0], name)
    if secret is None or visit.form.errors:
        return form(visit, link, status=422)
    with visit.site.database.writing() as db:
        doing = Moment(db, visit.actor, visit.now, visit.vault, visit.stationery)
        user = verbs.open_account(doing, link, name=name, secret=secret, profile=profile)
        if user is not None:
            let_in(visit, db, user, user.email, is_proven_by_mail=True)
    if user is None:
        return page(visit, "registration/over.html", status=410)
    put_down(visit, "link")
    return redirect(visit, "/licenses", "account_opened", tickets=len(visit.actor.ticket_ids))


def check_open(visit: Visit) -> None:
    """Where the vendor invites people, nobody registers by themselves."""
    if visit.site.brand.registration != "open":
        raise Forbidden("registration_closed")


def said(visit: Visit, field: str) -> str:
    """What was typed into a field that the vendor asks for; it may stay empty unless it is needed."""
    if field not in visit.site.brand.needs and not visit.form.values.get(field, "").strip():
        return ""
    return " ".join(visit.form.text(field, most=200).split())


def form(visit: Visit, link: Opened, *, status: int = 200) -> Answer:
    visit.place = PLACE
    errors = {
        name: problem(visit, code, {"limit": passwords.SHORTEST})[1] for name, code in visit.form.errors.items()
    }
    kept = {name: visit.form.values.get(name, "")[:200] for name in ("name", *visit.site.brand.asks)}
    return page(
        visit, "registration/complete.html", status=status, email=link.facts["email"], form=kept, errors=errors,
        shortest=passwords.SHORTEST, tickets=len(visit.actor.ticket_ids),
    )  # fmt: skip
