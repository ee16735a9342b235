"""What a copied or a planted session is worth: nothing, from the moment on that something about its owner changes."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from portal.doors import sessions
from portal.models import Membership, Session, User
from tests.fixtures.brands import branded
from tests.fixtures.client import Client, Portal, Served
from tests.fixtures.village import PASSWORD
from tests.routes.mailbox import link, mails

MAX = "max@people.example"
NEW = "seven yellow kites, early"


def is_in(browser: Client) -> bool:
    return browser.get("/account", status=None).status == 200


def member_page(served: Served) -> str:
    with served.database.reading() as db:
        max_ = db.execute(select(User.id).where(User.email == MAX)).scalar_one()
        his = db.execute(select(Membership.public_id).where(Membership.user_id == max_)).scalar_one()
    return f"/groups/{served.village.groups['brandt']}/members/{his}"


def signs_out(served: Served, browser: Client) -> None:
    browser.submit(browser.get("/licenses").form("/sign-out"), status=303)


def changes_the_password(served: Served, browser: Client) -> None:
    form = browser.get("/account").form("/account/password")
    browser.submit(form, current=PASSWORD, password=NEW, status=303)


def resets_the_password(served: Served, browser: Client) -> None:
    elsewhere = served.browser()
    elsewhere.submit(elsewhere.get("/password/forgot").form("/password/forgot"), email=MAX, status=303)
    elsewhere.get(link(mails(served, MAX, "password_reset")[-1], "/password/reset/"), status=303)
    elsewhere.submit(elsewhere.get("/password/reset").form("/password/reset"), password=NEW, status=303)


def changes_the_address(served: Served, browser: Client) -> None:
    browser.submit(browser.get("/account").form("/account/address"), email="max@new.example", status=303)
    for mailbox, side in ((MAX, "old"), ("max@new.example", "new")):
        path = link(mails(served, mailbox, "address_change")[-1], f"/account/address/{side}/")
        agreeing = served.browser()
        agreeing.get(path, status=303)
        agreeing.submit(agreeing.get(f"/account/address/{side}").form(f"/account/address/{side}"), status=303)


def gets_another_role(served: Served, browser: Client) -> None:
    served.as_("cora").post(f"{member_page(served)}/role", {"role": "admin"}, status=303)


def is_suspended(served: Served, browser: Client) -> None:
    served.as_("cora").post(f"{member_page(served)}/suspension", status=303)


def is_moved(served: Served, browser: Client) -> None:
    design = served.village.groups["brandt-design"]
    served.as_("cora").post(f"{member_page(served)}/department", {"department": str(design)}, status=303)


def ends_all_others(served: Served, browser: Client) -> None:
    elsewhere = served.as_("max")
    elsewhere.submit(elsewhere.get("/account").form("/account/sessions/end"), status=303)


def is_shut_out(served: Served, browser: Client) -> None:
    with served.database.writing() as db:
        db.execute(update(User).where(User.email == MAX).values(disabled_at=served.clock()))


@pytest.mark.parametrize(
    "happens",
    [
        signs_out, changes_the_password, resets_the_password, changes_the_address, gets_another_role, is_suspended,
        is_moved, ends_all_others, is_shut_out,
    ],
    ids=lambda happens: happens.__name__,
)  # fmt: skip
def test_a_cookie_that_was_copied_before_is_dead(served: Served, happens: Callable[[Served, Client], None]) -> None:
    browser = served.browser().sign_in(MAX)
    thief = served.holding(browser.cookie("session") or "")
    assert is_in(thief)
    happens(served, browser)
    assert not is_in(thief)


def by_password(served: Served, browser: Client) -> None:
    browser.sign_in(MAX)


def by_ticket(served: Served, browser: Client) -> None:
    browser.open_with(served.village.codes["free"])


def by_reset(served: Served, browser: Client) -> None:
    resets_the_password(served, browser)
    browser.sign_in(MAX, NEW)


def by_registration(served: Served, browser: Client) -> None:
    browser.submit(browser.get("/register").form("/register"), email="new@people.example", status=303)
    browser.get(link(mails(served, "new@people.example", "registration")[-1], "/register/"), status=303)
    form = browser.get("/register/complete").form("/register/complete")
    browser.submit(form, name="Nadja Neu", password=NEW, status=303)


def by_name(served: Served, browser: Client) -> None:
    form = browser.get("/register/name").form("/register/name")
    browser.submit(form, name="otter", password=NEW, status=200)


@pytest.mark.parametrize(
    "door", [by_password, by_ticket, by_reset, by_registration, by_name], ids=lambda door: door.__name__
)
def test_no_door_adopts_a_session_that_was_planted(
    portal: Portal, tmp_path: Path, door: Callable[[Served, Client], None]
) -> None:
    served = portal(PORTAL_BRAND=branded(tmp_path, accounts="both"))
    planted = secrets.token_urlsafe(32)
    victim = served.holding(planted)
    door(served, victim)
    assert victim.cookie("session") not in (planted, None)
    assert victim.get("/licenses").status == 200
    assert served.holding(planted).get("/licenses", status=None).status == 303


def test_a_session_that_is_taken_over_at_a_door_is_another_one_afterwards(served: Served) -> None:
    """Whoever knows somebody's ticket session knows nothing of the account that it turned into."""
    browser = served.with_(served.village.codes["free"])
    before = browser.cookie("session") or ""
    by_registration(served, browser)
    assert served.holding(before).get("/licenses", status=None).status == 303


@pytest.mark.parametrize(
    ("limit", "step"),
    [(sessions.IDLE, sessions.IDLE), (sessions.ABSOLUTE, timedelta(hours=11))],
    ids=["idle", "in all"],
)
def test_a_session_ends_at_its_limit_and_not_before(served: Served, limit: timedelta, step: timedelta) -> None:
    browser = served.browser().sign_in(MAX)
    second = timedelta(seconds=1)
    left = limit
    while left > step:
        served.clock.advance(seconds=step.total_seconds())
        assert is_in(browser)
        left -= step
    served.clock.advance(seconds=(left - second).total_seconds())
    assert is_in(browser)
    if limit == sessions.ABSOLUTE:
        served.clock.advance(seconds=1)
    else:  # that look was a use: from it on the limit counts anew
        served.clock.advance(seconds=limit.total_seconds())
    assert not is_in(browser)


def test_a_ticket_session_ends_after_half_an_hour_however_busy_it_is(served: Served) -> None:
    browser = served.with_(served.village.codes["free"])
    for _ in range(2):
        assert browser.get("/licenses").status == 200
        served.clock.advance(minutes=15)
    assert browser.get("/licenses", status=None).status == 303


def test_the_list_shows_no_sign_in_that_has_ended(served: Served) -> None:
    served.browser().sign_in(MAX)
    served.clock.advance(hours=13)
    browser = served.browser().sign_in(MAX)
    assert len(browser.get("/account").root.one("ul", class_="sign-ins").all("li")) == 1
    with served.database.reading() as db:
        assert len(db.execute(select(Session.id)).all()) == 2
