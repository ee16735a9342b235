"""Bad input over raw HTTP: a clean JSON answer that says what is wrong, never a 500, and nothing is changed."""

import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from portal.models import Activation, Device, Event, License, Operation, WaitingDevice
from tests.actions.estate import Minted, pc
from tests.api.calling import JSON_API, Program, Reply, Visitor, machine_document, send
from tests.api.running import Running

TABLES = (License, Activation, Device, WaitingDevice, Operation, Event)
TEN_MEGABYTES = 10 * 1024 * 1024
NOT_JSON = 'data-attributes-fingerprint="fp"'


@pytest.fixture
def running(running_on_both: Running) -> Running:
    return running_on_both


def everything(running: Running) -> dict[str, list[tuple[object, ...]]]:
    with running.look() as db:
        return {
            table.__tablename__: [tuple(row) for row in db.execute(select(*table.__table__.columns))]
            for table in TABLES
        }


@pytest.fixture
def unchanged(running: Running, minted: Minted) -> Iterator[None]:
    """Whatever the test sends, the database looks the same afterwards."""
    before = everything(running)
    yield
    assert everything(running) == before


def attributes(**changed: object) -> bytes:
    document = machine_document(pc(1))
    document["data"]["attributes"] |= changed
    return json.dumps(document).encode()


def components(listed: object) -> bytes:
    document = machine_document(pc(1))
    document["data"]["relationships"]["components"] = listed
    return json.dumps(document).encode()


def license_id(value: object) -> bytes:
    return json.dumps(machine_document(pc(1), 1) | {}).replace('"id": "1"', f'"id": {json.dumps(value)}').encode()


NUL = attributes(name="DESK\x00-77")
LONE_SURROGATE = attributes(name="\ud800")

ACTIVATIONS: dict[str, tuple[bytes, int, str]] = {
    "no JSON": (NOT_JSON.encode(), 400, "BAD_REQUEST"),
    "half a document": (attributes()[:-7], 400, "BAD_REQUEST"),
    "broken UTF-8": (b'{"data":"\xff"}', 400, "BAD_REQUEST"),
    "a lone surrogate": (LONE_SURROGATE, 400, "BAD_REQUEST"),
    "a list": (b"[]", 400, "BAD_REQUEST"),
    "nothing": (b"", 422, "PARAMETER_MISSING"),
    "5,000 nested lists": (b'{"data":' + b"[" * 5000 + b"]" * 5000 + b"}", 400, "BAD_REQUEST"),
    "5,000 nested objects": (b'{"a":' * 5000 + b"1" + b"}" * 5000, 400, "BAD_REQUEST"),
    "10 MB": (b" " * TEN_MEGABYTES, 413, "CONTENT_TOO_LARGE"),
    "a fingerprint of 10,000 characters": (attributes(fingerprint="f" * 10_000), 422, "PARAMETER_INVALID"),
    "no fingerprint": (attributes(fingerprint=None), 422, "PARAMETER_MISSING"),
    "an empty fingerprint": (attributes(fingerprint=""), 422, "PARAMETER_MISSING"),
    "a blank fingerprint": (attributes(fingerprint="   "), 422, "PARAMETER_INVALID"),
    "a fingerprint with NUL": (attributes(fingerprint="fp\x00"), 422, "PARAMETER_INVALID"),
    "a fingerprint that is a number": (attributes(fingerprint=4711), 422, "PARAMETER_INVALID"),
    "a fingerprint that is an object": (attributes(fingerprint={"$ne": None}), 422, "PARAMETER_INVALID"),
    "a name with NUL": (NUL, 422, "PARAMETER_INVALID"),
    "a name with line ends": (attributes(name="DESK\r\nSet-Cookie: a=b"), 422, "PARAMETER_INVALID"),
    "a name of 10,000 characters": (attributes(name="n" * 10_000), 422, "PARAMETER_INVALID"),
    "cores without end": (attributes(cores=10**30), 422, "PARAMETER_INVALID"),
    "cores in words": (attributes(cores="eight"), 422, "PARAMETER_INVALID"),
    "attributes that are a list": (b'{"data":{"attributes":[]}}', 422, "PARAMETER_MISSING"),
    "components that are a text": (components("board"), 422, "PARAMETER_INVALID"),
    "a component without a name": (components([{"data": {"attributes": {}}}]), 422, "PARAMETER_MISSING"),
    "a component that is a number": (components([7]), 422, "PARAMETER_MISSING"),
    "1,000 components": (components([{"data": {}}] * 1000), 422, "PARAMETER_INVALID"),
    "another license": (license_id("0193b6c2-0000-7000-8000-000000000000"), 404, "NOT_FOUND"),
    "a license that is an object": (license_id({"a": 1}), 404, "NOT_FOUND"),
}


def test_bad_activations(program: Program, unchanged: None) -> None:
    headers = {"Authorization": f"License {program.key}", "Content-Type": JSON_API}
    answers = {}
    for what, (body, *_) in ACTIVATIONS.items():
        reply = sent(program.url, "POST", "/api/v1/machines", headers, body)
        answers[what] = (body, reply.status, reply.error["code"])
        if reply.status == 422:
            assert reply.error["source"]["pointer"].startswith("/data/"), what
    assert answers == ACTIVATIONS


