"""The works that are measured: what is asked of the portal, as its readers and programs ask it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from benchmarks import client, stock
from benchmarks.client import Next

API = {"Content-Type": "application/vnd.api+json"}


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of request. `goal` and `least` are ratios to the floor; None where there is no floor."""

    name: str
    wanted: int
    connections: int = 4
    goal: float | None = None
    least: float | None = None


OVERVIEW = Work("overview, 50 of {owned}", 200, goal=0.75, least=0.5)
LICENSE = Work("license page", 200)
SIGN_IN = Work("password sign-in", 303, connections=2, goal=0.95, least=0.9)
ACTIVATION = Work("online activation", 201, goal=0.65, least=0.4)
ON_POSTGRESQL = replace(ACTIVATION, goal=0.5, least=0.3)
VALIDATION = Work("validation", 200)
CHECK_OUT = Work("check-out of a machine file", 200)


def again(request: bytes) -> Next:
    """The same request as often as there is time."""
    return lambda: request


def each(requests: Iterable[bytes]) -> Next:
    """Each request once."""
    waiting, turn = iter(requests), threading.Lock()

    def follow() -> bytes | None:
        with turn:
            return next(waiting, None)

    return follow


def page(path: str, cookie: str) -> bytes:
    return client.request("GET", path, {"Cookie": cookie})


def activations(keys: Iterable[str]) -> Iterator[bytes]:
    for key in keys:
        body = {"data": {"type": "machines", "attributes": {"fingerprint": fingerprint(key), "name": "DESK-BENCH"}}}
        yield _call("/api/v1/machines", key, body)


def validations(keys: Iterable[str]) -> Iterator[bytes]:
    for key in keys:
        body = {"meta": {"key": key, "scope": {"fingerprint": fingerprint(key)}}}
        yield _call("/api/v1/licenses/actions/validate-key", key, body)


def check_outs(keys: Iterable[str]) -> Iterator[bytes]:
    for key in keys:
        yield _call(f"/api/v1/machines/{fingerprint(key)}/actions/check-out?include=license", key, {})


def fingerprint(key: str) -> str:
    """The device that a key's program runs on."""
    return key.replace("-", "").lower()


def sign_in(port: int, email: str) -> bytes:
    """The form of the sign-in page, filled in; it may be sent as often as one likes."""
    connection = client.Connection(port)
    reply = connection.ask(client.request("GET", "/sign-in"))
    connection.close()
    token = re.search(r'name="csrf" value="([^"]+)"', reply.body.decode())
    assert token, "the sign-in page has no form"
    form = {"csrf": token[1], "email": email, "password": stock.PASSWORD, "next": "/licenses"}
    cookie = reply.headers["set-cookie"].partition(";")[0]
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    return client.request("POST", "/sign-in", headers, urlencode(form).encode())


def _call(path: str, key: str, document: object) -> bytes:
    return client.request("POST", path, {**API, "Authorization": f"License {key}"}, json.dumps(document).encode())
