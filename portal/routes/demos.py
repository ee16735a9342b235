"""Demos: trying a product, from the public page with a mailbox, or at once from inside an account."""

from uuid import UUID

from portal.access import NotFound, Permission, license_for
from portal.actions import demo_links, demo_offers, demos, links, registration
from portal.actions.demo_offers import Offer
from portal.actions.demos import Started
from portal.actions.doing import Moment
from portal.actions.links import Opened, Purpose
from portal.models import Article, Model, Product, User
from portal.reports import overview
from portal.screens import demos as screens
from portal.screens import registering
from portal.screens.asking import too_many, typed
from portal.screens.entry import let_in
from portal.screens.mail_links import put_away
from portal.screens.new_password import chosen
from portal.web import Answer, Area, Visit, endpoint, page, redirect, slowed
from portal.web.cookies import carried, put_down

PLACE = "/demo/start"


@endpoint.get("/demo", area=Area.PUBLIC)
def new(visit: Visit) -> Answer:
    """What can be tried, and where the link is to go; once it was sent, what to do now."""
    check_open(visit)
    if visit.actor.kind == "user":
        return redirect(visit, screens.OWN)
    return page(visit, "demos/asked.html") if visit.query.get("asked") == "yes" else screens.public(visit, visit.db)


@endpoint.post("/demo", area=Area.PUBLIC, own_units=True)
def ask(visit: Visit) -> Answer:
    """Ask for a link to a mailbox. Known or not, had already or not, the answer is the same."""
    check_open(visit)
    visit.form.allow("demo", "email")
    database = visit.site.database
    with database.reading() as db:
        offer, days = screens.choice(visit, db)
        email = typed(visit)
        if offer is None or visit.form.errors:
            return screens.public(visit, db, status=422)
    late = too_many(visit, "demo", email)
    if late is not None:
        with database.reading() as db:
            return slowed(screens.public(visit, db, status=429, params=late.params), late.retry_after)
    with database.writing() as db:
        doing = Moment(db, visit.actor, visit.now, visit.vault)
        demo_links.ask(doing, email, visit.lang.code, offer, days)
    return redirect(visit, "/demo?asked=yes")


@endpoint.get("/demo/{token:str}", area=Area.PUBLIC)
def arrive(visit: Visit, token: str) -> Answer:
    """From the mail: the token moves from the address into a short-lived cookie. Nothing is used up."""
    return put_away(visit, token, PLACE)


@endpoint.get(PLACE, area=Area.PUBLIC)
def confirm(visit: Visit) -> Answer:
    """One button for whoever has an account; name and password for whoever has none."""
    link = links.opened(visit.db, visit.vault, visit.now, carried(visit, "link"), Purpose.DEMO)
    offer = offer_of(visit, link) if link else None
    if link is None or offer is None:
        return page(visit, "demos/over.html", status=410)
    return form(visit, link, offer, demo_links.known(visit.db, link.facts["email"]))


@endpoint.post(PLACE, area=Area.PUBLIC, own_units=True, hashes=True)
def start(visit: Visit) -> Answer:
    """The trial begins. A new person has an account now and is in; one who had an account signs in to it."""
    visit.form.allow("name", "password", *visit.site.brand.asks)
    with visit.site.database.reading() as db:
        link = links.opened(db, visit.vault, visit.now, carried(visit, "link"), Purpose.DEMO)
        offer = demo_offers.offer(db, UUID(link.facts["article"])) if link else None
        user = demo_links.known(db, link.facts["email"]) if link else None
        had = demos.claims_of(db, visit.vault, link.facts["email"], None) if link else {}
    if link is None or offer is None:
        return page(visit, "demos/over.html", status=410)
    if user is None and offer.counted in had:
        return form(visit, link, offer, user, status=422, code="demo_had")
    started = with_account(visit, link, offer, user) if user is not None else with_new_account(visit, link, offer)
    if isinstance(started, Answer):
        return started
    put_down(visit, "link")
    if started.license is None and started.request is None:
        return form(visit, link, offer, user, status=422, code=started.code)
    place = f"/licenses/{started.license.public_id}/demo" if started.license is not None else screens.OWN
    notice = "demo_started" if started.license is not None else "demo_waiting"
    if user is not None and visit.actor.user_id != user.id:
        return redirect(visit, f"/sign-in?next={place}", "demo_sign_in", product=offer.product)
    return redirect(visit, place, notice, product=offer.product)


