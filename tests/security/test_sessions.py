"""Sessions: never chosen by a client, dead when they ended, and worth nothing to whoever copied a cookie."""

from __future__ import annotations

import secrets

import pytest
from sqlalchemy import select, update

from portal.db import Database
from portal.models import Membership, Session, Ticket, User
from tests.fixtures.client import Client, Served
from tests.fixtures.village import NOW

EVE = "eve@people.example"


def is_in(browser: Client) -> bool:
    return browser.get("/licenses", status=None).status == 200


def tokens(database: Database) -> set[bytes]:
    with database.reading() as db:
        return set(db.execute(select(Session.token_hash)).scalars())


def test_a_planted_session_is_never_adopted(served: Served) -> None:
    planted = secrets.token_urlsafe(32)
    victim = served.holding(planted)
    victim.sign_in(EVE)
    assert victim.cookie("session") != planted
    assert is_in(victim) and not is_in(served.holding(planted))


def test_each_sign_in_is_a_new_session_and_ends_the_one_before(served: Served) -> None:
    browser = served.with_(served.village.codes["free"])
    before = browser.cookie("session")
    assert before is not None
    browser.sign_in(EVE)
    assert browser.cookie("session") not in (before, None)
    assert not is_in(served.holding(before))


def test_a_cookie_copied_before_sign_out_is_dead(served: Served) -> None:
    eve = served.browser().sign_in(EVE)
    copied = eve.cookie("session") or ""
    assert is_in(served.holding(copied))
    eve.submit(eve.get("/licenses").form("/sign-out"))
    assert not is_in(served.holding(copied))


def test_the_database_holds_no_token_that_opens_anything(served: Served) -> None:
    eve = served.as_("eve")
    token = eve.cookie("session") or ""
    for stored in tokens(served.database):
        assert token.encode() not in stored
        assert not is_in(served.holding(stored.hex()))


@pytest.mark.parametrize(
    "change",
    [
        update(User).where(User.email == EVE).values(disabled_at=NOW),
        update(Session).values(expires_at=NOW),
    ],
    ids=["disabled", "ended"],
)
def test_a_session_dies_with_what_it_stands_on(served: Served, change: object) -> None:
    eve = served.as_("eve")
    assert is_in(eve)
    with served.database.writing() as db:
        db.execute(change)  # type: ignore[call-overload]
    assert not is_in(eve)


@pytest.mark.parametrize("column", ["accepted_at", "suspended_at"])
def test_a_membership_that_is_not_in_force_gives_nothing(served: Served, column: str) -> None:
    cora, page = served.as_("cora"), served.village.thing("brandt", "active").page
    cora.get(page)
    with served.database.writing() as db:
        db.execute(update(Membership).values({column: None if column == "accepted_at" else NOW}))
    cora.get(page, status=404)


def test_a_disabled_person_stays_out_with_the_right_password(served: Served) -> None:
    with served.database.writing() as db:
        db.execute(update(User).values(disabled_at=NOW))
    browser = served.browser()
    page = browser.submit(browser.get("/sign-in").form("/sign-in"), email=EVE, password="four wooden ducks, late")
    assert page.status == 422


@pytest.mark.parametrize("later", [0, 1])
def test_a_ticket_session_dies_when_its_ticket_is_registered(served: Served, later: int) -> None:
    code = served.village.codes["free"]
    holder, kim = served.with_(code), served.as_("kim")
    assert is_in(holder)
    served.clock.advance(seconds=later)
    page = kim.submit(kim.get("/tickets/redemption").form("/tickets/redemption"), tickets=code)
    kim.submit(page.root.all("form", action="/tickets/redemption")[0], group=str(served.village.groups["kim"]))
    assert "Chisel Mill" in kim.get("/licenses").text
    assert not is_in(holder)


def test_a_ticket_session_dies_when_its_ticket_is_withdrawn(served: Served) -> None:
    holder = served.with_(served.village.codes["free"])
    with served.database.writing() as db:
        db.execute(update(Ticket).values(revoked_at=NOW))
    assert not is_in(holder)


def test_cookies_over_http_are_kept_from_scripts_and_other_sites(served: Served) -> None:
    for line in cookies_of(served):
        assert "; HttpOnly" in line and "; SameSite=Lax" in line and "; Path=/" in line
        assert "Secure" not in line and not line.startswith("__Host-")


def test_cookies_over_https_are_bound_to_the_host_as_well(portal) -> None:  # type: ignore[no-untyped-def]
    served = portal(PORTAL_URL="https://portal.test")
    lines = cookies_of(served)
    named = {line.partition("=")[0] for line in lines}
    assert named == {"__Host-known", "__Host-session", "__Host-visitor", "flash", "lang"}
    for line in lines:
        assert all(f"; {part}" in line for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
        assert "domain" not in line.lower()
    browser = served.browser().sign_in(EVE)
    assert "max-age=" in browser.get("/licenses").headers["strict-transport-security"]


def cookies_of(served: Served) -> list[str]:
    """All that a browser is given from the door to the way out."""
    browser = served.browser()
    door = browser.get("/sign-in?lang=de")
    entered = browser.submit(door.form("/sign-in"), email=EVE, password="four wooden ducks, late")
    left = browser.submit(browser.get("/licenses").form("/sign-out"))
    lines = [line for page in (door, entered, left) for line in page.headers.get_list("set-cookie")]
    assert len(lines) >= 4
    return lines
