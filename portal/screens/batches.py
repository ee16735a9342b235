"""The pages of batches: bringing a table, and one batch from its preview to its undoing."""

from __future__ import annotations

from typing import Any

from portal.access import GroupPermission, may_with
from portal.models import Batch, BatchKind, Group
from portal.reports import batches, pool
from portal.reports.filters import page_of
from portal.web import Answer, Visit, page
from portal.web.pages import problem

SHOWN_TEXT = 20_000  # characters of what was pasted that come back in the form


def index(visit: Visit, group: Group, *, status: int = 200, line: int | None = None) -> Answer:
    """A table to bring, and what was done so far."""
    visit.place = f"/groups/{group.public_id}/batches"
    licenses = [(str(id_), name, owner) for id_, name, owner in pool.licenses(visit.db, group.path, visit.now)]
    said = visit.form.values if visit.incoming.method == "POST" else visit.query
    heading, errors = "", {}
    for name, code in visit.form.errors.items():
        heading, errors[name] = problem(visit, code, {"line": line})
    return page(
        visit,
        "batches/index.html",
        status=status,
        group=group,
        batches=batches.of_group(visit.db, group.path, visit.actor.user_id, visit.now),
        kinds=_kinds(visit, bool(licenses)),
        licenses=[
            (id_, name if owner == group.name else f"{name}{visit.lang.comma}{owner}") for id_, name, owner in licenses
        ],
        form={name: said.get(name, "")[:SHOWN_TEXT] for name in ("kind", "license", "pasted")},
        errors=errors,
        problem_heading=heading,
        may_change=may_with(visit.db, visit.actor, GroupPermission.MANAGE, group),
    )


def show(visit: Visit, group: Group, batch: Batch, code: str | None = None) -> Answer:
    """One batch with its lines; with a code, why it was not started, stopped or undone."""
    visit.place = f"/batches/{batch.public_id}"
    found = batches.progress(visit.db, batch.id, visit.actor.user_id, visit.now)
    lines = batches.lines(visit.db, batch.id, page_of(visit.query))
    heading, sentence = problem(visit, code, {}) if code else ("", "")
    return page(
        visit,
        "batches/show.html",
        status=422 if code else 200,
        group=group,
        batch=found,
        lines=lines,
        sentences={line.number: _sentence(visit, line, found) for line in lines.rows if line.problem},
        may_change=may_with(visit.db, visit.actor, GroupPermission.MANAGE, group),
        problem_heading=heading,
        problem_sentence=sentence,
    )


def _sentence(visit: Visit, line: batches.Line, batch: batches.Progress) -> str:
    return problem(visit, line.problem or "", {"line": line.first, "product": batch.product})[1]


def _kinds(visit: Visit, has_licenses: bool) -> list[tuple[str, Any]]:
    people = (BatchKind.PEOPLE.value, visit.lang.gettext("Add people"))
    if not has_licenses:
        return [people]
    return [
        (BatchKind.ASSIGN.value, visit.lang.gettext("Give each a seat")),
        (BatchKind.TAKE_BACK.value, visit.lang.gettext("Take their seats back")),
        people,
    ]
