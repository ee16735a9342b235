"""The overview: search, filters, order, pages, the empty state, and the same list as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from portal.access import Actor
from portal.actions import tickets
from portal.actions.doing import Moment
from portal.models import Article, Device, Group, License, User
from tests.fixtures.client import Portal, Served
from tests.fixtures.databases import PostgresqlCopies, SqliteCopies
from tests.fixtures.page import Page
from tests.fixtures.village import VillageFill


@pytest.fixture(scope="session")
def fills(village_fill: VillageFill) -> dict[str, VillageFill]:
    """Each kind of database has a village with ids of its own."""
    return {"sqlite": village_fill, "postgresql": VillageFill(village_fill.keys)}


@pytest.fixture(params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest, portal: Portal, fills: dict[str, VillageFill]) -> Iterator[Served]:
    """The portal on either database."""
    copies: SqliteCopies | PostgresqlCopies = request.getfixturevalue(f"{request.param}_copies")
    fill = fills[request.param]
    with copies.fresh(fill) as url:
        served = portal(fill, PORTAL_DATABASE=url)
        yield served
        served.database.close()


def listed(page: Page) -> list[str]:
    """The addresses of the licenses in the list, in its order."""
    return [row.one("th").all("a")[0].attrs["href"] for row in page.root.all("tr", class_="license")]


def pages(served: Served, *kinds: str) -> set[str]:
    return {served.village.thing("eve", kind).page for kind in kinds}


FOUND = {
    "?state=waiting": ("move", "give", "wait", "refused", "choices"),
    "?state=ready": ("unused", "trial"),
    "?state=expired": ("expired",),
    "?state=gone": ("revoked",),
    "?search=canary-eve-kept": (),
    "?search=CANARY-EVE-GIVE-NEW": ("give",),
    "?search=eve-quiet-OLD": ("quiet",),
    "?search=%25": (),
    "?search=_": (),
    "?product=cam": ("trial",),
    "?state=waiting&search=give&product=cad": ("give",),
}


def test_search_and_filters_find_what_they_say(both: Served, htmx: bool) -> None:
    eve = both.as_("eve")
    for query, kinds in FOUND.items():
        page = eve.get(f"/licenses{query}", htmx=htmx)
        assert set(listed(page)) == pages(both, *kinds), query
        assert ("No license matches." in page.text) == (not kinds)
        assert ("<html" in page.body) != htmx


def test_a_whole_ticket_finds_its_license_and_a_part_finds_nothing(both: Served) -> None:
    eve, thing = both.as_("eve"), both.village.thing("eve", "quiet")
    assert listed(eve.get(f"/licenses?search={thing.code.lower()}")) == [thing.page]
    assert listed(eve.get(f"/licenses?search={thing.code.replace('-', '')}")) == [thing.page]
    assert listed(eve.get(f"/licenses?search={thing.code[:17]}")) == []
    assert listed(eve.get(f"/licenses?search={both.village.thing('brandt', 'move').code}")) == []


def test_an_order_number_and_a_name_find_licenses(both: Served) -> None:
    vera = both.as_("vera")
    assert set(listed(vera.get("/licenses?search=canary-eve+Eve"))) == {one.page for one in both.village.of("eve")}
    assert set(listed(vera.get("/licenses?search=canary-sued-order"))) == {one.page for one in both.village.of("other")}


def test_every_order_lists_everything_once(both: Served) -> None:
    eve = both.as_("eve")
    found = {order: eve.get(f"/licenses?order={order}") for order in ("", "product", "until", "recent", "nonsense")}
    for page in found.values():
        assert sorted(listed(page)) == sorted(one.page for one in both.village.of("eve"))
    assert listed(found["until"])[0] == both.village.thing("eve", "expired").page
    for order in ("", "nonsense"):
        headings = [row.text.rstrip("0123456789") for row in found[order].root.all("tr", class_="group")]
        assert headings == ["Waiting for you", "In use", "Not in use"]


def many(served: Served, count: int) -> None:
    """So many more licenses in Eve's home."""
    with served.database.writing() as db:
        doing = Moment(db, Actor(kind="vendor"), served.clock(), served.site.vault)
        article = db.execute(select(Article).where(Article.sku == "cam-for-good")).scalar_one()
        home = db.execute(select(Group).where(Group.name == "canary-eve home")).scalar_one()
        for _ in range(count):
            tickets.mint(doing, article, home)


