"""Handing licenses out: seats back, whole licenses, seats that are kept, and what who has only a seat sees."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.models import Assignment, License
from tests.fixtures.client import Served
from tests.routes.conftest import events

REASON = {"why": "employee_left"}


def license_of(served: Served, kind: str = "unused", place: str = "brandt") -> License:
    with served.database.reading() as db:
        wanted = served.village.thing(place, kind).id
        return db.execute(select(License).where(License.public_id == wanted)).scalar_one()


def assignments(served: Served, kind: str) -> list[Assignment]:
    with served.database.reading() as db:
        wanted = served.village.thing("brandt", kind).id
        rows = select(Assignment).join(License, License.id == Assignment.license_id).where(License.public_id == wanted)
        return list(db.execute(rows.order_by(Assignment.id)).scalars())


def test_who_has_a_seat_sees_it_with_its_key_and_nothing_of_others(served: Served) -> None:
    anna, thing = served.as_("anna"), served.village.thing("brandt", "active")
    page = anna.get(thing.page)
    assert "Your license key" in page.text and thing.code not in page.text
    for other in ("canary-brandt-active-old", "canary-brandt Max", "canary-brandt Cora", "Who it is for"):
        assert other not in page.text
    assert "0 of 1" in page.root.one(id=f"seats-{thing.id}").text
    overview = anna.get("/licenses")
    assert "canary-brandt-active-old" not in overview.text and thing.code not in overview.text
    assert "canary-brandt-active-old" not in anna.get("/licenses.csv").text
    assert str(thing.id) not in anna.get("/licenses?search=canary-brandt-active-old").text


def test_other_people_s_pcs_do_not_exist_for_who_has_a_seat(served: Served) -> None:
    anna, thing = served.as_("anna"), served.village.thing("brandt", "active")
    anna.post(f"/activations/{thing.activation}/return", status=404)
    anna.get(f"/transfers/{thing.transfer}", status=404)
    anna.post(f"/licenses/{thing.id}/assignment", {"person": ""}, status=403)


def test_an_admin_takes_a_seat_back_once(served: Served, htmx: bool) -> None:
    cora, home = served.as_("cora"), served.village.homes["brandt"]
    path, page = f"/assignments/{home.assignment_id}/return", served.village.thing("brandt", "active").page
    taken = cora.post(path, REASON, htmx=htmx)
    shown = taken if htmx else cora.follow(taken)
    assert "The seat of canary-brandt Max is free." in shown.text
    count = events(served, "seat.taken_back")
    assert cora.post(path, REASON).status == 303 and events(served, "seat.taken_back") == count == 1
    assert "canary-brandt Max" in cora.get(page).text, "the history names whose seat it was"


def test_a_seat_is_taken_back_for_a_reason_that_exists(served: Served) -> None:
    cora, home = served.as_("cora"), served.village.homes["brandt"]
    cora.post(f"/assignments/{home.assignment_id}/return", {"why": "spite"}, status=422)
    assert events(served, "seat.taken_back") == 0


def test_a_whole_license_goes_to_a_colleague_and_back(served: Served) -> None:
    cora, thing = served.as_("cora"), served.village.thing("brandt", "unused")
    form, email = cora.get(thing.page).forms("/assignment")[0], served.village.people["max"].email
    given = cora.follow(cora.submit(form, person=f" {email.upper()} "))
    assert "canary-brandt Max has the license." in given.text
    assert license_of(served).user_id is not None
    count = events(served)
    assert cora.submit(form, person=email).status == 303 and events(served) == count
    max_ = served.as_("max").get(thing.page)
    assert thing.code in max_.text, "who has the whole license has its ticket"
    back = cora.follow(cora.post(f"{thing.page}/assignment", {"person": ""}))
    assert "The license belongs to nobody." in back.text and license_of(served).user_id is None


@pytest.mark.parametrize("who", ["eve@people.example", "nobody@people.example", "x" * 300, "’ or 1=1", "sid"])
def test_a_license_goes_to_nobody_from_elsewhere(served: Served, who: str) -> None:
    cora, thing = served.as_("cora"), served.village.thing("brandt", "unused")
    email = served.village.people["sid"].email if who == "sid" else who
    page = cora.post(f"{thing.page}/assignment", {"person": email}, status=422)
    assert "Invite the person first." in page.text
    assert license_of(served).user_id is None


def test_seats_are_kept_for_a_department_and_freed(served: Served) -> None:
    cora, thing = served.as_("cora"), served.village.thing("brandt", "give")
    department = str(served.village.groups["brandt-design"])
    wish = {"department": department, "seats": "1", "note": "for the fair"}
    kept = cora.follow(cora.post(f"{thing.page}/reservations", wish))
    assert "Seats kept for canary-brandt Design: 1." in kept.text or "Seats kept for" in kept.text
    assert [(one.kind, one.seats) for one in assignments(served, "give")] == [("department", 1)]
    dora = served.as_("dora").get(thing.page)
    assert "canary-brandt-give-old" not in dora.text
    cora.post(f"{thing.page}/reservations", wish | {"seats": "5"}, status=422)
    cora.post(f"{thing.page}/reservations", wish | {"seats": "0"}, status=303)
    assert license_of(served, "give").assigned == 0


@pytest.mark.parametrize("seats", ["", "-1", "1.5", "9" * 40, "x", "٣", "1 or 1"])
def test_what_is_no_number_of_seats_is_said_beside_the_field(served: Served, seats: str) -> None:
    cora, thing = served.as_("cora"), served.village.thing("brandt", "give")
    page = cora.post(f"{thing.page}/reservations", {"department": "", "seats": seats}, status=422)
    assert "Write a whole number" in page.text
    assert not assignments(served, "give")


@pytest.mark.parametrize("place", ["linde-design", "linde", "brandt", "eve", "nonsense"])
def test_seats_are_kept_for_no_group_but_departments_below(served: Served, place: str) -> None:
    cora, thing = served.as_("cora"), served.village.thing("brandt", "give")
    department = "nonsense" if place == "nonsense" else str(served.village.groups[place])
    cora.post(f"{thing.page}/reservations", {"department": department, "seats": "1"}, status=404)
    assert not assignments(served, "give")


def test_a_license_is_shared_and_not_any_more(served: Served) -> None:
    cora, thing = served.as_("cora"), served.village.thing("brandt", "unused")
    was = license_of(served).visible_to_group
    for wanted in (not was, was):
        done = cora.follow(cora.post(f"{thing.page}/visibility", {"shared": "yes" if wanted else "no"}))
        assert ("Everybody in the group can use the license." in done.text) == wanted
        assert license_of(served).visible_to_group == wanted


def test_fields_that_were_not_offered_are_refused(served: Served) -> None:
    cora, thing = served.as_("cora"), served.village.thing("brandt", "unused")
    for ending, fields in (
        ("assignment", {"person": "", "user_id": "1"}),
        ("reservations", {"seats": "1", "used": "1"}),
        ("visibility", {"shared": "yes", "group_id": "1"}),
    ):
        assert cora.post(f"{thing.page}/{ending}", fields).status == 400
    assert not assignments(served, "unused")
