"""An exception: asked for where the rules refuse, answered at the desk, and possible at once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, update

from portal.jobs import mail
from portal.models import Event, Mail, Message, Operation, Request, User
from tests.fixtures.client import Client, Served
from tests.fixtures.page import Element, Page
from tests.routes import mailbox
from tests.routes.conftest import events

WORDS = "The new PC burned down as well, & I am <sorry>."


def form_of(served: Served, eve: Client) -> Element:
    [form] = eve.get(served.village.thing("eve", "refused").page).forms("/exceptions")
    return form


def asked(served: Served) -> list[Any]:
    with served.database.reading() as db:
        return list(db.execute(select(Request).where(Request.kind == "exception")).scalars())


def ask(served: Served, eve: Client, *, htmx: bool = False) -> Page:
    return eve.submit(form_of(served, eve), words=WORDS, htmx=htmx, status=204 if htmx else 303)


def on_desk(served: Served, who: str = "vera") -> Page:
    [request] = asked(served)
    return served.as_(who).get(f"/desk/requests/{request.public_id}")


def answer(served: Served, do: str, words: str = "", *, who: str = "vera", htmx: bool = False) -> Page:
    [request] = asked(served)
    client = served.as_(who)
    [form] = client.get(f"/desk/requests/{request.public_id}").forms("/answer")
    return client.submit(form, do=do, words=words, htmx=htmx)


def mails(served: Served, kind: str) -> int:
    with served.database.reading() as db:
        return db.execute(select(func.count()).select_from(Mail).where(Mail.kind == kind)).scalar_one()


def overrides(served: Served) -> int:
    with served.database.reading() as db:
        return db.execute(
            select(func.count()).select_from(Operation).where(Operation.operation == "override")
        ).scalar_one()


def test_the_request_carries_the_decision_the_ledger_and_the_words(served: Served, htmx: bool) -> None:
    eve = served.as_("eve")
    done = ask(served, eve, htmx=htmx)
    [request] = asked(served)
    where = done.headers["hx-redirect"] if htmx else done.headers["location"]
    assert where == f"/requests/{request.public_id}"
    assert (request.state, request.words, request.rule_code) == ("open", WORDS, request.decision["code"])
    decision = request.decision
    assert decision["code"] in ("allowance_exhausted", "cooldown") and decision["operation"] == "rehost"
    assert decision["ledger"] and {"at", "operation"} <= decision["ledger"][-1].keys()
    assert decision["next_allowed_at"] and decision["version"] == 2 and decision["device"]
    assert events(served, "exception.asked") == 1
    assert mails(served, "desk_asked") == 1, "vera is told"
    page = eve.get(where)
    assert WORDS in page.text and "Waits for an answer" in page.text and "waits for" in page.text
    license_page = eve.get(served.village.thing("eve", "refused").page)
    assert not license_page.forms("/exceptions") and where in license_page.body


def test_twice_is_once(served: Served) -> None:
    eve = served.as_("eve")
    form = form_of(served, eve)
    places = {eve.submit(form, words=WORDS, status=303).headers["location"] for _ in range(2)}
    assert len(places) == 1 and len(asked(served)) == 1
    with served.database.reading() as db:
        said = select(func.count()).select_from(Message).where(Message.words == WORDS)
        assert db.execute(said).scalar_one() == 1
    assert mails(served, "desk_asked") == 1


@pytest.mark.parametrize(
    "wrong",
    [{"words": ""}, {"words": "  "}, {"words": "x" * 4001}, {"operation": "override"}, {"operation": ""}],
)
def test_what_makes_no_sense_is_said_in_the_form_and_nothing_is_asked(served: Served, wrong: dict[str, str]) -> None:
    eve = served.as_("eve")
    page = eve.submit(form_of(served, eve), **({"words": WORDS} | wrong), status=422)
    [form] = page.forms("/exceptions")
    assert form.all("p", class_="error"), page.text
    assert asked(served) == [] and events(served, "exception.%") == 0


def test_what_the_rules_allow_needs_nobody(served: Served) -> None:
    eve, thing = served.as_("eve"), served.village.thing("eve", "move")
    page = eve.post(f"{thing.page}/exceptions", {
        "operation": "rehost", "gone": str(thing.activation), "target": str(thing.waiting), "words": WORDS,
    })  # fmt: skip
    assert page.status == 422 and asked(served) == []


@pytest.mark.parametrize("foreign", [{"gone": "x"}, {"gone": "active"}, {"target": "active"}])
def test_a_seat_of_another_license_is_not_accepted(served: Served, foreign: dict[str, str]) -> None:
    eve, other = served.as_("eve"), served.village.thing("eve", "active")
    fields = {name: str(other.activation) for name in foreign}
    page = eve.submit(form_of(served, eve), words=WORDS, **fields)
    assert page.status in (404, 422) and asked(served) == []


def test_granted_once_the_move_is_possible_at_once(served: Served, htmx: bool) -> None:
    eve = served.as_("eve")
    place = ask(served, eve).headers["location"]
    page = on_desk(served)
    assert WORDS in page.text and "What had happened by then" in page.text and "canary-eve Eve" in page.text
    done = answer(served, "grant", "Gladly.", htmx=htmx)
    assert done.status == (204 if htmx else 303)
    [request] = asked(served)
    assert request.state == "granted" and request.answered_by_id and overrides(served) == 1
    assert mails(served, "desk_answered") == 1 and mails(served, "overridden") == 0, "one mail says it all"
    shown = eve.get(place)
    assert "Granted" in shown.text and "Gladly." in shown.text and "Vera" not in shown.text
    assert eve.get(served.village.thing("eve", "refused").page).forms("/reactivation"), "the move is not offered"
    assert events(served, "exception.answered") == 1


@pytest.mark.parametrize(("language", "said"), [("en", "Your request is granted"), ("de", "")])
def test_the_letters_say_what_was_asked_and_answered_and_where_it_stands(
    served: Served, language: str, said: str
) -> None:
    with served.database.writing() as db:
        db.execute(update(User).values(language=language))
    place = ask(served, served.as_("eve")).headers["location"]
    [told] = mailbox.mails(served, "vera@people.example", "desk_asked")
    assert WORDS in told and "canary-eve" in told and mailbox.link(told, "/desk/requests/") == f"/desk{place}"
    answer(served, "grant", "Gladly.")
    [told] = mailbox.mails(served, "eve@people.example", "desk_answered")
    assert "Gladly." in told and mailbox.link(told, "/requests/") == place
    assert "Vera" not in told, "nobody learns who works there"
    with served.database.reading() as db:
        row = db.execute(select(Mail).where(Mail.kind == "desk_answered")).scalar_one()
        assert row.language == language
        letter = mail.letter_of(served.site.vault, served.site.stationery, row)
    assert letter is not None and said in letter.subject


def test_granting_twice_grants_once(served: Served) -> None:
    ask(served, served.as_("eve"))
    [request] = asked(served)
    vera = served.as_("vera")
    [form] = vera.get(f"/desk/requests/{request.public_id}").forms("/answer")
    statuses = [vera.submit(form, do="grant", words="").status for _ in range(2)]
    assert statuses == [303, 422] and overrides(served) == 1


def test_granting_and_changing_the_rule_leads_to_its_place_in_the_draft(served: Served) -> None:
    ask(served, served.as_("eve"))
    done = answer(served, "grant_rule")
    where = done.headers["location"]
    assert where.startswith(f"/vendor/rules/{served.village.rule_set}/draft#")
    anchor = where.partition("#")[2]
    assert served.as_("vera").get(where.partition("#")[0]).root.one(id=anchor)
    assert overrides(served) == 1


def test_declined_with_words_nothing_changes_but_the_answer(served: Served) -> None:
    eve = served.as_("eve")
    place = ask(served, eve).headers["location"]
    assert answer(served, "refuse", "").status == 422, "a no without a word is no answer"
    assert answer(served, "refuse", "Twice is enough.").status == 303
    page = eve.get(place)
    assert "Declined" in page.text and "Twice is enough." in page.text and overrides(served) == 0
    assert not page.forms("/messages"), "it is over; a new one can be asked for"
    assert form_of(served, eve)


def test_asked_back_it_waits_for_the_person_and_their_answer_brings_it_back(served: Served) -> None:
    eve = served.as_("eve")
    place = ask(served, eve).headers["location"]
    answer(served, "ask_back", "Which PC was it?")
    page = eve.get(place)
    assert "Asked back" in page.text and "Which PC was it?" in page.text
    eve.submit(page.forms("/messages")[0], words="The one in the kitchen.", status=303)
    [request] = asked(served)
    assert request.state == "open" and "The one in the kitchen." in on_desk(served).text
    assert mails(served, "desk_asked") == 2


def test_whoever_supports_answers_with_words_and_cannot_grant(served: Served) -> None:
    ask(served, served.as_("eve"))
    assert "Grant it once" not in on_desk(served, "vito").text
    assert answer(served, "grant", who="vito").status == 403
    assert overrides(served) == 0
    assert answer(served, "ask_back", "Which PC?", who="vito").status == 303


def test_nobody_else_finds_the_request(served: Served) -> None:
    place = ask(served, served.as_("eve")).headers["location"]
    for who in ("sid", "cora", "kim", "vera", "rhea"):
        assert served.as_(who).get(place, status=404)
        assert served.as_(who).post(f"{place}/messages", {"words": "x"}).status == 404
    for who in ("eve", "sid", "cora", "rhea"):
        assert served.as_(who).get(f"/desk{place}", status=404)
    assert served.browser().get(place, status=None).status == 303
    with served.database.reading() as db:
        assert db.execute(select(func.count()).select_from(Event).where(Event.kind == "support.added")).scalar() == 0


def test_with_a_ticket_alone_the_answer_goes_to_the_address_that_was_given(served: Served) -> None:
    thing = served.village.thing("loose", "move")
    holder = served.with_(thing.code)
    fields = {"operation": "return", "gone": str(thing.activation), "words": WORDS}
    page = holder.post(f"{thing.page}/exceptions", fields)
    assert page.status == 422 and asked(served) == []
    page = holder.post("/support", {"license": str(thing.id), "words": WORDS, "contact": "holder@mail.example"})
    assert page.status == 303, page.text
    with served.database.reading() as db:
        request = db.execute(select(Request).where(Request.ticket_id.is_not(None))).scalar_one()
        assert (request.user_id, request.ticket_id, request.contact) == (None, thing.ticket_id, "holder@mail.example")
    other = served.with_(served.village.thing("other", "active").code)
    assert other.get(page.headers["location"], status=404)
    rhea = served.as_("rhea")
    shown = rhea.get(f"/desk{page.headers['location']}")
    assert "Nobody has confirmed that holder@mail.example is theirs." in shown.root.one("section", id="answer").text
    assert "holder@mail.example (not confirmed)" in rhea.get("/desk").text
    [form] = shown.forms("/answer")
    rhea.submit(form, do="answer", words="Type it once more.", status=303)
    with served.database.reading() as db:
        assert db.execute(select(Mail.recipient).where(Mail.kind == "desk_answered")).scalar() == "holder@mail.example"
    assert "Type it once more." in holder.get(page.headers["location"]).text
