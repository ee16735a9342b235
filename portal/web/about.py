"""Where somebody was who asks for help: the page, what it refused, and the error that stood there; never a ticket."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from portal.files import tickets
from portal.files.pasted import TooMuch

if TYPE_CHECKING:
    from portal.web.visit import Visit

SUPPORT = "/support"
FIELDS = ("about", "code", "error")
MOST_CODE = 60

# Words, ids and numbers. Whatever else stands in an address may be what a link of a mail held, or a ticket.
_PART = r"/(?:[a-z-]{1,20}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]{1,6})"
_PAGE = re.compile(f"(?:{_PART}){{1,8}}")
_ERROR = re.compile("[0-9a-f]{8}")
_LICENSE = re.compile(r"/licenses/([0-9a-f-]{36})(?:/.*)?")


class About(NamedTuple):
    """What goes along with a question; each is empty where it is not known."""

    page: str = ""
    code: str = ""
    error: str = ""

    @property
    def place(self) -> dict[str, str]:
        """The page and the error, as they are kept with a question."""
        return {name: value for name, value in (("page", self.page), ("error", self.error)) if value}

    @property
    def license(self) -> str:
        """The id of the license whose page it was."""
        found = _LICENSE.fullmatch(self.page)
        return found[1] if found else ""

    @property
    def address(self) -> str:
        """The support page, knowing this."""
        told = {"about": self.page, "code": self.code, "error": self.error}
        kept = {name: value for name, value in told.items() if value}
        return f"{SUPPORT}?{urlencode(kept, safe='/')}" if kept else SUPPORT


def of(visit: Visit, error: str = "") -> About:
    """What is known of the page that answers this visit."""
    page = visit.place or visit.path
    is_worth_telling = page != SUPPORT and _PAGE.fullmatch(page)
    return About(page if is_worth_telling else "", "" if error else visit.refused, error)


def read(told: Mapping[str, str]) -> About:
    """What an address or a form says of it. What has another shape is left out, and whatever reads as a ticket."""
    page, code, error = (told.get(name, "") for name in ("about", "code", "error"))
    return About(
        page if _PAGE.fullmatch(page) and not _holds_ticket(page) else "",
        "" if _holds_ticket(code) else code.strip()[:MOST_CODE],
        error if _ERROR.fullmatch(error) else "",
    )


def _holds_ticket(text: str) -> bool:
    # Of another shape than ours nobody can tell without looking it up, which is for the doors alone.
    try:
        return any(found.problem != "foreign" for found in tickets.find(text))
    except TooMuch:
        return True
