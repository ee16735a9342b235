"""Giving a waiting PC a free seat, sending one away, and asking a seat back."""

from __future__ import annotations

from tests.fixtures.client import Served
from tests.routes.conftest import VERBS, events


def test_a_given_seat_costs_no_move_and_is_in_use(served: Served) -> None:
    eve, thing = served.as_("eve"), served.village.thing("eve", "give")
    page = eve.get(thing.page)
    assert "It costs no move." in page.text and "1 of 2" in page.text
    page = eve.follow(eve.submit(VERBS["give"].form(page)))
    assert "canary-eve-give-new has the seat." in page.root.one("div", id="notices").text
    assert "2 of 2" in page.root.one(id=f"seats-{thing.id}").text


def test_a_seat_is_given_to_nobody_who_does_not_wait_for_this_license(served: Served) -> None:
    eve, thing = served.as_("eve"), served.village.thing("eve", "give")
    form, before = VERBS["give"].form(eve.get(thing.page)), events(served)
    for target in (
        served.village.thing("eve", "move").waiting,
        served.village.thing("brandt", "give").waiting,
        "",
        "x",
    ):
        eve.submit(form, target=str(target), status=404)
    assert events(served) == before


def test_without_a_free_seat_giving_is_refused_with_words(served: Served, htmx: bool) -> None:
    eve, thing = served.as_("eve"), served.village.thing("eve", "move")
    page = eve.post(f"{thing.page}/activations", {"target": str(thing.waiting)}, status=422, htmx=htmx)
    assert "Every seat is in use" in page.root.one("section", class_="decision").text


def test_a_pc_that_is_not_mine_is_sent_away(served: Served) -> None:
    eve, thing = served.as_("eve"), served.village.thing("eve", "wait")
    page = eve.follow(eve.submit(VERBS["dismiss"].form(eve.get(thing.page))))
    assert "canary-eve-wait-new does not wait any more." in page.root.one("div", id="notices").text
    assert "Not mine" not in page.text
    assert "canary-eve-wait-new" not in eve.get("/licenses").text


def test_a_return_waits_until_the_program_confirms(served: Served) -> None:
    eve, thing = served.as_("eve"), served.village.thing("eve", "active")
    page = eve.follow(eve.submit(VERBS["ask return"].form(eve.get(thing.page))))
    assert "has not confirmed the return yet" in page.text
    assert "1 of 1" in page.root.one(id=f"seats-{thing.id}").text, "the click alone freed the seat"


def test_a_return_that_was_asked_for_can_be_taken_back(served: Served) -> None:
    eve, thing = served.as_("eve"), served.village.thing("eve", "returning")
    page = eve.follow(eve.submit(VERBS["keep"].form(eve.get(thing.page))))
    assert "canary-eve-returning-old keeps its seat." in page.root.one("div", id="notices").text
    assert "Returning" not in page.root.one(id=f"seats-{thing.id}").text


def test_returning_what_was_moved_away_is_refused_with_words(served: Served, htmx: bool) -> None:
    eve, thing = served.as_("eve"), served.village.thing("eve", "move")
    page = eve.get(thing.page)
    token = page.forms("/sign-out")[0].fields["csrf"]
    eve.submit(VERBS["move"].form(page), reason="lost", gone="yes")
    for verb in ("return", "return/cancellation"):
        answer = eve.post(f"/activations/{thing.activation}/{verb}", token=token, status=422, htmx=htmx)
        assert answer.root.one("section", class_="decision").one("h2").text
