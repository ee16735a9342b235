"""The page of one license in every state: what it shows, and the one thing it offers."""

from __future__ import annotations

import pytest

from tests.fixtures.client import Served

# What the decision says first, and which verbs the page has forms for.
PANELS = {
    "move": ("canary-eve-move-new is waiting. Move the license there?", {"reactivation", "return", "dismissal"}),
    "give": ("canary-eve-give-new is waiting, and a seat is free", {"activations", "return", "dismissal"}),
    "refused": (
        "The next move is possible from 21 September 2027", {"return", "dismissal", "emergency", "exceptions"},
    ),
    "choices": ("canary-eve-choices-new is waiting. Which PC is gone?", {"return", "dismissal"}),
    "unused": ("Activate on a PC", set()),
    "returning": ("canary-eve-returning-old has not confirmed the return yet", {"cancellation"}),
    "kept": ("The seat is kept for your new PC", {"return"}),
    "handed": ("canary-eve-handed-new has the seat", {"return"}),
    "active": (None, {"return"}),
    "quiet": (None, {"return"}),
    "revoked": (None, set()),
    "expired": (None, {"return"}),
}


@pytest.mark.parametrize("kind", PANELS)
def test_the_page_offers_one_thing_and_says_it(served: Served, kind: str) -> None:
    heading, verbs = PANELS[kind]
    thing = served.village.thing("eve", kind)
    page = served.as_("eve").get(thing.page)
    panels = page.root.all("section", class_="decision")
    assert [panel.one("h2").text for panel in panels] == ([heading] if heading else [])
    forms = [form.attrs["action"] for form in page.root.all("form", method="post")]
    assert {action.rpartition("/")[2] for action in forms} - {"sign-out"} == verbs
    assert len(page.root.all("button", class_="filled")) <= 1, "more than one thing is first"
    assert page.root.one(id=f"rules-{thing.id}").all("li")
    assert "Issued, order canary-eve-order" in page.root.one(id=f"history-{thing.id}").text


@pytest.mark.parametrize("kind", PANELS)
def test_whoever_only_looks_on_sees_all_and_can_only_grant_more(served: Served, kind: str) -> None:
    thing = served.village.thing("eve", kind)
    page = served.as_("vera").get(thing.page)
    actions = [form.attrs["action"] for form in page.root.all("form", method="post")]
    assert actions == ["/sign-out", f"{thing.page}/override"]
    assert not page.root.all("section", class_="decision")
    assert thing.code not in page.body and f"{thing.code[:5]} … {thing.code[-5:]}" in page.text
    assert "canary-eve Eve" in page.text


def test_its_holder_sees_the_ticket_in_full(served: Served) -> None:
    thing = served.village.thing("eve", "active")
    page = served.as_("eve").get(thing.page)
    assert page.root.one("button", value=thing.code).text == "Copy"


def test_no_such_license_is_not_found(served: Served, htmx: bool) -> None:
    eve = served.as_("eve")
    for path in ("/licenses/00000000-0000-7000-8000-000000000000", "/licenses/no-id", "/licenses/42"):
        assert "There is nothing at this address" in eve.get(path, status=404, htmx=htmx).text


def test_a_choice_of_another_license_chooses_nothing(served: Served) -> None:
    eve = served.as_("eve")
    path = served.village.thing("eve", "active").page
    for gone in (served.village.thing("brandt", "active").activation, served.village.thing("eve", "move").activation):
        assert "canary-brandt" not in eve.get(f"{path}?gone={gone}", status=404).body
    for nonsense in ("x", ""):
        assert not eve.get(f"{path}?gone={nonsense}").root.all("section", class_="decision")


def test_a_pc_is_found_by_its_name_or_its_person_s(served: Served) -> None:
    cora, thing = served.as_("cora"), served.village.thing("brandt", "give")
    region = f"seats-{thing.id}"
    found = cora.get(f"{thing.page}?pc=GIVE-OLD").root.one(id=region)
    assert "canary-brandt-give-old" in found.text and "Nothing here has that name." not in found.text
    missed = cora.get(f"{thing.page}?pc=zeppelin%25_").root.one(id=region)
    assert "canary-brandt-give-old" not in missed.text
    assert "Show all" in missed.text


def test_a_pc_that_is_gone_is_offered_though_the_search_does_not_name_it(served: Served) -> None:
    cora, thing = served.as_("cora"), served.village.thing("brandt", "active")
    page = cora.get(f"{thing.page}?pc=zeppelin&gone={thing.activation}")
    assert "canary-brandt-active-old" in page.root.one("section", class_="decision").text
