"""Trying rules on cases: made-up ones and licenses that exist, answered in words and as JSON, and nothing written."""

from __future__ import annotations

import json

import pytest

from portal.rules import decide, preset, read_case, write_answer
from tests.fixtures.client import Served
from tests.fixtures.page import Element, Page
from tests.routes.conftest import events
from tests.routes.test_rule_desk import place, save_text


def form_of(page: Page, way: str) -> Element:
    return next(form for form in page.forms("/try") if form.fields["way"] == way)


def answer(page: Page) -> dict:
    return json.loads(page.root.all("pre")[0].text)


@pytest.mark.parametrize("who", ["vera", "vito"])
def test_a_made_up_case_is_answered(served: Served, who: str, htmx: bool) -> None:
    vera = served.as_(who)
    page = vera.get(place(served, "/try"))
    page = vera.submit(form_of(page, "made-up"), status=200, do="add-entry")
    page = vera.submit(form_of(page, "made-up"), status=200, do="add-entry")
    form = form_of(page, "made-up")
    facts = {"entry-0-at": "2025-05-03T12:00", "entry-0-components": "board = b1", "entry-1-operation": "rehost"}
    facts |= {"entry-1-at": "2026-06-01T12:00", "entry-1-evidence": "declaration", "moment": "2026-11-20T10:00"}
    page = vera.submit(form, status=200, htmx=htmx, do="ask", components="board = b2", **facts)
    assert answer(page) == {
        "outcome": "review", "code": "allowance_exhausted", "rule": "moves", "remaining": {"moves": 0},
        "next_allowed_at": "2027-05-03T10:00:00Z", "as": "rehost", "alternatives": ["wait", "ask", "emergency"],
    }  # fmt: skip
    assert "Yours to decide" in page.text and "The next move is possible from 3 May 2027" in page.text
    assert form_of(page, "made-up").fields["entry-1-operation"] == "rehost", "the case stays to be changed"
    fewer = vera.submit(form_of(page, "made-up"), status=200, do="remove-entry-1")
    allowed = vera.submit(form_of(fewer, "made-up"), status=200, do="ask")
    assert answer(allowed)["outcome"] == "allow" and "Allowed" in allowed.text
    assert "entry-1-operation" not in form_of(allowed, "made-up").fields


def test_the_case_can_be_taken_to_the_command_line(served: Served) -> None:
    vera = served.as_("vera")
    page = vera.submit(form_of(vera.get(place(served, "/try")), "made-up"), status=200, operation="demo", do="ask")
    shown, case = (json.loads(one.text) for one in page.root.all("pre"))
    assert write_answer(decide(preset("seed_default"), read_case(case))) == shown
    assert shown["code"] == "not_offered"


def test_an_override_of_the_past_counts(served: Served) -> None:
    vera = served.as_("vera")
    page = vera.submit(form_of(vera.get(place(served, "/try")), "made-up"), status=200, do="add-entry")
    facts = {"entry-0-at": "2026-01-01T00:00", "entry-0-operation": "override", "entry-0-grants": "rehost"}
    page = vera.submit(form_of(page, "made-up"), status=200, do="ask", **facts)
    assert answer(page)["remaining"] == {"moves": 1}


def test_a_license_is_asked_about_at_a_moment(served: Served) -> None:
    vera, thing = served.as_("vera"), served.village.thing("eve", "refused")
    page = vera.get(place(served, "/try"))
    for named in (str(thing.id), f"http://portal.test{thing.page}", thing.code.lower(), thing.page + "/"):
        asked = vera.submit(form_of(page, "license"), status=200, license=named)
        assert answer(asked)["code"] == "allowance_exhausted", "activated 60 days ago: no move yet"
        assert asked.root.all("a", href=thing.page)
    later = vera.submit(form_of(page, "license"), status=200, license=str(thing.id), moment="2028-01-01T00:00")
    assert answer(later)["remaining"] == {"moves": 1}
    before = vera.submit(form_of(page, "license"), status=200, license=str(thing.id), moment="2026-01-01T00:00")
    assert answer(before)["code"] == "no_activation", "what was done later is not known yet"


def test_the_draft_is_asked_where_there_is_one(served: Served) -> None:
    vera, thing = served.as_("vera"), served.village.thing("eve", "refused")
    save_text(vera, served, 'name = "Any"\ntime_zone = "UTC"\n', status=303)
    form = form_of(vera.get(place(served, "/try")), "license")
    assert form.fields["which"] == "draft"
    assert answer(vera.submit(form, license=str(thing.id), status=200))["outcome"] == "allow"
    assert answer(vera.submit(form, license=str(thing.id), which="in_force", status=200))["outcome"] == "review"


def test_support_asks_about_no_license_that_it_does_not_see(served: Served) -> None:
    vito, thing = served.as_("vito"), served.village.thing("eve", "refused")
    page = vito.submit(form_of(vito.get(place(served, "/try")), "license"), status=422, license=str(thing.id))
    assert "There is no license with this ticket or address that you can see." in page.text


@pytest.mark.parametrize(
    ("way", "fields", "field"),
    [
        ("license", {"license": ""}, "license"),
        ("license", {"license": "no such thing"}, "license"),
        ("license", {"license": "x" * 5000}, "license"),
        ("license", {"license": "00000000-0000-7000-8000-000000000000"}, "license"),
        ("made-up", {"moment": "tomorrow"}, "moment"),
        ("made-up", {"moment": "0001-01-01T00:00"}, "moment"),
        ("made-up", {"moment": "9999-12-31T23:59"}, "moment"),
        ("made-up", {"quantity": "-1"}, "quantity"),
        ("made-up", {"quantity": "9" * 40}, "quantity"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_beside_its_field(served: Served, way: str, fields: dict, field: str) -> None:
    vera = served.as_("vera")
    page = vera.submit(form_of(vera.get(place(served, "/try")), way), status=422, **fields)
    assert form_of(page, way).one("input", name=field).attrs["aria-invalid"] == "true"


@pytest.mark.parametrize(
    "fields",
    [{"operation": "fly"}, {"evidence": "sworn"}, {"role": "king"}, {"entry-0-operation": "fly"},
     {"entry-0-operation": "demo", "entry-0-at": "2030-01-01T00:00"}],
)  # fmt: skip
def test_what_no_field_offers_is_refused(served: Served, fields: dict) -> None:
    vera = served.as_("vera")
    sent = form_of(vera.get(place(served, "/try")), "made-up").fields | fields
    sent.pop("csrf")
    page = vera.post(place(served, "/try"), sent, status=422)
    assert "The case is not complete." in page.text


def test_trying_writes_nothing(served: Served) -> None:
    vera, before = served.as_("vera"), events(served)
    form = form_of(vera.get(place(served, "/try")), "license")
    vera.submit(form, license=str(served.village.thing("eve", "refused").id), status=200)
    assert events(served) == before
