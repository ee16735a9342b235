"""A second factor: an app and its codes at the door, recovery codes, and whom the operator asks for one."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.models import Authenticator, RecoveryCode, Session
from tests.fixtures.authenticator import Device
from tests.fixtures.client import Portal, Served
from tests.fixtures.village import PASSWORD
from tests.routes.conftest import events
from tests.routes.factors import SECURITY, add_app, add_passkey, enter, show_code, show_passkey, token_of
from tests.routes.mailbox import link, mails

EVE, VERA, RHEA = "eve@people.example", "vera@people.example", "rhea@people.example"
OTHER = "seven yellow kites, early"


def sessions_of(served: Served) -> list[Session]:
    with served.database.reading() as db:
        return list(db.execute(select(Session).order_by(Session.id)).scalars())


def test_an_app_is_set_up_and_asked_for_at_the_door(served: Served) -> None:
    eve, elsewhere = served.browser().sign_in(EVE), served.browser().sign_in(EVE)
    app, codes = add_app(served, eve)
    assert len(codes) == 10 and elsewhere.get("/licenses", status=None).status == 303
    assert events(served, "factor.added") == 1 and len(mails(served, EVE, "factor_changed")) == 1
    browser, before = served.browser(), len(sessions_of(served))
    page = enter(browser, EVE, PASSWORD)
    assert page.location == "/sign-in/second" and len(sessions_of(served)) == before
    assert browser.cookie("session") is None and browser.get("/licenses", status=303)
    assert show_code(browser, f" {app.at(served.clock())[:3]} {app.at(served.clock())[3:]} ", status=303)
    assert browser.get("/account").text.count(EVE)
    assert (sessions_of(served)[-1].how, sessions_of(served)[-1].factor_at) == ("password", served.clock())


def test_the_page_that_was_asked_for_comes_after_the_second_step(served: Served) -> None:
    app, _ = add_app(served, served.browser().sign_in(EVE))
    browser = served.browser()
    browser.submit(browser.get("/sign-in?next=/account").form("/sign-in"), email=EVE, password=PASSWORD)
    assert show_code(browser, app.at(served.clock()), status=303).location == "/account"


def test_a_code_is_good_once(served: Served) -> None:
    app, _ = add_app(served, served.browser().sign_in(EVE))
    first, second = served.browser(), served.browser()
    enter(first, EVE, PASSWORD), enter(second, EVE, PASSWORD)
    code = app.at(served.clock())
    show_code(first, code, status=303)
    assert "used before" in show_code(second, code, status=422).text
    earlier = app.at(served.clock(), counter_offset=-1)
    show_code(second, earlier, status=422)
    served.clock.advance(seconds=30)
    show_code(second, app.at(served.clock()), status=303)


def test_the_code_that_set_the_app_up_opens_nothing(served: Served) -> None:
    app, _ = add_app(served, served.browser().sign_in(EVE))
    served.clock.advance(seconds=-30)
    browser = served.browser()
    enter(browser, EVE, PASSWORD)
    show_code(browser, app.at(served.clock()), status=422)


@pytest.mark.parametrize("code", ["", "   ", "000000", "12345", "abcdef", "\u0661" * 6, "1" * 101, "x" * 5000])
def test_a_wrong_code_opens_nothing(served: Served, code: str) -> None:
    add_app(served, served.browser().sign_in(EVE))
    browser = served.browser()
    enter(browser, EVE, PASSWORD)
    assert show_code(browser, code, status=422).root.one("p", id="field-code-error").text
    assert browser.get("/licenses", status=303)


def test_a_recovery_code_stands_in_once_and_the_owner_is_told(served: Served) -> None:
    _, codes = add_app(served, served.browser().sign_in(EVE))
    browser = served.browser()
    enter(browser, EVE, PASSWORD)
    show_code(browser, codes[3].lower().replace("-", " "), status=303)
    assert "9 recovery codes are left" in browser.get(SECURITY).text
    again = served.browser()
    enter(again, EVE, PASSWORD)
    show_code(again, codes[3], status=422)
    assert events(served, "code.used") == 1 and "recovery code" in mails(served, EVE, "factor_changed")[-1]


def test_new_recovery_codes_are_shown_once_and_end_the_old_ones(served: Served) -> None:
    eve = served.browser().sign_in(EVE)
    _, codes = add_app(served, eve)
    page = eve.submit(eve.get(SECURITY).form("/account/recovery-codes"), status=200)
    new = [one.text for one in page.root.all("li", class_="code")]
    assert len(new) == 10 and not set(new) & set(codes) and not any(code in eve.get(SECURITY).text for code in new)
    with served.database.reading() as db:
        assert len(db.execute(select(RecoveryCode.lookup)).scalars().all()) == 10
    browser = served.browser()
    enter(browser, EVE, PASSWORD)
    show_code(browser, codes[0], status=422)
    show_code(browser, new[0], status=303)


def test_somebody_elses_recovery_code_opens_nothing(served: Served) -> None:
    _, codes = add_app(served, served.browser().sign_in(RHEA))
    add_app(served, served.browser().sign_in(EVE))
    browser = served.browser()
    enter(browser, EVE, PASSWORD)
    show_code(browser, codes[0], status=422)


def test_guessing_codes_is_limited_from_everywhere_and_the_owner_still_comes_in(served: Served) -> None:
    owner = served.browser().sign_in(EVE)
    app, _ = add_app(served, owner)
    owner.submit(owner.get("/licenses").form("/sign-out"))
    answers = []
    for network in range(9):
        guesser = served.browser(peer=f"192.0.{network}.7")
        enter(guesser, EVE, PASSWORD)
        answers += [show_code(guesser, "000000").status for _ in range(9)]
    assert answers[:9] == [422] * 8 + [429] and answers.count(422) == 60
    enter(owner, EVE, PASSWORD)
    show_code(owner, app.at(served.clock()), status=303)


def test_the_second_step_waits_ten_minutes_in_the_browser_of_the_first(served: Served) -> None:
    app, _ = add_app(served, served.browser().sign_in(EVE))
    browser, other = served.browser(), served.browser()
    enter(browser, EVE, PASSWORD)
    assert other.get("/sign-in/second", status=303).location == "/sign-in"
    other.post("/sign-in/second", {"code": app.at(served.clock())}, status=303)
    assert other.get("/licenses", status=303)
    served.clock.advance(minutes=10)
    assert browser.get("/sign-in/second", status=303).location == "/sign-in"


def test_a_changed_password_ends_the_wait(served: Served) -> None:
    eve = served.browser().sign_in(EVE)
    app, _ = add_app(served, eve)
    guesser = served.browser()
    enter(guesser, EVE, PASSWORD)
    eve.submit(eve.get("/account").form("/account/password"), current=PASSWORD, password=OTHER, status=303)
    assert guesser.get("/sign-in/second", status=303).location == "/sign-in"
    assert eve.get(SECURITY).text and app


def test_a_forged_wait_is_no_wait(served: Served) -> None:
    add_app(served, served.browser().sign_in(EVE))
    browser = served.browser()
    for value in ("", "x", "eyJ1c2VyX2lkIjoxfQ", "A" * 3000):
        browser.http.cookies.set("second", value, domain="portal.test")
        assert browser.get("/sign-in/second", status=303).location == "/sign-in"


def test_a_password_by_mail_does_not_switch_the_app_off(served: Served) -> None:
    app, _ = add_app(served, served.browser().sign_in(EVE))
    browser = served.browser()
    browser.submit(browser.get("/password/forgot").form("/password/forgot"), email=EVE)
    (letter,) = mails(served, EVE, "password_reset")
    browser.get(link(letter, "/password/reset/"), status=303)
    done = browser.submit(browser.get("/password/reset").form("/password/reset"), password=OTHER)
    assert done.location == "/sign-in/second" and browser.cookie("session") is None
    assert browser.get("/licenses", status=303)
    show_code(browser, app.at(served.clock()), status=303)
    assert browser.get("/licenses")


def test_an_app_that_was_not_confirmed_asks_for_nothing(served: Served) -> None:
    eve = served.browser().sign_in(EVE)
    page = eve.follow(eve.submit(eve.get(SECURITY).form("/account/authenticator")))
    assert eve.submit(page.form("/account/authenticator/confirmation"), code="000000").status == 422
    assert enter(served.browser(), EVE, PASSWORD).location == "/licenses"
    assert events(served, "factor.added") == 0


def test_the_secret_is_shown_until_it_is_confirmed_and_never_again(served: Served) -> None:
    eve = served.browser().sign_in(EVE)
    app, _ = add_app(served, eve)
    assert eve.get("/account/authenticator", status=303).location == SECURITY
    with served.database.reading() as db:
        assert app.secret.encode() not in db.execute(select(Authenticator.cipher)).scalar_one()


def test_removing_the_app_ends_the_second_step(served: Served) -> None:
    eve = served.browser().sign_in(EVE)
    add_app(served, eve)
    done = eve.submit(eve.get(SECURITY).form("/account/authenticator/removal"))
    assert "No code is asked for any more." in eve.follow(done).text
    assert enter(served.browser(), EVE, PASSWORD).location == "/licenses"
    with served.database.reading() as db:
        assert db.execute(select(RecoveryCode)).first() is None


def asking(portal: Portal) -> Served:
    return portal(PORTAL_SECOND_FACTOR="vendor admin, reseller admin")


def test_who_is_asked_for_a_second_factor_can_do_nothing_before_having_one(portal: Portal) -> None:
    served = asking(portal)
    vera = served.browser()
    assert enter(vera, VERA, PASSWORD).status == 303
    for path in ("/licenses", "/account", "/vendor/rules", "/sign-in", "/groups", "/licenses.csv"):
        assert vera.get(path, status=303).location == SECURITY
    assert "Your role asks for" in vera.get(SECURITY).text
    fields = {"name": "Somebody", "language": "", "time_zone": ""}
    assert vera.post("/account", fields, token=token_of(vera)).location == SECURITY
    assert events(served, "account.changed") == 0
    add_app(served, vera)
    assert vera.get("/licenses") and vera.get("/account")


def test_who_is_not_asked_goes_on_as_before(portal: Portal) -> None:
    served = asking(portal)
    assert enter(served.browser(), EVE, PASSWORD).location == "/licenses"
    assert served.browser().sign_in(EVE).get("/account")


def test_an_admin_asked_for_a_factor_shows_the_passkey_after_the_password(portal: Portal) -> None:
    served, device = asking(portal), Device()
    vera = served.browser().sign_in(VERA)
    codes = [one.text for one in add_passkey(vera, device).root.all("li", class_="code")]
    browser = served.browser()
    assert enter(browser, VERA, PASSWORD).location == "/sign-in/second"
    show_passkey(browser, device, status=303)
    assert browser.get("/licenses")
    other = served.browser()
    enter(other, VERA, PASSWORD)
    show_code(other, codes[0], status=303)
    assert other.get("/licenses")


@pytest.mark.parametrize("factor", ["passkey", "app"])
def test_the_last_factor_of_whom_one_is_asked_stays(portal: Portal, factor: str) -> None:
    served = asking(portal)
    rhea = served.browser().sign_in(RHEA)
    add_passkey(rhea, Device()) if factor == "passkey" else add_app(served, rhea)
    page = rhea.submit(rhea.get(SECURITY).forms("/removal")[0], status=422)
    assert "One of these has to stay" in page.text and events(served, "factor.removed") == 1
    add_app(served, rhea) if factor == "passkey" else add_passkey(rhea, Device())
    assert rhea.submit(rhea.get(SECURITY).forms("/removal")[0]).status == 303
    assert rhea.submit(rhea.get(SECURITY).forms("/removal")[0]).status == 422


def test_an_invited_admin_who_has_not_confirmed_may_do_nothing(portal: Portal) -> None:
    """Ivan was invited as an admin of Brandt and has not accepted: he is nobody there, with a factor or without."""
    served = asking(portal)
    ivan, cora = served.as_("ivan"), served.as_("cora")
    group = served.village.homes["brandt"].group_id
    for path in (f"/groups/{group}", f"/groups/{group}/invitations", f"/groups/{group}/pool"):
        assert cora.get(path, status=200) and ivan.get(path, status=404)
    ivan.post(f"/groups/{group}/invitations", {}, status=404)
    add_app(served, ivan)
    ivan.get(f"/groups/{group}", status=404)
