"""Forms with words and files for somebody to look at: how they are read, and what their pages need."""

from __future__ import annotations

from portal.actions.desk_letters import is_reachable
from portal.actions.threads import MOST_FILES, MOST_SIZE, MOST_WORDS, Upload, problem_with
from portal.db import new_id
from portal.web import Visit
from portal.web.pages import problem

FILES = tuple(f"file_{number}" for number in range(1, MOST_FILES + 1))
FIELDS = ("words", "key", *FILES)
LIMIT = MOST_FILES * MOST_SIZE + 64 * 1024  # of a whole form, with its words and what stands between its parts


def uploads(visit: Visit) -> list[Upload]:
    """The files that came with a form; what is wrong with them stands beside them."""
    form = visit.form
    found = [Upload(form.names[name], form.files[name]) for name in FILES if form.files.get(name)]
    if code := problem_with(found):
        form.errors["files"] = code
    return found


def words(visit: Visit) -> str:
    return visit.form.text("words", most=MOST_WORDS)


def contact(visit: Visit) -> str | None:
    """Where the answer goes of whoever came with a ticket; who has an account gets it there."""
    if visit.actor.kind == "user":
        return None
    typed = visit.form.text("contact", most=254, code="email_missing")
    if typed and not is_reachable(typed):
        visit.form.errors["contact"] = "email_invalid"
    return typed


def asking(visit: Visit) -> dict[str, object]:
    """What such a form shows: the key that makes twice once, what was typed, and what is wrong with it."""
    said = visit.form.values
    return {
        "key": str(visit.form.id("key") or new_id(visit.now)),
        "words": said.get("words", ""),
        "contact": said.get("contact", ""),
        "errors": {name: _said(visit, code) for name, code in visit.form.errors.items()},
    }


def _said(visit: Visit, code: str) -> str:
    """What is wrong with a field needs no heading; what else stands in the way does."""
    heading, sentence = problem(visit, code, {"limit": MOST_WORDS})
    return sentence if code.startswith(("field_", "email_", "choice_")) else f"{heading}. {sentence}"
