"""Requests for a seat: asked for, answered and taken back, plain and with htmx; and everything that is none."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import func, select

from portal.models import Assignment, License, Request, User
from tests.api.test_statements import counted
from tests.fixtures.client import Client, Served
from tests.fixtures.page import Element, Page
from tests.routes.conftest import events


def state(served: Served, person: str) -> list[str]:
    """How the requests of this person stand, the oldest first."""
    wanted = (
        select(Request.state)
        .join(User, User.id == Request.user_id)
        .where(User.email == served.village.people[person].email)
        .order_by(Request.id)
    )
    with served.database.reading() as db:
        return list(db.execute(wanted).scalars())


def seats(served: Served) -> int:
    with served.database.reading() as db:
        return db.execute(
            select(func.count()).select_from(Assignment).where(Assignment.ended_at.is_(None))
        ).scalar_one()


def offer(page: Page) -> Element:
    return page.form("/requests/seat")


def answers(cora: Client, served: Served, which: str) -> Element:
    """The form that gives the latest request its seat, or declines it."""
    return [form for form in cora.get(page_of(served, "brandt")).forms("/answer") if form.fields["answer"] == which][-1]


def page_of(served: Served, place: str) -> str:
    return f"/groups/{served.village.groups[place]}/requests"


@pytest.fixture
def kim(served: Served) -> Client:
    """A colleague at Brandt without a seat."""
    return served.as_("kim")


def asked(served: Served, kim: Client, words: str = "for the new machine") -> None:
    kim.submit(offer(kim.get("/requests")), words=words, status=303)


def test_a_colleague_asks_and_the_admin_gives_the_seat(served: Served, kim: Client, htmx: bool) -> None:
    before = seats(served)
    done = kim.submit(offer(kim.get("/requests")), words="for the new machine", htmx=htmx)
    assert done.location == "/requests"
    mine = kim.get("/requests")
    assert "You asked for a seat of Chisel CAD." in mine.text and "Waits for an answer" in mine.text
    cora = served.as_("cora")
    page = cora.get(page_of(served, "brandt"))
    assert "for the new machine" in page.text and "canary-kim Kim" in page.text
    form = answers(cora, served, "yes")
    told = cora.submit(form, htmx=htmx, status=200 if htmx else 303)
    told = told if htmx else cora.follow(told)
    assert "canary-kim Kim has a seat of Chisel CAD." in told.text
    assert ("<html" in told.body) != htmx
    assert state(served, "kim") == ["granted"] and seats(served) == before + 1
    assert "You have a seat" in kim.get("/requests").text


def test_the_admin_declines_with_a_few_words(served: Served, kim: Client, htmx: bool) -> None:
    asked(served, kim)
    cora = served.as_("cora")
    form = answers(cora, served, "no")
    cora.submit(form, words="Next year.", htmx=htmx, status=200 if htmx else 303)
    assert state(served, "kim") == ["refused"]
    assert "Next year." in kim.get("/requests").text and "Declined" in kim.get("/requests").text


def test_an_answer_given_twice_is_given_once(served: Served, kim: Client) -> None:
    asked(served, kim)
    cora, before = served.as_("cora"), seats(served)
    form = answers(cora, served, "yes")
    cora.submit(form, status=303)
    again = cora.submit(form, status=422)
    assert "This request has been answered" in again.text and seats(served) == before + 1
    assert events(served, "request.granted") == 1


def test_what_was_asked_for_can_be_taken_back(served: Served, kim: Client) -> None:
    asked(served, kim)
    form = kim.get("/requests").forms("/withdrawal")[0]
    kim.submit(form, status=303)
    kim.submit(form, status=303)
    assert state(served, "kim") == ["withdrawn"] and events(served, "request.withdrawn") == 1


def test_without_a_free_seat_the_answer_says_so_beside_the_request(served: Served, kim: Client, htmx: bool) -> None:
    asked(served, kim)
    with served.database.writing() as db:
        for license_ in db.execute(select(License)).scalars():
            license_.used = max(license_.used, license_.quantity - license_.assigned + license_.used_assigned)
    cora = served.as_("cora")
    form = answers(cora, served, "yes")
    page = cora.submit(form, status=422, htmx=htmx)
    assert "No seat is free." in page.text and state(served, "kim") == ["open"]
    assert [one for one in page.root.all("p", class_="error") if "No seat is free" in one.text]


def test_a_standing_rule_is_set_and_answers(served: Served, kim: Client) -> None:
    cora = served.as_("cora")
    form = cora.get(page_of(served, "brandt")).forms("/standing-rules")[0]
    cora.submit(form, keep_free="10", is_on="yes", status=303)
    done = kim.submit(offer(kim.get("/requests")))
    assert "You have a seat of Chisel CAD." in kim.follow(done).text
    assert "by the standing rule" in cora.get(page_of(served, "brandt")).text


@pytest.mark.parametrize("typed", ["-1", "1e3", "100001", "9999999999", "٣", "many", "1.5", "\t"])
def test_a_strange_number_is_told_beside_the_field(served: Served, typed: str) -> None:
    cora = served.as_("cora")
    form = cora.get(page_of(served, "brandt")).forms("/standing-rules")[0]
    if not typed.strip():
        cora.submit(form, keep_free=typed, status=303)
        return
    page = cora.submit(form, keep_free=typed, is_on="yes", status=422)
    assert "This is no number of seats" in page.text and events(served, "standing_rule.set") == 0


def test_a_colleague_neither_answers_nor_sees_what_others_ask(served: Served, kim: Client) -> None:
    asked(served, kim)
    cora, max_ = served.as_("cora"), served.as_("max")
    form = answers(cora, served, "yes")
    assert max_.get(page_of(served, "brandt"), status=403).heading
    assert max_.submit(form, csrf=max_.token()).status == 404, "whose request it is, or that there is one"
    assert state(served, "kim") == ["open"]
    assert "Kim" not in max_.get("/requests").text


def test_signed_out_leads_to_the_door(served: Served) -> None:
    nobody = served.browser()
    assert nobody.get("/requests", status=303).location.startswith("/sign-in")
    token = nobody.token()
    assert nobody.post("/requests/seat", {"product": "x"}, token=token).location.startswith("/sign-in")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"product": ""}, 404),
        ({"product": "x"}, 404),
        ({"group": ""}, 404),
        ({"group": "../1"}, 404),
        ({"words": "x" * 1001}, 422),
        ({"words": "x" * 200_000}, 422),
        ({"words": "\x01\x02\ud7ff"}, 303),
        ({"state": "granted"}, 400),
        ({"user": "1"}, 400),
    ],
)
def test_a_strange_form_is_refused_and_writes_nothing(
    served: Served, kim: Client, changes: dict[str, str], status: int
) -> None:
    kim.submit(offer(kim.get("/requests")), status=status, **changes)
    assert len(state(served, "kim")) == (status == 303)


@pytest.mark.parametrize("answer", ["", "perhaps", "YES"])
def test_an_answer_is_yes_or_no(served: Served, kim: Client, answer: str) -> None:
    asked(served, kim)
    cora = served.as_("cora")
    form = answers(cora, served, "no")
    cora.submit(form, answer=answer, status=422)
    assert state(served, "kim") == ["open"]


def test_what_somebody_writes_is_text_on_every_page(served: Served, kim: Client) -> None:
    asked(served, kim, "<b onmouseover=alert(1)>{{7*7}}</b>")
    for browser, path in ((kim, "/requests"), (served.as_("cora"), page_of(served, "brandt"))):
        page = browser.ask("GET", path, lint=False)
        assert "<b onmouseover=alert(1)>{{7*7}}</b>" in page.text and "<b onmouseover" not in page.body


def test_the_pages_cost_the_same_for_two_requests_as_for_two_hundred(served: Served) -> None:
    cora = served.as_("cora")
    costs = []
    for _ in range(2):
        with counted() as said:
            cora.get(page_of(served, "brandt"))
        costs.append(len(said))
        with served.database.writing() as db:
            first = db.execute(select(Request).order_by(Request.id)).scalars().first()
            db.add_all(
                Request(
                    public_id=uuid4(), kind="seat", group_id=first.group_id, user_id=first.user_id,
                    product_id=first.product_id, words="", state="refused", answer="", created_at=first.created_at,
                    answered_at=first.created_at,
                )
                for _ in range(200)
            )  # fmt: skip
    assert costs[0] == costs[1]
