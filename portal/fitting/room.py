"""The room itself: a portal of its own with the demo world, dressed in a brand, and people who are signed in there."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from litestar import Litestar
from litestar.types import Scope

from portal.app import create_app, dressed
from portal.brand import load_brand
from portal.db import Database
from portal.demo import seeding
from portal.demo.world import World
from portal.doors import sessions
from portal.files.keyring import Keyring
from portal.settings import SHIPPED_BRAND, from_environment
from portal.site import Site, system_clock

# Who looks: somebody with licenses of their own, an admin, a head of a department, the vendor, somebody with nothing.
LOOKERS = ("eve", "cora", "merle", "vera", "sid")
TICKET = "dead_pc_waiting"


@dataclass(frozen=True, slots=True)
class Room:
    """A portal that nobody else sees. `tokens` are the sessions of its people, and of whoever came with a ticket."""

    app: Litestar
    world: World
    tokens: Mapping[str, str]

    @property
    def site(self) -> Site:
        return self.app.state.site

    def dress(self, folder: Path) -> None:
        """Put on a brand as its folder is now. Raises BrandError, and then nothing has changed."""
        settings = replace(self.site.settings, brand=folder)
        self.app.state.site = replace(self.site, settings=settings, **dressed(folder, settings, {}))

    def cookies(self, who: str, language: str) -> str:
        session = f"session={self.tokens[who]}; " if who else ""
        return f"{session}lang={language}"

    async def get(self, path: str, who: str, language: str) -> tuple[int, Mapping[str, str], str]:
        """Status, headers and text of a page as one person reads it; "" is whoever comes by."""
        place, _, query = path.partition("?")
        headers = [(b"host", b"127.0.0.1"), (b"cookie", self.cookies(who, language).encode())]
        scope: Scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": place, "raw_path": place.encode(), "query_string": query.encode(), "root_path": "",
            "headers": headers, "client": ("127.0.0.1", 50000), "server": ("127.0.0.1", 80), "state": {},
        }  # type: ignore[typeddict-item]  # fmt: skip
        sent: list[dict[str, object]] = []

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        await self.app(scope, receive, send)  # type: ignore[arg-type]
        told = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}  # type: ignore[attr-defined]
        body = b"".join(message.get("body", b"") for message in sent[1:])  # type: ignore[misc]
        return int(sent[0]["status"]), told, body.decode("utf-8", "replace")  # type: ignore[call-overload]


@contextmanager
def opened(folder: Path, url: str = "http://127.0.0.1") -> Iterator[Room]:
    """A room for as long as the block runs, dressed in the brand of a folder. Raises BrandError."""
    load_brand(folder)  # before the demo is made: most mistakes are known at once
    with tempfile.TemporaryDirectory(prefix="portal-fitting-") as place:
        environ = {"PORTAL_DATA": place, "PORTAL_URL": url, "PORTAL_DEMO": "yes", "PORTAL_WORKER": "no"}
        settings = from_environment({**environ, "PORTAL_THREADS": "2", "PORTAL_BRAND": str(SHIPPED_BRAND)})
        # In the house brand, whose mails can be written: what is wrong with this one is told, and not in the way.
        found, keys, _ = seeding.seed(settings, system_clock())
        app = create_app(settings)
        site: Site = app.state.site
        try:
            room = Room(app, found, _sessions(site.database, found, keys))
            room.dress(folder)
            yield room
        finally:
            app.state.executor.shutdown()
            app.state.hashers.shutdown()
            site.database.close()


def _sessions(database: Database, found: World, keys: Keyring) -> Mapping[str, str]:
    now, seen = system_clock(), {"agent": "", "address": "127.0.0.1"}
    with database.writing() as db:
        tokens = {who: sessions.open_for_user(db, found.people[who], now, **seen) for who in LOOKERS}
        tokens["ticket"] = sessions.open_for_tickets(db, [found.tickets[TICKET].id], now, **seen)
    return tokens
