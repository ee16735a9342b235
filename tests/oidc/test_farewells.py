"""Leaving: here and at the provider, by the button and by what the provider says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from portal.models import Session
from tests.fixtures.client import Client
from tests.fixtures.hostile import CLIENT, Sent, key, part, signed
from tests.fixtures.page import Page
from tests.oidc.conftest import Company

EVENT = "http://schemas.openid.net/event/backchannel-logout"
Said = dict[str, Any]


def claims(company: Company, **changes: Any) -> Said:
    said = {
        "iss": company.provider.url, "aud": CLIENT, "iat": int(company.served.clock().timestamp()), "jti": "the first",
        "sub": "new-person", "sid": "their sign-in there", "events": {EVENT: {}},
    } | changes  # fmt: skip
    return {name: value for name, value in said.items() if value is not ...}


def tell(company: Company, token: object, **more: str) -> Page:
    """The provider says something, as a server without cookies does."""
    server = company.served.browser()
    return server.post("/sign-in/sso/logout", {"logout_token": str(token), **more}, token="")


@pytest.fixture
def inside(company: Company) -> Client:
    """Somebody who came in through the company."""
    company.provider.claims = lambda said: said | {"sid": "their sign-in there"}
    browser = company.served.browser()
    assert company.sign_in(browser).status == 303
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/account", status=None).status == 200


@pytest.mark.parametrize("left_out", ["sid", "sub", None])
def test_what_the_provider_says_ends_the_sign_in(company: Company, inside: Client, left_out: str | None) -> None:
    assert is_in(inside)
    changes = {left_out: ...} if left_out else {}
    answer = tell(company, signed(claims(company, **changes), {"typ": "logout+jwt"}))
    assert answer.status == 200 and answer.headers["cache-control"] == "no-store"
    assert not is_in(inside)


def test_other_sign_ins_of_the_same_person_stay(company: Company, inside: Client) -> None:
    company.provider.claims = lambda said: said | {"sid": "another sign-in there"}
    other = company.served.browser()
    company.sign_in(other)
    assert tell(company, signed(claims(company))).status == 200
    assert is_in(other) and not is_in(inside)


def test_nobody_else_is_signed_out(company: Company, inside: Client) -> None:
    eve = company.served.as_("eve")
    assert tell(company, signed(claims(company, sub="somebody", sid=...))).status == 200
    assert is_in(inside) and is_in(eve)


WRONG: dict[str, Callable[[Company], object]] = {
    "another issuer": lambda one: signed(claims(one, iss="https://login.elsewhere.example")),
    "for another client": lambda one: signed(claims(one, aud="another-client")),
    "for nobody": lambda one: signed(claims(one, aud=...)),
    "no event": lambda one: signed(claims(one, events=...)),
    "another event": lambda one: signed(claims(one, events={"http://elsewhere.example": {}})),
    "an event that is no object": lambda one: signed(claims(one, events={EVENT: True})),
    "events in a list": lambda one: signed(claims(one, events=[EVENT])),
    "a nonce": lambda one: signed(claims(one, nonce="x")),
    "about nobody": lambda one: signed(claims(one, sub=..., sid=...)),
    "no id": lambda one: signed(claims(one, jti=...)),
    "an id that is a number": lambda one: signed(claims(one, jti=7)),
    "no moment": lambda one: signed(claims(one, iat=...)),
    "made an hour ago": lambda one: signed(claims(one, iat=claims(one)["iat"] - 3_600)),
    "made in the future": lambda one: signed(claims(one, iat=claims(one)["iat"] + 3_600)),
    "over": lambda one: signed(claims(one, exp=claims(one)["iat"] - 120)),
    "unsigned": lambda one: f"{part({'alg': 'none'})}.{part(claims(one))}.",
    "signed by somebody else": lambda one: signed(claims(one), {"kid": "rsa"}, key("rsa of somebody else")),
    "with its own key": lambda one: signed(
        claims(one), {"jwk": key("rsa of somebody else").as_dict(private=False)}, key("rsa of somebody else")
    ),
    "another kind of token": lambda one: signed(claims(one), {"typ": "at+jwt"}),
    "an id_token": lambda one: signed(one.provider.right_claims()),
    "nonsense": lambda one: "a.b.c",
    "nothing": lambda one: "",
    "very long": lambda one: "a" * 20_000,
    "binary": lambda one: "\x01\x02ü",
    "brackets": lambda one: signed(b"[" * 5_000),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_farewell_ends_nothing(company: Company, inside: Client, wrong: str) -> None:
    answer = tell(company, WRONG[wrong](company))
    assert answer.status == 400 and is_in(inside)


def test_a_farewell_counts_once(company: Company, inside: Client) -> None:
    token = signed(claims(company))
    assert tell(company, token).status == 200
    company.sign_in(inside)
    assert tell(company, token).status == 400
    assert is_in(inside), "a copy of the first farewell ends no later sign-in"


def test_the_address_takes_nothing_else(company: Company, inside: Client) -> None:
    server = company.served.browser()
    server.ask("GET", "/sign-in/sso/logout", status=405)
    body = {"content-type": "application/json"}
    assert server.ask("POST", "/sign-in/sso/logout", headers=body, content=b"{}").status in (400, 422)
    huge = {"content-type": "application/x-www-form-urlencoded"}
    assert server.ask("POST", "/sign-in/sso/logout", headers=huge, content=b"a=" + b"b" * 40_000).status == 413
    assert is_in(inside)


class TestTheButton:
    def test_signing_out_here_signs_out_there(self, company: Company, inside: Client) -> None:
        page = inside.post("/sign-out", status=200)
        address = page.headers["refresh"].partition("url=")[2]
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{company.provider.url}/end_session?")
        assert asked["post_logout_redirect_uri"] == "http://portal.test/sign-in"
        assert asked["client_id"] == CLIENT and asked["id_token_hint"].count(".") == 2
        assert not is_in(inside)
        with company.served.database.reading() as db:
            assert db.execute(select(Session.id).where(Session.provider.is_not(None))).scalar() is None
        assert "signed out" in inside.get("/sign-in").text

    def test_whoever_came_in_otherwise_goes_nowhere(self, company: Company) -> None:
        assert company.served.as_("eve").post("/sign-out", status=303).location == "/sign-in"

    @pytest.mark.parametrize("away", [Sent(b"", 500), {"issuer": "x"}])
    def test_a_provider_that_is_gone_keeps_nobody_in(self, company: Company, inside: Client, away: object) -> None:
        company.served.clock.advance(minutes=11)
        company.provider.discovery = lambda _: away
        assert inside.post("/sign-out", status=303).location == "/sign-in"
        assert not is_in(inside)

    def test_the_token_is_not_readable_in_the_database(self, company: Company, inside: Client) -> None:
        with company.served.database.reading() as db:
            kept = db.execute(select(Session.id_token).where(Session.provider.is_not(None))).scalar_one()
        assert b"eyJ" not in (kept or b"eyJ")
