"""Several brands side by side: each host has its look, its words, its cookies, its addresses and its mails."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import select, update

from portal.brand.stationery import Letter
from portal.jobs import mail
from portal.models import User
from portal.settings import SHIPPED_BRAND, host_of
from tests.fixtures.client import HERE, Client, InProcess, Portal, Served
from tests.routes.mailbox import worked

EXAMPLES = SHIPPED_BRAND / "examples"
KOLIBRI, NORDWERK, FIRST = "http://my.kolibri.test", "http://lizenz.nordwerk.test:8443", "http://portal.test"
BRANDS = f"{KOLIBRI}={EXAMPLES / 'kolibri'}, {NORDWERK}={EXAMPLES / 'nordwerk'}"
EVE = "eve@people.example"

Visit = Callable[[str], Client]


@pytest.fixture
def three(portal: Portal) -> Served:
    """One portal with three brands."""
    return portal(PORTAL_BRANDS=BRANDS)


@pytest.fixture
def at(three: Served) -> Visit:
    """A browser that visits the portal under an address."""

    def visit(url: str) -> Client:
        http = httpx.Client(transport=InProcess(three.app, three.loop, HERE), base_url=url)
        return Client(three.closing.enter_context(http))

    return visit


def letter(three: Served, kind: str) -> Letter:
    """The newest mail of a kind, once the worker has done what is due."""
    told = [one for one in worked(three) if one.kind == kind][-1]
    written = mail.letter_of(three.site.vault, three.site.stationery, told)
    assert written is not None
    return written


def brand_of(three: Served) -> str | None:
    with three.database.reading() as db:
        return db.execute(select(User.brand).where(User.email == EVE)).scalar_one()


@pytest.mark.parametrize(
    ("url", "name", "language", "color"),
    [(FIRST, "Tessel Works", "en", "oklch(.46 .09 228)"), (KOLIBRI, "Kolibri", "en", "#b3005e"),
     (NORDWERK, "Nordwerk", "de", "oklch(.4 .055 262)")],
)  # fmt: skip
def test_each_host_has_its_look(at: Visit, url: str, name: str, language: str, color: str) -> None:
    browser = at(url)
    page = browser.get("/sign-in")
    assert page.root.one("a", class_="brand").text == name
    assert page.root.one("html").attrs["lang"] == language
    assert ("band" in page.root.one("header", class_="masthead").attrs["class"]) == (name == "Kolibri")
    (sheet,) = re.findall(r'"(/static/brand/brand\.[^"]+)"', page.body)
    assert color in browser.get(sheet).body
    assert name in browser.get("/nowhere", status=404).text, "errors wear the brand too"


def test_files_of_a_brand_are_found_under_its_own_host_alone(three: Served, at: Visit) -> None:
    sites = [three.site, *three.site.others.values()]
    for name in ("brand/brand.css", "brand/logo.svg"):
        assert len({site.shelf.url(name) for site in sites}) == 3
        own = three.site.others[host_of(KOLIBRI)].shelf.url(name)
        at(KOLIBRI).get(own)
        at(FIRST).get(own, status=404)
    assert len({site.shelf.url("portal.css") for site in sites}) == 1


@pytest.mark.parametrize(
    "host", ["elsewhere.test", "my.kolibri.test.evil.test", "my.kolibri.test:81", "lizenz.nordwerk.test", ""]
)
def test_under_a_host_that_nobody_named_the_first_brand_answers(at: Visit, host: str) -> None:
    assert "Tessel Works" in at(FIRST).get("/sign-in", host=host).text


@pytest.mark.parametrize("host", ["MY.Kolibri.TEST", "my.kolibri.test"])
def test_how_a_host_is_written_makes_no_difference(at: Visit, host: str) -> None:
    assert "Kolibri" in at(FIRST).get("/sign-in", host=host).text


def test_templates_that_no_brand_changes_are_compiled_once(three: Served) -> None:
    kolibri, nordwerk = (three.site.others[host_of(url)] for url in (KOLIBRI, NORDWERK))

    def code(site: object, name: str, language: str) -> object:
        return site.templates[language].get_template(name).root_render_func.__code__  # type: ignore[attr-defined]

    assert code(three.site, "base.html", "en") is code(kolibri, "base.html", "de") is code(nordwerk, "base.html", "en")
    assert code(three.site, "parts/_foot.html", "en") is not code(nordwerk, "parts/_foot.html", "en")


def test_cookies_stay_with_their_host(at: Visit) -> None:
    browser = at(KOLIBRI)
    page = browser.submit(browser.get("/sign-in").form("/sign-in"), email=EVE, password="not this", status=422)
    assert "domain=" not in page.headers.get("set-cookie", "").lower()
    browser.sign_in(EVE)
    assert browser.get("/licenses").heading == "Your licenses"
    assert browser.ask("GET", f"{FIRST}/licenses").status == 303, "who is in here is not in there"


def test_a_form_of_another_brand_is_not_taken(at: Visit) -> None:
    browser = at(KOLIBRI)
    form = browser.get("/sign-in").form("/sign-in")
    fields = {"email": EVE, "password": "x"}
    token = form.fields["csrf"]
    browser.post("/sign-in", fields, token=token, status=403, origin=NORDWERK)
    browser.post("/sign-in", fields, token=token, status=422, origin=KOLIBRI)


@pytest.mark.parametrize(
    ("kind", "page", "place"),
    [("password_reset", "/password/forgot", "/password/reset/"), ("lost_tickets", "/tickets/lost", "/sign-in")],
)
def test_who_asks_under_a_host_gets_the_mail_of_its_brand(
    three: Served, at: Visit, kind: str, page: str, place: str
) -> None:
    browser = at(KOLIBRI)
    browser.submit(browser.get(page).form(page), email=EVE, status=303)
    told = letter(three, kind)
    assert told.headers["From"].startswith("Kolibri <") and "#b3005e" in told.html
    assert f"{KOLIBRI}{place}" in told.text and FIRST not in told.text + told.html


def test_what_happens_later_is_told_in_the_brand_under_which_the_person_came_in_last(three: Served, at: Visit) -> None:
    moving = three.village.thing("eve", "move")
    assert brand_of(three) is None
    browser = at(NORDWERK).sign_in(EVE)
    assert brand_of(three) == host_of(NORDWERK)
    browser.post(f"/activations/{moving.activation}/reactivation", {"reason": "lost", "gone": "yes"})
    told = letter(three, "moved")
    assert told.headers["From"].startswith("Nordwerk <") and f"{NORDWERK}/licenses/" in told.text
    at(FIRST).sign_in(EVE)
    assert brand_of(three) == ""


def test_the_mail_of_a_brand_that_is_gone_is_written_by_the_first_one(three: Served, at: Visit) -> None:
    moving = three.village.thing("eve", "move")
    with three.database.writing() as db:
        db.execute(update(User).where(User.email == EVE).values(brand="closed.kolibri.test"))
    three.as_("eve").post(f"/activations/{moving.activation}/reactivation", {"reason": "lost", "gone": "yes"})
    assert letter(three, "moved").headers["From"].startswith("Tessel Works <")


def test_one_brand_alone_writes_down_nothing(served: Served) -> None:
    served.browser().sign_in(EVE)
    with served.database.reading() as db:
        assert db.execute(select(User.brand).where(User.email == EVE)).scalar_one() is None


def test_an_address_in_a_page_is_that_of_its_host(three: Served, at: Visit) -> None:
    place = f"/groups/{three.village.groups['brandt']}/invitations"
    browser = at(KOLIBRI).sign_in("cora@people.example")
    form = next(one for one in browser.get(place).forms("/invitations") if one.fields["kind"] == "link")
    page = browser.follow(browser.submit(form))
    (address,) = [one.attrs["value"] for one in page.root.all("input") if "/invitation/" in one.attrs.get("value", "")]
    assert address.startswith(f"{KOLIBRI}/invitation/")
