"""Registering tickets: paste anything, see what each would bring, then all good ones or none."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text, update

from portal.files.tickets import mint
from portal.models import Membership, Ticket, User
from tests.fixtures.client import Client, Served
from tests.fixtures.page import Page
from tests.routes.conftest import events
from tests.routes.mailbox import mails, worked

HERE = "/tickets/redemption"


def check(browser: Client, tickets: str, *, status: int = 200, htmx: bool = False) -> Page:
    return browser.submit(browser.get(HERE).form(HERE), tickets=tickets, status=status, htmx=htmx)


def owned(served: Served) -> int:
    with served.database.reading() as db:
        return len(db.execute(select(Ticket.id).where(Ticket.registered_at.is_not(None))).all())


def prose(*codes: str) -> str:
    return (
        "Dear Eve,\r\nthank you for your order of 20 Nov 2026!\r\n"
        + " and also\r\n".join(codes)
        + "\r\nYours, the shop"
    )


def test_first_nothing_is_registered_and_each_ticket_has_its_answer(served: Served, htmx: bool) -> None:
    village, sid, before = served.village, served.as_("sid"), owned(served)
    codes = [
        village.codes["free"], village.thing("eve", "move").code, village.codes["withdrawn"], mint(),
        "L48HF-DU2AW-KZNNT-UJDBG-2TCC2",
    ]  # fmt: skip
    page = check(sid, "\n".join(codes), htmx=htmx)
    answers = [line.text for line in page.root.one("ul", class_="answers").all("li")]
    said = [
        "Chisel Mill It can be registered",
        "It is registered to an account",
        "Chisel Mill Tessel Works has withdrawn it",
        "We do not know it.",
        "Something in it is mistyped.",
    ]
    assert [part in answer for part, answer in zip(said, answers, strict=True)] == [True] * 5, answers
    assert "1 ticket can be registered. 4 cannot." in page.text
    assert owned(served) == before
    for code in codes[:4]:
        assert f"{code[:5]} … {code[-5:]}" in page.text


def test_tickets_are_found_in_a_whole_mail(served: Served) -> None:
    sid = served.as_("sid")
    page = check(sid, prose(served.village.codes["free"], served.village.codes["free too"]))
    assert "All 2 tickets are good. Nothing is registered yet." in page.text
    done = sid.submit(page.form(HERE), status=200)
    assert done.heading == "Tickets registered"
    assert "2 tickets belong to your account now." in done.text
    assert "2 licenses" in sid.get("/licenses").text
    assert "Registered to an account" in sid.get(_first_license(sid)).text


def _first_license(browser: Client) -> str:
    page = browser.get("/licenses")
    return page.root.all("tr", class_="license")[0].one("th").all("a")[0].attrs["href"]


def test_an_imported_ticket_can_be_registered(served: Served) -> None:
    sid = served.as_("sid")
    sid.submit(check(sid, " erp/2024-000815 ").form(HERE), status=200)
    assert "1 license" in sid.get("/licenses").text


def test_the_good_ones_alone_are_registered_when_that_was_chosen(served: Served) -> None:
    sid, before = served.as_("sid"), owned(served)
    page = check(sid, f"{served.village.codes['free']} {served.village.codes['withdrawn']}")
    choice, mend = page.root.all("form", action=HERE)
    assert choice.one("button").text == "Register the good one" and mend.one("button").text == "Check again"
    done = sid.submit(choice, status=200)
    assert "1 ticket belongs to your account now." in done.text
    assert owned(served) == before + 1


def test_all_or_none_without_that_choice(served: Served, htmx: bool) -> None:
    sid, before = served.as_("sid"), owned(served)
    page = check(sid, f"{served.village.codes['free']} {served.village.codes['withdrawn']}")
    answer = sid.submit(page.root.all("form", action=HERE)[0], only_good=None, status=422, htmx=htmx)
    assert "1 ticket can be registered. 1 cannot." in answer.text
    assert owned(served) == before


def test_what_was_good_a_moment_ago_may_be_gone(served: Served) -> None:
    sid, kim, code = served.as_("sid"), served.as_("kim"), served.village.codes["free"]
    mine, theirs = check(sid, code), check(kim, code)
    kim.submit(theirs.form(HERE), group=str(served.village.groups["kim"]), status=200)
    answer = sid.submit(mine.form(HERE), status=422)
    assert "It is registered to an account" in answer.text and "Kim" not in answer.text
    assert "No licenses yet" in sid.get("/licenses").text


def test_twice_is_once(served: Served) -> None:
    sid, before = served.as_("sid"), owned(served)
    form = check(sid, served.village.codes["free"]).form(HERE)
    sid.submit(form, status=200)
    again = sid.submit(form, status=422)
    assert "It is registered to you already" in again.text
    assert (
        owned(served) == before + 1
        and events(served, "license.registered")
        == len([one for one in served.village.things if one[0] in ("eve", "kim")]) + 1
    )


@pytest.mark.parametrize("text_", ["", "   ", "good morning", "42"])
def test_without_a_ticket_the_field_says_what_one_looks_like(served: Served, text_: str, htmx: bool) -> None:
    page = check(served.as_("sid"), text_, status=422, htmx=htmx)
    assert "There is no ticket in this text." in page.root.one("p", id="field-tickets-error").text


def test_too_many_at_once_are_refused_and_not_lost(served: Served) -> None:
    pasted = "\n".join(mint() for _ in range(201))
    page = check(served.as_("sid"), pasted, status=422)
    assert "too many tickets" in page.root.one("p", id="field-tickets-error").text
    assert page.form(HERE).fields["tickets"].split() == pasted.split()


def test_a_member_of_two_groups_chooses_which(served: Served) -> None:
    kim, groups = served.as_("kim"), served.village.groups
    form = check(kim, served.village.codes["free"]).form(HERE)
    options = {one.attrs["value"]: one.text for one in form.one("select", name="group").all("option")}
    assert options == {str(groups["kim"]): "canary-kim home", str(groups["brandt"]): "canary-brandt machines"}
    kim.submit(form, group=str(groups["brandt"]), status=200)
    assert "Chisel Mill" in served.as_("cora").get("/licenses").text


@pytest.mark.parametrize("whose", ["eve", "vendor", "loose", "nonsense", "\x01"])
def test_nothing_is_registered_into_a_group_of_others(served: Served, whose: str) -> None:
    kim, before = served.as_("kim"), owned(served)
    form = check(kim, served.village.codes["free"]).form(HERE)
    page = kim.submit(form, group=str(served.village.groups.get(whose, whose)))
    assert page.status in (404, 422)
    assert owned(served) == before


def test_signed_out_one_comes_to_the_door_and_back(served: Served) -> None:
    browser = served.browser()
    sent = browser.get(HERE, status=303)
    assert sent.location == f"/sign-in?next={HERE}"
    form = browser.follow(sent).form("/sign-in")
    assert browser.submit(form, email="sid@people.example", password="four wooden ducks, late").location == HERE


def test_the_pcs_come_along(served: Served) -> None:
    sid, thing = served.as_("sid"), served.village.thing("loose", "move")
    sid.submit(check(sid, thing.code).form(HERE), status=200)
    page = sid.get(thing.page)
    assert "canary-nord-move-new is waiting. Move the license there?" in page.text
    with served.database.reading() as db:
        strays = db.execute(
            text(
                "select count(*) from activations a join devices d on d.id = a.device_id "
                "join licenses l on l.id = a.license_id where d.group_id <> l.group_id and a.ended_at is null"
            )
        ).scalar_one()
    assert strays == 0


def test_an_account_whose_address_nobody_confirmed_registers_nothing(served: Served) -> None:
    """Somebody may have opened it for an address that is not theirs."""
    code, kim = served.village.codes["free"], served.as_("kim")
    with served.database.writing() as db:
        db.execute(update(User).where(User.email == "kim@people.example").values(verified_at=None))
    before = owned(served)
    page = kim.post(HERE, {"tickets": code, "confirmed": "yes"}, status=403)
    assert "confirmed address" in page.text and owned(served) == before
    assert served.with_(code).get("/licenses").status == 200, "the ticket is still its holder's"


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ("sid", "Somebody outside of canary-brandt design typed in what lay in its pool."),
        ("anna", "canary-brandt Anna registered what lay in the pool of canary-brandt design."),
        ("max", "canary-brandt Max registered what lay in the pool of canary-brandt design."),
        ("dora", None),
    ],
)
def test_whoever_looks_after_a_pool_learns_by_mail_who_took_tickets_from_it(
    served: Served, who: str, told: str | None
) -> None:
    first, second = (served.village.thing("brandt-design", kind).code for kind in ("unused", "move"))
    browser = served.as_(who)
    browser.submit(check(browser, f"{first} {second} {served.village.codes['free']}").form(HERE), status=200)
    letters = mails(served, "dora@people.example", "claimed")
    assert len(letters) == (told is not None)
    for letter in letters:
        assert told in letter
        for code in (first, second):
            assert f"{code[:5]} … {code[-5:]}  Chisel CAD" in letter and code not in letter
        assert "Sid" not in letter and "Chisel Mill" not in letter, "a stranger's name, or what lay at a dealer"
    everybody = [told.recipient for told in worked(served) if told.kind == "claimed"]
    assert everybody == ["dora@people.example"] * len(letters)


def test_a_pool_without_an_admin_of_its_own_is_told_through_the_customer(served: Served) -> None:
    with served.database.writing() as db:
        dora = select(User.id).where(User.email == "dora@people.example").scalar_subquery()
        db.execute(update(Membership).where(Membership.user_id == dora).values(ended_at=served.clock()))
    sid = served.as_("sid")
    sid.submit(check(sid, served.village.thing("brandt-design", "unused").code).form(HERE), status=200)
    told = [told.recipient for told in worked(served) if told.kind == "claimed"]
    assert told == ["cora@people.example"], "the suspended and the invited admin are told nothing"
