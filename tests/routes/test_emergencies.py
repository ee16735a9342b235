"""An emergency license from the page that refuses: one click, marked wherever it shows, and read of by the vendor."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal.access import Actor
from portal.actions import cases
from portal.actions.doing import Moment
from portal.models import Emergency, License
from tests.fixtures.client import Client, Served
from tests.fixtures.page import Page
from tests.fixtures.village import Thing
from tests.routes.conftest import events

DEED = "/emergency"


def refused(served: Served) -> Thing:
    return served.village.thing("eve", "refused")


def take(client: Client, thing: Thing, words: str = "", *, htmx: bool = False) -> Page:
    return client.submit(client.get(thing.page).forms(DEED)[0], words=words, htmx=htmx)


def count(served: Served) -> int:
    with served.database.reading() as db:
        return db.execute(select(func.count(Emergency.id))).scalar_one()


def test_the_refusal_offers_it_and_one_click_shows_its_key(served: Served, htmx: bool) -> None:
    eve, thing = served.as_("eve"), refused(served)
    page = eve.follow(take(eve, thing, "The stand opens at eight.", htmx=htmx))
    assert page.root.one("div", id="notices").text.startswith("Here is your emergency license.")
    assert "Emergency, 7 days left" in page.root.one("p", class_="facts").text
    told = page.root.one("div", class_="stands-in")
    assert "ends by itself on" in told.text
    assert told.one("a").attrs["href"] == thing.page
    assert "Activate on a PC" in page.root.one("section", class_="decision").text
    assert count(served) == 1 and events(served, "license.emergency") == 1


def test_the_license_says_that_another_one_stands_in(served: Served) -> None:
    eve, thing = served.as_("eve"), refused(served)
    place = take(eve, thing).headers["location"]
    eve.get(place)
    told = eve.get(thing.page).root.one("div", class_="stands-in")
    assert "It stands in for this one until" in told.text and "It runs on no PC yet." in told.text
    assert told.one("a").attrs["href"] == place
    assert "An emergency license was handed out" in eve.get(thing.page).root.one(id=f"history-{thing.id}").text
    assert "Emergency, 7 days left" in eve.get("/licenses").text


def test_twice_is_once(served: Served) -> None:
    eve, thing = served.as_("eve"), refused(served)
    form = eve.get(thing.page).forms(DEED)[0]
    assert eve.submit(form).headers["location"] == eve.submit(form).headers["location"]
    assert count(served) == 1


def test_where_the_rules_refuse_it_the_place_says_so(served: Served, htmx: bool) -> None:
    eve, thing = served.as_("eve"), refused(served)
    form = eve.get(thing.page).forms(DEED)[0]
    eve.submit(form)
    with served.database.writing() as db:
        db.execute(select(License).where(License.stands_for_id.is_not(None))).scalar_one().used = 1
    page = eve.submit(form, status=422, htmx=htmx)
    assert "The next emergency license is possible from 18 February 2027" in page.text
    assert count(served) == 1 and events(served, "license.emergency") == 2
    again = eve.get(thing.page)
    assert not again.forms(DEED)


@pytest.mark.parametrize("words", ["x" * 501, "=HYPERLINK(1)", "Größe <b>&", " ", "a\nb"])
def test_whatever_is_written_is_kept_as_text_or_refused(served: Served, words: str) -> None:
    eve, thing = served.as_("eve"), refused(served)
    reply = take(eve, thing, words)
    assert reply.status == (422 if len(words) > 500 else 303)
    with served.database.reading() as db:
        kept = db.execute(select(Emergency.words)).scalar()
    assert kept == (None if len(words) > 500 else words.strip())


@pytest.mark.parametrize("fields", [{"words": "a", "more": "b"}, {"until": "2030-01-01"}, {"words": "a\x00"}])
def test_what_the_form_does_not_have_is_refused(served: Served, fields: dict[str, str]) -> None:
    eve, thing = served.as_("eve"), refused(served)
    assert eve.post(f"{thing.page}/emergency", fields).status == 400
    assert count(served) == 0


def test_a_stranger_and_whoever_is_signed_out_get_nothing(served: Served) -> None:
    thing = refused(served)
    served.as_("sid").post(f"{thing.page}/emergency", status=404)
    served.as_("vera").post(f"{thing.page}/emergency", status=403)
    served.browser().post(f"{thing.page}/emergency", status=303, token="")
    assert count(served) == 0


def test_the_holder_of_a_ticket_gets_one_and_sees_it(served: Served) -> None:
    thing = served.village.thing("loose", "move")
    guest = served.with_(thing.code)
    reply = guest.post(f"{thing.page}/emergency", status=303)
    page = guest.get(reply.headers["location"])
    assert "Emergency, 7 days left" in page.text and "canary" not in page.root.one("div", class_="head").text
    other = served.with_(served.village.thing("other", "move").code)
    other.get(reply.headers["location"], status=404)


def test_nobody_hands_its_seat_out_or_grants_it_more(served: Served) -> None:
    thing = served.village.thing("brandt", "move")
    cora = served.as_("cora")
    place = cora.post(f"{thing.page}/emergency", status=303).headers["location"]
    page = cora.get(place)
    assert not page.forms("/assignment") and not page.forms("/reservations")
    cora.post(f"{place}/assignment", {"person": "max@people.example"}, status=403)
    served.as_("vera").post(f"{place}/override", {"operation": "rehost", "amount": "1", "reason": "x"}, status=403)


def test_it_counts_in_no_pool_and_is_no_free_seat(served: Served) -> None:
    cora = served.as_("cora")
    before = cora.get(f"/groups/{served.village.groups['brandt']}/pool").root.one("main").text
    cora.follow(cora.post(f"{served.village.thing('brandt', 'move').page}/emergency"))
    assert cora.get(f"/groups/{served.village.groups['brandt']}/pool").root.one("main").text == before


def test_the_vendor_reads_who_why_and_what_comes_again(served: Served) -> None:
    eve, thing, vera = served.as_("eve"), refused(served), served.as_("vera")
    assert "Nobody was stuck yet" in vera.get("/vendor/emergencies").text
    take(eve, thing, "The stand opens at eight.")
    listed = vera.get("/vendor/emergencies").root.one(id="list").text
    assert "canary-eve Eve" in listed and "canary-eve home" in listed
    assert "Move: used up (moves)" in listed and "The stand opens at eight." in listed and "the first" in listed
    with served.database.writing() as db:
        db.execute(select(License).where(License.stands_for_id.is_not(None))).scalar_one().used = 1
    served.clock.advance(days=90)
    served.as_("eve").post(f"{thing.page}/emergency", status=303)
    vera = served.as_("vera")
    page = vera.get("/vendor/emergencies")
    assert page.root.one(id="list").text.count("2 times for this license") == 2
    assert "1 run now" in page.root.one(id="reasons").text and "over" in page.root.one(id="list").text


def test_the_list_is_searched_by_whatever_stands_in_it(served: Served, htmx: bool) -> None:
    take(served.as_("eve"), refused(served), "The stand opens at eight.")
    vera = served.as_("vera")
    for search in ("chisel cad", "EVE home", "moves", "stand opens"):
        assert "canary-eve Eve" in vera.get(f"/vendor/emergencies?search={search}", htmx=htmx).text
    for search in ("%", "brandt", "'--", "x" * 5000):
        assert "Nothing matches." in vera.get(f"/vendor/emergencies?search={search}&page=7", htmx=htmx).text


def test_a_receipt_that_did_not_fit_brings_the_offer_too(served: Served) -> None:
    thing, eve = served.village.thing("eve", "active"), served.as_("eve")
    assert not eve.get(thing.page).forms(DEED)
    with served.database.writing() as db:
        license_ = db.execute(select(License).where(License.public_id == thing.id)).scalar_one()
        doing = Moment(db, Actor(kind="vendor"), served.clock(), served.site.vault)
        cases.open_(doing, license_, None, "sequence", None)
    assert eve.follow(take(eve, thing)).status == 200
    assert "a receipt did not fit" in served.as_("vera").get("/vendor/emergencies").text
