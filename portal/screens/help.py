"""The page that answers "my program says X"."""

from __future__ import annotations

from portal.web import Answer, Visit, page
from portal.words import symptoms

MOST = 500
# What people ask for before they have typed anything.
OFTEN = ("MACHINE_LIMIT_EXCEEDED", "NO_MACHINE", "LICENSE_EXPIRED", "PC_LOST", "LOST_TICKET", "FORGOT_PASSWORD")


def search(visit: Visit) -> Answer:
    """The answers that fit what was typed or pasted; nothing typed: those that most people need."""
    asked = visit.query.get("q", "").strip()[:MOST]
    found = answers(visit, asked) if asked else tuple(one for said in OFTEN for one in answers(visit, said)[:1])
    return page(visit, "help/index.html", part="help/_found.html", asked=asked, found=found)


def answers(visit: Visit, asked: str) -> tuple[symptoms.Answer, ...]:
    return symptoms.find(asked, visit.lang, visit.site.languages, visit.site.brand.words)
