"""Servers that are measured: the portal and the floors, each in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import client, processes

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers; `seconds` passed between its start and its first answer."""

    port: int
    pid: int
    seconds: float

    def cpu(self) -> float:
        return processes.cpu(self.pid)

    def memory(self) -> int:
        return processes.memory(self.pid)


@contextmanager
def portal(data: Path, database: str) -> Iterator[Server]:
    """The portal as an operator starts it, with its worker in another process."""
    with _running(["-m", "portal", "serve"], data, database) as server:
        yield server


@contextmanager
def floors(data: Path, database: str, environ: Mapping[str, str]) -> Iterator[Server]:
    """The same work on bare parts, behind the same server."""
    with _running(["-m", "benchmarks.floors"], data, database, environ) as server:
        yield server


@contextmanager
def _running(
    command: Sequence[str], data: Path, database: str, environ: Mapping[str, str] | None = None
) -> Iterator[Server]:
    port = _free_port()
    own = {"PORTAL_DATA": str(data), "PORTAL_DATABASE": database, "PORTAL_WORKER": "no", "PORT": str(port)}
    # An operator's portal keeps what Python has compiled; without that the start would be measured as a first one.
    kept = {
        name: value for name, value in os.environ.items()
        if not name.startswith("PORTAL_") and name != "PYTHONDONTWRITEBYTECODE"
    }  # fmt: skip
    log = data / f"{command[1]}-{port}.log"
    begun = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env={**kept, **own, **(environ or {})},
            stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        _first_answer(process, port, log)
        yield Server(port, process.pid, time.perf_counter() - begun)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _first_answer(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            connection = client.Connection(port)
            connection.ask(client.request("GET", "/healthz"))
            connection.close()
            return
        except ConnectionError:
            time.sleep(0.005)
    raise RuntimeError(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
