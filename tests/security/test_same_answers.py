"""Known and unknown look alike at every door: the same page, the same way on, and the same number of hashes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from portal.doors import passwords
from portal.doors.hashing import Hasher
from portal.files.tickets import mint
from portal.models import User
from tests.fixtures.brands import branded
from tests.fixtures.client import Client, Portal, Served
from tests.fixtures.page import Page
from tests.fixtures.village import PASSWORD
from tests.routes.factors import add_app, enter, show_code

EVE, NOBODY, SHUT_OUT = "eve@people.example", "nobody@people.example", "kim@people.example"
NEW = "seven yellow kites, early"


class Counted(Hasher):
    """Counts how often a password is hashed."""

    calls = 0

    def hash(self, *args: object, **named: object) -> str:  # type: ignore[override]
        Counted.calls += 1
        return super().hash(*args, **named)  # type: ignore[arg-type]

    def verify(self, *args: object, **named: object) -> bool:  # type: ignore[override]
        Counted.calls += 1
        return super().verify(*args, **named)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def counted(monkeypatch: pytest.MonkeyPatch) -> None:
    Counted.calls = 0
    monkeypatch.setattr(passwords, "_hasher", Counted())


@pytest.fixture
def served(portal: Portal, tmp_path: Path) -> Served:
    """A portal with every door; kim is shut out, and so is nobody different from somebody who is not there."""
    served = portal(PORTAL_BRAND=branded(tmp_path, accounts="both"))
    with served.database.writing() as db:
        db.execute(update(User).where(User.email == SHUT_OUT).values(disabled_at=served.clock()))
        eve = db.execute(select(User).where(User.email == EVE)).scalar_one()
        otter = {"sign_in_name": "otter-12345", "name": "Otter", "password_hash": eve.password_hash}
        db.add(User(public_id=UUID(int=7), created_at=eve.created_at, verified_at=eve.created_at, **otter))
    return served


def submitted(page: str, action: str, **fields: str) -> Callable[[Client], Page]:
    def send(browser: Client) -> Page:
        return browser.submit(browser.get(page).form(action), **fields)

    return send


def invited(served: Served) -> str:
    """A link with which colleagues come in: whoever follows it types an address."""
    cora, brandt = served.as_("cora"), served.village.groups["brandt"]
    fields = {"kind": "link", "domains": "", "most": "50", "days": "7"}
    assert cora.post(f"/groups/{brandt}/invitations", fields).status == 303
    page = cora.get(f"/groups/{brandt}/invitations")
    return re.findall(r'value="[^"]*(/invitation/[\w-]+)"', page.body)[0]


def by_link(served: Served, email: str) -> Callable[[Client], Page]:
    path = invited(served)

    def send(browser: Client) -> Page:
        return browser.submit(browser.follow(browser.get(path, status=303)).form("/invitation/address"), email=email)

    return send


@dataclass(frozen=True)
class Door:
    """What is typed there, known and unknown, and how many hashes an answer costs."""

    name: str
    typed: tuple[str, ...]
    send: Callable[[Served, str], Callable[[Client], Page]]
    hashes: int = 0
    status: int = 303


DOORS = (
    Door("sign-in", (EVE, NOBODY, SHUT_OUT, "otter-12345", "otter-54321"),
         lambda _, who: submitted("/sign-in", "/sign-in", email=who, password="a wrong guess at it"), 1, 422),
    Door("reset", (EVE, NOBODY, SHUT_OUT, "otter-12345@x.example"),
         lambda _, who: submitted("/password/forgot", "/password/forgot", email=who)),
    Door("recovery", ("otter-12345", "otter-54321", EVE),
         lambda _, who: submitted("/password/recovery", "/password/recovery", sign_in_name=who,
                                  code="2222-3333-4444-5555", password=NEW), 1, 422),
    Door("registration", (EVE, NOBODY, SHUT_OUT), lambda _, who: submitted("/register", "/register", email=who)),
    Door("lost tickets", (EVE, NOBODY, SHUT_OUT),
         lambda _, who: submitted("/tickets/lost", "/tickets/lost", email=who)),
    Door("company", ("eve@elsewhere.example", "nobody@elsewhere.example"),
         lambda _, who: submitted("/sign-in", "/sign-in/sso", work_email=who), 0, 422),
    Door("invitation", (EVE, "max@people.example", NOBODY, SHUT_OUT), by_link),
)  # fmt: skip


def said(page: Page, typed: str) -> tuple[int, str, str]:
    """What an answer tells: its status, where it leads, and its words but for what was typed."""
    return page.status, page.headers.get("location", ""), page.text.replace(typed, "…")


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_a_door_answers_everybody_alike_at_the_same_cost(served: Served, door: Door) -> None:
    seen, costs, ways = set(), set(), set()
    for typed in door.typed:
        send = door.send(served, typed)
        browser = served.browser()
        before = Counted.calls
        page = send(browser)
        costs.add(Counted.calls - before)
        seen.add(said(page, typed))
        ways.add(tuple(sorted(line.partition("=")[0] for line in page.headers.get_list("set-cookie"))))
        if page.status == 303:
            seen.add(said(browser.follow(page), typed))
    assert len(seen) == (2 if door.status == 303 else 1), seen
    assert len(ways) == 1, f"the cookies differ: {ways}"
    assert costs == {door.hashes}
    assert {status for status, *_ in seen} <= {door.status, 200}


def test_a_new_account_without_an_address_tells_nothing_of_the_names_of_others(served: Served) -> None:
    """Whoever asks for a word that somebody has gets one of their own, as everybody does."""
    seen = set()
    for word in ("otter", "heron"):
        before = Counted.calls
        page = submitted("/register/name", "/register/name", name=word, password=NEW)(served.browser())
        assert Counted.calls - before == 1 and page.status == 200
        told = re.sub(rf"{word}-\d{{5}}|(\w{{4}}-){{3}}\w{{4}}", "…", page.text)
        seen.add(told)
    assert len(seen) == 1


def test_a_wrong_code_is_a_wrong_code_whatever_somebody_could_have_shown(served: Served) -> None:
    """The page for the second factor tells nobody whether there is an app, a code of which kind, or a used one."""
    eve = served.browser().sign_in(EVE)
    app, codes = add_app(served, eve)
    seen, costs = set(), set()
    used_up = [app.at(served.clock()), codes[0]]
    for code in used_up:
        browser = served.browser()
        enter(browser, EVE, PASSWORD)
        show_code(browser, code, status=303)
    for typed in ("123456", "2222-3333-4444-5555", *used_up):
        browser = served.browser()
        enter(browser, EVE, PASSWORD)
        form = browser.get("/sign-in/second").form("/sign-in/second")
        before = Counted.calls
        page = browser.submit(form, code=typed, status=422)
        costs.add(Counted.calls - before)
        seen.add(said(page, typed))
    assert len(seen) == 1 and costs == {0}


@pytest.mark.parametrize("place", ["/sign-in/ticket", "/tickets/redemption"])
def test_a_ticket_that_somebody_has_is_as_silent_as_one_that_nobody_has(served: Served, place: str) -> None:
    """Not whose it is, and not for what: the answer to a registered one names nothing that a stranger did not type."""
    taken, other = served.village.thing("eve", "active").code, mint()
    costs = set()
    for code in (taken, other):
        browser = served.browser() if place == "/sign-in/ticket" else served.as_("sid")
        before = Counted.calls
        page = browser.post(place, {"tickets": code})
        costs.add(Counted.calls - before)
        assert "canary" not in page.text and "Chisel" not in page.text and "eve" not in page.text.lower().split()
    assert costs == {0}
