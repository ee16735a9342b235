"""Passkeys: adding, naming and removing them, and coming in with one; nothing but a right answer opens anything."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from portal.doors import passkeys
from portal.models import Passkey, Session
from tests.fixtures.authenticator import PRESENT, Device, text
from tests.fixtures.client import Served
from tests.routes.conftest import events
from tests.routes.factors import SECURITY, add_passkey, asked, show_passkey, token_of
from tests.routes.mailbox import mails

EVE, CORA = "eve@people.example", "cora@people.example"


def stored(served: Served) -> list[Passkey]:
    with served.database.reading() as db:
        return list(db.execute(select(Passkey)).scalars())


def sessions_of(served: Served) -> list[Session]:
    with served.database.reading() as db:
        return list(db.execute(select(Session).order_by(Session.id)).scalars())


def test_a_passkey_is_added_and_opens_the_account(served: Served) -> None:
    eve, device = served.browser().sign_in(EVE), Device()
    page = add_passkey(eve, device, "  Blue   laptop ", status=200)
    assert page.heading == "Keep these codes" and len(page.root.all("li", class_="code")) == 10
    assert "Blue laptop" in eve.get(SECURITY).text and events(served, "factor.added") == 1
    assert "Blue laptop" in mails(served, EVE, "factor_changed")[0]
    stranger = served.browser()
    assert show_passkey(stranger, device, status=303).location == "/licenses"
    assert stranger.get("/account").text.count(EVE)
    last = sessions_of(served)[-1]
    assert (last.how, last.factor_at) == ("passkey", served.clock())
    assert stored(served)[0].sign_count == device.count == 1


def test_a_factor_that_comes_or_goes_ends_every_other_sign_in_and_every_copy_of_the_cookie(served: Served) -> None:
    eve, elsewhere, device = served.browser().sign_in(EVE), served.browser().sign_in(EVE), Device()
    copied = eve.cookie("session") or ""
    add_passkey(eve, device, status=200)
    assert elsewhere.get(SECURITY, status=None).status == 303
    assert served.holding(copied).get(SECURITY, status=None).status == 303, "the cookie of before is dead"
    elsewhere.sign_in(EVE)
    done = eve.submit(eve.get(SECURITY).forms("/removal")[0])
    assert "opens your account no more" in eve.follow(done).text and events(served, "factor.removed") == 1
    assert elsewhere.get(SECURITY, status=None).status == 303 and stored(served) == []
    assert len(mails(served, EVE, "factor_changed")) == 2


WRONG = {
    "another signature": {"signature": text(b"0" * 64)},
    "another owner": {"userHandle": text(b"1" * 16)},
    "no data of the device": {"authenticatorData": text(b"")},
    "client data that are none": {"clientDataJSON": text(b"{}")},
    "a list for a text": {"signature": [1, 2]},
    "nothing": {"signature": None},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_answer_opens_nothing(served: Served, wrong: str) -> None:
    device = Device()
    add_passkey(served.browser().sign_in(EVE), device)
    before, stranger = len(sessions_of(served)), served.browser()
    page = show_passkey(stranger, device, status=422, **WRONG[wrong])
    assert page.heading == "This passkey did not work"
    assert len(sessions_of(served)) == before and events(served, "session.refused") == 1


@pytest.mark.parametrize("broken", ["", "x", "[]", "{}", "null", '{"id": 7}', "[" * 5000, "\u00e9" * 100, "9" * 30000])
def test_what_is_no_answer_at_all_is_refused_calmly(served: Served, broken: str) -> None:
    stranger = served.browser()
    asked(stranger)
    fields = {"credential": broken, "next": "/licenses"}
    assert stranger.post("/sign-in/passkey", fields, token=token_of(stranger)).status == 422


def test_the_owner_has_to_unlock_the_device(served: Served) -> None:
    device = Device()
    add_passkey(served.browser().sign_in(EVE), device)
    device.flags = PRESENT
    show_passkey(served.browser(), device, status=422)


def test_a_passkey_made_without_unlocking_the_device_is_not_taken(served: Served) -> None:
    add_passkey(served.browser().sign_in(EVE), Device(flags=PRESENT), status=422)
    assert stored(served) == []


def test_an_answer_for_another_site_proves_nothing_here(served: Served) -> None:
    device = Device()
    add_passkey(served.browser().sign_in(EVE), device)
    device.origin = "http://portal.test.evil.example"
    show_passkey(served.browser(), device, status=422)


def test_the_result_of_the_check_is_used(served: Served) -> None:
    """The one known mistake: the check is called, and what it says is dropped."""
    device = Device()
    add_passkey(served.browser().sign_in(EVE), device)
    other = Device(id=device.id, handle=device.handle)
    show_passkey(served.browser(), other, status=422)
    assert stored(served)[0].sign_count == 0
    device.count = 41
    show_passkey(served.browser(), device, status=303)
    assert stored(served)[0].sign_count == 42, "what the check found is what is kept"


def test_a_count_that_goes_back_is_a_copied_device(served: Served) -> None:
    device = Device(count=5)
    add_passkey(served.browser().sign_in(EVE), device)
    show_passkey(served.browser(), device, status=303)
    device.count = 2
    show_passkey(served.browser(), device, status=422)
    with served.database.reading() as db:
        assert stored(served)[0].sign_count == 6
        assert "passkey_copied" in db.connection().exec_driver_sql("select code from events").scalars().all()


def test_an_answer_is_good_once(served: Served) -> None:
    device, stranger = Device(), served.browser()
    add_passkey(served.browser().sign_in(EVE), device)
    device.count = -1  # one that does not count its uses: only the question tells the first answer from the second
    answer = device.show(asked(stranger))
    kept = stranger.cookie("challenge") or ""
    fields = {"credential": answer, "next": "/licenses"}
    stranger.post("/sign-in/passkey", fields, status=303, token=token_of(stranger))
    again = served.browser()
    again.http.cookies.set("challenge", kept, domain="portal.test")
    again.post("/sign-in/passkey", fields, status=422, token=token_of(again))


def test_an_answer_is_good_in_the_browser_that_was_asked_and_for_some_minutes(served: Served) -> None:
    device, stranger = Device(), served.browser()
    add_passkey(served.browser().sign_in(EVE), device)
    answer = {"credential": device.show(asked(stranger)), "next": "/licenses"}
    other = served.browser()
    other.post("/sign-in/passkey", answer, status=422, token=token_of(other))
    served.clock.advance(seconds=passkeys.TIME)
    stranger.post("/sign-in/passkey", answer, status=422, token=token_of(stranger))


def test_what_was_asked_to_sign_in_makes_no_passkey(served: Served) -> None:
    eve, device = served.browser().sign_in(EVE), Device()
    options = asked(eve, "/account/passkeys/options")
    answer = device.make(options | {"challenge": asked(eve)["challenge"]})
    eve.post("/account/passkeys", {"name": "x", "credential": answer}, status=422, token=token_of(eve))
    assert stored(served) == []


def test_a_passkey_has_one_owner(served: Served) -> None:
    device = Device()
    add_passkey(served.browser().sign_in(EVE), device)
    page = add_passkey(served.browser().sign_in(CORA), device, status=422)
    assert "Nothing was changed" in page.text and len(stored(served)) == 1


@pytest.mark.parametrize("name", ["", "   ", "n" * 101])
def test_a_passkey_needs_a_name_that_people_can_read(served: Served, name: str) -> None:
    page = add_passkey(served.browser().sign_in(EVE), Device(), name, status=422)
    assert page.root.one("p", id="name-new-error").text and stored(served) == []


def test_renaming_one(served: Served) -> None:
    eve = served.browser().sign_in(EVE)
    add_passkey(eve, Device())
    form = eve.get(SECURITY).forms("/name")[0]
    eve.submit(form, name="", status=422)
    assert "called Kitchen" in eve.follow(eve.submit(form, name="Kitchen")).text
    assert stored(served)[0].name == "Kitchen" and events(served, "factor.renamed") == 1


@pytest.mark.parametrize("deed", ["name", "removal"])
def test_somebody_elses_passkey_does_not_exist(served: Served, deed: str) -> None:
    add_passkey(served.browser().sign_in(EVE), Device())
    cora, passkey = served.browser().sign_in(CORA), stored(served)[0]
    path = f"/account/passkeys/{passkey.public_id}/{deed}"
    cora.post(path, {"name": "mine"} if deed == "name" else {}, status=404)
    assert [one.name for one in stored(served)] == ["Laptop"]


def test_who_was_shut_out_comes_in_by_no_passkey_either(served: Served) -> None:
    device = Device()
    add_passkey(served.browser().sign_in(EVE), device)
    with served.database.writing() as db:
        db.connection().exec_driver_sql("update users set disabled_at = '2026-11-20 08:00:00' where email = ?", (EVE,))
    show_passkey(served.browser(), device, status=422)


def test_guessing_is_limited(served: Served) -> None:
    stranger = served.browser()
    token = token_of(stranger)
    answers = [
        stranger.post("/sign-in/passkey", {"credential": "{}", "next": ""}, token=token).status for _ in range(31)
    ]
    assert answers == [422] * 30 + [429]


def test_options_ask_for_the_owner_and_for_this_portal(served: Served) -> None:
    eve = served.browser().sign_in(EVE)
    new, shown = asked(eve, "/account/passkeys/options"), asked(eve)
    assert new["rp"]["id"] == shown["rpId"] == "portal.test"
    assert new["authenticatorSelection"]["userVerification"] == shown["userVerification"] == "required"
    assert new["authenticatorSelection"]["residentKey"] == "required"
    assert shown.get("allowCredentials", []) == [], "the portal tells nobody who has which"
    assert json.loads(json.dumps(new))["challenge"] != shown["challenge"]
