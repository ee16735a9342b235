"""The people and their seats of a license: looked at, searched, given to many at once and taken back."""

from __future__ import annotations

import csv
import io
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from portal.access import Actor
from portal.actions import assignments, ledger, reservations
from portal.actions.doing import Moment
from portal.actions.workers import worker_of
from portal.models import Assignment, Batch, Device, Group, License, User
from portal.routes import seats
from tests.fixtures.client import Client, Served
from tests.fixtures.page import Page
from tests.fixtures.village import Thing
from tests.routes.conftest import events

PEOPLE = ("canary-brandt Cora", "canary-brandt Max", "canary-brandt Anna", "canary-brandt Dora", "canary-kim Kim")


@pytest.fixture
def pool(served: Served) -> Thing:
    """A license of Brandt's with fifty seats, of which nobody has one yet."""
    thing = served.village.thing("brandt", "unused")
    with served.database.writing() as db:
        db.execute(select(License).where(License.public_id == thing.id)).scalar_one().quantity = 50
    return thing


@pytest.fixture
def cora(served: Served) -> Client:
    return served.as_("cora")


def place(pool: Thing, query: str = "") -> str:
    return f"{pool.page}/seats{query}"


def names(page: Page) -> list[str]:
    return [row.one("th").text for row in page.root.one("table", class_="roster").all("tbody")[0].all("tr")]


def box(page: Page, name: str) -> str:
    """The name of the box to tick for this person."""
    (row,) = [row for row in page.root.all("tr") if name in row.text and row.all("input")]
    return row.all("input")[0].attrs["name"]


def form_of(page: Page):  # type: ignore[no-untyped-def]
    return page.forms("/assignments")[0]


def state_of(page: Page, name: str) -> str:
    (row,) = [row for row in page.root.all("tr") if name in row.text and row.all("td", class_="is")]
    return row.one("td", class_="is").text


def free(served: Served, pool: Thing) -> int:
    with served.database.reading() as db:
        one = db.execute(select(License).where(License.public_id == pool.id)).scalar_one()
        return one.quantity - one.used - one.assigned + one.used_assigned


def everything(served: Served) -> tuple[int, ...]:
    """What must not change where nothing was done."""
    with served.database.reading() as db:
        return tuple(len(db.execute(select(table.id)).all()) for table in (Assignment, Batch))


def test_the_page_says_who_has_a_seat_and_how_many_are_left(cora: Client, pool: Thing, served: Served) -> None:
    page = cora.get(place(pool))
    assert page.heading == "Chisel CAD"
    assert set(PEOPLE) <= set(names(page)) and names(page) == sorted(names(page), key=str.lower)
    assert state_of(page, "Max") == "No seat"
    assert f"{free(served, pool)} seats left to assign" in page.text
    assert page.root.one(id=f"tally-{pool.id}").text.startswith("0 active 50 free")


def test_seats_are_given_to_whoever_is_ticked_and_taken_back_again(cora: Client, pool: Thing, served: Served) -> None:
    before, page = free(served, pool), cora.get(place(pool))
    ticked = {box(page, "Max"): "yes", box(page, "Dora"): "yes"}
    answer = cora.submit(form_of(page), status=303, what="assign", **ticked)
    assert answer.location == place(pool)
    after = cora.follow(answer)
    assert "2 seats are assigned." in after.text
    assert state_of(after, "Max") == state_of(after, "Dora") == "Assigned, not yet activated"
    assert free(served, pool) == before - 2
    assert events(served, "seat.assigned") >= 2 and events(served, "batch.started") == 1
    again = cora.submit(form_of(after), status=422, what="assign", **ticked)
    assert "There is a seat of Chisel CAD already." in again.text, "twice is once"
    assert free(served, pool) == before - 2
    back = cora.follow(cora.submit(form_of(after), status=303, what="take_back", **ticked))
    assert "2 seats are taken back." in back.text and state_of(back, "Max") == "No seat"
    assert free(served, pool) == before


def test_what_was_given_can_be_undone_on_the_same_page(cora: Client, pool: Thing, served: Served) -> None:
    page = cora.get(place(pool))
    page = cora.follow(cora.submit(form_of(page), status=303, what="assign", **{box(page, "Max"): "yes"}))
    undone = cora.submit(page.forms("/undo")[0], status=303)
    assert undone.location.startswith("/batches/")
    assert "Undoing: 0 of 1" in cora.follow(undone).text


def test_select_all_means_whom_the_filter_finds(cora: Client, pool: Thing, served: Served) -> None:
    design = str(served.village.groups["brandt-design"])
    page = cora.get(place(pool, f"?department={design}&seat=without"))
    found = names(page)
    assert "canary-brandt Max" not in found
    cora.submit(form_of(page), status=303, what="assign", all="yes")
    with served.database.reading() as db:
        wanted = select(User.name).join(Assignment, Assignment.user_id == User.id).join(License)
        given = set(db.execute(wanted.where(License.public_id == pool.id, Assignment.ended_at.is_(None))).scalars())
    assert set(found) <= given and "canary-brandt Max" not in given


