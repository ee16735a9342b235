"""Granting more than the rules do: only the vendor's administrators, with a reason, and once."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal.models import Event, Operation
from tests.fixtures.client import Client, Served
from tests.fixtures.page import Element
from tests.routes.conftest import events

GRANT = {"operation": "rehost", "amount": "2", "reason": "goodwill"}


def overrides(served: Served) -> int:
    with served.database.reading() as db:
        granted = select(func.count(Operation.id)).where(Operation.operation == "override")
        return db.execute(granted).scalar_one()


def form_of(served: Served, vera: Client) -> Element:
    [form] = vera.get(served.village.thing("eve", "refused").page).forms("/override")
    return form


def test_granted_it_stands_in_the_history_and_the_move_is_possible(served: Served, htmx: bool) -> None:
    vera, thing = served.as_("vera"), served.village.thing("eve", "refused")
    form = form_of(served, vera)
    done = vera.submit(form, **GRANT, status=200 if htmx else 303, htmx=htmx)
    page = done if htmx else vera.follow(done)
    assert "2 more are granted" in page.root.one("div", id="notices").text
    history = page.root.one(id=f"history-{thing.id}").text
    assert "Moves: 2 more than the rules allow (goodwill)" in history
    assert overrides(served) == 1
    eve = served.as_("eve").get(thing.page)
    assert "Moves: 2 more than the rules allow (goodwill)" in eve.text
    assert not eve.forms("/override")
    assert eve.forms("/reactivation"), "the move is not offered"


def test_twice_is_once(served: Served, htmx: bool) -> None:
    vera = served.as_("vera")
    form = form_of(served, vera)
    answers = [vera.submit(form, **GRANT, htmx=htmx).status for _ in range(2)]
    assert answers == [200 if htmx else 303] * 2
    assert overrides(served) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": ""}, {"reason": " " * 9}, {"reason": "x" * 201}, {"amount": ""}, {"amount": "0"}, {"amount": "-1"},
        {"amount": "101"}, {"amount": "1e2"}, {"amount": "²"}, {"amount": "9" * 5_000}, {"operation": "override"},
        {"operation": ""}, {"operation": "demo"},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_beside_its_field_and_changes_nothing(
    served: Served, htmx: bool, wrong: dict[str, str]
) -> None:
    vera, before = served.as_("vera"), events(served)
    form = form_of(served, vera)
    page = vera.submit(form, **(GRANT | wrong), status=422, htmx=htmx)
    [field] = wrong
    assert page.root.one(id=f"override-{field}-error").text
    [again] = page.forms("/override")
    assert overrides(served) == 0 and events(served) == before
    assert vera.submit(again, **GRANT, htmx=htmx).status == (200 if htmx else 303)


def test_a_form_that_says_more_than_was_offered_is_refused(served: Served) -> None:
    vera = served.as_("vera")
    form = form_of(served, vera)
    for more in ({"grants": "x"}, {"reason": "a\x00b"}):
        assert vera.submit(form, **(GRANT | more)).status in (400, 422)
    assert overrides(served) == 0


def test_nobody_else_can_grant_anything(served: Served) -> None:
    thing = served.village.thing("eve", "refused")
    eve, sid = served.as_("eve"), served.as_("sid")
    assert eve.post(f"{thing.page}/override", GRANT).status == 403
    assert sid.post(f"{thing.page}/override", GRANT).status == 404
    assert served.browser().post(f"{thing.page}/override", GRANT).status in (303, 401, 403)
    with served.database.reading() as db:
        assert db.execute(select(Event.id).where(Event.kind == "license.overridden")).scalar() is None
    assert overrides(served) == 0
