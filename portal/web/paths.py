"""Where to go after sign-in: addresses of ours, kept by the browser while doors and mails stand in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.web import cookies

if TYPE_CHECKING:
    from portal.web.visit import Visit

HOME = "/licenses"
COOKIE = "next"


def known_path(path: str) -> str:
    """This address, if it is one of ours, or home."""
    is_ours = path.startswith("/") and not path.startswith("//") and "\\" not in path
    is_plain = path.isascii() and path.isprintable() and " " not in path
    return path if is_ours and is_plain and len(path) <= 500 and not path.startswith(("/sign-", "/api/")) else HOME


def wanted(visit: Visit) -> str:
    """Where the reader wants to go: what the address of the door names, else what was named a moment ago."""
    if "next" not in visit.query:
        return onward(visit)
    path = known_path(visit.query["next"])
    aim(visit, path)
    return path


def aim(visit: Visit, path: str) -> None:
    """Keep in this browser where its reader wants to go, whichever door or mail it takes; home needs no keeping."""
    if path == HOME:
        arrived(visit)
    else:
        cookies.carry(visit, COOKIE, path)


def onward(visit: Visit, home: str = HOME) -> str:
    """Where the reader wanted to go, or home."""
    kept = cookies.carried(visit, COOKIE)
    return home if kept is None else known_path(kept)


def arrived(visit: Visit) -> None:
    """They are in, or gone: the next one at this browser goes their own way."""
    if cookies.carried(visit, COOKIE) is not None:
        cookies.put_down(visit, COOKIE)
