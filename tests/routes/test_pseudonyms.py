"""Accounts without an address: made with a sign-in name, got back with a code or an admin's link, and at home on
every page.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from portal.actions import recovery_codes
from portal.actions.doing import Moment
from portal.models import Event, License, Mail, Membership, RecoveryCode, User
from tests.fixtures.brands import branded
from tests.fixtures.client import HERE, Client, Portal, Served
from tests.fixtures.page import Page
from tests.fixtures.village import PASSWORD
from tests.routes.conftest import events
from tests.routes.mailbox import link, mails, worked
from tests.security.matrix import MATRIX
from tests.security.test_matrix import about, asked

NEW = "seven yellow kites, early"
OTHER = "nine brown horses, noon"


@pytest.fixture
def served(portal: Portal, tmp_path: Path) -> Served:
    """A portal whose vendor lets people choose whether they tell an address."""
    return portal(PORTAL_BRAND=branded(tmp_path, accounts="both"))


def register(browser: Client, name: str = "Quiet Otter", *, status: int = 200, **fields: str) -> Page:
    form = browser.get("/register/name").form("/register/name")
    return browser.submit(form, name=name, password=NEW, status=status, **fields)


def kept(page: Page) -> tuple[str, list[str]]:
    """The sign-in name and the codes that somebody wrote down."""
    codes = page.root.one("ol", class_="codes").all("li")
    return page.root.one("p", class_="keepsake").text, [one.text for one in codes]


def recover(browser: Client, name: str, code: str, password: str = OTHER, *, status: int = 303) -> Page:
    form = browser.get("/password/recovery").form("/password/recovery")
    return browser.submit(form, sign_in_name=name, code=code, password=password, status=status)


def nameless(served: Served, *people: str) -> None:
    """From now on these people of the village have a sign-in name and no address."""
    with served.database.writing() as db:
        for person in people:
            user = db.execute(select(User).where(User.email == f"{person}@people.example")).scalar_one()
            user.email, user.sign_in_name = None, f"{person}-10000"


def test_an_account_is_made_without_an_address(served: Served) -> None:
    browser = served.browser()
    assert browser.get("/register").root.all("a", href="/register/name")
    name, codes = kept(register(browser))
    assert re.fullmatch(r"quiet-otter-\d{5}", name) and len(set(codes)) == recovery_codes.MANY
    assert browser.get("/licenses").status == 200
    assert served.browser().sign_in(name, NEW).get("/account").root.one("p", class_="lead").text == name
    assert served.browser().sign_in(name.upper(), NEW).get("/licenses").status == 200
    assert worked(served) == [], "nobody is written to"
    assert events(served, "account.opened") == 1
    with served.database.reading() as db:
        stored = db.execute(select(RecoveryCode.lookup)).scalars().all()
    assert not any(code.replace("-", "").encode() in row for code in codes for row in stored)


def test_the_tickets_that_were_typed_at_the_door_come_along(served: Served) -> None:
    browser = served.with_(served.village.codes["free"])
    assert "Your ticket comes along" in browser.get("/register/name").text
    register(browser)
    assert "Chisel Mill" in browser.get("/licenses").text
    with served.database.reading() as db:
        owner = db.execute(select(User).where(User.sign_in_name.is_not(None))).scalar_one()
        assert db.execute(select(func.count()).where(License.user_id == owner.id)).scalar_one() == 1


def test_two_who_like_the_same_word_get_two_names(served: Served) -> None:
    names = {kept(register(served.browser(f"192.0.2.{n}")))[0] for n in range(3)}
    assert len(names) == 3


@pytest.mark.parametrize(
    ("typed", "word"), [("Łucja Öztürk", "ucja-ozturk"), ("木村", "user"), ("a@b;--", "a-b"), ("x" * 90, "x" * 24)]
)
def test_any_word_becomes_a_name_that_can_be_typed(served: Served, typed: str, word: str) -> None:
    name, _ = kept(register(served.browser(), typed))
    assert name.rpartition("-")[0] == word


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "belongs here"), ("name", "n" * 101, "Use fewer characters"), ("password", "short", "at least 15"),
        ("password", "Quiet Otter 2026!!!", "guess"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_makes_nothing(
    served: Served, field: str, value: str, sentence: str
) -> None:
    browser = served.browser()
    form = browser.get("/register/name").form("/register/name")
    page = browser.submit(form, **{"name": "Quiet Otter", "password": NEW} | {field: value}, status=422)
    assert sentence.lower() in page.root.one("p", id=f"field-{field}-error").text.lower()
    with served.database.reading() as db:
        assert not db.execute(select(User).where(User.sign_in_name.is_not(None))).first()


def test_accounts_are_not_made_by_the_dozen(served: Served) -> None:
    for n in range(5):
        register(served.browser(), f"Otter {n}")
    page = register(served.browser(), status=429)
    assert "Try again in 15 minutes" in page.root.one("p", id="field-name-error").text
    register(served.browser("203.0.113.9"))


def test_a_code_brings_a_lost_password_back_once_and_everybody_else_out(served: Served) -> None:
    browser = served.browser()
    name, codes = kept(register(browser))
    back = served.browser()
    done = recover(back, name, codes[3].lower().replace("-", " "))
    assert "Your new password is saved." in back.follow(done).text
    assert browser.get("/licenses", status=None).status == 303
    served.browser().sign_in(name, OTHER)
    late = recover(served.browser(), name, codes[3], NEW, status=422)
    assert "or the code was used already" in late.text
    recover(served.browser(), name, codes[4], NEW)
    assert events(served, "password.reset") == 2


def test_somebody_elses_code_and_a_code_of_the_day_before_open_nothing(served: Served) -> None:
    name, codes = kept(register(served.browser()))
    _, others = kept(register(served.browser()))
    recover(served.browser(), name, others[0], status=422)
    with served.database.writing() as db:
        user = db.execute(select(User).where(User.sign_in_name == name)).scalar_one()
        anew = recovery_codes.make(Moment(db, None, served.clock(), served.site.vault), user.id)  # type: ignore[arg-type]
    recover(served.browser(), name, codes[0], status=422)
    recover(served.browser(), name, anew[0])


def test_guessing_codes_is_limited_and_the_owner_comes_in_from_elsewhere(served: Served) -> None:
    name, codes = kept(register(served.browser()))
    guesser = served.browser("192.0.2.1")
    for _ in range(10):
        recover(guesser, name, "2222-3333-4444-5555", status=422)
    assert int(recover(guesser, name, codes[0], status=429).headers["retry-after"]) > 0
    recover(served.browser("203.0.113.9"), name, codes[0])


def test_whoever_has_an_address_gets_no_password_by_a_code(served: Served) -> None:
    """A list of codes is a second factor there, and no way round the mailbox."""
    name, codes = kept(register(served.browser()))
    with served.database.writing() as db:
        db.execute(update(User).where(User.sign_in_name == name).values(email="otter@people.example"))
    recover(served.browser(), name, codes[0], status=422)
    served.browser().sign_in("otter@people.example", NEW)


def test_an_address_can_be_added_and_its_mailbox_alone_agrees(served: Served) -> None:
    browser = served.browser()
    register(browser)
    page = browser.get("/account")
    assert "we know no address of yours" in page.text
    browser.submit(page.form("/account/address"), email="otter@people.example", status=303)
    path = link(mails(served, "otter@people.example", "address_change")[-1], "/account/address/new/")
    done = browser.submit(browser.follow(browser.get(path, status=303)).form("/account/address/new"), status=303)
    assert "Your address is changed." in browser.follow(done).text
    served.browser().sign_in("otter@people.example", NEW)


def enter(served: Served, cora: Client, name: str = "Kim at the lathe") -> Page:
    brandt = served.village.groups["brandt"]
    form = cora.get(f"/groups/{brandt}/newcomers").form(f"/groups/{brandt}/members")
    return cora.follow(cora.submit(form, name=name, email="", status=303))


def test_an_admin_enters_somebody_without_an_address_and_hands_over_a_link(served: Served) -> None:
    cora = served.as_("cora")
    page = enter(served, cora)
    assert "kim-at-the-lathe-" in page.text
    shown = cora.submit(page.forms("/sign-in-link")[0], status=200)
    path = shown.root.one("input", id="sign-in-link").attrs["value"].removeprefix(served.site.settings.url)
    kim = served.browser()
    chosen = kim.follow(kim.get(path, status=303)).form("/password/reset")
    name, codes = kept(kim.submit(chosen, password=NEW, status=200))
    assert len(codes) == recovery_codes.MANY and name in shown.text
    served.browser().sign_in(name, NEW)
    late = served.browser()
    late.get(path, status=303)
    assert late.get("/password/reset", status=410).heading == "This link is used up"
    assert events(served, "membership.sign_in_link") == 1
    assert "was handed a link" in cora.get(f"/groups/{served.village.groups['brandt']}/activity").text
    assert worked(served) == []


def test_a_newer_link_ends_the_older_one(served: Served) -> None:
    cora = served.as_("cora")
    page = enter(served, cora)
    paths = [
        cora.submit(page.forms("/sign-in-link")[0], status=200).root.one("input", id="sign-in-link").attrs["value"]
        for _ in range(2)
    ]
    browser = served.browser()
    for path, status in zip(paths, (410, 200), strict=True):
        browser.get(path.removeprefix(served.site.settings.url), status=303)
        browser.get("/password/reset", status=status)


def link_form(served: Served, person: str) -> str:
    with served.database.reading() as db:
        found = db.execute(
            select(Membership.public_id)
            .join(User, User.id == Membership.user_id)
            .where(User.name.like(f"%{person}"), Membership.role == "member")
        ).scalars()
        return f"/groups/{served.village.groups['brandt']}/members/{next(found)}/sign-in-link"


def test_an_admin_opens_no_account_that_helps_itself_or_reaches_further(served: Served) -> None:
    cora = served.as_("cora")
    page = cora.post(link_form(served, "Max"), status=422)
    assert "chooses a new password by mail" in page.text
    nameless(served, "kim", "max")
    page = cora.post(link_form(served, "Kim"), status=422)  # who has licenses of his own elsewhere
    assert "They belong to other groups, too" in page.text
    assert cora.post(link_form(served, "Max")).status == 200
    assert events(served, "membership.sign_in_link") == 1


@pytest.mark.parametrize(
    ("who", "status"), [("max", 403), ("anna", 403), ("rhea", 403), ("vera", 403), ("sid", 404), ("lena", 404)]
)
def test_nobody_else_makes_such_a_link(served: Served, who: str, status: int) -> None:
    browser, path = served.as_(who), link_form(served, "Max")
    nameless(served, "max")
    browser.post(path, status=status)
    assert events(served, "membership.sign_in_link") == 0


def test_an_admin_below_opens_no_account_of_an_admin_above(served: Served) -> None:
    brandt, dora = served.village.groups["brandt"], served.as_("dora")
    nameless(served, "cora")
    with served.database.writing() as db:
        cora = db.execute(select(User).where(User.sign_in_name == "cora-10000")).scalar_one()
        there = db.execute(select(Membership).where(Membership.user_id == cora.id)).scalar_one()
    assert dora.post(f"/groups/{brandt}/members/{there.public_id}/sign-in-link").status in (403, 404)


def test_where_addresses_are_asked_for_there_is_no_other_way(portal: Portal) -> None:
    served = portal()
    assert not served.browser().get("/register").root.all("a", href="/register/name")
    served.browser().get("/register/name", status=404)
    assert served.browser().post("/register/name", {"name": "x", "password": NEW}).status == 404
    cora, brandt = served.as_("cora"), served.village.groups["brandt"]
    form = cora.get(f"/groups/{brandt}/newcomers").form(f"/groups/{brandt}/members")
    assert cora.submit(form, name="Nobody", email="", status=422).root.all("p", id="field-email-error")


def test_where_nobody_is_asked_for_an_address_there_is_no_way_with_one(portal: Portal, tmp_path: Path) -> None:
    served = portal(PORTAL_BRAND=branded(tmp_path, accounts="name"))
    assert served.browser().get("/register", status=303).location == "/register/name"
    assert served.browser().post("/register", {"email": "new@people.example"}).status == 404
    register(served.browser())


def test_they_are_found_and_given_licenses_by_what_they_sign_in_as(served: Served) -> None:
    cora, brandt = served.as_("cora"), served.village.groups["brandt"]
    nameless(served, "max")
    page = cora.get(f"/groups/{brandt}/members?search=max-10000")
    assert "canary-brandt Max" in page.text and "max-10000" in page.text
    thing = served.village.thing("brandt", "unused")
    done = cora.post(f"/licenses/{thing.id}/assignment", {"person": "Max-10000"}, status=303)
    assert "canary-brandt Max" in cora.follow(done).text
    pool = served.village.thing("brandt", "active")
    table = {"kind": "assign", "license": str(pool.id), "pasted": "email\nmax-10000"}
    batch = cora.follow(cora.post(f"/groups/{brandt}/batches", table, status=303))
    assert "canary-brandt Max" in batch.text and "nobody" not in batch.text


WALKERS = ("eve", "cora")


def test_somebody_without_an_address_walks_every_page_and_does_every_verb(served: Served) -> None:
    everybody = tuple(served.village.people)
    browsers = {who: served.as_(who) for who in WALKERS}
    nameless(served, *everybody)
    wrong, seen = [], 0
    for who, browser in browsers.items():
        for name, (kind, cells) in MATRIX.items():
            method, path = name.split()
            if path.startswith(("/api/", "/sign-out", "/account/sessions/end")):
                continue
            for place in {place for principal, place in cells if principal == who}:
                page = asked(browser, method, path, about(served, kind, place), served)
                seen += 1
                said = re.sub(r"<option[^>]*>None</option>", "", page.body)  # of the departments, none
                if page.status >= 500 or re.search(r"\bNone\b(?! of)", said):
                    wrong.append(f"{who}: {name} {place}: {page.status} {page.text[:200]}")
    assert not wrong, "\n".join(wrong)
    assert seen > 250
    with served.database.reading() as db:
        assert not db.execute(select(Mail).join(User).where(User.email.is_(None))).first(), "they have no mailbox"
        assert db.execute(select(func.count()).select_from(Event)).scalar_one() > 0


def test_somebody_without_an_address_is_not_asked_which_mails_they_want(served: Served) -> None:
    browser = served.browser()
    register(browser)
    page = browser.get("/account")
    assert not page.root.all("form", action="/account/mails")
    assert "nothing is mailed to you" in page.text


def test_the_door_names_what_can_be_typed(served: Served, portal: Portal) -> None:
    assert "E-mail address or sign-in name" in served.browser().get("/sign-in").text
    assert served.browser(HERE).sign_in("eve@people.example", PASSWORD).get("/licenses").status == 200
