"""The demo's world on the pages: each of its people sees every page they can reach, well made and theirs alone."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from portal.db import migrate, open_database
from portal.demo import marks, world
from portal.demo.world import World
from portal.files import keyring
from tests.fixtures.client import Client, Portal, Served
from tests.fixtures.village import NOW


class WorldFill:
    """Writes the demo's world into an empty database."""

    def __init__(self, keys: Path) -> None:
        self.keys = keys
        self.world: World | None = None

    def __call__(self, url: str) -> None:
        migrate(url)
        with closing(open_database(url)) as database, database.writing() as db:
            marks.mark(db)
            self.world = world.build(db, keyring.load(self.keys), NOW)


@pytest.fixture(scope="session")
def world_fill(keys: Path) -> WorldFill:
    return WorldFill(keys)


def pages_of(browser: Client) -> list[str]:
    """The first pages of the list, and of each the first licenses."""
    found, place = [], "/licenses"
    while place and len(found) < 60:
        page = browser.get(place)
        found += [row.one("th").all("a")[0].attrs["href"] for row in page.root.all("tr", class_="license")]
        place = next((link.attrs["href"] for link in page.root.all("a", rel="next")), "")
    return found


def enter(served: Served, person: str, people: World) -> Client:
    one = people.people[person]
    return served.browser().sign_in(one.email, one.password)


@pytest.mark.parametrize(("person", "least"), [("vera", 20), ("rhea", 5), ("cora", 2), ("eve", 9), ("sid", 0)])
@pytest.mark.parametrize("language", ["en", "de"])
def test_each_person_sees_well_made_pages(
    portal: Portal, world_fill: WorldFill, person: str, least: int, language: str
) -> None:
    served = portal(world_fill, PORTAL_DEMO="yes")
    assert world_fill.world is not None
    browser = enter(served, person, world_fill.world)
    browser.get(f"/licenses?lang={language}")
    found = pages_of(browser)
    assert len(found) >= least and (least or not found)
    for place in found[:25]:
        assert browser.get(place).root.one("html").attrs["lang"] == language
    browser.get("/tickets/redemption")
    browser.get("/licenses.csv")


def test_sid_sees_none_of_what_the_others_have(portal: Portal, world_fill: WorldFill) -> None:
    served = portal(world_fill, PORTAL_DEMO="yes")
    assert world_fill.world is not None
    sid = enter(served, "sid", world_fill.world)
    for license_ in world_fill.world.licenses.values():
        sid.get(f"/licenses/{license_.public_id}", status=404)


def test_the_demo_opens_in_a_demo_only(portal: Portal, world_fill: WorldFill) -> None:
    served = portal(world_fill)
    assert world_fill.world is not None
    eve, browser = world_fill.world.people["eve"], served.browser()
    form = browser.get("/sign-in").form("/sign-in")
    browser.submit(form, email=eve.email, password=eve.password, status=422)


def test_the_page_of_all_parts_exists_in_a_demo_only(portal: Portal, served: Served) -> None:
    assert portal(PORTAL_DEMO="yes").browser().get("/dev/parts").heading == "Parts"
    served.browser().get("/dev/parts", status=404)
