"""The list of keyboard shortcuts, and the switch in the account that takes them off every page."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.models import User
from portal.web.navigation import KEYS
from tests.fixtures.client import Client, Served
from tests.fixtures.page import Page
from tests.routes.conftest import events


def keys(page: Page) -> set[str]:
    """What can be pressed after g, as the page's links have it."""
    return {one.attrs["data-key"] for one in page.root.all("a") if "data-key" in one.attrs}


def listed(page: Page) -> set[str]:
    """The same, as the list tells it."""
    told = (tuple(key.text for key in line.all("kbd")) for line in page.root.one(id="shortcuts").all("dt"))
    return {both[1] for both in told if both[0] == "g"}


def has_script(page: Page) -> bool:
    return any("shortcuts" in script.attrs.get("src", "") for script in page.root.all("script"))


def switch(browser: Client, value: str | None) -> Page:
    form = browser.get("/account").form("/account/shortcuts")
    return browser.submit(form, shortcuts=value, status=303)


@pytest.mark.parametrize("who", ["eve", "cora", "vera", "rhea", "kim"])
def test_the_list_tells_what_the_masthead_of_this_reader_has(served: Served, who: str) -> None:
    page = served.as_(who).get("/help/shortcuts")
    assert page.heading == "Keyboard shortcuts" and has_script(page)
    assert keys(page) == listed(page) >= {"l", "a", "h"}
    assert len({*KEYS.values(), "a", "h", "g"}) == len(KEYS) + 3, "each key leads to one place"


def test_for_a_dialog_it_comes_alone(served: Served) -> None:
    page = served.as_("cora").get("/help/shortcuts", htmx=True)
    assert not page.root.all("main") and page.root.one("h2").text == "Keyboard shortcuts"
    assert page.root.one("button").text == "Close" and listed(page) >= {"l", "p", "o"}


def test_whoever_switches_them_off_has_none_on_any_page_and_can_switch_them_on_again(served: Served) -> None:
    eve = served.as_("eve")
    assert switch(eve, None).location == "/account#keyboard"
    for path in ("/licenses", "/account", "/help/shortcuts"):
        assert not has_script(eve.get(path))
    assert "switched off in your account" in eve.get("/help/shortcuts").text
    elsewhere = served.as_("eve")
    assert not has_script(elsewhere.get("/licenses")), "wherever they are signed in"
    assert has_script(served.as_("cora").get("/licenses"))
    switch(eve, None)
    assert events(served, "account.changed") == 1, "twice is once"
    switch(eve, "yes")
    assert has_script(elsewhere.get("/licenses")) and events(served, "account.changed") == 2
    with served.database.reading() as db:
        assert db.execute(select(User.shortcuts_off_at).where(User.shortcuts_off_at.is_not(None))).first() is None


def test_without_an_account_there_are_none(served: Served) -> None:
    for browser in (served.browser(), served.with_(served.village.codes["free"])):
        page = browser.get("/help/shortcuts")
        assert not has_script(page) and "as soon as you are signed in" in page.text