def test_pages_hold_fifty_and_keep_what_was_asked_for(served: Served, htmx: bool) -> None:
    many(served, 119)  # beside the trial of that product
    eve = served.as_("eve")
    seen: list[str] = []
    place = "/licenses?product=cam&order=product"
    for number in (1, 2, 3):
        page = eve.get(place, htmx=htmx)
        seen += listed(page)
        pager = page.root.one("nav", class_="pager")
        assert pager.one("span", **{"aria-current": "page"}).text == str(number)
        place = next((link.attrs["href"] for link in pager.all("a", rel="next")), "")
    assert place == "" and len(seen) == len(set(seen)) == 120
    assert len(listed(eve.get("/licenses?product=cam&page=99"))) == 20, "beyond the last page is the last page"


def test_htmx_brings_the_count_and_the_export_along(served: Served) -> None:
    page = served.as_("eve").get("/licenses?state=ready", htmx=True)
    assert page.root.one(id="licenses").attrs["data-say"] == "2 licenses"
    assert page.root.one(id="licenses-count").text == "2 licenses"
    export = page.root.one("a", id="licenses-export").attrs["href"]
    assert export.startswith("/licenses.csv?") and "state=ready" in export


def test_without_licenses_the_page_teaches_how_to_get_one(served: Served) -> None:
    page = served.as_("sid").get("/licenses")
    assert page.heading == "Your licenses"
    assert page.root.one("div", class_="empty").one("h2").text == "No licenses yet"
    assert page.root.one("div", class_="empty").one("a", href="/tickets/redemption").text == "Register a ticket"
    assert not page.root.all("form", role="search")


def rows(page: Page, delimiter: str = ",") -> list[list[str]]:
    assert page.response.content.startswith(b"\xef\xbb\xbf"), "spreadsheets read it in the wrong letters"
    return list(csv.reader(io.StringIO(page.response.content.decode("utf-8-sig")), delimiter=delimiter))


def test_the_export_holds_the_same_list_whole(served: Served) -> None:
    many(served, 60)
    page = served.as_("eve").get("/licenses.csv")
    assert page.headers["content-type"] == "text/csv; charset=utf-8"
    assert page.headers["content-disposition"] == 'attachment; filename="licenses.csv"'
    table = rows(page)
    assert table[0][:4] == ["License", "Ticket", "State", "Seats"]
    assert len(table) == 1 + 60 + len(served.village.of("eve"))
    assert len(rows(served.as_("eve").get("/licenses.csv?state=ready&product=cad"))) == 2
    german = rows(served.as_("eve").get("/licenses.csv?lang=de"), ";")
    assert len(german[0]) == len(table[0]) and german[0] != table[0]


def test_nothing_in_the_export_is_a_formula(served: Served) -> None:
    bad = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://evil.test")']
    with served.database.writing() as db:
        for n, device in enumerate(db.execute(select(Device)).scalars()):
            device.name = bad[n % len(bad)]
        for user in db.execute(select(User)).scalars():
            user.name = "=cmd|' /C calc'!A0"
        for license_ in db.execute(select(License)).scalars():
            license_.order_number = "=1"
    cells = [cell for who in ("eve", "vera") for row in rows(served.as_(who).get("/licenses.csv")) for cell in row]
    assert any("HYPERLINK" in cell for cell in cells) and any("calc" in cell for cell in cells)
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r")]


def test_the_export_is_for_whoever_may_see_the_list(served: Served) -> None:
    assert served.browser().get("/licenses.csv", status=303).location == "/sign-in?next=/licenses.csv"
    assert len(rows(served.as_("sid").get("/licenses.csv"))) == 1
    foreign = rows(served.as_("vera").get("/licenses.csv?search=canary-eve-quiet"))[1]
    code = served.village.thing("eve", "quiet").code
    assert code not in foreign and f"{code[:5]} … {code[-5:]}" in foreign


@pytest.mark.parametrize("word", ["BÜRO", "büro", "Büro-", "ЁЖ"])
def test_search_knows_large_and_small_letters_of_every_alphabet(both: Served, word: str) -> None:
    with both.database.writing() as db:
        device = db.execute(select(Device).where(Device.name == "canary-eve-quiet-old")).scalar_one()
        device.name = "BÜRO-PC ёж"
    found = listed(both.as_("eve").ask("GET", "/licenses", params={"search": word}))
    assert set(found) == pages(both, "quiet")
