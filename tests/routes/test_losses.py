"""A PC is gone: one dialogue for all of its licenses, one report, and the way back."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal.models import Activation, Device, Loss, Operation
from tests.fixtures.client import Client, Served
from tests.fixtures.page import Page
from tests.fixtures.village import Thing
from tests.routes.conftest import events

GONE = {"kind": "lost", "gone": "yes"}


@pytest.fixture
def thing(served: Served) -> Thing:
    return served.village.thing("eve", "active")


def dialogue(thing: Thing) -> str:
    return f"/devices/{thing.device}/loss"


def report(client: Client, thing: Thing, *, htmx: bool = False, **fields: str) -> Page:
    return client.submit(client.get(dialogue(thing)).forms("/loss")[0], htmx=htmx, **(GONE | fields))


def count(served: Served, *where: object) -> int:
    with served.database.reading() as db:
        return db.execute(select(func.count(Loss.id)).where(*where)).scalar_one()


def share(served: Served, *things: Thing) -> None:
    """All of these licenses run on the PC of the first."""
    with served.database.writing() as db:
        device = db.execute(select(Device).where(Device.public_id == things[0].device)).scalar_one()
        for thing in things[1:]:
            seat = db.execute(select(Activation).where(Activation.public_id == thing.activation)).scalar_one()
            seat.device_id = device.id


def test_the_page_of_a_license_leads_to_it(served: Served, thing: Thing) -> None:
    assert dialogue(thing) in [link.attrs["href"] for link in served.as_("eve").get(thing.page).root.all("a")]


def test_before_the_click_it_says_what_becomes_of_each(served: Served, thing: Thing) -> None:
    bound = served.village.thing("eve", "refused")
    share(served, thing, bound)
    page = served.as_("eve").get(dialogue(thing))
    assert page.root.one("h1").text == "Is canary-eve-active-old gone?"
    told = [line.text for line in page.root.one("ul", class_="on-it").all("li")]
    assert sorted("Moves on" in one for one in told) == [False, True]
    [stays] = [one for one in told if "Moves on" not in one]
    assert "Stays for now The next move is possible from" in stays


def test_one_report_moves_what_may_go_and_offers_help_for_the_rest(served: Served, thing: Thing, htmx: bool) -> None:
    bound, eve = served.village.thing("eve", "refused"), served.as_("eve")
    share(served, thing, bound)
    page = eve.follow(report(eve, thing, htmx=htmx))
    assert "canary-eve-active-old is reported." in page.root.one("div", id="notices").text
    came = [line.text for line in page.root.one("ul", class_="came-of").all("li")]
    assert any("Kept for your new PC" in one for one in came)
    assert any("Stays on canary-eve-active-old for now" in one and "emergency" in one for one in came)
    [form] = page.forms("/emergency")
    assert form.attrs["action"] == f"/licenses/{bound.id}/emergency"
    assert "Emergency, 7 days left" in eve.follow(eve.submit(form)).text
    assert "kept for" in eve.get(thing.page).text


def test_it_is_undone_within_a_day_and_not_later(served: Served, thing: Thing, htmx: bool) -> None:
    eve = served.as_("eve")
    page = eve.follow(report(eve, thing))
    form = page.forms("/undoing")[0]
    back = eve.follow(eve.submit(form, htmx=htmx))
    assert back.root.one("h1").text == "canary-eve-active-old turned up again"
    assert "On canary-eve-active-old, as before" in back.text and not back.forms("/undoing")
    assert "turned up again and keeps its seat" in eve.get(thing.page).text
    with served.database.reading() as db:
        assert db.execute(select(Operation.undone_at).where(Operation.undone_at.is_not(None))).all() != []
    form = eve.follow(report(eve, thing)).forms("/undoing")[0]
    served.clock.advance(hours=11)
    eve = served.as_("eve")
    served.clock.advance(hours=13)
    eve = served.as_("eve")
    late = eve.post(form.attrs["action"], status=422, htmx=htmx)
    assert "This can no longer be undone" in late.text
    assert count(served, Loss.undone_at.is_(None)) >= 1


def test_twice_is_once(served: Served, thing: Thing) -> None:
    eve, before = served.as_("eve"), count(served)
    form = eve.get(dialogue(thing)).forms("/loss")[0]
    first, second = eve.submit(form, **GONE), eve.submit(form, **GONE)
    assert first.headers["location"] == second.headers["location"]
    assert count(served) == before + 1 and events(served, "device.lost") == 1


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"kind": None}, "Choose one of these."),
        ({"kind": "sunk"}, "Choose one of these."),
        ({"gone": None}, "Confirm that you can no longer use"),
    ],
)
def test_what_is_missing_is_said_beside_the_field(
    served: Served, thing: Thing, said: dict[str, str | None], sentence: str, htmx: bool
) -> None:
    eve, before = served.as_("eve"), (count(served), events(served))
    form = eve.get(dialogue(thing)).forms("/loss")[0]
    page = eve.submit(form, htmx=htmx, status=422, **(GONE | said))
    assert sentence in page.text
    assert (count(served), events(served)) == before


@pytest.mark.parametrize("more", [{"device": "x"}, {"kind": "lost\x00"}])
def test_what_the_form_does_not_have_is_refused(served: Served, thing: Thing, more: dict[str, str]) -> None:
    assert served.as_("eve").post(dialogue(thing), GONE | more).status == 400


def test_a_stranger_learns_nothing_and_whoever_looks_on_may_not(served: Served, thing: Thing) -> None:
    for who, status in (("sid", 404), ("cora", 404), ("vera", 403)):
        client = served.as_(who)
        client.get(dialogue(thing), status=status)
        client.post(dialogue(thing), GONE, status=status)
    served.browser().get(dialogue(thing), status=303)
    eve = served.as_("eve")
    place = report(eve, thing).headers["location"]
    served.as_("sid").get(place, status=404)
    served.as_("sid").post(f"{place}/undoing", status=404)
    assert served.as_("vera").get(place).status == 200
    served.as_("vera").post(f"{place}/undoing", status=403)


def test_the_pc_of_another_person_with_the_same_name_stays_theirs(served: Served, thing: Thing) -> None:
    other = served.village.thing("brandt", "active")
    with served.database.writing() as db:
        mine = db.execute(select(Device).where(Device.public_id == thing.device)).scalar_one()
        theirs = db.execute(select(Device).where(Device.public_id == other.device)).scalar_one()
        theirs.fingerprint, theirs.components = mine.fingerprint, mine.components
    eve = served.as_("eve")
    assert len(eve.get(dialogue(thing)).root.one("ul", class_="on-it").all("li")) == 1
    report(eve, thing)
    with served.database.reading() as db:
        seat = db.execute(select(Activation).where(Activation.public_id == other.activation)).scalar_one()
        assert seat.ended_at is None


@pytest.mark.parametrize(("changed", "others"), [({"disk": "new"}, 2), ({"disk": "new", "board": "new"}, 1)])
def test_a_pc_with_another_disk_is_still_the_same(
    served: Served, thing: Thing, changed: dict[str, str], others: int
) -> None:
    bound = served.village.thing("eve", "refused")
    with served.database.writing() as db:
        mine = db.execute(select(Device).where(Device.public_id == thing.device)).scalar_one()
        seat = db.execute(select(Activation).where(Activation.public_id == bound.activation)).scalar_one()
        other = db.get_one(Device, seat.device_id)
        other.name, other.components = mine.name, mine.components | changed
    assert len(served.as_("eve").get(dialogue(thing)).root.one("ul", class_="on-it").all("li")) == others


def test_a_pc_without_licenses_has_nothing_to_report(served: Served, thing: Thing) -> None:
    eve = served.as_("eve")
    form = eve.get(dialogue(thing)).forms("/loss")[0]
    with served.database.writing() as db:
        seat = db.execute(select(Activation).where(Activation.public_id == thing.activation)).scalar_one()
        seat.state, seat.ended_at = "returned", served.clock()
    assert "There is nothing to report." in eve.get(dialogue(thing)).text
    assert "No license of yours runs on this PC" in eve.submit(form, status=422, **GONE).text


def test_the_holder_of_a_ticket_reports_it_too(served: Served) -> None:
    thing = served.village.thing("loose", "active")
    guest = served.with_(thing.code)
    page = guest.follow(report(guest, thing, kind="stolen"))
    assert page.root.one("h1").text == f"{thing.fingerprint.removeprefix('print-of-')} is reported stolen"
    assert "Kept for your new PC" in page.text
