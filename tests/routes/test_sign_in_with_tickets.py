"""The door for whoever holds a ticket: one, several, a mixture, in whatever way it was typed or pasted."""

from __future__ import annotations

import pytest

from tests.fixtures.client import Served
from tests.routes.conftest import events

DOOR = "/sign-in/ticket"


def test_one_ticket_opens_the_page_of_its_license(served: Served, htmx: bool) -> None:
    thing, browser = served.village.thing("loose", "move"), served.browser()
    form = browser.get("/sign-in").form(DOOR)
    done = browser.submit(form, tickets=thing.code, status=204 if htmx else 303, htmx=htmx)
    assert done.location == thing.page
    page = browser.follow(done)
    assert page.heading == "Chisel CAD"
    assert "You opened this with a ticket." in page.text


def written(code: str) -> list[str]:
    return [
        code.lower(), code.replace("-", " "), code.replace("-", ""), f"  {code}\n", code.replace("-", "–"),
        f"Dear customer, your ticket is {code}. Have fun!", f'"{code}";',
    ]  # fmt: skip


@pytest.mark.parametrize("way", range(7))
def test_a_ticket_is_read_in_every_way_it_is_written(served: Served, way: int) -> None:
    thing, browser = served.village.thing("loose", "move"), served.browser()
    text = written(thing.code)[way]
    done = browser.submit(browser.get("/sign-in").form(DOOR), tickets=text, status=303)
    assert done.location == thing.page


def test_a_ticket_that_was_minted_elsewhere_opens_too(served: Served) -> None:
    assert served.with_("erp/2024-000815").get("/licenses").text.count("Chisel Mill") >= 1


@pytest.mark.parametrize("between", [";", ", ", " ", "\n", "\r\n"])
def test_several_tickets_open_the_list_of_their_licenses(served: Served, between: str) -> None:
    codes = [served.village.codes["free"], served.village.thing("loose", "move").code, served.village.codes["free too"]]
    browser = served.browser()
    done = browser.submit(browser.get("/sign-in").form(DOOR), tickets=between.join(codes), status=303)
    page = browser.follow(done)
    assert done.location == "/licenses"
    assert page.heading == "Licenses of this ticket"
    assert "3 licenses" in page.text


def test_of_a_mixture_the_good_ones_open_and_the_rest_is_told(served: Served) -> None:
    village = served.village
    codes = [village.codes["free"], village.codes["withdrawn"], village.thing("eve", "move").code]
    browser = served.browser()
    page = browser.follow(browser.submit(browser.get("/sign-in").form(DOOR), tickets=" ".join(codes)))
    assert "2 tickets stayed closed." in page.root.one("div", id="notices").text
    assert "1 license" in page.text and "Chisel Mill" in page.text and "Chisel CAD" not in page.text


@pytest.mark.parametrize(
    ("which", "sentence"),
    [
        ("registered", "It is registered to an account and no longer opens anything by itself here."),
        ("withdrawn", "has withdrawn it"),
        ("mistyped", "Something in it is mistyped."),
        ("unknown", "We do not know it."),
    ],
)
def test_a_closed_ticket_says_why_and_opens_nothing(served: Served, which: str, sentence: str, htmx: bool) -> None:
    from portal.files.tickets import mint

    code = {
        "registered": served.village.thing("eve", "move").code,
        "withdrawn": served.village.codes["withdrawn"],
        "mistyped": "L48HF-DU2AW-KZNNT-UJDBG-2TCC2",
        "unknown": mint(),
    }[which]
    browser = served.browser()
    page = browser.submit(browser.get("/sign-in").form(DOOR), tickets=code, status=422, htmx=htmx)
    door = page.root.one("section", id="door-ticket")
    assert sentence in door.text
    assert page.form(DOOR).fields["tickets"].strip() == code, "what was typed is lost"
    assert browser.cookie("session") is None
    assert events(served, "ticket.refused") == 1


@pytest.mark.parametrize(("text", "sentence"), [("", "There is no ticket"), ("good morning", "There is no ticket")])
def test_without_a_ticket_the_door_says_what_one_looks_like(served: Served, text: str, sentence: str) -> None:
    browser = served.browser()
    page = browser.submit(browser.get("/sign-in").form(DOOR), tickets=text, status=422)
    assert sentence in page.root.one("p", id="field-tickets-error").text


def test_the_code_on_a_printed_ticket_leads_to_where_it_can_be_typed(served: Served) -> None:
    assert served.browser().get("/t", status=303).location == "/sign-in"
    assert served.with_(served.village.codes["free"]).get("/t", status=303).location == "/sign-in"
    assert served.as_("eve").get("/t", status=303).location == "/tickets/redemption"


def test_more_than_two_hundred_at_once_are_too_many(served: Served) -> None:
    from portal.files.tickets import mint

    browser = served.browser()
    page = browser.submit(browser.get("/sign-in").form(DOOR), tickets="\n".join(mint() for _ in range(201)), status=422)
    assert "too many tickets" in page.root.one("p", id="field-tickets-error").text


def test_a_ticket_session_ends_after_half_an_hour(served: Served) -> None:
    thing = served.village.thing("loose", "move")
    holder = served.with_(thing.code)
    served.clock.advance(minutes=29)
    holder.get(thing.page)
    served.clock.advance(minutes=1)
    assert holder.get(thing.page, status=303).location.startswith("/sign-in?next=")


def test_it_is_told_that_the_rest_needs_an_account(served: Served, htmx: bool) -> None:
    holder = served.with_(served.village.codes["free"])
    assert "This needs an account" in holder.get("/tickets/redemption", status=403, htmx=htmx).text
    assert not holder.get("/licenses").root.all("a", href="/tickets/redemption")
