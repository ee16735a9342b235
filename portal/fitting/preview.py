"""A brand to look at while it is made: a gallery of every part, kind of page, mail and print, new with each request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode

from portal.brand import BrandError
from portal.brand.checking import problems
from portal.brand.stationery import Unwritten
from portal.fitting import samples
from portal.fitting.room import Room
from portal.site import system_clock
from portal.web import pages
from portal.web.headers import CSP
from portal.web.visit import Incoming, Visit

HOME = "/preview"
# Nobody but this machine is asked here, and the gallery shows its pages in frames of its own.
GALLERY = f"{CSP}; frame-src 'self'"
FRAMED = CSP.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
LETTER = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"

App = Callable[[Any, Any, Any], Awaitable[None]]


class Shown(NamedTuple):
    """One picture of the gallery: what it is, whose eyes it is seen with, and where it stands."""

    title: str
    who: str
    path: str


class Preview:
    """The portal of a room with the gallery before it. The brand is read again whenever a file of it has changed."""

    def __init__(self, room: Room, folder: Path) -> None:
        self.room, self.folder = room, folder
        self._seen = _state(folder)
        self._broken: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.room.app(scope, receive, send)
            return
        await asyncio.to_thread(self._look)
        place, query = scope["path"], parse_qs(scope["query_string"].decode("latin-1"))
        asked = {name: values[0] for name, values in query.items()}
        language = asked.get("lang", self.room.site.brand.default_language)
        if self._broken:
            listed = "".join(f"<li>{escape(line)}</li>" for line in self._broken)
            await _answer(send, f"<!doctype html><title>Not yet</title><ul>{listed}</ul>", LETTER, status=500)
        elif place in ("/", HOME):
            await _answer(send, await asyncio.to_thread(self._gallery, language), GALLERY)
        elif place == f"{HOME}/mail" and asked.get("name") in samples.names():
            await _answer(send, self._letter(asked["name"], language), LETTER)
        elif place == f"{HOME}/page":
            await self._page(asked.get("to", "/"), asked.get("who", ""), language, send)
        else:
            await self.room.app(scope, receive, send)

    def _look(self) -> None:
        state = _state(self.folder)
        if state == self._seen and not self._broken:
            return
        self._seen = state
        try:
            self.room.dress(self.folder)
            self._broken = []
        except BrandError as error:
            self._broken = _all_problems(self.folder) or [str(error)]

    def _gallery(self, language: str) -> str:
        site = self.room.site
        incoming = Incoming("GET", HOME, HOME, "", {"cookie": f"lang={language}"}, "127.0.0.1")
        visit = Visit(site=site, incoming=incoming, now=system_clock())
        language = visit.lang.code
        mails = [(name, f"{HOME}/mail?{urlencode({'name': name, 'lang': language})}") for name in samples.names()]
        looks = [
            (one.title, f"{HOME}/page?{urlencode({'to': one.path, 'who': one.who, 'lang': language})}")
            for one in shown(self.room)
        ]
        return pages.render(visit, "dev/gallery.html", {"looks": looks, "mails": mails, "folder": str(self.folder)})

    def _letter(self, name: str, language: str) -> str:
        try:
            stationery = self.room.site.stationery
            letter = samples.write(stationery, name, stationery.language(language), system_clock())
            return stationery.on_screen(letter.html)
        except Unwritten as error:
            return f"<!doctype html><p>{escape(str(error))}</p>"

    async def _page(self, path: str, who: str, language: str, send: Any) -> None:
        if who and who not in self.room.tokens or not path.startswith("/"):
            await _answer(send, "", FRAMED, status=404)
            return
        status, headers, text = await self.room.get(path, who, language)
        if "location" in headers:
            status, headers, text = await self.room.get(headers["location"], who, language)
        await _answer(send, text, FRAMED, status=status)


def shown(room: Room) -> Iterator[Shown]:
    """What the gallery shows beside the mails."""
    licenses = {key: f"/licenses/{one.public_id}" for key, one in room.world.licenses.items()}
    brandt = f"/groups/{room.world.groups['brandt'].public_id}"
    yield Shown("Sign-in", "", "/sign-in")
    yield Shown("Overview", "eve", "/licenses")
    yield Shown("License, a PC waits", "eve", licenses["eve_cad"])
    yield Shown("License, refused", "cora", licenses["exhausted"])
    yield Shown("License with a ticket", "ticket", licenses["dead_pc_waiting"])
    yield Shown("Nothing yet", "sid", "/licenses")
    yield Shown("Registering a ticket", "sid", "/tickets/redemption")
    yield Shown("Pool", "cora", f"{brandt}/pool")
    yield Shown("Seats", "cora", f"{licenses['brandt_pool']}/seats")
    yield Shown("People", "cora", f"{brandt}/members")
    yield Shown("Account", "eve", "/account")
    yield Shown("Rules", "vera", "/vendor/rules")
    yield Shown("Error", "", "/nowhere")
    yield Shown("Every part", "", "/dev/parts")
    yield Shown("Certificate, to print", "cora", f"{licenses['brandt_pool']}/certificate")


def _state(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """What changes when a file of the folder does."""
    found = ((path, path.stat()) for path in sorted(folder.rglob("*")) if path.is_file())
    return tuple((str(path), told.st_mtime_ns, told.st_size) for path, told in found)


def _all_problems(folder: Path) -> list[str]:
    try:
        return list(problems(folder))
    except BrandError as error:
        return [str(error)]


async def _answer(send: Any, text: str, policy: str, *, status: int = 200) -> None:
    headers = {"content-type": "text/html; charset=utf-8", "cache-control": "no-store"}
    told = [(name.encode(), value.encode()) for name, value in {**headers, "content-security-policy": policy}.items()]
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": text.encode()})