@endpoint.get(screens.OWN, area=Area.ACCOUNT)
def own(visit: Visit) -> Answer:
    """What one can try, and what one has tried."""
    return screens.own(visit)


@endpoint.post(screens.OWN, area=Area.ACCOUNT)
def begin(visit: Visit) -> Answer:
    """Try it, at once."""
    visit.form.allow("demo")
    offer, days = screens.choice(visit, visit.db)
    if offer is None:
        return screens.own(visit, status=422)
    user = visit.db.get_one(User, visit.actor.user_id)
    started = demos.start(visit, user, screens.group_of(visit, user), offer, days)
    if started.license is not None:
        return redirect(visit, f"/licenses/{started.license.public_id}/demo", "demo_started", product=offer.product)
    if started.request is not None:
        return redirect(visit, screens.OWN, "demo_waiting", product=offer.product)
    return screens.own(visit, status=422, wrong=offer, code=started.code)


@endpoint.get("/licenses/{license_id:uuid}/demo")
def running(visit: Visit, license_id: UUID) -> Answer:
    """The ticket of a trial, how to start with it, until when it runs, and what comes after."""
    license_ = license_for(visit.db, visit.actor, license_id, Permission.VIEW)
    article = visit.db.get_one(Article, license_.article_id)
    if article.model != Model.DEMO or license_.stands_for_id is not None:
        raise NotFound
    columns = visit.db.execute(overview.columns_of(license_.id)).all()
    row = overview.rows(visit.db, visit.vault, visit.actor, columns, visit.now)[0]
    brand = visit.site.brand.speaking(visit.lang.code)
    buy = brand.buy_url(visit.db.get_one(Product, article.product_id).code)
    return page(visit, "demos/running.html", row=row, buy=buy)


def check_open(visit: Visit) -> None:
    """Where the vendor wants no strangers, products are tried from inside an account alone."""
    brand = visit.site.brand
    if brand.demos != "open" or brand.registration != "open":
        raise NotFound


def offer_of(visit: Visit, link: Opened) -> Offer | None:
    return demo_offers.offer(visit.db, UUID(link.facts["article"]))


def with_account(visit: Visit, link: Opened, offer: Offer, user: User) -> Started | Answer:
    with visit.site.database.writing() as db:
        doing = Moment(db, visit.actor, visit.now, visit.vault, visit.stationery)
        started = demo_links.start(doing, link, db.get_one(User, user.id), offer)
    return started or page(visit, "demos/over.html", status=410)


def with_new_account(visit: Visit, link: Opened, offer: Offer) -> Started | Answer:
    person = registering.person(visit)
    secret = chosen(visit, None, link.facts["email"], link.facts["email"].partition("@")[0], person.name)
    if secret is None or visit.form.errors:
        return form(visit, link, offer, None, status=422)
    with visit.site.database.writing() as db:
        doing = Moment(db, visit.actor, visit.now, visit.vault, visit.stationery)
        user = registration.open_account(doing, link, name=person.name, secret=secret, profile=person.profile)
        if user is None:
            return page(visit, "demos/over.html", status=410)
        let_in(visit, db, user, user.email, is_proven_by_mail=True)
        return demo_links.begin(doing, user, offer, int(link.facts["days"]))


def form(
    visit: Visit, link: Opened, offer: Offer, user: User | None, *, status: int = 200, code: str = ""
) -> Answer:
    visit.place = PLACE
    return page(
        visit, "demos/start.html", status=status, offer=offer, days=int(link.facts["days"]), user=user,
        email=link.facts["email"], refusal=screens.refusal(visit, code, offer) if code else "",
        buy=visit.site.brand.speaking(visit.lang.code).buy_url(offer.code), **registering.fields(visit),
    )  # fmt: skip