@pytest.mark.parametrize("code", ["more than there are", "nobody", "nothing to take", "no verb", "a verb of its own"])
def test_what_cannot_be_done_is_said_beside_the_button_and_changes_nothing(
    cora: Client, pool: Thing, served: Served, code: str
) -> None:
    with served.database.writing() as db:
        license_ = db.execute(select(License).where(License.public_id == pool.id)).scalar_one()
        license_.quantity = license_.used + license_.assigned - license_.used_assigned + 1
    page, before = cora.get(place(pool)), everything(served)
    everybody = {box(page, name): "yes" for name in ("Max", "Dora", "Kim")}
    fields = {
        "more than there are": {"what": "assign", **everybody},
        "nobody": {"what": "assign"},
        "nothing to take": {"what": "take_back", **everybody},
        "no verb": dict(everybody),
        "a verb of its own": {"what": "people", **everybody},
    }[code]
    refused = cora.submit(form_of(page), status=422, **fields)
    assert refused.root.one(id="selection-problem").text
    assert everything(served) == before
    if code == "more than there are":
        assert "3 seats are wanted and 1 are free" in refused.text
        assert refused.root.one("input", name=box(page, "Max")).attrs.get("checked") == "", "what was ticked stays so"


@pytest.mark.parametrize(
    "filters", [{"seat": "nonsense"}, {"department": "nonsense"}, {"department": str(UUID(int=5))}, {"search": "zzz"}]
)
@pytest.mark.parametrize("what", ["assign", "take_back"])
def test_all_whom_a_filter_finds_are_nobody_where_it_cannot_be_read(
    cora: Client, pool: Thing, served: Served, filters: dict[str, str], what: str
) -> None:
    before = everything(served)
    cora.post(f"{pool.page}/assignments", {"what": what, "all": "yes", **filters}, status=422)
    assert everything(served) == before


def test_people_of_others_and_people_that_do_not_exist_are_nobody(cora: Client, pool: Thing, served: Served) -> None:
    with served.database.reading() as db:
        eve = db.execute(select(User.public_id).where(User.name.like("%Eve%"))).scalar_one()
    before = everything(served)
    for stranger in (eve, uuid4(), UUID(int=0)):
        answer = cora.post(f"{pool.page}/assignments", {"what": "assign", f"person-{stranger}": "yes"}, status=422)
        assert "Tick the people it is about" in answer.text and "canary-eve" not in answer.body
    assert everything(served) == before


@pytest.mark.parametrize(
    "fields",
    [
        {"what": "assign", "person-1": "yes"},
        {"what": "assign", "user_id": "1"},
        {"what": "assign", "person-ZZ": "yes"},
        {"what": "assign", "seats": "9"},
    ],
)
def test_fields_that_the_form_does_not_have_are_refused(
    cora: Client, pool: Thing, served: Served, fields: dict[str, str]
) -> None:
    before = everything(served)
    cora.post(f"{pool.page}/assignments", fields, status=400)
    assert everything(served) == before


def test_search_department_and_seat_find_what_they_say(cora: Client, pool: Thing, served: Served, htmx: bool) -> None:
    page = cora.get(place(pool))
    cora.submit(form_of(page), status=303, what="assign", **{box(page, "Max"): "yes"})
    found = cora.get(place(pool, "?search=MAX"), htmx=htmx)
    assert names(found) == ["canary-brandt Max"] and ("<html" in found.body) != htmx
    assert names(cora.get(place(pool, "?search=max@people"), htmx=htmx)) == ["canary-brandt Max"]
    assert "canary-brandt Max" in names(cora.get(place(pool, "?seat=unused"), htmx=htmx))
    assert "canary-brandt Max" not in names(cora.get(place(pool, "?seat=without"), htmx=htmx))
    for query in ("?search=%25", "?search=_", "?seat=active&search=Max", "?search=canary-eve"):
        assert "Nobody matches." in cora.get(place(pool, query), htmx=htmx).text
    for query in ("?seat=nonsense&order=nonsense&page=nonsense", "?department=nonsense", "?page=9999", "?order=-name"):
        assert "canary-brandt Max" in names(cora.get(place(pool, query), htmx=htmx))


