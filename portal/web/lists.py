"""What a reader asks of a list: what the address says, or what they asked of it last in this session."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from portal.doors import sessions
from portal.files.vault import Unreadable

if TYPE_CHECKING:
    from portal.web.visit import Visit

# What the forms above lists ask, and how the rows are ordered; the page of a list is not worth remembering.
NAMES = (
    "search", "person", "product", "state", "department", "seat", "kind", "assigned", "age", "about", "outcome",
    "since", "until", "order",
)  # fmt: skip
ANEW = ("page", "filter")  # these too make an address one that is meant as it stands
MOST_LISTS, MOST_TEXT = 20, 200
SEALED = "lists"

Questions = dict[str, dict[str, str]]


def asked(visit: Visit) -> dict[str, str]:
    """The question to the list at this address. One that the address brings is remembered, for as long as the session
    lasts; without one the last question is asked again. `?filter=none` asks for everything.
    """
    known = _known(visit)
    if not _is_meant(visit):
        return known.get(visit.path, visit.query)
    told = {name: visit.query[name][:MOST_TEXT] for name in NAMES if visit.query.get(name)}
    if visit.actor.session_id is not None and told != known.get(visit.path, {}):
        others = {path: question for path, question in known.items() if path != visit.path}
        now = others | {visit.path: told} if told else others
        visit.after.append(partial(_remember, visit, visit.actor.session_id, dict(list(now.items())[-MOST_LISTS:])))
    return visit.query


def _is_meant(visit: Visit) -> bool:
    """Whether the address says what is wanted: it brings a question, or comes from the form, or is loaded once more,
    as it is on the way back to it.
    """
    is_again = visit.incoming.headers.get("cache-control") in ("max-age=0", "no-cache")
    return visit.htmx or is_again or any(name in visit.query for name in (*NAMES, *ANEW))


def _known(visit: Visit) -> Questions:
    """What was asked in this session. It is sealed, for people search for other people, and for whole tickets."""
    if visit.actor.lists is None:
        return {}
    try:
        return msgspec.json.decode(visit.vault.open(SEALED, visit.actor.lists, _bound(visit)), type=Questions)
    except Unreadable:
        return {}


def _remember(visit: Visit, session_id: int, questions: Questions) -> None:
    sealed = visit.vault.seal(SEALED, msgspec.json.encode(questions), _bound(visit)) if questions else None
    with visit.site.database.writing() as db:
        sessions.remember_lists(db, session_id, sealed)


def _bound(visit: Visit) -> bytes:
    return str(visit.actor.session_id).encode()
