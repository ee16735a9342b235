"""Limits at the doors: guessing is slow and is noticed, and the rightful owner comes in all the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from portal.db import Base
from portal.doors import limits, passwords
from portal.files.tickets import mint
from portal.models import Attempt, Event
from tests.fixtures.client import HERE, Client, Served

EVE = "eve@people.example"
ELSEWHERE = "203.0.113.9"


def rows(served: Served) -> dict[str, int]:
    """How many rows each table has."""
    with served.database.reading() as db:
        return {
            table.name: db.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
        }


def guess(browser: Client, token: str, email: str = EVE, password: str = "guess", **headers: str) -> tuple[int, str]:
    """A guess by a program, which reads nothing of the page but whether it is in."""
    fields = {"csrf": token, "email": email, "password": password}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = browser.http.post("/sign-in", data=fields, headers=named)
    return answer.status_code, answer.headers.get("retry-after", "")


class Counted(PasswordHasher):
    """Counts how often a password is hashed."""

    calls = 0

    def verify(self, *args: object, **named: object) -> bool:  # type: ignore[override]
        Counted.calls += 1
        return super().verify(*args, **named)  # type: ignore[arg-type]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> type[Counted]:
    Counted.calls = 0
    monkeypatch.setattr(passwords, "_hasher", Counted(time_cost=2, memory_cost=19 * 1024, parallelism=1))
    return Counted


def test_a_thousand_wrong_passwords_change_one_bounded_table_and_lock_nobody_out(
    served: Served, counted: type[Counted]
) -> None:
    before = rows(served)
    browser = served.browser()
    token = browser.token()
    answers = [guess(browser, token) for _ in range(1000)]
    assert [status for status, _ in answers] == [422] * limits.ACCOUNT.most + [429] * (1000 - limits.ACCOUNT.most)
    assert all(0 < int(after) <= 900 for status, after in answers if status == 429)
    assert counted.calls == limits.ACCOUNT.most, "what is refused is hashed all the same"
    after = rows(served)
    grown = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert grown == {"attempts": 3 * limits.ACCOUNT.most, "events": limits.ACCOUNT.most}
    assert served.browser(ELSEWHERE).sign_in(EVE).get("/licenses").heading == "Your licenses"


def test_the_wait_ends(served: Served) -> None:
    browser = served.browser()
    token = browser.token()
    for _ in range(limits.ACCOUNT.most):
        guess(browser, token)
    status, wait = guess(browser, token)
    page = browser.post("/sign-in", {"email": EVE, "password": "x"}, token=token)
    assert status == 429 and "Try again in 15 minutes" in page.root.one("p", id="field-email-error").text
    served.clock.advance(seconds=int(wait))
    assert guess(browser, token)[0] == 422


def test_many_accounts_from_one_address_are_limited_too(served: Served) -> None:
    browser = served.browser()
    token = browser.token()
    statuses = [guess(browser, token, f"person{n}@people.example")[0] for n in range(limits.PASSWORD_ADDRESS.most + 2)]
    assert statuses == [422] * limits.PASSWORD_ADDRESS.most + [429] * 2


def test_many_addresses_of_one_network_are_limited_too(served: Served) -> None:
    most = limits.PASSWORD_NETWORK.most
    subjects = [(limits.PASSWORD_NETWORK, limits.network(HERE))]
    for _ in range(most):
        served.site.limits.fail(served.database, served.clock(), subjects)
    neighbor, stranger = served.browser("198.51.100.200"), served.browser(ELSEWHERE)
    assert guess(neighbor, neighbor.token())[0] == 429
    assert guess(stranger, stranger.token())[0] == 422


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.0/24"), ("2001:db8:1:2::9", "2001:db8:1::/48"), ("nonsense", "nonsense"), ("", ""),
    ],
)  # fmt: skip
def test_a_network_is_what_one_customer_of_a_provider_has(address: str, network: str) -> None:
    assert limits.network(address) == network


def test_known_and_unknown_people_cost_the_same_and_read_the_same(served: Served, counted: type[Counted]) -> None:
    browser = served.browser()
    token = browser.token()
    said, cost = [], []
    for email in (EVE, "nobody@people.example", "sid@people.example"):
        before = counted.calls
        page = browser.post("/sign-in", {"email": email, "password": "wrong"}, token=token)
        said.append(page.text.replace(email, ""))
        cost.append(counted.calls - before)
    assert cost == [1, 1, 1]
    assert len(set(said)) == 1


@pytest.mark.parametrize("forged", ["203.0.113.50", "10.0.0.1, 203.0.113.51", "unknown", "::1", "x" * 3000])
def test_an_address_that_a_stranger_claims_is_ignored(served: Served, forged: str) -> None:
    browser = served.browser()
    token = browser.token()
    for n in range(limits.ACCOUNT.most):
        guess(browser, token, x_forwarded_for=f"192.0.2.{n}")
    assert guess(browser, token, x_forwarded_for=forged)[0] == 429


def test_a_trusted_proxy_tells_who_asks_and_strangers_before_it_do_not(portal) -> None:  # type: ignore[no-untyped-def]
    served = portal(PORTAL_TRUSTED_PROXIES="10.0.0.0/8")
    proxied, direct = served.browser("10.1.2.3"), served.browser(ELSEWHERE)
    token = proxied.token()
    for n in range(limits.ACCOUNT.most):
        guess(proxied, token, x_forwarded_for=f"192.0.2.{n}, 203.0.113.77, 10.9.9.9")
    assert guess(proxied, token, x_forwarded_for="198.51.100.1, 203.0.113.77")[0] == 429
    assert guess(proxied, token, x_forwarded_for="203.0.113.77, 198.51.100.1")[0] == 422
    assert guess(direct, direct.token(), x_forwarded_for="192.0.2.200")[0] == 429, "the same network"


def test_guessing_tickets_is_limited_and_a_right_one_opens_from_elsewhere(served: Served) -> None:
    browser = served.browser()
    token = browser.token()
    most = limits.TICKET_ADDRESS.most
    wrong = [mint(), "L48HF-DU2AW-KZNNT-UJDBG-2TCC2"]
    pages = [browser.post("/sign-in/ticket", {"tickets": wrong[n % 2]}, token=token) for n in range(most + 1)]
    assert [page.status for page in pages] == [422] * most + [429]
    assert 0 < int(pages[-1].headers["retry-after"]) <= 900
    assert "Try again in 15 minutes" in pages[-1].root.one("p", id="field-tickets-error").text
    code = served.village.codes["free"]
    told = browser.post("/sign-in/ticket", {"tickets": code}, token=token)
    assert told.status == 429, "beyond the limit a right one can be told from a wrong one"
    assert served.browser(ELSEWHERE).open_with(code).get("/licenses").status == 200


def test_hundreds_of_guesses_in_one_paste_count_as_many(served: Served) -> None:
    browser, sid = served.browser(), served.as_("sid")
    guesses = "\n".join(mint() for _ in range(limits.TICKET_ADDRESS.most * limits.ONE_PASTE))
    assert browser.post("/sign-in/ticket", {"tickets": guesses}).status == 422
    assert browser.post("/sign-in/ticket", {"tickets": mint()}).status == 429
    served.clock.advance(minutes=16)
    assert sid.post("/tickets/redemption", {"tickets": guesses}).status == 200
    assert sid.post("/tickets/redemption", {"tickets": mint()}).status == 429


def test_a_ticket_that_is_only_closed_counts_as_no_guess(served: Served) -> None:
    browser = served.browser()
    token = browser.token()
    fields = {"tickets": served.village.codes["withdrawn"]}
    for _ in range(limits.TICKET_ADDRESS.most + 5):
        assert browser.post("/sign-in/ticket", fields, token=token).status == 422


def test_guesses_inside_an_account_count_like_those_at_the_door(served: Served) -> None:
    sid = served.as_("sid")
    token = sid.token()
    pages = [
        sid.post("/tickets/redemption", {"tickets": mint()}, token=token) for _ in range(limits.TICKET_ADDRESS.most + 1)
    ]
    assert [page.status for page in pages] == [200] * limits.TICKET_ADDRESS.most + [429]
    assert "retry-after" in pages[-1].headers
    stranger = served.browser()
    assert stranger.post("/sign-in/ticket", {"tickets": mint()}).status == 429


def test_guesses_from_everywhere_raise_one_alarm(served: Served) -> None:
    with served.database.writing() as db:
        told = [served.site.limits.is_alarming(db, served.clock()) for _ in range(limits.ALARM.most - 2)]
    assert not any(told)
    for n in range(4):
        browser = served.browser(f"192.0.2.{n}")
        browser.post("/sign-in/ticket", {"tickets": mint()})
    with served.database.reading() as db:
        alarms = db.execute(select(func.count()).where(Event.kind == "guessing.alarm")).scalar_one()
    assert alarms == 1


def test_attempts_are_forgotten_and_hold_no_address(served: Served) -> None:
    browser = served.browser()
    guess(browser, browser.token())
    with served.database.writing() as db:
        keys = db.execute(select(Attempt.key)).scalars().all()
        assert limits.forget_old(db, served.clock()) == 0
        assert limits.forget_old(db, served.clock() + timedelta(hours=3)) == len(keys) == 3
    assert not any(HERE.encode() in key or EVE.encode() in key for key in keys)
