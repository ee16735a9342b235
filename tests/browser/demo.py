"""The demo world behind a running portal, and the example program on the PCs of its people."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from portal.db import Database, migrate, open_database
from portal.demo import machines, marks, people, world
from portal.demo.world import World
from portal.files import keyring
from tests.fixtures.server import Portal

APP = Path(__file__).resolve().parents[2] / "examples" / "protected_app" / "app.py"
NOWHERE = "http://127.0.0.1:9"


class DemoFill:
    """Writes the demo world as of `now` into an empty database."""

    def __init__(self, keys: Path, now: datetime) -> None:
        self._keys, self._now = keys, now

    def __call__(self, url: str) -> None:
        migrate(url)
        people.hashes()
        database = open_database(url)
        try:
            with database.writing() as db:
                marks.mark(db)
                world.build(db, keyring.load(self._keys), self._now)
        finally:
            database.close()


@dataclass(frozen=True)
class PC:
    """A PC with the example program on it. Each run is a process of its own, as on a real PC."""

    url: str
    public_key: str
    product: str
    home: Path
    name: str

    def run(self, command: str, key: str | None = None, *more: str, url: str | None = None) -> tuple[int, str]:
        """Its exit code, and what it said; `more` follows the command, `url` names another portal than its own."""
        machine = machines.pc(self.name)
        given = {
            "--url": url or self.url, "--public-key": self.public_key, "--product": self.product,
            "--home": str(self.home), "--fingerprint": machine.fingerprint, "--name": self.name,
            "--components": ",".join(f"{part}={serial}" for part, serial in machine.components.items()),
        } | ({"--key": key} if key else {})  # fmt: skip
        line = [sys.executable, str(APP), *(word for pair in given.items() for word in pair), command, *more]
        ended = subprocess.run(line, capture_output=True, text=True, timeout=60)
        return ended.returncode, (ended.stdout or ended.stderr).strip()

    def runs_without_a_network(self) -> bool:
        return self.run("run", url=NOWHERE) == (0, f"Tessel CAD Pro runs on {self.name}.")


@dataclass(frozen=True)
class Demo:
    """A running portal with the demo world in it."""

    portal: Portal
    world: World
    database: Database
    public_key: str
    homes: Path

    @property
    def url(self) -> str:
        return self.portal.url

    def code(self, key: str) -> str:
        """The ticket that goes by this name in the world."""
        return self.world.tickets[key].code

    def page_of(self, key: str) -> str:
        """The address of the license of that ticket."""
        return f"/licenses/{self.world.licenses[key].public_id}"

    def pc(self, name: str, ticket: str) -> PC:
        """The PC of this name, with the program that this ticket is for."""
        return PC(self.url, self.public_key, self.world.tickets[ticket].product, self.homes / name, name)
