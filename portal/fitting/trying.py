"""Trying a brand on: every page that the people of the demo can reach, and every mail, in each of its languages."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import NamedTuple

from jinja2 import TemplateError, TemplateSyntaxError

from portal.brand.stationery import Unwritten
from portal.fitting import samples
from portal.fitting.room import LOOKERS, Room, opened
from portal.site import system_clock
from portal.web import errors
from portal.web.visit import Incoming, Visit

BEGIN = {
    "": ("/sign-in", "/password/forgot", "/register", "/tickets/lost", "/nowhere", "/dev/parts"),
    "ticket": ("/licenses", "/tickets/redemption"),
    **dict.fromkeys(LOOKERS, ("/licenses", "/account", "/tickets/redemption", "/nowhere")),
}
# So many pages of one kind are looked at: licenses come in many states, others differ in their figures only.
LICENSES, ALIKE = 10, 1

_LINK = re.compile(r'href="(/[^"#]*)')
_PASSED_OVER = re.compile(r"/(?:static|dev/mail|t$)|.*(?:[?&]lang=|\.csv|/export)")
_VARIES = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\b\d+\b")
_FOREIGN = re.compile(r"<(?:img|script|link|iframe|source)\b[^>]*\b(?:src|href)=\"(?:https?:)?//([^/\"]*)")


class Tried(NamedTuple):
    """What came of it: the problems, one a line, and how much was looked at."""

    problems: list[str]
    pages: int
    mails: int


def tried(folder: Path) -> Tried:
    """Render everything in the brand of a folder. Raises BrandError."""
    with opened(folder) as room:
        found: dict[str, None] = {}
        with _heard() as heard:
            pages = asyncio.run(_walk(room, folder, found, heard))
        mails = _write_all(room, folder, found)
        return Tried(list(found), pages, mails)


async def _walk(room: Room, folder: Path, found: dict[str, None], heard: list[BaseException]) -> int:
    pages = 0
    for language in room.site.brand.languages:
        for who, begin in BEGIN.items():
            waiting, seen, alike = list(begin), set(begin), Counter[str]()
            while waiting:
                path = waiting.pop(0)
                heard.clear()
                pages += 1
                where = f"on {path} in {language}"
                try:
                    status, headers, text = await room.get(path, who, language)
                except Exception as error:  # not even the page for errors could be shown
                    found |= {_told(folder, one, where): None for one in (*heard, error)}
                    continue
                if status >= 500:
                    found |= {_told(folder, one, where): None for one in heard}
                for host in _FOREIGN.findall(text):
                    found[f"{folder}: the page loads something from {host}, which its policy stops, {where}"] = None
                further = [headers["location"]] if "location" in headers else _LINK.findall(text)
                for link in map(unescape, further):
                    kind = _VARIES.sub("*", re.sub(r"=[^&]*", "", link))
                    if link in seen or not link.startswith("/") or _PASSED_OVER.match(link):
                        continue
                    if alike[kind] < (LICENSES if kind == "/licenses/*" else ALIKE):
                        alike[kind] += 1
                        seen.add(link)
                        waiting.append(link)
        pages += _break(room, folder, found, language)
    return pages


def _break(room: Room, folder: Path, found: dict[str, None], language: str) -> int:
    """The pages for the worst: they must stand where nothing else does."""
    incoming = Incoming("GET", "/", "/", "", {"cookie": f"lang={language}"}, "127.0.0.1")
    visit = Visit(site=room.site, incoming=incoming, now=system_clock())
    for status in (500, 503):
        try:
            errors.plain(visit, status)
        except Exception as error:  # a brand's template may do anything
            found[_told(folder, error, f"on the page for {status} in {language}")] = None
    return 2


def _write_all(room: Room, folder: Path, found: dict[str, None]) -> int:
    written, now = 0, system_clock()
    for language in room.site.brand.languages:
        for name in samples.names():
            for is_short in (False, True):
                try:
                    samples.write(room.site.stationery, name, language, now, is_short=is_short)
                except Unwritten as error:
                    found[_told(folder, error.__cause__ or error, f"in the mail {name} in {language}")] = None
            written += 1
    return written


def _told(folder: Path, error: BaseException, where: str) -> str:
    """The place in a template where it happened, and what it was."""
    if isinstance(error, TemplateSyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}: {error.message}"
    home, place, trace = str((folder / "templates").resolve()), str(folder), error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if str(Path(file).resolve()).startswith(home):
            place = f"{file}:{trace.tb_lineno}"
        trace = trace.tb_next
    reason = str(error) if isinstance(error, TemplateError) else repr(error)
    # A mistake in a part is on every page that has it, and is told once.
    return f"{place}: {reason}" if ":" in place.removeprefix(str(folder)) else f"{place}: {reason}, {where}"


@contextmanager
def _heard() -> Iterator[list[BaseException]]:
    """What the portal would write into its log about pages that broke."""
    heard: list[BaseException] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.exc_info and record.exc_info[1] is not None:
                heard.append(record.exc_info[1])

    log, ear = logging.getLogger("portal"), Ear()
    log.addHandler(ear)
    log.propagate, before = False, log.propagate
    try:
        yield heard
    finally:
        log.propagate = before
        log.removeHandler(ear)
