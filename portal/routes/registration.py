"""Making an account: an address first, and the rest once its mailbox has answered."""

from portal.access import NotFound
from portal.actions import links
from portal.actions import registration as verbs
from portal.actions.doing import Moment
from portal.actions.links import Opened, Purpose
from portal.screens.asking import Asking
from portal.screens.entry import let_in
from portal.screens.mail_links import put_away
from portal.screens.new_password import chosen
from portal.screens.registering import check_open, fields, person
from portal.web import Answer, Area, Visit, endpoint, page, redirect
from portal.web.cookies import carried, put_down
from portal.web.paths import onward

ASKING = Asking("/register", "registration/new.html", "registration/asked.html", "registration", verbs.KIND)
PLACE = "/register/complete"


@endpoint.get(ASKING.place, area=Area.PUBLIC)
def new(visit: Visit) -> Answer:
    """The form; once it was sent, what to do now."""
    check_open(visit)
    if visit.actor.kind == "user":
        return redirect(visit, "/account")
    return redirect(visit, "/register/name") if visit.site.brand.accounts == "name" else ASKING.show(visit)


@endpoint.post(ASKING.place, area=Area.PUBLIC, own_units=True)
def ask(visit: Visit) -> Answer:
    """Ask for a link to a mailbox."""
    check_open(visit)
    if visit.site.brand.accounts == "name":
        raise NotFound
    return ASKING.take(visit)


@endpoint.get("/register/{token:str}", area=Area.PUBLIC)
def arrive(visit: Visit, token: str) -> Answer:
    """From the mail: the token moves from the address into a short-lived cookie. Nothing is used up."""
    return put_away(visit, token, PLACE)


@endpoint.get(PLACE, area=Area.PUBLIC)
def complete(visit: Visit) -> Answer:
    """Name, password, and what else the vendor asks for."""
    link = links.opened(visit.db, visit.vault, visit.now, carried(visit, "link"), Purpose.WELCOME)
    return form(visit, link) if link else page(visit, "registration/over.html", status=410)


@endpoint.post(PLACE, area=Area.PUBLIC, own_units=True, hashes=True)
def open_account(visit: Visit) -> Answer:
    """The account is made, the tickets of a ticket session come along, and its owner is in."""
    visit.form.allow("name", "password", *visit.site.brand.asks)
    with visit.site.database.reading() as db:
        link = links.opened(db, visit.vault, visit.now, carried(visit, "link"), Purpose.WELCOME)
    if link is None:
        return page(visit, "registration/over.html", status=410)
    told = person(visit)
    secret = chosen(visit, None, link.facts["email"], link.facts["email"].partition("@")[0], told.name)
    if secret is None or visit.form.errors:
        return form(visit, link, status=422)
    with visit.site.database.writing() as db:
        doing = Moment(db, visit.actor, visit.now, visit.vault, visit.stationery)
        user = verbs.open_account(doing, link, name=told.name, secret=secret, profile=told.profile)
        if user is not None:
            let_in(visit, db, user, user.email, is_proven_by_mail=True)
    if user is None:
        return page(visit, "registration/over.html", status=410)
    put_down(visit, "link")
    return redirect(visit, onward(visit), "account_opened", tickets=len(visit.actor.ticket_ids))


def form(visit: Visit, link: Opened, *, status: int = 200) -> Answer:
    visit.place = PLACE
    return page(
        visit, "registration/complete.html", status=status, email=link.facts["email"],
        tickets=len(visit.actor.ticket_ids), **fields(visit),
    )  # fmt: skip
