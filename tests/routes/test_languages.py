"""Languages: asked for in the address, kept in a cookie, else the account's or the browser's; the page stays."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from sqlalchemy import update

from portal.models import User
from portal.settings import SHIPPED_BRAND
from tests.fixtures.client import Client, Portal, Served
from tests.fixtures.page import Page
from tests.routes.conftest import VERBS


def language(page: Page) -> str:
    return page.root.one("html").attrs["lang"]


def switch(page: Page) -> str:
    """Where the way to the other language leads."""
    return page.root.one("div", class_="who").all("a")[0].attrs["href"]


def test_the_switch_keeps_page_and_choice(served: Served) -> None:
    eve = served.as_("eve")
    page = eve.get("/licenses?search=quiet&state=in_use")
    assert language(page) == "en"
    german = eve.get(switch(page))
    assert language(german) == "de"
    assert german.form("/licenses").fields["search"] == "quiet"
    assert german.form("/licenses").fields["state"] == "in_use"
    assert language(eve.get("/licenses")) == "de", "the choice is forgotten"
    assert language(eve.get(switch(german))) == "en"


def at_the_door(served: Served, browser: Client) -> Page:
    return browser.submit(
        browser.get("/sign-in").form("/sign-in"), email="eve@people.example", password="x", status=422
    )


def at_the_other_door(served: Served, browser: Client) -> Page:
    return browser.submit(browser.get("/sign-in").form("/sign-in/ticket"), tickets="x", status=422)


def after_a_refusal(served: Served, browser: Client) -> Page:
    eve_page = served.village.thing("eve", "move").page
    browser.sign_in("eve@people.example")
    return browser.submit(VERBS["move"].form(browser.get(eve_page)), status=422)


def after_an_error(served: Served, browser: Client) -> Page:
    browser.sign_in("sid@people.example")
    return browser.post(f"/activations/{served.village.thing('eve', 'move').activation}/return", status=404)


@pytest.mark.parametrize("reach", [at_the_door, at_the_other_door, after_a_refusal, after_an_error])
def test_the_switch_works_on_the_answer_to_a_form(served: Served, reach) -> None:  # type: ignore[no-untyped-def]
    browser = served.browser()
    page = reach(served, browser)
    assert language(browser.get(switch(page), status=200)) == "de"


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en;q=0.1,de;q=0.9", "de"),
        ("es,it", "en"),
        ("fr-CA,en;q=0.5", "fr"),
        ("ja-JP", "ja"),
        ("", "en"),
        ("*", "en"),
        ("de;q=0", "en"),
    ],
)
def test_a_new_visitor_reads_the_language_of_the_browser(served: Served, accepted: str, code: str) -> None:
    assert language(served.browser().get("/sign-in", accept_language=accepted)) == code


def test_the_language_of_the_account_counts_before_the_browser_and_after_a_choice(served: Served) -> None:
    with served.database.writing() as db:
        db.execute(update(User).values(language="de"))
    eve = served.as_("eve")
    assert language(eve.get("/licenses", accept_language="en")) == "de"
    eve.get("/licenses?lang=en")
    assert language(eve.get("/licenses")) == "en"


@pytest.mark.parametrize("wanted", ["xx", "", "../de", "DE", "de\x00"])
def test_a_language_that_does_not_exist_changes_nothing(served: Served, wanted: str) -> None:
    browser = served.browser()
    page = browser.ask("GET", "/sign-in", params={"lang": wanted})
    assert language(page) in ("en", "de") and browser.cookie("lang") in (None, "de")


def test_a_choice_at_the_door_holds_on_the_way_through_it(served: Served) -> None:
    browser = served.browser()
    assert browser.get("/licenses?lang=de", status=303)
    browser.sign_in("eve@people.example")
    assert language(browser.get("/licenses")) == "de"


def test_errors_speak_the_language_of_the_reader(served: Served) -> None:
    browser = served.browser()
    browser.get("/sign-in?lang=de")
    for path in ("/nothing", "/licenses/x"):
        assert language(browser.get(path, status=404)) == "de"


def test_many_languages_stand_in_a_menu_of_their_own(served: Served) -> None:
    page = served.browser().get("/sign-in")
    menu = page.root.one("details", class_="tongues")
    assert menu.one("summary").text == "English"
    ways = menu.all("a")
    assert [way.text for way in ways] == ["Deutsch", "Français", "日本語"]
    assert [(way.attrs["lang"], way.attrs["hreflang"]) for way in ways] == [("de",) * 2, ("fr",) * 2, ("ja",) * 2]


def test_two_languages_take_one_click_and_no_menu(portal: Portal, tmp_path: Path) -> None:
    brand = Path(shutil.copytree(SHIPPED_BRAND, tmp_path / "brand", ignore=shutil.ignore_patterns("examples")))
    card = brand / "brand.toml"
    told = card.read_text().replace('languages = ["en", "de", "fr", "ja"]', 'languages = ["en", "de"]')
    card.write_text(re.sub(r"^\[local\.(?:fr|ja)\]\n(?:[^\[\n].*\n|\n)*", "", told, flags=re.MULTILINE))
    for code in ("fr", "ja"):
        (brand / "words" / f"{code}.toml").unlink(missing_ok=True)
    page = portal(PORTAL_BRAND=str(brand)).browser().get("/sign-in")
    assert not page.root.all("details", class_="tongues")
    assert [way.text for way in page.root.one("div", class_="who").all("a")] == ["Deutsch"]


@pytest.mark.parametrize(
    ("code", "heading"), [("fr", "Connexion à vos licences"), ("ja", "ライセンスにサインイン")]
)
def test_pages_speak_each_of_them(served: Served, code: str, heading: str) -> None:
    assert served.browser().get(f"/sign-in?lang={code}").heading == heading
    eve, thing = served.as_("eve"), served.village.thing("eve", "move")
    page = eve.get(f"{thing.page}?lang={code}")
    assert language(page) == code and not re.search(r"duration-|%\(|\{[a-z]+\}", page.text)
