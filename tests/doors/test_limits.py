"""Limits at the doors: guessing is slow and is noticed, and the rightful owner comes in all the same."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.db import Base
from portal.doors import limits, passwords
from portal.doors.hashing import Hasher
from portal.doors.limits import TooMany
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


class Counted(Hasher):
    """Counts how often a password is hashed."""

    calls = 0

    def verify(self, *args: object, **named: object) -> bool:  # type: ignore[override]
        Counted.calls += 1
        return super().verify(*args, **named)  # type: ignore[arg-type]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> type[Counted]:
    Counted.calls = 0
    monkeypatch.setattr(passwords, "_hasher", Counted())
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


def waits_of(served: Served, browser: Client, guesses: int) -> list[int]:
    """How many seconds each of so many wrong tickets makes the next one wait, if all of them are waited for."""
    token, waits = browser.token(), []
    for n in range(guesses):
        wrong = [mint(), "L48HF-DU2AW-KZNNT-UJDBG-2TCC2"][n % 2]
        page = browser.post("/sign-in/ticket", {"tickets": wrong}, token=token)
        assert page.status == 422, "whoever waited as long as they were told may try again"
        told = re.search(r"Try again in (\d+) (second|minute)", page.text)
        waits.append(int(told[1]) * (60 if told[2] == "minute" else 1) if told else 0)
        served.clock.advance(seconds=waits[-1])
    return waits


def test_wrong_tickets_wait_longer_and_longer_and_a_right_one_opens_from_elsewhere(served: Served) -> None:
    browser, free, code = served.browser(), limits.TICKET_ADDRESS.free, served.village.codes["free"]
    waits = waits_of(served, browser, 10)
    assert waits[: free - 1] == [0] * (free - 1), "whoever errs a few times waits for nothing"
    assert waits[free - 1 :] == [1, 2, 3, 6, 12, 22, 41]
    served.clock.advance(seconds=-1)
    late = browser.post("/sign-in/ticket", {"tickets": code})
    assert late.status == 429 and late.headers["retry-after"] == "1", "a right guess looks like a wrong one"
    assert "Try again in 1 second," in late.root.one("p", id="field-tickets-error").text
    assert served.browser(ELSEWHERE).open_with(code).get("/licenses").status == 200
    served.clock.advance(seconds=1)
    assert browser.open_with(code).get("/licenses").status == 200, "whoever waited comes in"


def test_guesses_at_the_same_moment_get_round_no_wait(served: Served) -> None:
    site, now, here = served.site, served.clock(), limits.at_ticket(HERE)
    site.limits.fail(served.database, now, here, limits.TICKET_ADDRESS.free - 1)
    with site.limits.trial(served.database, now, here) as first:
        with pytest.raises(TooMany), site.limits.trial(served.database, now, here):
            pytest.fail("a second guess while the first one is under way")
        first.failed()
    with pytest.raises(TooMany):
        site.limits.check(served.database, now, here)


def test_whoever_guesses_without_a_pause_is_looked_up_a_few_times_an_hour(served: Served) -> None:
    site, here, looked_up = served.site, limits.at_ticket(HERE), 0
    for _ in range(3600):
        try:
            with site.limits.trial(served.database, served.clock(), here) as trial:
                trial.failed()
            looked_up += 1
        except TooMany:
            served.clock.advance(seconds=1)
    assert 40 <= looked_up <= 4 * limits.TICKET_ADDRESS.most


def test_a_browser_that_a_ticket_came_in_with_waits_for_no_guesses_from_the_same_office(served: Served) -> None:
    own, other = served.village.codes["free"], served.village.codes["free too"]
    holder = served.browser().open_with(own)
    holder.post("/sign-out")
    guesses = "\n".join(mint() for _ in range(limits.TICKET_ADDRESS.most * limits.ONE_PASTE))
    assert served.browser().post("/sign-in/ticket", {"tickets": guesses}).status == 422
    for told in (other, f"{own} {other}", mint()):
        assert holder.post("/sign-in/ticket", {"tickets": told}).status == 429
    assert served.browser().post("/sign-in/ticket", {"tickets": own}).status == 429
    assert holder.post("/sign-in/ticket", {"tickets": own.lower()}).status == 303


def test_hundreds_of_guesses_in_one_paste_count_as_many(served: Served) -> None:
    browser, sid = served.browser(), served.as_("sid")
    guesses = "\n".join(mint() for _ in range(limits.TICKET_ADDRESS.most * limits.ONE_PASTE))
    assert browser.post("/sign-in/ticket", {"tickets": guesses}).status == 422
    assert browser.post("/sign-in/ticket", {"tickets": mint()}).status == 429
    served.clock.advance(minutes=16)
    assert sid.post("/tickets/redemption", {"tickets": guesses}).status == 200
    late = sid.post("/tickets/redemption", {"tickets": served.village.codes["free"]})
    assert late.status == 429 and "Try again in 15 minutes" in late.root.one("p", id="field-tickets-error").text
    assert late.form("/tickets/redemption").fields["tickets"] == served.village.codes["free"], "what was typed is lost"


def test_a_ticket_that_is_only_closed_counts_as_no_guess(served: Served) -> None:
    browser = served.browser()
    token = browser.token()
    fields = {"tickets": served.village.codes["withdrawn"]}
    for _ in range(limits.TICKET_ADDRESS.most + 5):
        assert browser.post("/sign-in/ticket", fields, token=token).status == 422


def test_guesses_inside_an_account_count_like_those_at_the_door(served: Served) -> None:
    sid, free = served.as_("sid"), limits.TICKET_ADDRESS.free
    token = sid.token()
    pages = [sid.post("/tickets/redemption", {"tickets": mint()}, token=token) for _ in range(free + 1)]
    assert [page.status for page in pages] == [200] * free + [429]
    assert pages[-1].headers["retry-after"] == "1"
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