def test_the_export_holds_the_same_list_and_runs_nothing(cora: Client, pool: Thing, served: Served) -> None:
    with served.database.writing() as db:
        db.execute(select(User).where(User.name == "canary-brandt Max")).scalar_one().name = "=1+1"
        for device in db.execute(select(Device)).scalars():
            device.name = "@SUM(A1)"
    page = cora.get(f"{pool.page}/seats.csv")
    assert page.headers["content-disposition"] == 'attachment; filename="seats.csv"'
    rows = list(csv.reader(io.StringIO(page.response.content.decode("utf-8-sig"))))
    assert rows[0][:4] == ["Name", "E-mail", "Department", "Seat"] and "'=1+1" in [row[0] for row in rows]
    assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+-@")]
    assert len(list(csv.reader(io.StringIO(cora.get(f"{pool.page}/seats.csv?search=Dora").body)))) == 2


def test_whoever_looks_from_above_sees_and_changes_nothing(served: Served, pool: Thing) -> None:
    rhea = served.as_("rhea")
    page = rhea.get(place(pool))
    assert (
        "canary-brandt Max" in page.text
        and not page.forms("/assignments")
        and not page.root.all(type="checkbox", name="all")
    )
    rhea.post(f"{pool.page}/assignments", {"what": "assign", "all": "yes"}, status=403)


def test_strangers_and_colleagues_do_not_see_the_page(served: Served, pool: Thing) -> None:
    assert served.browser().get(place(pool), status=303).location.startswith("/sign-in")
    for person in ("sid", "eve"):
        served.as_(person).get(place(pool), status=404)
        served.as_(person).post(f"{pool.page}/assignments", {"what": "assign", "all": "yes"}, status=404)
    served.as_("max").get(place(pool), status=403)
    served.as_("max").get(f"{pool.page}/seats.csv", status=403)


def test_a_license_that_is_somebodys_as_a_whole_has_no_seats_to_hand_out(
    cora: Client, pool: Thing, served: Served
) -> None:
    with served.database.writing() as db:
        license_ = db.execute(select(License).where(License.public_id == pool.id)).scalar_one()
        license_.user_id = db.execute(select(User.id).where(User.name == "canary-brandt Max")).scalar_one()
    assert not cora.get(place(pool)).forms("/assignments")
    assert cora.post(f"{pool.page}/assignments", {"what": "assign", "all": "yes"}, status=422)


def test_many_are_given_their_seats_by_the_worker(cora: Client, pool: Thing, served: Served, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(seats, "SMALL", 1)
    page = cora.get(place(pool))
    answer = cora.submit(form_of(page), status=303, what="assign", **{box(page, n): "yes" for n in ("Max", "Dora")})
    running = cora.follow(answer)
    assert "Assigning seats: 0 of 2" in running.text and state_of(running, "Max") == "No seat"
    region = running.root.all("section", class_="running")[0]
    polled = cora.get(region.attrs["hx-get"], htmx=True)
    assert polled.root.one("progress").attrs["max"] == "2" and "hx-refresh" not in polled.headers
    assert polled.root.one(id=f"tally-{pool.id}")
    worker = worker_of(served.site)
    while worker.step():
        pass
    assert cora.get(region.attrs["hx-get"], htmx=True).headers["hx-refresh"] == "true"
    assert state_of(cora.get(place(pool)), "Max") == "Assigned, not yet activated"


def test_an_admin_of_a_department_hands_on_what_is_kept_for_it_and_nothing_else(
    served: Served, cora: Client, pool: Thing
) -> None:
    with served.database.writing() as db:
        doing = Moment(db, Actor(kind="vendor"), served.clock(), served.site.vault)
        license_ = db.execute(select(License).where(License.public_id == pool.id)).scalar_one()
        ledger.hold(db, license_.id)
        design = db.execute(select(Group).where(Group.name == "canary-brandt design")).scalar_one()
        assert reservations.keep(doing, license_, design, 1).allowed
        anna = db.execute(select(User).where(User.name == "canary-brandt Anna")).scalar_one()
        assert assignments.assign(doing, license_, anna).allowed, "out of what is free for everybody"
    dora = served.as_("dora")
    page = dora.get(place(pool))
    assert "1 seat left to assign" in page.text
    assert "canary-brandt Max" not in page.body and "canary-brandt Cora" not in page.body.replace("Cora<", "")
    me = {box(page, "Dora"): "yes"}
    assert "no seat" in dora.submit(form_of(page), status=422, what="take_back", **{box(page, "Anna"): "yes"}).text
    given = dora.follow(dora.submit(form_of(page), status=303, what="assign", **me))
    assert state_of(given, "Dora") == "Assigned, not yet activated" and "0 seats left to assign" in given.text
    max_ = cora.get(place(pool))
    stolen = dora.post(f"{pool.page}/assignments", {"what": "assign", box(max_, "Max"): "yes"}, status=422)
    assert "canary-brandt Max" not in stolen.body
    dora.submit(form_of(given), status=303, what="take_back", **me)
    assert state_of(cora.get(place(pool)), "Anna") == "Assigned, not yet activated"