def sent(url: str, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
    """As `send`, for bodies that the server refuses before it has read them to the end."""
    try:
        return send(url, method, path, headers, body)
    except (BrokenPipeError, ConnectionResetError):
        return send(url, method, path, headers | {"Content-Length": str(len(body))}, None)


def raw(running: Running, head: str) -> tuple[int, str]:
    """Send these very bytes and read until the server has nothing more to say: status and all of it."""
    parts = urlsplit(running.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode("latin-1"))
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return int(answer.split()[1]), answer.decode("latin-1")


NOWHERE = (
    "GET /api/v1/machines/%00",
    "GET /api/v1/machines/%ff%fe",
    "GET /api/v1/machines/%2e%2e%2f",
    f"GET /api/v1/machines/{'f' * 10_000}",
    "GET /api/v1/licenses/none/machines",
    "GET /api/v1/licenses/0193b6c2-0000-7000-8000-000000000000",
    "DELETE /api/v1/machines/'%20or%201=1--",
    "GET /api/v1/nothing",
)


def test_addresses_that_are_none(running: Running, minted: Minted, unchanged: None) -> None:
    for line in NOWHERE:
        head = f"{line} HTTP/1.1\nHost: portal\nAuthorization: License {minted.code}\nConnection: close\n\n"
        status, answer = raw(running, head)
        assert status == 404 and '"code":"NOT_FOUND"' in answer, line


def test_a_method_that_is_none(program: Program, unchanged: None) -> None:
    reply = program.call("PUT", "/machines", {})
    assert (reply.status, reply.error["code"]) == (405, "METHOD_NOT_ALLOWED")


QUERIES = (
    "&".join(["a=1"] * 500), "limit=" + "9" * 5000, "limit=-1", "limit=%00", "limit=%C2%B2", "%ff=%fe", "lang=xx"
)  # fmt: skip


def test_queries_that_mean_nothing_do_no_harm(program: Program, minted: Minted, unchanged: None) -> None:
    for query in QUERIES:
        reply = program.call("GET", f"/licenses/{minted.license.public_id}/machines?{query}")
        assert (reply.status, reply.json) == (200, {"data": []}), query


KEYS = ("", "A", "x" * 5000, "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", "\xe4\xf6\xfc\xdf\xb2", "' or 1=1 --", "%00")


def test_unknown_keys_are_all_answered_alike(running: Running, unchanged: None) -> None:
    for key in KEYS:
        guess = Program(running.url, key)
        for reply in (guess.call("GET", "/me"), guess.activate(pc(1)), guess.call("DELETE", "/machines/fp-1")):
            assert (reply.status, reply.error["code"]) == (401, "LICENSE_INVALID"), key


def test_guessing_keys_is_stopped_for_the_guesser_and_not_for_the_owner(
    running: Running, program: Program, minted: Minted
) -> None:
    """A known key is no guess: it is never counted, and never refused for what others tried."""
    guesses = [Program(running.url, f"GUESS-{number:05}").call("GET", "/me") for number in range(31)]
    assert [guess.status for guess in guesses[:30]] == [401] * 30
    late = guesses[30]
    assert (late.status, late.error["code"]) == (429, "TOO_MANY_REQUESTS")
    assert int(late.headers["Retry-After"]) == 1, "the wait begins small, and grows with each guess"
    for name in ("Window", "Count", "Limit", "Remaining", "Reset"):
        assert late.headers[f"X-RateLimit-{name}"]
    assert program.call("GET", "/me").status == 200


def test_an_idempotency_key_that_is_none(program: Program, unchanged: None) -> None:
    for key in ("k" * 201, "k\tk"):
        assert program.activate(pc(1), Idempotency_Key=key).error["code"] == "BAD_REQUEST"


SCOPES: tuple[tuple[object, int], ...] = (
    (None, 200), ([], 200), ("text", 200), ({"product": {}}, 200), ({"entitlements": [{}]}, 200),
    ({"fingerprint": 7}, 422), ({"fingerprint": "f" * 999}, 422), ({"fingerprint": "\x00"}, 422),
)  # fmt: skip


def test_a_scope_that_is_none_is_answered_without_a_500(program: Program, unchanged: None) -> None:
    for scope, status in SCOPES:
        reply = program.call("POST", "/licenses/actions/validate-key", {"meta": {"key": program.key, "scope": scope}})
        assert reply.status == status, scope
        assert reply.json["meta"]["valid"] is False if status == 200 else reply.error["code"] == "PARAMETER_INVALID"


def test_a_device_name_with_html_is_kept_and_shown_as_text(running: Running, program: Program, minted: Minted) -> None:
    name = "<script>alert('PC')</script>\"><img src=x onerror=alert(1)>&amp;"
    assert program.activate(pc(1, name=name)).json["data"]["attributes"]["name"] == name
    visitor = Visitor(running.url)
    page = visitor.get(visitor.enter_with(minted.code).headers["location"]).text
    shown = "&lt;script&gt;alert(&#39;PC&#39;)&lt;/script&gt;"
    assert shown in page
    assert "<script>alert" not in page and "<img src=x" not in page
