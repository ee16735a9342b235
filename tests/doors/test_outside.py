"""Where the portal asks servers of other people, and how long it listens to them."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest

from portal.doors import outside
from portal.doors.outside import Unreachable
from portal.doors.outside_rules import is_allowed_address, is_public
from tests.fixtures import hostile
from tests.fixtures.hostile import Provider, Sent

NOW = datetime(2026, 11, 20, tzinfo=UTC)
HERE = ("127.0.0.1", "localhost")


@pytest.fixture
def provider() -> Iterator[Provider]:
    with hostile.provider_running(NOW) as running:
        yield running


def asked(url: str, *reachable: str, seconds: float = 8.0) -> bytes:
    client = outside.client(reachable)
    client._transport = outside.Transport(reachable, seconds=seconds)
    with closing(client):
        return outside.get(client, url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.7", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1",
        "ff02::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "2001:db8::1", "nonsense",
    ],
)  # fmt: skip
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_an_address_outside_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://login.example/", "ftp://login.example/", "file:///etc/passwd", "javascript:alert(1)", "//login.example",
        "https://", "https:///path", "https://user@login.example/", "https://user:x@login.example/", "https://a.example/#x",
        "https://a.example/#", "https://a.example/a b", "https://a.example\\@b.example/", "https://a.example/\r\nX: y",
        "https://a.example:99999/", "https://[::1/", "https://ä.example/", "https://a.example/" + "x" * 2_000, None, 7,
        "http://127.0.0.1/", "http://localhost:80/",
    ],
)  # fmt: skip
def test_only_plain_https_addresses_are_asked(url: object) -> None:
    assert not is_allowed_address(url, ())


def test_plain_http_is_for_this_machine_alone_and_only_where_it_was_named() -> None:
    assert is_allowed_address("http://127.0.0.1:3000/x", ("127.0.0.1",))
    assert is_allowed_address("http://localhost:3000/x", ("localhost",))
    assert not is_allowed_address("http://sign-in.intern.example/", ("sign-in.intern.example",))
    assert is_allowed_address("https://sign-in.intern.example/", ())


def test_a_host_inside_is_asked_only_where_the_operator_named_it(provider: Provider) -> None:
    assert b"issuer" in asked(f"{provider.url}/.well-known/openid-configuration", *HERE)
    with pytest.raises(Unreachable):
        asked(f"{provider.url}/.well-known/openid-configuration")
    assert len(provider.asked) == 1


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"])
def test_no_other_name_leads_inside(provider: Provider, host: str) -> None:
    """The name is https, so only where it leads to can stop it."""
    port = provider.url.rpartition(":")[2]
    with pytest.raises(Unreachable, match="not on the internet|no such host"):
        asked(f"https://{host}:{port}/")
    assert provider.asked == []


def test_a_name_is_looked_up_once_and_cannot_lead_elsewhere_later(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First an address on the internet, then one inside: the classic way round a check."""
    answers = [["93.184.215.14"], ["127.0.0.1"]]
    called: list[str] = []

    def lookup(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    def connect(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
        called.append(address[0])
        raise OSError("nobody there")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(socket, "create_connection", connect)
    client = outside.client(())
    with closing(client):
        for _ in range(3):
            with pytest.raises(Unreachable):
                outside.get(client, "https://rebinding.example/")
    assert set(called) == {"93.184.215.14"}


def test_one_address_inside_among_several_is_enough_to_say_no(monkeypatch: pytest.MonkeyPatch) -> None:
    def lookup(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (one, port)) for one in ("93.184.215.14", "10.0.0.7")]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with pytest.raises(Unreachable, match="not on the internet"):
        asked("https://both.example/")


def test_a_redirect_is_not_followed(provider: Provider) -> None:
    provider.discovery = lambda _: Sent(b"", 302, headers=(("location", f"{provider.url}/jwks"),))
    with pytest.raises(Unreachable, match="302"):
        asked(f"{provider.url}/.well-known/openid-configuration", *HERE)
    assert len(provider.asked) == 1


@pytest.mark.parametrize(
    "sent",
    [
        Sent(b"a", chunk=b"a" * 65_536),
        Sent(b"a" * (outside.MOST_BYTES + 1)),
        Sent(b"x", headers=tuple((f"x-{at}", "y" * 500) for at in range(2_000))),
        Sent(b"\x1f\x8b", headers=(("content-encoding", "gzip"),)),
        Sent(b"\x1f\x8b", headers=(("content-encoding", "br, gzip"),)),
    ],
    ids=["without an end", "a byte too long", "with endless headers", "packed", "packed twice"],
)
def test_an_answer_is_read_only_so_far(provider: Provider, sent: Sent) -> None:
    provider.discovery = lambda _: sent
    with pytest.raises(Unreachable):
        asked(f"{provider.url}/.well-known/openid-configuration", *HERE)


def test_an_answer_that_drips_is_cut_off(provider: Provider) -> None:
    """Each byte comes in time; only the whole does not."""
    provider.discovery = lambda _: Sent(b"{" + b" " * 1_000, drip=0.1)
    began = time.monotonic()
    with pytest.raises(Unreachable):
        asked(f"{provider.url}/.well-known/openid-configuration", *HERE, seconds=1.0)
    assert time.monotonic() - began < 5


def test_a_server_that_takes_the_call_and_says_nothing_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        began = time.monotonic()
        with pytest.raises(Unreachable):
            asked(f"http://127.0.0.1:{mute.getsockname()[1]}/", *HERE, seconds=1.0)
        assert time.monotonic() - began < 5
