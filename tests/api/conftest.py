"""A running portal with a license, and the example program on as many PCs as a test needs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.actions.devices import Machine
from tests.actions.estate import Minted
from tests.api.calling import Program
from tests.api.running import Running, running_on
from tests.fixtures.clock import Clock
from tests.fixtures.server import Serve

APP = Path(__file__).resolve().parents[2] / "examples" / "protected_app" / "app.py"


@pytest.fixture
def clock() -> Clock:
    """The real time, because the client compares it with its own; it stands still all the same."""
    return Clock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def running(serve: Serve) -> Iterator[Running]:
    with running_on("sqlite", serve) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def running_on_both(request: pytest.FixtureRequest, serve: Serve) -> Iterator[Running]:
    copies = request.getfixturevalue("postgresql_copies") if request.param == "postgresql" else None
    with running_on(request.param, serve, copies) as running:
        yield running


@pytest.fixture
def minted(running: Running) -> Minted:
    """A license with two seats, on no PC yet."""
    with running.estate() as estate:
        return estate.mint(estate.article(quantity=2), estate.group())


@pytest.fixture
def program(running: Running, minted: Minted) -> Program:
    return Program(running.url, minted.code)


@dataclass(frozen=True)
class Desk:
    """A PC with the example program on it. Each run is a process of its own, as on a real PC."""

    url: str
    public_key: str
    home: Path
    name: str

    @property
    def machine(self) -> Machine:
        """The PC as the portal knows it."""
        return Machine(f"fp-{self.name}", {"board": f"B-{self.name}", "disk": f"D-{self.name}"}, self.name)

    def run(self, command: str, key: str | None = None, *more: str) -> tuple[int, str]:
        """Its exit code, and what it said; `more` follows the command."""
        parts = {"--components": ",".join(f"{part}={value}" for part, value in self.machine.components.items())}
        vendor = {"--url": self.url, "--public-key": self.public_key, "--product": "CADPRO"}
        own = {"--home": str(self.home), "--fingerprint": self.machine.fingerprint, "--name": self.name}
        given = vendor | own | parts | ({"--key": key} if key else {})
        line = [sys.executable, str(APP), *(word for pair in given.items() for word in pair), command, *more]
        ended = subprocess.run(line, capture_output=True, text=True, timeout=60)
        return ended.returncode, (ended.stdout or ended.stderr).strip()


@pytest.fixture
def desk(running: Running, tmp_path: Path) -> Callable[[str], Desk]:
    """The PC of this name; the same name is the same PC."""
    return lambda name: Desk(running.url, running.keyring.public_hex, tmp_path / name, name)
