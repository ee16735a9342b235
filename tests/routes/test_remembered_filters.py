"""Coming back to a list: it shows what was asked of it last in this session, says so, and lets go with one click."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from portal.models import Session
from portal.web import lists
from tests.fixtures.client import Client, Portal, Served
from tests.fixtures.databases import PostgresqlCopies
from tests.fixtures.page import Page
from tests.fixtures.village import VillageFill

HOMES = "/groups/{brandt}"
# Whose list it is, where it stands, a question to it, and what the note says of that.
LISTS = [
    ("eve", "/licenses", {"search": "cad", "state": "in_use", "order": "product"}, "“cad” and State"),
    ("cora", f"{HOMES}/members", {"search": "max", "state": "here"}, "“max” and State"),
    ("cora", f"{HOMES}/assignments", {"product": "cad"}, "Product"),
    ("cora", f"{HOMES}/activity", {"outcome": "done", "person": "max"}, "“max” and Outcome"),
    ("cora", "{pool}/seats", {"seat": "without"}, "Seat"),
    ("vera", "/desk", {"kind": "support", "state": "all"}, "Kind and State"),
]


def place(served: Served, path: str) -> str:
    return path.format(brandt=served.village.groups["brandt"], pool=served.village.thing("brandt", "active").page)


def note(page: Page) -> str | None:
    found = page.root.all("p", class_="filtered")
    return found[0].text if found else None


def kept(served: Served) -> list[lists.Questions]:
    """What the sessions remember, opened."""
    with served.database.reading() as db:
        rows = db.execute(select(Session.id, Session.lists).where(Session.lists.is_not(None))).all()
    vault = served.site.vault
    return [json.loads(vault.open(lists.SEALED, sealed, str(id_).encode())) for id_, sealed in rows]


def ask(browser: Client, path: str, **question: str) -> Page:
    return browser.ask("GET", path, params=question, status=200)


@pytest.mark.parametrize(("who", "path", "question", "said"), LISTS, ids=[one[1] for one in LISTS])
def test_a_list_shows_what_was_asked_of_it_last(
    served: Served, who: str, path: str, question: dict[str, str], said: str
) -> None:
    browser, path = served.as_(who), place(served, path)
    everything = browser.get(path)
    assert note(everything) is None
    narrowed = ask(browser, path, **question)
    assert note(narrowed) == f"Filtered: {said} Show all"
    again = browser.get(path)
    form, way_out = again.root.one("form", role="search"), again.root.one("p", class_="filtered").one("a")
    assert note(again) == note(narrowed)
    assert {name: form.fields.get(name, question[name]) for name in question} == question
    assert again.root.one("main").one("table" if "activity" not in path else "ol").text == (
        narrowed.root.one("main").one("table" if "activity" not in path else "ol").text
    )
    cleared = browser.get(way_out.attrs["href"])
    assert note(cleared) is None and note(browser.get(path)) is None and kept(served) == []
    assert "filter" not in cleared.root.one("form", role="search").fields


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_the_form_that_was_emptied_asks_for_everything(served: Served, htmx: bool) -> None:
    eve = served.as_("eve")
    ask(eve, "/licenses", state="in_use")
    # Without a script the empty fields are sent, with one they are not.
    eve.get("/licenses" if htmx else "/licenses?search=&product=&state=&order=", htmx=htmx)
    assert note(eve.get("/licenses")) is None and kept(served) == []


def test_the_way_back_and_a_page_that_is_loaded_again_show_what_their_address_says(served: Served) -> None:
    eve = served.as_("eve")
    ask(eve, "/licenses", state="in_use")
    assert note(eve.get("/licenses?page=1")) is None
    ask(eve, "/licenses", state="in_use")
    assert note(eve.get("/licenses", cache_control="max-age=0")) is None


def test_files_and_links_say_what_they_said(served: Served) -> None:
    eve = served.as_("eve")
    whole = eve.get("/licenses.csv").body
    ask(eve, "/licenses", state="in_use")
    assert eve.get("/licenses.csv").body == whole, "an address without a question is the whole list"
    (export,) = [one.attrs["href"] for one in eve.get("/licenses").root.all("a", class_="export")]
    assert export == "/licenses.csv?state=in_use" and eve.get(export).body != whole
    assert note(eve.get("/licenses?lang=de")), "another language asks for nothing else"


def test_it_is_this_sessions_alone_and_goes_with_it(served: Served) -> None:
    eve = served.browser().sign_in("eve@people.example")
    ask(eve, "/licenses", search="canary words")
    assert kept(served) == [{"/licenses": {"search": "canary words"}}]
    for other in (served.as_("eve"), served.as_("cora")):
        assert note(other.get("/licenses")) is None
    eve.submit(eve.get("/licenses").form("/sign-out"), status=303)
    assert kept(served) == []
    assert note(eve.sign_in("eve@people.example").get("/licenses")) is None


def test_the_holder_of_a_ticket_has_it_too(served: Served) -> None:
    holder = served.with_(served.village.codes["free"], served.village.codes["free too"])
    ask(holder, "/licenses", state="ready")
    assert note(holder.get("/licenses")) == "Filtered: State Show all"


def test_no_more_is_kept_than_lists_ask_and_not_without_end(served: Served) -> None:
    cora = served.as_("cora")
    ask(cora, "/licenses", search="x" * 900, secret="canary", page="3")
    assert kept(served) == [{"/licenses": {"search": "x" * lists.MOST_TEXT}}]
    page = served.village.thing("brandt", "active").page
    (known,) = kept(served)
    known |= {f"/licenses/{number}/seats": {"seat": "with"} for number in range(lists.MOST_LISTS + 5)}
    with served.database.writing() as db:
        session = db.execute(select(Session).where(Session.lists.is_not(None))).scalar_one()
        sealed = served.site.vault.seal(lists.SEALED, json.dumps(known).encode(), str(session.id).encode())
        session.lists = sealed
    ask(cora, f"{page}/seats", seat="with")
    (found,) = kept(served)
    assert len(found) == lists.MOST_LISTS and f"{page}/seats" in found and "/licenses" not in found


def test_on_postgresql_it_is_the_same(
    portal: Portal, postgresql_copies: PostgresqlCopies, village_fill: VillageFill
) -> None:
    with postgresql_copies.fresh(VillageFill(village_fill.keys)) as url:
        served = portal(village_fill, PORTAL_DATABASE=url)
        eve = served.as_("eve")
        ask(eve, "/licenses", state="in_use")
        assert note(eve.get("/licenses")) == "Filtered: State Show all"
        assert note(eve.get("/licenses?filter=none")) is None and kept(served) == []


def test_nobody_who_has_the_database_reads_what_was_searched_for(served: Served) -> None:
    eve, code = served.as_("eve"), served.village.codes["free"]
    ask(eve, "/licenses", search=code)
    other = served.as_("eve")
    with served.database.writing() as db:
        mine, theirs = db.execute(select(Session).order_by(Session.id.desc()).limit(2)).scalars().all()[::-1]
        assert mine.lists and code.encode() not in mine.lists and b"search" not in mine.lists
        mine.lists, theirs.lists = mine.lists[:-1], mine.lists
    for browser in (eve, other):
        assert note(browser.get("/licenses")) is None, "what was changed, or belongs to another session, is nothing"
