"""Links of mails: what they hold leaves the address at once, and nothing is done before somebody presses a button."""

from __future__ import annotations

from portal.web import Answer, Visit, redirect
from portal.web.cookies import carry

LONGEST = 200


def put_away(visit: Visit, token: str, place: str, *, name: str = "link") -> Answer:
    """The token moves from the address into a short-lived cookie; nothing is used up, however often it is looked at."""
    carry(visit, name, token[:LONGEST])
    return redirect(visit, place)
