"""Making an account: the mailbox decides, tickets come along, and nobody learns who has one."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal.models import Group, License, Membership, User
from tests.fixtures.client import Client, Served
from tests.fixtures.page import Page
from tests.routes.conftest import events
from tests.routes.mailbox import link, mails, worked

NEW, EVE = "new.person@people.example", "eve@people.example"
PASSWORD = "seven yellow kites, early"


def ask(served: Served, email: str = NEW, browser: Client | None = None) -> Page:
    browser = browser or served.browser()
    return browser.submit(browser.get("/register").form("/register"), email=email, status=303)


def link_of(served: Served, email: str = NEW) -> str:
    return link(mails(served, email, "registration")[-1], "/register/")


def complete(browser: Client, path: str, *, status: int = 303, **fields: str) -> Page:
    form = browser.follow(browser.get(path, status=303)).form("/register/complete")
    return browser.submit(form, status=status, **{"name": "Nadja Neu", "password": PASSWORD} | fields)


def accounts(served: Served) -> int:
    with served.database.reading() as db:
        return db.execute(select(func.count()).select_from(User)).scalar_one()


def test_an_account_is_made_with_a_group_of_its_own(served: Served) -> None:
    before = accounts(served)
    assert served.browser().follow(ask(served)).heading == "Look into your mailbox"
    assert accounts(served) == before, "nothing exists before the mailbox has answered"
    browser = served.browser()
    done = complete(browser, link_of(served), company="Neu & Söhne")
    assert "Welcome." in browser.follow(done).text
    with served.database.reading() as db:
        user = db.execute(select(User).where(User.email == NEW)).scalar_one()
        (group,) = db.execute(select(Group).join(Membership).where(Membership.user_id == user.id)).scalars()
        vendor = db.get_one(Group, group.parent_id)
    assert user.verified_at is not None and user.name == "Nadja Neu" and user.profile == {"company": "Neu & Söhne"}
    assert group.is_person and group.path == f"{vendor.path}{group.id}/" and vendor.kind == "vendor"
    served.browser().sign_in(NEW, PASSWORD)
    assert events(served, "account.opened") == 1


def test_the_tickets_of_a_ticket_session_come_along(served: Served) -> None:
    code = served.village.codes["free"]
    browser = served.with_(code)
    assert "Your ticket comes along" in browser.get("/register").text
    ask(served, browser=browser)
    done = complete(browser, link_of(served))
    page = browser.follow(done)
    assert "Your ticket came along." in page.text
    with served.database.reading() as db:
        user = db.execute(select(User).where(User.email == NEW)).scalar_one()
        assert db.execute(select(func.count()).select_from(License).where(License.user_id == user.id)).scalar_one() == 1
    stranger = served.browser()
    stranger.submit(stranger.get("/sign-in").form("/sign-in/ticket"), tickets=code, status=422)


def test_whoever_looks_after_the_pool_is_told_that_its_ticket_came_along(served: Served) -> None:
    holder = served.with_(served.village.thing("brandt-design", "unused").code)
    ask(served, browser=holder)
    complete(holder, link_of(served))
    [letter] = mails(served, "dora@people.example", "claimed")
    assert "Somebody outside of canary-brandt design" in letter and "Chisel CAD" in letter


def test_a_ticket_that_was_registered_meanwhile_stays_where_it_is(served: Served) -> None:
    code = served.village.codes["free"]
    browser = served.with_(code)
    ask(served, browser=browser)
    path = link_of(served)
    eve = served.as_("eve")
    check = eve.submit(eve.get("/tickets/redemption").form("/tickets/redemption"), tickets=code)
    eve.submit(check.form("/tickets/redemption"))
    complete(browser, path)
    with served.database.reading() as db:
        user = db.execute(select(User).where(User.email == NEW)).scalar_one()
        assert db.execute(select(func.count()).select_from(License).where(License.user_id == user.id)).scalar_one() == 0


def test_a_known_address_gets_a_reminder_and_the_page_says_the_same(served: Served) -> None:
    before = accounts(served)
    said = {served.browser().follow(ask(served, email)).text for email in (NEW, EVE)}
    assert len(said) == 1
    kinds = {(told.recipient, told.kind) for told in worked(served)}
    assert kinds == {(NEW, "registration"), (EVE, "registration_known")}
    assert "/register/" not in mails(served, EVE, "registration_known")[0]
    assert accounts(served) == before


def test_two_links_to_one_mailbox_make_one_account(served: Served) -> None:
    ask(served)
    ask(served)
    first, second = (link(text, "/register/") for text in mails(served, NEW, "registration"))
    complete(served.browser(), first)
    late = complete(served.browser(), second, status=410, password="nine brown horses, noon")
    assert late.heading == "This link is used up"
    served.browser().sign_in(NEW, PASSWORD)


def test_a_link_works_once_and_for_a_day(served: Served) -> None:
    ask(served)
    path = link_of(served)
    complete(served.browser(), path)
    again = served.browser()
    assert again.get(again.get(path, status=303).location, status=410).heading == "This link is used up"
    ask(served, "other@people.example")
    other = link_of(served, "other@people.example")
    served.clock.advance(hours=24)
    late = served.browser()
    late.get(late.get(other, status=303).location, status=410)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"), ({"name": "n" * 201}, "name"), ({"password": "short"}, "password"),
        ({"password": "new.person 2026"}, "password"), ({"company": "c" * 201}, "company"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    served: Served, fields: dict[str, str], field: str
) -> None:
    ask(served)
    browser, before = served.browser(), accounts(served)
    page = complete(browser, link_of(served), status=422, **fields)
    assert page.root.one("p", id=f"field-{field}-error").text
    assert accounts(served) == before
    browser.submit(page.form("/register/complete"), name="Nadja Neu", password=PASSWORD, company="", status=303)


def test_nobody_sets_what_was_not_asked(served: Served) -> None:
    ask(served)
    browser = served.browser()
    browser.get(link_of(served), status=303)
    fields = {"name": "Nadja", "password": PASSWORD}
    for extra in ({"email": EVE}, {"role": "admin"}, {"verified_at": "1"}, {"phone": "1"}):
        assert browser.post("/register/complete", fields | extra).status == 400
    assert accounts(served) == len(served.village.people)


def test_who_has_an_account_goes_to_it(served: Served) -> None:
    assert served.as_("eve").get("/register", status=303).location == "/account"
