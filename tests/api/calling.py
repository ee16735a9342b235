"""Calls over real sockets: programs with a license key, and visitors with cookies and forms."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPMessage
from typing import Any
from urllib.parse import urlencode, urlsplit

from portal.actions.devices import Machine

JSON_API = "application/vnd.api+json"
PATIENCE = 60


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def error(self) -> dict[str, Any]:
        """The one error of a JSON answer; anything else is no clean refusal."""
        assert self.status >= 400 and self.headers["content-type"] == JSON_API, (self.status, self.body[:200])
        [error] = self.json["errors"]
        assert error["title"] and error["detail"] and error["code"] == error["code"].upper()
        return error


def send(url: str, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None) -> Reply:
    """One request on a connection of its own, with exactly these headers."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


@dataclass(frozen=True)
class Program:
    """A protected program with its license key; `call` speaks as the public clients do."""

    url: str
    key: str

    def call(self, method: str, path: str, document: Any = None, **headers: str) -> Reply:
        body = None if document is None else json.dumps(document).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        standard = {"Authorization": f"License {self.key}", "Accept": JSON_API, "Content-Type": JSON_API}
        return send(self.url, method, f"/api/v1{path}", standard | named, body)

    def activate(self, machine: Machine, license_id: object = None, **headers: str) -> Reply:
        return self.call("POST", "/machines", machine_document(machine, license_id), **headers)

    def validate(self, fingerprint: str | None = None, **scope: object) -> Reply:
        wanted = {"product": "CADPRO", **({"fingerprint": fingerprint} if fingerprint else {}), **scope}
        return self.call("POST", "/licenses/actions/validate-key", {"meta": {"key": self.key, "scope": wanted}})


def machine_document(machine: Machine, license_id: object = None) -> dict[str, Any]:
    parts = [
        {"data": {"type": "components", "attributes": {"name": name, "fingerprint": value}}}
        for name, value in machine.components.items()
    ]
    relationships: dict[str, Any] = {"components": parts}
    if license_id is not None:
        relationships["license"] = {"data": {"type": "licenses", "id": str(license_id)}}
    attributes = {"fingerprint": machine.fingerprint, "name": machine.name}
    return {"data": {"type": "machines", "attributes": attributes, "relationships": relationships}}


@dataclass
class Visitor:
    """A browser without JavaScript: it keeps cookies, and posts forms with the token of the page it saw."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""

    def get(self, path: str) -> Reply:
        reply = self._ask("GET", path)
        if found := re.search(r'name="csrf" value="([^"]+)"', reply.text):
            self.csrf = found[1]
        return reply

    def post(self, path: str, **fields: str) -> Reply:
        body = urlencode({"csrf": self.csrf, **fields}).encode()
        return self._ask("POST", path, {"Content-Type": "application/x-www-form-urlencoded"}, body)

    def enter_with(self, ticket: str) -> Reply:
        self.get("/sign-in")
        return self.post("/sign-in/ticket", tickets=ticket)

    def _ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> Reply:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        reply = send(self.url, method, path, {"Cookie": cookie, **(headers or {})}, body)
        for line in reply.headers.get_all("set-cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return reply


def at_once(calls: list[Callable[[], Reply]]) -> list[Reply]:
    """Make all these calls at the same moment, each on a thread and a connection of its own."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], Reply]) -> Reply:
        gate.wait(PATIENCE)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
