"""My old PC is gone: the form says before what happens, asks for a reason and a word, and moves the seat."""

from __future__ import annotations

import pytest

from tests.fixtures.client import Served
from tests.fixtures.page import Page
from tests.routes.conftest import events

DEED = "/reactivation"


def decision(page: Page) -> str:
    return page.root.one("section", class_="decision").text


def test_before_the_click_the_page_says_what_changes(served: Served) -> None:
    page = served.as_("eve").get(served.village.thing("eve", "move").page)
    told = decision(page)
    assert "canary-eve-move-new is waiting. Move the license there?" in told
    assert "The rules allow it. 1 of 1 move left" in told
    assert "Blocked at its next check-in" in told


def test_afterwards_the_new_pc_has_the_seat_and_the_old_one_is_replaced(served: Served) -> None:
    eve, thing = served.as_("eve"), served.village.thing("eve", "move")
    page = eve.follow(eve.submit(eve.get(thing.page).forms(DEED)[0], reason="lost", gone="yes"))
    assert page.root.one("div", id="notices").text.startswith("Moved to canary-eve-move-new.")
    assert "canary-eve-move-new has the seat" in decision(page)
    seats = page.root.one(id=f"seats-{thing.id}").text
    assert "canary-eve-move-old" in seats and "Replaced" in seats and "1 of 1" in seats
    timeline = page.root.one(id=f"history-{thing.id}").all("li")[0].text
    assert "Moved from canary-eve-move-old to canary-eve-move-new" in timeline
    assert timeline.endswith("by you: lost or stolen")


def test_with_no_pc_waiting_the_seat_is_kept_for_the_next(served: Served) -> None:
    eve, thing = served.as_("eve"), served.village.thing("eve", "active")
    page = eve.get(f"{thing.page}?gone={thing.activation}")
    assert "Is canary-eve-active-old gone?" in decision(page)
    done = eve.follow(eve.submit(page.forms(DEED)[0], reason="sold", gone="yes"))
    assert "The seat is kept for your new PC" in decision(done)


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"gone": "yes"}, "reason", "Choose one of these."),
        ({"reason": "boredom", "gone": "yes"}, "reason", "Choose one of these."),
        ({"reason": "broken"}, "gone", "Confirm that you can no longer use"),
        ({"reason": "broken", "gone": "no"}, "gone", "Confirm that you can no longer use"),
        ({}, "reason", "Choose one of these."),
    ],
)
def test_what_is_missing_is_said_beside_the_field(
    served: Served, said: dict[str, str], field: str, sentence: str, htmx: bool
) -> None:
    eve, thing = served.as_("eve"), served.village.thing("eve", "move")
    form, before = eve.get(thing.page).forms(DEED)[0], events(served)
    page = eve.submit(form, **said, status=422, htmx=htmx)
    error = page.root.one("p", id=f"{field}-error")
    assert sentence in error.text
    marked = [
        one for one in page.root.all("input", name=field) if one.attrs.get("aria-describedby") == error.attrs["id"]
    ]
    assert marked
    again = page.forms(DEED)[0].fields
    assert again.get("gone") == ("yes" if said.get("gone") == "yes" else None), "what was said is not kept"
    assert again["target"] == str(thing.waiting)
    assert events(served) == before


def test_all_errors_come_at_once(served: Served) -> None:
    eve = served.as_("eve")
    page = eve.submit(eve.get(served.village.thing("eve", "move").page).forms(DEED)[0], status=422)
    assert [one.attrs["id"] for one in page.root.all("p", class_="error")] == ["reason-error", "gone-error"]


def test_a_refusal_says_from_when_and_what_else_helps(served: Served, htmx: bool) -> None:
    eve, thing = served.as_("eve"), served.village.thing("eve", "refused")
    shown = eve.get(thing.page)
    assert not shown.forms(DEED), "what would be refused is offered"
    before = events(served)
    page = eve.post(
        f"/activations/{thing.activation}/reactivation",
        {"reason": "lost", "gone": "yes", "target": str(thing.waiting)}, status=422, htmx=htmx,
    )  # fmt: skip
    told = page.root.one("section", class_="decision")
    assert "The next move is possible from 21 September 2027" in told.text
    ways = [way.one("h3").text for way in told.all("li")]
    assert ways == ["Ask Tessel Works", "Do you need it now?", "Does canary-eve-refused-old still run?", "Wait"]
    assert told.all("form", action=f"{thing.page}/exceptions")
    assert events(served) == before + 1
    assert "Move to canary-eve-refused-new asked for; possible from 21 September 2027" in eve.get(thing.page).text


def test_with_several_pcs_one_says_first_which_is_gone(served: Served) -> None:
    eve, thing = served.as_("eve"), served.village.thing("eve", "choices")
    page = eve.get(thing.page)
    told = page.root.one("section", class_="decision")
    links = [link.attrs["href"] for link in told.all("a") if "gone=" in link.attrs["href"]]
    assert len(links) == 2 and "Which PC is gone?" in told.text
    chosen = eve.get(links[0].partition("#")[0])
    done = eve.submit(chosen.forms(DEED)[0], reason="broken", gone="yes", status=303)
    assert "Moved to canary-eve-choices-new" in eve.follow(done).text


def test_a_target_of_another_license_does_not_exist(served: Served) -> None:
    eve, thing = served.as_("eve"), served.village.thing("eve", "move")
    form, before = eve.get(thing.page).forms(DEED)[0], events(served)
    for target in (served.village.thing("eve", "wait").waiting, served.village.thing("brandt", "wait").waiting, "x"):
        eve.submit(form, reason="lost", gone="yes", target=str(target), status=404)
    assert events(served) == before


def test_a_pc_that_left_meanwhile_gets_nothing(served: Served) -> None:
    eve, thing = served.as_("eve"), served.village.thing("eve", "move")
    form = eve.get(thing.page).forms(DEED)[0]
    eve.submit(eve.get(thing.page).forms("/dismissal")[0])
    page = eve.submit(form, reason="lost", gone="yes", status=422)
    assert "no longer waiting" in page.text
    assert "canary-eve-move-old Windows 11 Active" in page.root.one(id=f"seats-{thing.id}").text


def test_a_pc_waits_no_longer_than_a_day(served: Served) -> None:
    eve, thing = served.as_("eve"), served.village.thing("eve", "move")
    form = eve.get(thing.page).forms(DEED)[0]
    served.clock.advance(hours=25)
    served.as_("eve")
    page = served.as_("eve").get(thing.page)
    assert "is waiting" not in page.text
    fresh = served.as_("eve")
    page = fresh.submit(form, reason="lost", gone="yes", csrf=fresh.token(), status=422)
    assert "no longer waiting" in page.text
