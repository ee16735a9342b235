"""A browser's side of the measurement: requests over kept connections, each one timed."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: dict[str, str]
    packed: bytes  # as it came over the wire

    @property
    def body(self) -> bytes:
        return gzip.decompress(self.packed) if self.headers.get("content-encoding") == "gzip" else self.packed


class Connection:
    """One kept connection; answers carry their length, as those of the portal do."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = b""

    def ask(self, request: bytes) -> Reply:
        """Send a request and read the whole answer. Raises ConnectionError when the server hangs up."""
        self._socket.sendall(request)
        while (end := self._rest.find(b"\r\n\r\n")) < 0:
            self._read()
        head, self._rest = self._rest[:end], self._rest[end + 4 :]
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        while len(self._rest) < length:
            self._read()
        body, self._rest = self._rest[:length], self._rest[length:]
        return Reply(int(first.split(" ", 2)[1]), headers, body)

    def close(self) -> None:
        self._socket.close()

    def _read(self) -> None:
        more = self._socket.recv(1 << 18)
        if not more:
            raise ConnectionError("the server closed the connection")
        self._rest += more


def request(method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> bytes:
    """The bytes of a request, as a browser of today would ask for it."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Encoding: gzip, deflate", "Accept-Language: en"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


@dataclass
class Taken:
    """How long each request of a round took, in seconds, and the round itself."""

    times: list[float] = field(default_factory=list)
    elapsed: float = 0.0


Next = Callable[[], bytes | None]
"""The next request of a connection, or None when there are no more."""


def drive(port: int, follow: Next, connections: int, seconds: float, wanted: frozenset[int]) -> Taken:
    """Ask on several connections at once until the time or the requests are over; an answer that is none of the
    wanted states ends it with an error."""
    taken, problems = Taken(), []
    begun = time.perf_counter()

    def run() -> None:
        connection, own = Connection(port), []
        try:
            while time.perf_counter() - begun < seconds and (ask := follow()) is not None:
                at = time.perf_counter()
                reply = connection.ask(ask)
                own.append(time.perf_counter() - at)
                if reply.status not in wanted:
                    raise ConnectionError(f"{reply.status} came back for {ask[:60]!r}: {reply.body[:300]!r}")
        except Exception as problem:
            problems.append(problem)
        finally:
            connection.close()
            taken.times += own

    threads = [threading.Thread(target=run) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken.elapsed = time.perf_counter() - begun
    if problems:
        raise problems[0]
    return taken
