"""Trying a product: from the public page with a mailbox, from inside an account at once, or after the vendor looked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import func, select, update

from portal.actions import demos, rule_sets
from portal.actions.demo_letters import AHEAD
from portal.actions.doing import Moment
from portal.models import DemoClaim, Group, License, Link, Mail, Membership, Request, User
from tests.actions.estate import VENDOR
from tests.fixtures.client import Client, Served
from tests.fixtures.page import Page
from tests.fixtures.village import TRIALS
from tests.routes.conftest import events
from tests.routes.mailbox import link, mails, worked

NEW, EVE, PASSWORD = "new.person@people.example", "eve@people.example", "seven yellow kites, early"
PRODUCT = "Chisel Mill"


def choice(page: Page, days: int = 14) -> str:
    """What the radio button for so many days sends."""
    values = [one.attrs["value"] for one in page.root.all("input", name="demo")]
    return next(value for value in values if value.endswith(f".{days}"))


def ask(served: Served, email: str = NEW, *, status: int = 303) -> Page:
    browser = served.browser()
    page = browser.get("/demo")
    return browser.submit(page.form("/demo"), email=email, demo=choice(page), status=status)


def arrive(served: Served, email: str = NEW, browser: Client | None = None) -> tuple[Client, Page]:
    browser = browser or served.browser()
    path = link(mails(served, email, "demo")[-1], "/demo/")
    return browser, browser.follow(browser.get(path, status=303))


def begin(browser: Client, page: Page, *, status: int = 303, **fields: str) -> Page:
    return browser.submit(page.form("/demo/start"), status=status, **fields)


def of_new(**fields: str) -> dict[str, str]:
    return {"name": "Nadja Neu", "password": PASSWORD} | fields


def trials(served: Served) -> list[License]:
    with served.database.reading() as db:
        return list(db.execute(select(License).join(DemoClaim, DemoClaim.license_id == License.id)).scalars())


def count(served: Served, table: type) -> int:
    with served.database.reading() as db:
        return db.execute(select(func.count()).select_from(table)).scalar_one()


def let_vendor_look(served: Served) -> None:
    """From now on the vendor answers who asks for a trial."""
    with served.database.writing() as db:
        rule_sets.publish(db, served.clock(), TRIALS + 'approval = "vendor"\n')


def test_a_mailbox_is_enough_to_begin(served: Served) -> None:
    assert served.browser().follow(ask(served)).heading == "Look into your mailbox"
    assert (count(served, DemoClaim), count(served, User)) == (0, len(served.village.people))
    browser, page = arrive(served)
    assert page.heading == f"Your trial of {PRODUCT}" and "14 days from now on" in page.text
    done = browser.follow(begin(browser, page, **of_new()))
    (license_,) = trials(served)
    assert f"Your trial of {PRODUCT} has begun." in done.text and "How to start" in done.text
    assert license_.ends_at == served.clock() + timedelta(days=14)
    with served.database.reading() as db:
        user = db.execute(select(User).where(User.email == NEW)).scalar_one()
        (group,) = db.execute(select(Group).join(Membership).where(Membership.user_id == user.id)).scalars()
    assert (license_.user_id, license_.group_id, group.is_person) == (user.id, group.id, True)
    assert events(served, "demo.granted") == 1
    assert "shows its ticket" in mails(served, NEW, "demo_granted")[0]


def test_whoever_has_an_account_needs_one_click_and_is_not_signed_in_by_it(served: Served) -> None:
    ask(served, EVE)
    browser, page = arrive(served, EVE)
    assert "password" not in page.form("/demo/start").fields
    done = begin(browser, page)
    assert done.location.startswith("/sign-in?next=/licenses/")
    assert "is in your account" in browser.follow(done).text
    (license_,) = trials(served)
    browser.get(f"/licenses/{license_.public_id}/demo", status=303)
    own = served.as_("eve").get(f"/licenses/{license_.public_id}/demo")
    assert own.heading == f"Your trial of {PRODUCT}"


def test_with_a_session_of_the_same_person_the_page_comes_at_once(served: Served) -> None:
    ask(served, EVE)
    browser, page = arrive(served, EVE, served.as_("eve"))
    assert browser.follow(begin(browser, page)).heading == f"Your trial of {PRODUCT}"


def test_known_unknown_and_served_addresses_get_the_same_answer(served: Served) -> None:
    ask(served, EVE)
    begin(*arrive(served, EVE))
    said = {served.browser().follow(ask(served, email)).text for email in (NEW, EVE, "sid@people.example")}
    assert len(said) == 1
    sent = [told for told in worked(served) if told.kind == "demo"]
    assert {told.recipient for told in sent} == {NEW, EVE, "sid@people.example"}


def test_another_spelling_of_a_mailbox_makes_no_account_and_no_trial(served: Served) -> None:
    for email in ("nadja.neu@gmail.com", "n.adjaneu+again@googlemail.com"):
        ask(served, email)
    begin(*arrive(served, "nadja.neu@gmail.com"), **of_new())
    people = count(served, User)
    browser, page = arrive(served, "n.adjaneu+again@googlemail.com")
    again = begin(browser, page, status=422, **of_new())
    assert f"You have tried {PRODUCT} already" in again.text
    assert (len(trials(served)), count(served, User)) == (1, people)


def test_a_link_works_once_and_for_a_day(served: Served) -> None:
    ask(served)
    browser, page = arrive(served)
    begin(browser, page, **of_new())
    late = served.browser()
    path = link(mails(served, NEW, "demo")[-1], "/demo/")
    assert late.get(late.get(path, status=303).location, status=410).heading == "This link is used up"
    ask(served, "other@people.example")
    path = link(mails(served, "other@people.example", "demo")[-1], "/demo/")
    served.clock.advance(hours=24)
    late.get(late.get(path, status=303).location, status=410)
    assert len(trials(served)) == 1


def test_the_link_of_another_purpose_starts_nothing(served: Served) -> None:
    ask(served)
    path = link(mails(served, NEW, "demo")[-1], "/demo/")
    with served.database.writing() as db:
        db.execute(update(Link).values(purpose="welcome"))
    browser = served.browser()
    browser.get(browser.get(path, status=303).location, status=410)


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"name": ""}, "name"), ({"name": "n" * 201}, "name"), ({"password": "short"}, "password")],
)
def test_what_is_wrong_is_said_beside_its_field(served: Served, fields: dict[str, str], field: str) -> None:
    ask(served)
    browser, page = arrive(served)
    wrong = begin(browser, page, status=422, **of_new(**fields))
    assert wrong.root.one("p", id=f"field-{field}-error").text and not trials(served)
    begin(browser, wrong, **of_new())
    assert len(trials(served)) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"demo": ""}, {"demo": "nonsense"}, {"demo": "x" * 20_000}, {"demo": "00000000-0000-7000-8000-000000000000.14"},
        {"email": ""}, {"email": "no address"}, {"email": "e" * 300 + "@x.example"},
    ],
)  # fmt: skip
def test_bad_input_is_told_and_nothing_is_asked(served: Served, fields: dict[str, str]) -> None:
    browser = served.browser()
    page = browser.get("/demo")
    sent = {"email": NEW, "demo": choice(page)} | fields
    wrong = browser.submit(page.form("/demo"), status=422, **sent)
    assert wrong.root.all("p", class_="error")
    assert not worked(served)


def test_a_length_that_is_not_offered_is_none(served: Served) -> None:
    browser = served.browser()
    page = browser.get("/demo")
    other = choice(page).replace(".14", ".365")
    assert browser.post("/demo", {"email": NEW, "demo": other}).status == 422
    eve = served.as_("eve")
    assert eve.post("/requests/demo", {"demo": other}).status == 422
    assert not trials(served)


def test_nobody_sets_what_was_not_asked(served: Served) -> None:
    browser = served.browser()
    page = browser.get("/demo")
    assert browser.post("/demo", {"email": NEW, "demo": choice(page), "user": "1"}).status == 400
    ask(served)
    browser, page = arrive(served)
    for extra in ({"email": EVE}, {"days": "365"}, {"article": "1"}):
        assert browser.post("/demo/start", of_new() | extra).status == 400
    assert not trials(served)


def test_whoever_asks_too_often_is_told_when_to_try_again(served: Served) -> None:
    for _ in range(5):
        ask(served)
    late = ask(served, status=429)
    assert int(late.headers["retry-after"]) > 0


def test_where_the_page_is_closed_it_is_not_there(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    brand = msgspec.structs.replace(served.site.brand, demos="closed")
    monkeypatch.setattr(served.app.state, "site", replace(served.site, brand=brand))
    browser = served.browser()
    browser.get("/demo", status=404)
    assert "/demo" not in browser.get("/sign-in").body
    assert served.as_("eve").get("/requests/demo").heading == "Try a product"


# From inside an account.


def test_inside_an_account_it_begins_at_once(served: Served) -> None:
    eve = served.as_("eve")
    page = eve.get("/requests/demo")
    done = eve.follow(eve.submit(page.form("/requests/demo"), demo=choice(page, 7), status=303))
    (license_,) = trials(served)
    assert f"Your trial of {PRODUCT} has begun." in done.text
    assert license_.ends_at == served.clock() + timedelta(days=7)
    assert "How to start" in eve.get("/requests/demo").text
    assert not eve.get("/requests/demo").forms("/requests/demo"), "there is nothing else to try"


def test_pressed_twice_it_is_one(served: Served) -> None:
    eve = served.as_("eve")
    page = eve.get("/requests/demo")
    first, second = (eve.submit(page.form("/requests/demo"), demo=choice(page), status=303) for _ in range(2))
    assert first.location == second.location and len(trials(served)) == 1


def test_after_its_end_it_is_told_that_it_was_had(served: Served) -> None:
    eve = served.as_("eve")
    page = eve.get("/requests/demo")
    sent = {"demo": choice(page)}
    assert eve.post("/requests/demo", sent).status == 303
    served.clock.advance(days=15)
    eve = served.as_("eve")
    again = eve.post("/requests/demo", sent)
    assert again.status == 422 and f"You have tried {PRODUCT} already" in again.text
    assert "Tried on" in again.text


def test_the_pages_of_a_trial_are_its_own(served: Served) -> None:
    eve = served.as_("eve")
    eve.get(f"{served.village.thing('eve', 'active').page}/demo", status=404)
    assert eve.get(f"{served.village.thing('eve', 'trial').page}/demo").heading == f"Your trial of {PRODUCT}"


# After the vendor has looked.


def test_where_the_vendor_looks_first_it_waits_and_begins_with_the_answer(served: Served) -> None:
    let_vendor_look(served)
    eve = served.as_("eve")
    page = eve.get("/requests/demo")
    assert "looks at it first" in page.text
    done = eve.follow(eve.submit(page.form("/requests/demo"), demo=choice(page), status=303))
    assert "is sent." in done.text and "Asked" in done.text
    assert not trials(served)
    with served.database.writing() as db:
        request = db.execute(select(Request).where(Request.kind == "demo")).scalar_one()
        doing = Moment(db, VENDOR, served.clock(), served.site.vault, served.site.stationery)
        assert demos.grant(doing, request) is None
    assert "Your trial is ready" in mails(served, EVE, "demo_granted")[0]
    assert "How to start" in eve.get("/requests/demo").text


def test_a_trial_that_waits_can_be_taken_back_and_asked_for_anew(served: Served, htmx: bool) -> None:
    let_vendor_look(served)
    eve = served.as_("eve")
    page = eve.get("/requests/demo")
    page = eve.follow(eve.submit(page.form("/requests/demo"), demo=choice(page), status=303))
    [form] = page.forms("/closing")
    assert served.as_("sid").post(form.attrs["action"]).status == 404
    for _ in range(2):
        done = eve.submit(form, status=204 if htmx else 303, htmx=htmx)
    assert done.location == "/requests/demo" and "taken back" in eve.follow(done).text
    with served.database.writing() as db:
        request = db.execute(select(Request).where(Request.kind == "demo")).scalar_one()
        doing = Moment(db, VENDOR, served.clock(), served.site.vault, served.site.stationery)
        assert request.state == "withdrawn" and demos.grant(doing, request) == "request_answered"
    assert not trials(served) and events(served, "support.closed") == 1
    page = eve.get("/requests/demo")
    assert not page.forms("/closing")
    assert "Asked" in eve.follow(eve.submit(page.form("/requests/demo"), demo=choice(page), status=303)).text


def test_a_new_person_waits_too(served: Served) -> None:
    let_vendor_look(served)
    ask(served)
    browser, page = arrive(served)
    done = browser.follow(begin(browser, page, **of_new()))
    assert "is sent." in done.text and not trials(served)


def test_a_trial_that_waits_is_no_request_for_a_seat(served: Served) -> None:
    let_vendor_look(served)
    cora = served.as_("cora")
    page = cora.get("/requests/demo")
    cora.submit(page.form("/requests/demo"), demo=choice(page), status=303)
    with served.database.reading() as db:
        request = db.execute(select(Request).where(Request.kind == "demo")).scalar_one()
    waiting = cora.get(f"/groups/{served.village.groups['brandt']}/requests").root.one("section", id="waiting")
    assert PRODUCT not in waiting.text
    assert cora.post(f"/requests/{request.public_id}/answer", {"answer": "yes"}).status == 404
    assert not trials(served)


# Mails before and after the end.


def test_a_mail_comes_three_days_before_the_end_and_one_after_it(served: Served) -> None:
    eve = served.as_("eve")
    page = eve.get("/requests/demo")
    eve.submit(page.form("/requests/demo"), demo=choice(page), status=303)
    served.clock.advance(days=14 - AHEAD, seconds=-1)
    assert not mails(served, EVE, "demo_ending")
    served.clock.advance(hours=1, seconds=1)
    (early,) = mails(served, EVE, "demo_ending")
    assert PRODUCT in early and served.site.brand.buy_url("cam") in early and "has not been started yet" in early
    served.clock.advance(days=AHEAD)
    (late,) = mails(served, EVE, "demo_ended")
    assert "Thank you for trying" in late
    served.clock.advance(days=1)
    assert [told.kind for told in worked(served) if told.recipient == EVE and told.kind.startswith("demo")] == [
        "demo_granted", "demo_ending", "demo_ended",
    ]  # fmt: skip


def test_a_trial_is_in_no_reminder_of_the_group(served: Served) -> None:
    cora = served.as_("cora")
    page = cora.get("/requests/demo")
    cora.submit(page.form("/requests/demo"), demo=choice(page, 7), status=303)
    served.clock.advance(days=6, hours=12)
    assert not [told for told in worked(served) if told.kind == "reminder"]


def test_a_portal_that_was_off_writes_no_old_news(served: Served) -> None:
    eve = served.as_("eve")
    page = eve.get("/requests/demo")
    eve.submit(page.form("/requests/demo"), demo=choice(page), status=303)
    served.clock.advance(days=30)
    kinds = {told.kind for told in worked(served)}
    assert "demo_granted" in kinds and not kinds & {"demo_ending", "demo_ended"}
    assert count(served, Mail) >= 1
