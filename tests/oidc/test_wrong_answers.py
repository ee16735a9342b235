"""A hostile provider: whatever is wrong with an answer, nobody comes in, nothing is made, and nothing breaks."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import OctKey

from tests.fixtures import hostile
from tests.fixtures.hostile import CLIENT, Provider, Sent, key, part, signed
from tests.oidc.conftest import Company

Lie = Callable[[Provider], None]


def says(**changes: Any) -> Lie:
    """Claims that are other than they should be; ... takes one out."""

    def lie(provider: Provider) -> None:
        provider.claims = lambda said: {
            name: value for name, value in (said | changes).items() if value is not ...
        }

    return lie


def at(name: str, seconds: int) -> Lie:
    """A moment that is so many seconds from now."""
    return lambda provider: says(**{name: int(provider.now.timestamp()) + seconds})(provider)


def token(make: Callable[[Any], Any]) -> Lie:
    return lambda provider: setattr(provider, "token", make)


def publishes(**changes: Any) -> Lie:
    def lie(provider: Provider) -> None:
        provider.discovery = lambda said: {
            name: value for name, value in (said | changes).items() if value is not ...
        }

    return lie


def hook(name: str, answer: Any) -> Lie:
    """Where this is asked for, that is the answer."""
    return lambda provider: setattr(provider, name, lambda said: answer)


def gives(**changes: Any) -> Lie:
    def lie(provider: Provider) -> None:
        provider.given = lambda said: {name: value for name, value in (said | changes).items() if value is not ...}

    return lie


def with_public_key_as_secret(said: Any) -> str:
    pem = key("rsa").as_pem(private=False)
    header, claims = part({"alg": "HS256", "kid": "rsa"}), part(said)
    return hmac_signed(header, claims, pem)


def hmac_signed(header: str, claims: str, secret: bytes) -> str:
    return f"{header}.{claims}.{part(hmac.digest(secret, f'{header}.{claims}'.encode(), hashlib.sha256))}"


def changed_after(said: Any) -> str:
    header, _, mark = signed(said).split(".")
    return f"{header}.{part(said | {'sub': 'somebody-else'})}.{mark}"


def own_key(said: Any) -> str:
    mine = key("rsa of somebody else")
    return signed(said, {"jwk": mine.as_dict(private=False), "kid": "rsa"}, mine)


def keys_of(*listed: dict[str, Any]) -> Lie:
    return hook("keys", {"keys": list(listed)})


def public(name: str, **more: Any) -> dict[str, Any]:
    return key(name).as_dict(private=False) | more


DEEP = b"[" * 5_000 + b"]" * 5_000
HUGE = Sent(b"{", chunk=b'"a":"' + b"a" * 65_536 + b'",')

LIES: dict[str, Lie] = {
    # who it is from, and whom it is for
    "another issuer": says(iss="https://login.elsewhere.example"),
    "the issuer with a slash": lambda provider: says(iss=f"{provider.url}/")(provider),
    "no issuer": says(iss=...),
    "an issuer that is a list": lambda provider: says(iss=[provider.url])(provider),
    "for somebody else": says(aud="another-client"),
    "for nobody": says(aud=...),
    "for nobody in a list": says(aud=[]),
    "for a number": says(aud=17),
    "for several and nobody asked": says(aud=[CLIENT, "another-client"]),
    "for several and somebody else asked": says(aud=[CLIENT, "another-client"], azp="another-client"),
    "asked by somebody else": says(azp="another-client"),
    "for an object among others": says(aud=[CLIENT, {"a": 1}], azp=CLIENT),
    "nobody in particular": says(sub=...),
    "an empty subject": says(sub=""),
    "a subject that is a number": says(sub=12),
    "a subject as long as a book": says(sub="x" * 300),
    "a subject with a NUL": says(sub="new\x00person"),
    # when
    "over long ago": at("exp", -3_600),
    "over a minute and a second ago": at("exp", -61),
    "no end": says(exp=...),
    "an end that is a text": says(exp="tomorrow"),
    "an end that is true": says(exp=True),
    "made in the future": at("iat", 120),
    "made long ago": at("iat", -3_600),
    "made at no time": says(iat=...),
    "not before next week": at("nbf", 7 * 86_400),
    # the answer to our question
    "no nonce": says(nonce=...),
    "another nonce": says(nonce="of another sign-in"),
    "an empty nonce": says(nonce=""),
    "a nonce that is a list": lambda provider: setattr(
        provider, "claims", lambda said: said | {"nonce": [said["nonce"]]}
    ),
    "no nonce, and it says that it knows none": lambda provider: (
        publishes(nonce_supported=False)(provider), says(nonce=...)(provider)
    ),
    "the hash of another access token": says(at_hash="bm90IHRoZSByaWdodCBvbmU"),
    "a hash that is a number": says(at_hash=1),
    # the signature
    "unsigned": token(lambda said: f"{part({'alg': 'none'})}.{part(said)}."),
    "unsigned in capitals": token(lambda said: f"{part({'alg': 'NONE', 'kid': 'rsa'})}.{part(said)}."),
    "no algorithm": token(lambda said: f"{part({'kid': 'rsa'})}.{part(said)}.{part(b'x' * 256)}"),
    "an algorithm that is a list": token(lambda said: f"{part({'alg': ['RS256']})}.{part(said)}.{part(b'x' * 256)}"),
    "signed with the public key as a secret": token(with_public_key_as_secret),
    "signed with the client's secret": token(
        lambda said: signed(said, by=OctKey.import_key(hostile.SECRET.encode(), {"kid": "rsa"}))
    ),
    "signed by somebody else": token(lambda said: signed(said, {"kid": "rsa"}, key("rsa of somebody else"))),
    "signed with a key that nobody published": token(lambda said: signed(said, by=key("rsa of somebody else"))),
    "changed after it was signed": token(changed_after),
    "without its signature": token(lambda said: signed(said).rpartition(".")[0] + "."),
    "with its own key": token(own_key),
    "with the address of a key": token(lambda said: signed(said, {"jku": "https://elsewhere.example/jwks"})),
    "with the address of a certificate": token(lambda said: signed(said, {"x5u": "https://elsewhere.example/c"})),
    "with a certificate": token(lambda said: signed(said, {"x5c": ["MIIB"]})),
    "with something critical": token(lambda said: f"{part({'alg': 'RS256', 'kid': 'rsa', 'crit': ['x'], 'x': 1})}"
                                     f".{part(said)}.{signed(said).split('.')[2]}"),
    "with RS512": token(lambda said: signed(said, {"alg": "RS512"})),
    "a curve for the kind of another": token(lambda said: signed(said, {"kid": "rsa"}, key("ec"))),
    "no kid where several fit": lambda provider: (
        keys_of(public("rsa"), public("rsa of somebody else"))(provider),
        token(lambda said: signed(said, {"kid": None}))(provider),
    ),
    "a kid that is a number": token(lambda said: f"{part({'alg': 'RS256', 'kid': 1})}.{part(said)}.{part(b'x' * 256)}"),
    "a weak key": lambda provider: (
        keys_of(public("weak"))(provider), token(lambda said: signed(said, by=key("weak")))(provider)
    ),
    "a key for encryption": keys_of(public("rsa", use="enc")),
    "a logout token in its place": token(lambda said: signed(said, {"typ": "logout+jwt"})),
    # what is no token at all
    "no token": gives(id_token=...),
    "a token that is an object": gives(id_token={"sub": "new-person"}),
    "a token of two parts": token(lambda said: signed(said).rpartition(".")[0]),
    "a token of nonsense": gives(id_token="a.b.c"),
    "a token as long as a book": gives(id_token="a" * 40_000 + ".b.c"),
    "claims that are a list": lambda provider: setattr(provider, "claims", lambda said: [said]),
    "claims that stand twice": token(lambda said: signed(
        json.dumps(said).encode()[:-1] + b', "email_verified": true, "email": "eve@people.example"}')),
    "claims with five thousand brackets": token(lambda said: signed(b'{"a":' + DEEP + b"}")),
    # the address
    "an address that nobody verified": says(email_verified=False),
    "verified as a text": says(email_verified="true"),
    "verified as a number": says(email_verified=1),
    "nothing about verified": says(email_verified=...),
    "an address of another domain": says(email="new.person@elsewhere.example"),
    "an address of a domain below": says(email="new.person@sub.brandt.example"),
    "an address that only ends alike": says(email="new.person@evilbrandt.example"),
    "two addresses": says(email="new.person@elsewhere.example,x@brandt.example"),
    "an address with a second line": says(email="new.person@brandt.example\r\nBcc: x@elsewhere.example"),
    "an address that is a list": says(email=["new.person@brandt.example"]),
    "an address of nobody anywhere": lambda provider: (
        says(email=...)(provider), hook("person", {"sub": "new-person"})(provider)
    ),
    "a page about somebody else": lambda provider: (
        says(email=...)(provider),
        hook("person", {"sub": "other", "email": "new.person@brandt.example", "email_verified": True})(provider),
    ),
    # what it gives for the code
    "nothing for the code": hook("given", Sent(b'{"error":"invalid_grant"}', 400)),
    "an error for the code": hook("given", Sent(b"<h1>Internal error</h1>", 500, "text/html")),
    "a page for the code": hook("given", Sent(b"<h1>Hello</h1>", 200, "text/html")),
    "a list for the code": hook("given", ["a", "b"]),
    "binary for the code": hook("given", Sent(b"\x00\xff\xfe" * 500)),
    "brackets for the code": hook("given", Sent(DEEP)),
    "another address for the code": hook("given", Sent(b"", 307, headers=(("location", "http://127.0.0.1:1/"),))),
    "an endless answer for the code": hook("given", HUGE),
    "a packed answer for the code": hook("given", Sent(b"\x1f\x8b\x08", headers=(("content-encoding", "gzip"),))),
    # what it publishes
    "keys of nobody": keys_of(),
    "keys that are no list": hook("keys", {"keys": "rsa"}),
    "keys that are nonsense": hook("keys", {"keys": [1, None, {"kty": "RSA"}, {"kty": ["EC"]}]}),
    "keys that are secrets": hook("keys", {"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "rsa"}]}),
    "ten thousand keys": lambda provider: keys_of(*[public("rsa")] * 1_000)(provider),
    "no keys at all": hook("keys", Sent(b"gone", 410)),
}  # fmt: skip

AT_THE_DOOR: dict[str, Lie] = {
    "it publishes another issuer": publishes(issuer="https://login.elsewhere.example"),
    "it publishes no issuer": publishes(issuer=...),
    "it has no place for codes": publishes(token_endpoint=...),
    "its place for codes is inside": publishes(token_endpoint="https://user:password@10.0.0.1/token"),
    "its place for codes is plain": publishes(token_endpoint="http://brandt.example/token"),
    "its place for codes is a file": publishes(token_endpoint="file:///etc/passwd"),
    "its keys are a list": publishes(jwks_uri=["https://a.example"]),
    "its door is a script": publishes(authorization_endpoint="javascript:alert(1)"),
    "its door has two lines": publishes(authorization_endpoint="https://a.example/\r\nSet-Cookie: session=x"),
    "it publishes an error": hook("discovery", Sent(b"{}", 503)),
    "it publishes a page": hook("discovery", Sent(b"<h1>Welcome</h1>", 200, "text/html")),
    "it publishes a list": hook("discovery", []),
    "it publishes brackets": hook("discovery", Sent(DEEP)),
    "it publishes binary": hook("discovery", Sent(b"\x80\x81\x82" * 100)),
    "it publishes without an end": hook("discovery", HUGE),
    "it publishes elsewhere": hook("discovery", Sent(b"", 302, headers=(("location", "http://169.254.169.254/"),))),
    "it publishes everything twice": hook("discovery", Sent(b'{"issuer":"a","issuer":"b"}')),
}


def test_there_are_many_lies() -> None:
    assert len(LIES) + len(AT_THE_DOOR) >= 60


def test_the_same_answer_without_a_lie_lets_somebody_in(company: Company) -> None:
    """Else everything below would be refused for a reason of its own."""
    before = company.made()
    assert company.sign_in().status == 303
    assert company.made() == tuple(count + 1 for count in before)


@pytest.mark.parametrize("lie", LIES)
def test_a_wrong_answer_lets_nobody_in(company: Company, lie: str) -> None:
    before, browser = company.made(), company.served.browser()
    LIES[lie](company.provider)
    asked = company.set_out(browser)
    page = company.come_back(browser, asked)
    assert page.status == 422, f"{page.status}: {page.text[:300]}"
    assert company.made() == before
    assert browser.cookie("session") is None
    assert len(company.refusals()) == 1
    assert browser.get("/account", status=303).location.startswith("/sign-in")


@pytest.mark.parametrize("lie", AT_THE_DOOR)
def test_nobody_is_sent_to_a_provider_that_publishes_nonsense(company: Company, lie: str) -> None:
    AT_THE_DOOR[lie](company.provider)
    browser = company.served.browser()
    page = browser.get(f"/sign-in/sso/{company.key}", status=422)
    assert "location" not in page.headers and browser.cookie("company") is None
    assert not {path for path in company.provider.asked if path != "/.well-known/openid-configuration"}


def test_a_slow_provider_is_not_waited_for(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.doors import outside

    monkeypatch.setattr(outside.Transport.__init__, "__kwdefaults__", {"seconds": 1.0})
    company.provider.discovery = lambda said: Sent(json.dumps(said).encode(), drip=0.2)
    page = company.served.browser().get(f"/sign-in/sso/{company.key}", status=422)
    assert "does not answer" in page.text


class TestAnotherBrowser:
    """The answer belongs to the browser that asked."""

    def test_the_state_of_another_browser_opens_nothing(self, company: Company) -> None:
        mine, other = company.served.browser(), company.served.browser()
        asked = company.set_out(mine)
        company.set_out(other)
        company.provider.nonce = asked["nonce"]
        before = company.made()
        assert company.come_back(other, asked).status == 422
        assert company.made() == before and other.cookie("session") is None

    def test_an_answer_to_a_browser_that_asked_nothing_opens_nothing(self, company: Company) -> None:
        asked = company.set_out(company.served.browser())
        assert company.come_back(company.served.browser(), asked).status == 422

    @pytest.mark.parametrize("state", [None, "", "x", "ü" * 40, "a" * 5_000])
    def test_no_other_state_will_do(self, company: Company, state: str | None) -> None:
        browser = company.served.browser()
        asked = company.set_out(browser)
        assert company.come_back(browser, asked, state=state).status == 422
        assert company.provider.asked == ["/.well-known/openid-configuration"], "it was asked for nothing"

    def test_an_answer_counts_once_even_with_a_copied_cookie(self, company: Company) -> None:
        browser, thief = company.served.browser(), company.served.browser()
        asked = company.set_out(browser)
        thief.http.cookies = browser.http.cookies.__class__(browser.http.cookies)
        assert company.come_back(browser, asked).status == 303
        before = company.made()
        assert company.come_back(thief, asked).status == 422
        assert company.come_back(browser, asked).status == 422
        assert company.made() == before

    def test_an_answer_that_comes_late_opens_nothing(self, company: Company) -> None:
        browser = company.served.browser()
        asked = company.set_out(browser)
        company.provider.now = company.served.clock.advance(minutes=10, seconds=1)
        assert company.come_back(browser, asked).status == 422

    @pytest.mark.parametrize("cookie", ["", "x", "A" * 200, "%00", "e30"])
    def test_a_cookie_that_is_not_ours_opens_nothing(self, company: Company, cookie: str) -> None:
        browser = company.served.browser()
        asked = company.set_out(browser)
        browser.http.cookies.set("company", cookie, domain="portal.test")
        assert company.come_back(company.served.browser(), asked).status == 422

    def test_the_answer_of_another_provider_opens_nothing(self, company: Company) -> None:
        browser = company.served.browser()
        asked = company.set_out(browser)
        assert company.come_back(browser, asked, iss="https://login.elsewhere.example").status == 422
        assert company.made()[1:] == (0, 0)

    def test_who_promises_to_name_itself_has_to(self, company: Company) -> None:
        publishes(authorization_response_iss_parameter_supported=True)(company.provider)
        browser = company.served.browser()
        assert company.come_back(browser, company.set_out(browser), iss=None).status == 422
        again = company.served.browser()
        assert company.come_back(again, company.set_out(again)).status == 303

    @pytest.mark.parametrize("said", [{"code": None}, {"code": ""}, {"error": "access_denied"}, {"code": "x" * 9_000}])
    def test_who_said_no_there_stays_out(self, company: Company, said: dict[str, str | None]) -> None:
        browser = company.served.browser()
        if said.get("code"):
            company.provider.given = lambda _: Sent(b'{"error":"invalid_grant"}', 400)
        assert company.come_back(browser, company.set_out(browser), **said).status == 422


def test_keys_are_read_again_for_an_unknown_one_at_most_once_a_minute(company: Company) -> None:
    company.provider.keys = lambda said: {"keys": [public("ec")]}
    assert company.sign_in().status == 422
    assert company.sign_in().status == 422
    assert company.provider.asked.count("/jwks") == 1, "a minute has not passed"
    company.provider.keys = lambda said: {"keys": said}
    company.provider.now = company.served.clock.advance(seconds=61)
    assert company.sign_in().status == 303
    assert company.provider.asked.count("/jwks") == 2
