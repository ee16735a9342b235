"""The pages of transfers: bringing a file of a program, one transfer, and those that are under way."""

from __future__ import annotations

from typing import Any

from portal.actions import transfers as acts
from portal.models import License, Transfer
from portal.reports import overview, transfers
from portal.rules import Decision
from portal.web import Answer, Visit, page
from portal.web.pages import problem
from portal.words import refusals

SHOWN_TEXT = 20_000  # characters of what was pasted that come back in the form


def index(visit: Visit, *, code: str | None = None, text: str = "") -> Answer:
    """What can be continued, and a place to bring any file."""
    visit.place = "/transfers"
    found = transfers.under_way(visit.db, visit.actor)
    return page(visit, "transfers/index.html", transfers=found, **_problem(visit, code, None, text))


def new(visit: Visit, license_: License, decision: Decision | None = None, text: str = "") -> Answer:
    """Bring the request of a PC for this license; with a decision, why it was not answered."""
    visit.place = f"/licenses/{license_.public_id}/transfer"
    columns = visit.db.execute(overview.columns_of(license_.id)).all()
    row = overview.rows(visit.db, visit.vault, visit.actor, columns, visit.now)[0]
    facts = {**refusals.facts(decision), "product": row.product, "operation": "activate"} if decision else None
    return page(
        visit, "transfers/new.html", license=license_.public_id, product=row.product, ticket=row.code,
        way_on=decision is not None and not decision.code.startswith(("document_", "receipt_")),
        **_problem(visit, decision.code if decision else None, facts, text),
    )  # fmt: skip


def show(visit: Visit, transfer: Transfer, decision: Decision | None = None, text: str = "") -> Answer:
    """One transfer: the file to carry, and the place for what comes back."""
    visit.place = f"/transfers/{transfer.public_id}"
    carried = transfers.one(visit.db, transfer)
    facts = {**refusals.facts(decision), "product": carried.product, "device": carried.device} if decision else None
    return page(
        visit, "transfers/show.html", carried=carried, file_text=acts.text_of(visit, transfer),
        **_problem(visit, decision.code if decision else None, facts, text),
    )  # fmt: skip


def _problem(visit: Visit, code: str | None, facts: dict[str, Any] | None, text: str) -> dict[str, Any]:
    """Status and words of what was wrong with a file, and the text as it was pasted."""
    heading, sentence = problem(visit, code, facts or {}) if code else ("", "")
    return {
        "status": 422 if code else 200,
        "problem_heading": heading,
        "problem_sentence": sentence,
        "text": text[:SHOWN_TEXT],
    }
