"""Tables of people: brought, looked at line by line, started, stopped and undone, as pages and with htmx."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from portal.actions.workers import worker_of
from portal.models import Assignment, Batch, License, User
from tests.fixtures.client import Client, Served
from tests.fixtures.page import Page
from tests.fixtures.village import Thing

MAX, DORA = "max@people.example", "dora@people.example"


@pytest.fixture
def pool(served: Served) -> Thing:
    thing = served.village.thing("brandt", "unused")
    with served.database.writing() as db:
        db.execute(select(License).where(License.public_id == thing.id)).scalar_one().quantity = 50
    return thing


@pytest.fixture
def cora(served: Served) -> Client:
    return served.as_("cora")


def home(served: Served) -> str:
    return f"/groups/{served.village.groups['brandt']}/batches"


def bring(
    client: Client, served: Served, pool: Thing, text: str | bytes, kind: str = "assign", status: int = 303
) -> Page:
    """Bring a table as a file, as a browser does."""
    content = text.encode() if isinstance(text, str) else text
    fields = {"csrf": client.token(), "kind": kind, "license": str(pool.id), "pasted": ""}
    return client.ask(
        "POST", home(served), status=status, data=fields, files={"table": ("people.csv", content, "text/csv")}
    )


def holders(served: Served, pool: Thing) -> set[str]:
    with served.database.reading() as db:
        wanted = select(User.email).join(Assignment, Assignment.user_id == User.id).join(License)
        return set(db.execute(wanted.where(License.public_id == pool.id, Assignment.ended_at.is_(None))).scalars())


def work(served: Served, most: int = 1000) -> None:
    worker = worker_of(served.site)
    for _ in range(most):
        if not worker.step():
            break


def batches(served: Served) -> int:
    with served.database.reading() as db:
        return len(db.execute(select(Batch.id)).all())


def outcome(page: Page) -> dict[int, str]:
    """What the page says of each line."""
    (table,) = page.root.one(id="lines").all("table")
    return {int(row.all("td")[0].text): row.one("td", class_="is").text for row in table.all("tbody")[0].all("tr")}


def test_a_table_is_looked_at_before_anything_happens_and_then_done_and_undone(
    cora: Client, served: Served, pool: Thing
) -> None:
    page = cora.follow(bring(cora, served, pool, f"E-Mail;Name\n{MAX};Max\nwho@nowhere.example;Who\n{DORA};Dora\n"))
    assert page.heading == "Assign seats of Chisel CAD"
    assert "2 lines can be done, 1 cannot." in page.text
    assert outcome(page) == {
        2: "Can be done", 4: "Can be done",
        3: "Nobody in this group is known by this address or number. Invite the person first.",
    }  # fmt: skip
    assert not holders(served, pool)
    started = cora.follow(cora.submit(page.forms("/start")[0], status=303))
    assert "Assigning seats: 0 of 2" in started.text
    assert started.root.all("noscript"), "without a script the page comes again by itself"
    work(served)
    done = cora.get(started.response.request.url.path)
    assert holders(served, pool) == {MAX, DORA} and outcome(done)[2] == "Done"
    undone = cora.follow(cora.submit(done.forms("/undo")[0], status=303))
    work(served)
    assert not holders(served, pool)
    assert outcome(cora.get(undone.response.request.url.path))[2] == "As before"


def test_another_browser_sees_the_same_progress(cora: Client, served: Served, pool: Thing) -> None:
    page = cora.follow(bring(cora, served, pool, f"email\n{MAX}\n"))
    cora.submit(page.forms("/start")[0], status=303)
    other = served.as_("cora")
    assert "Assigning seats: 0 of 1" in other.get(f"{pool.page}/seats").text
    assert "At work" in other.get(home(served)).text
    assert "by canary-brandt Cora." in served.as_("rhea").get(page.response.request.url.path).text


def test_it_is_stopped_and_goes_on(cora: Client, served: Served, pool: Thing) -> None:
    page = cora.follow(bring(cora, served, pool, f"email\n{MAX}\n{DORA}\n"))
    running = cora.follow(cora.submit(page.forms("/start")[0], status=303))
    stopping = cora.follow(cora.submit(running.forms("/stop")[0], status=303))
    assert "Stopping: 0 of 2" in stopping.text
    work(served)
    stopped = cora.get(stopping.response.request.url.path)
    assert "Stopped: 0 of 2" in stopped.text and not holders(served, pool)
    cora.submit(stopped.forms("/start")[0], status=303)
    work(served)
    assert holders(served, pool) == {MAX, DORA}


def test_twice_is_once(cora: Client, served: Served, pool: Thing) -> None:
    page = cora.follow(bring(cora, served, pool, f"email\n{MAX}\n"))
    start = page.forms("/start")[0]
    running = cora.follow(cora.submit(start, status=303))
    late = cora.submit(start, status=422)
    assert "This was answered meanwhile" in late.text
    work(served)
    assert cora.submit(running.forms("/stop")[0], status=422)
    assert holders(served, pool) == {MAX}


def test_all_or_none_is_refused_while_a_line_cannot_be_done(cora: Client, served: Served, pool: Thing) -> None:
    page = cora.follow(bring(cora, served, pool, f"email\n{MAX}\nwho@nowhere.example\n"))
    refused = cora.submit(page.forms("/start")[0], status=422, mode="all")
    assert "Some lines cannot be done" in refused.text
    assert cora.submit(page.forms("/start")[0], status=422, mode="perhaps")
    work(served)
    assert not holders(served, pool)


def test_addresses_may_be_pasted(cora: Client, served: Served, pool: Thing) -> None:
    form = cora.get(f"{home(served)}?license={pool.id}").form(home(served))
    assert form.fields["license"] == str(pool.id)
    page = cora.follow(cora.submit(form, status=303, pasted=f"{MAX}\n{DORA}\n", table=None))
    assert outcome(page) == {1: "Can be done", 2: "Can be done"}


def test_people_of_another_customer_are_as_unknown_as_nobody(cora: Client, served: Served, pool: Thing) -> None:
    emails = ["eve@people.example", "sid@people.example", "rhea@people.example", "nobody@nowhere.example"]
    page = cora.follow(bring(cora, served, pool, "email\n" + "\n".join(emails) + "\n"))
    assert len(set(outcome(page).values())) == 1
    assert "canary-eve" not in page.body and "canary-nord" not in page.body.replace("rhea@", "")
    assert not page.forms("/start")


BAD = {
    "nothing": b"",
    "no column that says who": b"name\nMax\n",
    "a picture": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "NUL": b"email\nmax@people.example\x00\n",
    "a hundred thousand lines": b"a@b.example\n" * 100_000,
    "an open quote": b'email\n"max@people.example\n' + b"x\n" * 80_000,
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_table_is_said_in_a_sentence_and_changes_nothing(
    cora: Client, served: Served, pool: Thing, what: str
) -> None:
    before = batches(served)
    page = bring(cora, served, pool, BAD[what], status=422)
    assert page.root.one("div", class_="tone-stop").text
    assert batches(served) == before


def test_more_than_one_step_takes_is_refused_before_it_is_read(cora: Client, served: Served, pool: Thing) -> None:
    page = bring(cora, served, pool, b"a@b.example\n" * 300_000, status=413)
    assert page.status == 413


@pytest.mark.parametrize("kind", ["", "everything", "ASSIGN"])
def test_an_unknown_kind_is_refused(cora: Client, served: Served, pool: Thing, kind: str) -> None:
    bring(cora, served, pool, f"email\n{MAX}\n", kind=kind, status=422)


def test_a_license_of_others_is_none(cora: Client, served: Served, pool: Thing) -> None:
    before = batches(served)
    for foreign in (served.village.thing("eve", "active"), served.village.thing("loose", "active")):
        bring(cora, served, foreign, f"email\n{MAX}\n", status=422)
    for id_ in ("", "1", str(UUID(int=0)), "'; drop table batches"):
        cora.post(home(served), {"kind": "assign", "license": id_, "pasted": MAX}, status=422)
    assert batches(served) == before


def test_nothing_in_a_table_is_markup_or_a_formula_of_ours(cora: Client, served: Served, pool: Thing) -> None:
    evil = '"<script>alert(1)</script>@x.example";"=HYPERLINK(""http://evil.test"")"'
    page = cora.follow(bring(cora, served, pool, f"email;name\n{evil}\n"))
    assert "<script>alert" not in page.body and "<script>alert" in page.text and "=HYPERLINK" in page.text


def test_strangers_find_no_batch_and_those_above_change_none(cora: Client, served: Served, pool: Thing) -> None:
    place = bring(cora, served, pool, f"email\n{MAX}\n").location
    assert served.browser().get(place, status=303).location.startswith("/sign-in")
    for person, status in (("sid", 404), ("eve", 404), ("max", 404), ("rhea", 403)):
        for verb in ("start", "stop", "undo"):
            served.as_(person).post(f"{place}/{verb}", {"mode": "good"} if verb == "start" else {}, status=status)
    assert not served.as_("rhea").get(place).forms("/start")
    work(served)
    assert not holders(served, pool)


def test_people_are_added_from_a_table(cora: Client, served: Served, pool: Thing) -> None:
    page = cora.follow(
        bring(cora, served, pool, f"E-Mail;Name\nnew@people.example;Nele New\n{MAX};Max\n;Nobody\n", kind="people")
    )
    assert page.heading == "Add people to canary-brandt machines"
    assert [said for said in outcome(page).values() if said == "Can be done"] == ["Can be done"]
    cora.submit(page.forms("/start")[0], status=303)
    work(served)
    assert "Nele New" in cora.get(f"/groups/{served.village.groups['brandt']}/members").text
