"""Dangerous deeds ask again who it is, once a sign-in is ten minutes old; and what dies when an owner arrives."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from portal.models import Authenticator, Passkey, RecoveryCode, User
from tests.fixtures.authenticator import Device
from tests.fixtures.client import Client, Served
from tests.fixtures.page import Page
from tests.fixtures.village import PASSWORD
from tests.routes.conftest import events
from tests.routes.factors import SECURITY, add_app, add_passkey, asked, enter, show_passkey, token_of
from tests.routes.mailbox import link, mails

EVE, CORA = "eve@people.example", "cora@people.example"


def later(served: Served) -> Client:
    """Eve, ten minutes after she signed in."""
    eve = served.browser().sign_in(EVE)
    add_passkey(eve, Device())
    add_app(served, eve)
    served.clock.advance(minutes=10)
    return eve


def deed(eve: Client, ending: str) -> Page:
    return eve.submit(eve.get(SECURITY).forms(ending)[0])


DEEDS = {
    "remove a passkey": "/passkeys/[id]/removal",
    "remove the app": "/account/authenticator/removal",
    "new codes": "/account/recovery-codes",
}


@pytest.mark.parametrize("which", DEEDS)
def test_a_dangerous_deed_asks_first_and_changes_nothing(served: Served, which: str) -> None:
    eve = later(served)
    before = events(served)
    page = eve.get(SECURITY)
    form = next(one for one in page.root.all("form") if _fits(one.attrs.get("action", ""), DEEDS[which]))
    done = eve.submit(form, status=303)
    assert done.location == f"/account/proof?next={SECURITY}" and events(served) == before
    asked_page = eve.follow(done)
    assert asked_page.heading == "Is it you?" and "Nothing was changed yet." in asked_page.text
    given = eve.submit(asked_page.form("/account/proof"), password=PASSWORD)
    assert given.location == SECURITY
    back = eve.follow(given)
    assert "Thank you, that is you." in back.text
    form = next(one for one in back.root.all("form") if _fits(one.attrs.get("action", ""), DEEDS[which]))
    assert eve.submit(form).location != done.location and events(served) > before


def _fits(action: str, pattern: str) -> bool:
    beginning, _, ending = pattern.partition("[id]")
    return action.endswith(ending) and beginning in action


def test_a_new_address_is_asked_for_by_its_owner(served: Served) -> None:
    eve = later(served)
    form = eve.get("/account").form("/account/address")
    assert eve.submit(form, email="eve.new@people.example").location == "/account/proof?next=/account"
    assert mails(served, "eve.new@people.example", "address_change") == []


def test_nobody_adds_a_passkey_to_a_browser_that_was_left_open(served: Served) -> None:
    eve = later(served)
    assert eve.post("/account/passkeys/options", token=token_of(eve)).location.startswith("/account/proof")
    assert eve.post("/account/authenticator", token=token_of(eve)).location.startswith("/account/proof")


def test_a_wrong_password_proves_nothing_and_is_limited(served: Served) -> None:
    eve = later(served)
    form = eve.get("/account/proof?next=/account/security").form("/account/proof")
    answers = [eve.submit(form, password="wrong wrong wrong").status for _ in range(11)]
    assert answers == [422] * 10 + [429]
    assert deed(eve, "/recovery-codes").location.startswith("/account/proof")


def test_a_passkey_proves_it_too_but_nobody_elses(served: Served) -> None:
    eve, cora = served.browser().sign_in(EVE), served.browser().sign_in(CORA)
    own, other = Device(), Device()
    add_passkey(eve, own), add_passkey(cora, other)
    served.clock.advance(minutes=10)
    fields = {"credential": other.show(asked(eve)), "next": SECURITY}
    assert "did not work" not in eve.get(SECURITY).text
    assert eve.post("/account/proof/passkey", fields, token=token_of(eve)).status == 422
    fields = {"credential": own.show(asked(eve)), "next": SECURITY}
    assert eve.post("/account/proof/passkey", fields, token=token_of(eve)).location == SECURITY
    assert deed(eve, "/recovery-codes").status == 200


def test_an_account_without_a_password_shows_a_code(served: Served) -> None:
    eve = served.browser().sign_in(EVE)
    app, _ = add_app(served, eve)
    with served.database.writing() as db:
        db.execute(update(User).where(User.email == EVE).values(password_hash=None))
    served.clock.advance(minutes=10)
    form = eve.get(f"/account/proof?next={SECURITY}").form("/account/proof")
    eve.submit(form, code="000000", status=422)
    assert eve.submit(form, code=app.at(served.clock())).location == SECURITY


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example", "/\\evil.example", "x" * 600, ""])
def test_it_leads_back_to_pages_of_ours_alone(served: Served, next_: str) -> None:
    eve = later(served)
    page = eve.get("/account/proof").form("/account/proof")
    assert eve.submit(page, password=PASSWORD, next=next_).location == "/licenses"


def test_whoever_proved_it_just_now_is_not_asked(served: Served) -> None:
    eve = served.browser().sign_in(EVE)
    assert eve.get(f"/account/proof?next={SECURITY}", status=303).location == SECURITY


def test_when_the_owner_of_an_address_arrives_everything_from_before_dies(served: Served) -> None:
    """Somebody opened an account under an address that is not theirs, and waits with passkey, app and session."""
    squatter, device = served.browser().sign_in(EVE), Device()
    add_passkey(squatter, device)
    app, _ = add_app(served, squatter)
    with served.database.writing() as db:
        db.execute(update(User).where(User.email == EVE).values(verified_at=None))
    owner = served.browser()
    owner.submit(owner.get("/password/forgot").form("/password/forgot"), email=EVE)
    (letter,) = mails(served, EVE, "password_reset")
    owner.get(link(letter, "/password/reset/"), status=303)
    form = owner.get("/password/reset").form("/password/reset")
    assert owner.submit(form, password="seven yellow kites, early").location == "/licenses"
    assert squatter.get("/licenses", status=None).status == 303
    assert enter(served.browser(), EVE, PASSWORD).status == 422 and app
    show_passkey(served.browser(), device, status=422)
    with served.database.reading() as db:
        for table in (Passkey, Authenticator, RecoveryCode):
            assert db.execute(select(table)).first() is None
    assert events(served, "factors.cleared") == 1
