"""Requests to servers of other people: only where they may go, by an address that was looked at, and within limits."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from typing import Any

import httpcore2
import httpx2

from portal.doors.outside_rules import is_allowed_address, is_public

MOST_BYTES = 256 * 1024
MOST_SECONDS = 8.0
CONNECT_SECONDS = 3.0


class Unreachable(Exception):
    """The other server could not be asked, or answered in a way that is not waited for or read to its end."""


class Transport(httpx2.BaseTransport):
    """One conversation with another server: each host is looked up once, and the address that was judged is called.

    `reachable` are the hosts inside that the operator named. Time and bytes are those of the whole conversation.
    """

    def __init__(self, reachable: Iterable[str] = (), *, seconds: float = MOST_SECONDS) -> None:
        self._reachable = frozenset(reachable)
        backend = _Backend(self._reachable, time.monotonic() + seconds)
        self._pool = httpcore2.ConnectionPool(ssl_context=ssl.create_default_context(), network_backend=backend)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if not is_allowed_address(str(request.url), self._reachable):
            raise Unreachable("this address may not be asked")
        # What is packed could be small on the way and huge when it is opened.
        request.headers["accept-encoding"] = "identity"
        asked = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(
                scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.read(),
            extensions=request.extensions,
        )  # fmt: skip
        try:
            answer = self._pool.handle_request(asked)
            headers = httpx2.Headers(answer.headers)
            if headers.get("content-encoding", "identity") != "identity":
                raise Unreachable("the answer is packed")
            body = _read(answer)
        except (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError, OSError) as problem:
            raise Unreachable(f"no answer: {type(problem).__name__}") from problem
        return httpx2.Response(answer.status, headers=headers, content=body, request=request)

    def close(self) -> None:
        self._pool.close()


def _read(answer: httpcore2.Response) -> bytes:
    body = bytearray()
    try:
        for chunk in answer.iter_stream():
            body += chunk
            if len(body) > MOST_BYTES:
                raise Unreachable("the answer is too long")
    finally:
        answer.close()
    return bytes(body)


class _Backend(httpcore2.NetworkBackend):
    """Connects to an address that was judged, not to a name that may lead elsewhere when it is asked again."""

    def __init__(self, reachable: frozenset[str], deadline: float) -> None:
        self._reachable, self._deadline = reachable, deadline
        self._plain = httpcore2.SyncBackend()
        self._found: dict[tuple[str, int], str] = {}

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        address = self._found.get((host, port)) or self._judged(host, port)
        self._found[host, port] = address
        left = min(CONNECT_SECONDS, _left(self._deadline))
        return _Stream(self._plain.connect_tcp(address, port, left, None, socket_options), self._deadline)

    def _judged(self, host: str, port: int) -> str:
        try:
            found = [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except (OSError, UnicodeError) as problem:
            raise Unreachable("there is no such host") from problem
        if host not in self._reachable:
            # One address inside among several is as bad as one alone: nobody honest publishes both.
            if not found or not all(map(is_public, found)):
                raise Unreachable("this host is not on the internet")
        return found[0]


class _Stream(httpcore2.NetworkStream):
    """A connection that ends with the time of its conversation, and brings no more than so many bytes."""

    def __init__(self, inner: httpcore2.NetworkStream, deadline: float) -> None:
        self._inner, self._deadline, self._bytes = inner, deadline, 0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        read = self._inner.read(max_bytes, _left(self._deadline))
        self._bytes += len(read)
        if self._bytes > 2 * MOST_BYTES:
            raise Unreachable("the answer is too long")
        return read

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._deadline))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        secured = self._inner.start_tls(ssl_context, server_hostname, _left(self._deadline))
        return _Stream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise Unreachable("it took too long")
    return left


def client(reachable: Iterable[str], **options: Any) -> Any:
    """A client of the authorization code flow that asks under these rules. Its answers are read; it follows nothing."""
    from authlib.integrations.httpx_client import OAuth2Client

    return OAuth2Client(
        transport=Transport(reachable), follow_redirects=False, trust_env=False,
        headers={"user-agent": "license-portal", "accept": "application/json"}, **options,
    )  # fmt: skip


def get(asking: Any, url: str, headers: Mapping[str, str] | None = None) -> bytes:
    """The body of a plain 200; raises Unreachable for anything else."""
    answer = asking.request("GET", url, headers=dict(headers or {}), withhold_token=True)
    if answer.status_code != 200:
        raise Unreachable(f"the answer is {answer.status_code}")
    return answer.content
