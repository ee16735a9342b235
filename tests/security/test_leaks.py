"""What must not get out: tickets in addresses, logs and the database's file, names of people, markup in names."""

from __future__ import annotations

import logging
import re

import pytest
from sqlalchemy import make_url, select

from portal.actions.rule_sets import publish
from portal.models import Device, License
from portal.rules.presets import preset_text
from tests.fixtures.client import Served
from tests.fixtures.village import NOW
from tests.routes.conftest import VERBS

NASTY = "<b onmouseover=alert(1)>\"'&amp;{{7*7}}%(x)s</b>"


def all_codes(served: Served) -> list[str]:
    return [thing.code for thing in served.village.things.values()] + list(served.village.codes.values())


def test_a_registered_ticket_opens_nothing_and_does_not_say_whose_it_is(served: Served) -> None:
    browser = served.browser()
    code = served.village.thing("eve", "move").code
    page = browser.submit(browser.get("/sign-in").form("/sign-in/ticket"), tickets=code, status=422)
    assert not re.search(r"\bEve\b|canary|Chisel|people\.example", page.body)


def test_a_stranger_who_registers_it_learns_no_more(served: Served) -> None:
    sid = served.as_("sid")
    form = sid.get("/tickets/redemption").form("/tickets/redemption")
    page = sid.submit(form, tickets=served.village.thing("eve", "move").code, status=200)
    answer = page.root.one("ul", class_="answers").text
    assert "It is registered to an account" in answer
    assert "canary" not in page.body and "Chisel" not in answer


def test_no_ticket_stands_in_an_address_of_any_page(served: Served) -> None:
    eve, holder = served.as_("eve"), served.with_(*(thing.code for thing in served.village.of("loose")))
    for browser in (eve, holder):
        places = ["/licenses", *(thing.page for thing in served.village.of("eve" if browser is eve else "loose"))]
        for place in places:
            page = browser.get(place)
            addresses = [
                value
                for element in page.root.walk()
                for name, value in element.attrs.items()
                if name in ("href", "src", "action", "hx-get", "hx-post")
            ]
            for code in all_codes(served):
                assert not any(code in one or code.replace("-", "") in one for one in addresses)


def test_no_ticket_password_or_token_is_logged(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    code, browser = served.village.thing("loose", "move").code, served.browser()
    browser.submit(browser.get("/sign-in").form("/sign-in"), email="eve@people.example", password="canary password 1")
    browser.open_with(code)
    browser.submit(
        VERBS["move"].form(browser.get(served.village.thing("loose", "move").page)), reason="lost", gone="yes"
    )
    browser.get(f"/licenses?search={code}")
    program = {"authorization": f"License {code}"}
    browser.ask("POST", "/api/v1/machines", headers=program, content=b"{nonsense")
    browser.ask("GET", "/api/v1/me", headers={"authorization": f"License {code[:-1]}"})
    secrets = [code, code.replace("-", ""), "canary password 1", browser.cookie("session") or "-"]
    assert not [record for record in caplog.records for secret in secrets if secret in record.getMessage()]


def test_the_file_of_the_database_gives_no_ticket_away(served: Served) -> None:
    served.as_("eve").get("/licenses")
    file = make_url(served.database.url).database
    assert file is not None
    raw = b"".join(open(f"{file}{ending}", "rb").read() for ending in ("", "-wal"))
    assert b"canary-eve-order" in raw, "this reads something else"
    for code in all_codes(served):
        for written in (code, code.replace("-", ""), code.lower()):
            assert written.encode() not in raw
            assert written.encode("utf-16-le") not in raw


def test_the_holder_of_a_ticket_reads_no_names_of_people(served: Served) -> None:
    """Even where the vendor lets a registered ticket open the door."""
    open_door = preset_text("seed_default").replace('after_registration = "refuse"', 'after_registration = "allow"')
    with served.database.writing() as db:
        publish(db, NOW, open_door)
    holder = served.with_(served.village.thing("eve", "move").code)
    holder.submit(VERBS["ask return"].form(holder.get(served.village.thing("eve", "move").page)))
    pages = [holder.get("/licenses"), holder.get(served.village.thing("eve", "move").page), holder.get("/licenses.csv")]
    assert "canary-eve-move-old" in pages[0].text
    for page in pages:
        assert not re.search("canary-eve (Eve|home)|people.example|Eve", page.body.replace("canary-eve-", ""))
    assert "canary-eve-move-old" in holder.get("/licenses?search=canary-eve-move").text
    assert "canary-eve-move-old" not in holder.get("/licenses?search=canary-eve+Eve").text, "names can be guessed"


def test_markup_in_names_is_text_on_every_page(served: Served, htmx: bool) -> None:
    with served.database.writing() as db:
        for device in db.execute(select(Device)).scalars():
            device.name = f"{NASTY}{device.id}"
        for license_ in db.execute(select(License)).scalars():
            license_.order_number = NASTY
    eve, vera = served.as_("eve"), served.as_("vera")
    seen = 0
    for browser in (eve, vera):
        for place in ["/licenses", "/licenses?search=%3Cb", *(thing.page for thing in served.village.of("eve"))]:
            page = browser.ask("GET", place, htmx=htmx and "?" in place, lint=False)
            assert page.status == 200
            assert "<b onmouseover" not in page.body
            assert not [one for one in page.root.walk() if any(name.startswith("on") for name in one.attrs)]
            seen += NASTY in page.text
    assert seen > 10
    form = VERBS["ask return"].form(eve.ask("GET", served.village.thing("eve", "active").page, lint=False))
    done = eve.ask(
        "POST", form.attrs["action"], htmx=htmx, content=f"csrf={form.fields['csrf']}".encode(), lint=False,
        headers={"content-type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    told = done if htmx else eve.ask("GET", done.location, lint=False)
    assert NASTY in told.root.one("div", id="notices").text
