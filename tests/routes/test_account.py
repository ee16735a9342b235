"""The account page: name, language, zone, address, password, and where one is signed in."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.models import Session, User
from tests.fixtures.client import Client, Served
from tests.fixtures.page import Page
from tests.fixtures.village import PASSWORD
from tests.routes.conftest import events
from tests.routes.mailbox import link, mails, worked

EVE, NEW = "eve@people.example", "eve.new@people.example"
OTHER = "seven yellow kites, early"


def change(eve: Client, ending: str, *, status: int = 303, **fields: str) -> Page:
    return eve.submit(eve.get("/account").form(ending), status=status, **fields)


def user(served: Served) -> User:
    with served.database.reading() as db:
        return db.execute(select(User).where(User.name.like("%Eve%"))).scalar_one()


def test_name_language_and_time_zone_count_from_the_next_page_on(served: Served) -> None:
    eve = served.as_("eve")
    name = user(served).name
    done = change(eve, "/account", name=f"  {name}   Berg ", language="de", time_zone="Asia/Tokyo")
    page = eve.follow(done)
    assert page.heading == "Ihr Konto" and f"{name} Berg" in page.text and "Asia/Tokyo" in page.text
    assert events(served, "account.changed") == 1


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": "n" * 201}, {"language": "xx"}, {"time_zone": "Mars/Olympus"}]
)
def test_what_cannot_be_is_said_and_changes_nothing(served: Served, wrong: dict[str, str]) -> None:
    before = user(served).name
    eve = served.as_("eve")
    eve.post("/account", {"name": "Eve", "language": "", "time_zone": ""} | wrong, status=422)
    assert user(served).name == before and events(served, "account.changed") == 0


def test_a_changed_password_ends_every_other_sign_in(served: Served) -> None:
    eve, elsewhere = served.browser().sign_in(EVE), served.browser().sign_in(EVE)
    copied = eve.cookie("session") or ""
    done = change(eve, "/account/password", current=PASSWORD, password=OTHER)
    assert "Your password is changed." in eve.follow(done).text
    assert elsewhere.get("/licenses", status=None).status == 303
    assert served.holding(copied).get("/licenses", status=None).status == 303, "the old cookie is dead, too"
    served.browser().sign_in(EVE, OTHER)
    assert len(mails(served, EVE, "password_changed")) == 1 and events(served, "password.changed") == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"current": "not the password of today", "password": OTHER}, "current"),
        ({"current": "", "password": OTHER}, "current"),
        ({"current": PASSWORD, "password": "short"}, "password"),
        ({"current": PASSWORD, "password": EVE}, "password"),
    ],
)
def test_a_wrong_change_of_password_is_refused_beside_its_field(
    served: Served, fields: dict[str, str], field: str
) -> None:
    page = change(served.as_("eve"), "/account/password", status=422, **fields)
    assert page.root.one("p", id=f"field-{field}-error").text
    served.browser().sign_in(EVE)


def test_guessing_the_password_of_today_is_limited(served: Served) -> None:
    eve = served.as_("eve")
    for _ in range(10):
        change(eve, "/account/password", current="wrong wrong wrong", password=OTHER, status=422)
    change(eve, "/account/password", current=PASSWORD, password=OTHER, status=429)


def test_both_mailboxes_agree_before_the_address_changes(served: Served) -> None:
    eve = served.as_("eve")
    assert "Two mails" in eve.follow(change(eve, "/account/address", email=f" {NEW.upper()} ")).text
    new = link(mails(served, NEW, "address_change")[0], "/account/address/new/")
    old = link(mails(served, EVE, "address_change")[0], "/account/address/old/")
    for path, told, address in ((new, "This mailbox has agreed.", EVE), (old, "Your address is changed.", NEW)):
        page = eve.follow(eve.get(path, status=303))
        assert NEW in page.text and user(served).email == EVE, "looking changes nothing"
        done = eve.submit(page.forms("/new" if path == new else "/old")[0], status=303)
        assert told in eve.follow(done).text and user(served).email == address
    served.browser().sign_in(NEW)
    assert events(served, "address.changed") == 1


@pytest.mark.parametrize("side", ["new", "old"])
def test_one_mailbox_alone_changes_nothing_and_its_link_works_once(served: Served, side: str) -> None:
    change(served.as_("eve"), "/account/address", email=NEW)
    recipient = NEW if side == "new" else EVE
    path = link(mails(served, recipient, "address_change")[0], f"/account/address/{side}/")
    for status in (303, 410):
        browser = served.browser()
        page = browser.get(browser.get(path, status=303).location, status=None)
        browser.post(f"/account/address/{side}", status=status)
    assert page.status == 410 and user(served).email == EVE
    other = "old" if side == "new" else "new"
    crossed = served.browser()
    crossed.get(path.replace(f"/{side}/", f"/{other}/"), status=303)
    crossed.get(f"/account/address/{other}", status=410)


def test_asking_anew_ends_the_links_of_before(served: Served) -> None:
    eve = served.as_("eve")
    change(eve, "/account/address", email=NEW)
    change(eve, "/account/address", email="third@people.example")
    path = link(mails(served, EVE, "address_change")[0], "/account/address/old/")
    eve.get(eve.get(path, status=303).location, status=410)


def test_an_address_with_an_account_is_told_so_itself_and_the_page_says_the_same(served: Served) -> None:
    eve = served.as_("eve")
    free = eve.follow(change(eve, "/account/address", email=NEW)).text
    taken = eve.follow(change(eve, "/account/address", email="sid@people.example")).text
    assert free == taken
    told = [(one.recipient, one.kind) for one in worked(served) if one.recipient != EVE]
    assert told == [(NEW, "address_change"), ("sid@people.example", "address_taken")]


@pytest.mark.parametrize("email", ["", "eve", EVE, "a b@people.example", "e" * 260 + "@people.example", "a@b\nc@d.e"])
def test_what_is_no_new_address_is_said_beside_the_field(served: Served, email: str) -> None:
    page = served.as_("eve")
    told = page.post("/account/address", {"email": email}, status=422)
    assert told.root.one("p", id="field-email-error").text and worked(served) == []


def test_sign_ins_are_listed_in_words_and_ended_one_by_one(served: Served) -> None:
    windows = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
    other = served.browser("203.0.113.77", user_agent=windows).sign_in(EVE)
    eve = served.browser().sign_in(EVE)
    page = eve.get("/account")
    assert "Firefox on Windows" in page.text and "203.0.113.0/24" in page.text and "203.0.113.77" not in page.text
    (form,) = page.forms("/end")[:1]
    assert "That sign-in has ended." in eve.follow(eve.submit(form, status=303)).text
    assert other.get("/licenses", status=None).status == 303 and eve.get("/licenses").status == 200
    eve.submit(form, status=404)  # it is over


def test_all_other_sign_ins_end_at_once(served: Served) -> None:
    others = [served.browser().sign_in(EVE) for _ in range(3)]
    eve = served.browser().sign_in(EVE)
    eve.follow(eve.submit(eve.get("/account").form("/account/sessions/end"), status=303))
    assert all(other.get("/licenses", status=None).status == 303 for other in others)
    assert eve.get("/licenses").status == 200 and len(eve.get("/account").forms("/end")) == 0


def test_nobody_ends_the_sign_in_of_somebody_else(served: Served) -> None:
    eve, sid = served.as_("eve"), served.as_("sid")
    with served.database.reading() as db:
        theirs = db.execute(select(Session.public_id).join(User, User.id == Session.user_id).where(User.email == EVE))
        path = f"/account/sessions/{theirs.scalar_one()}/end"
    sid.post(path, status=404)
    assert eve.get("/licenses").status == 200
