"""Licenses: the overview, its export, the page of one license, and giving a waiting PC a seat."""

import csv
import io
from dataclasses import replace
from uuid import UUID

from portal import rules
from portal.access import Permission, license_for, lock_license, may, owned, waiting_for
from portal.actions import activations, devices, outlook
from portal.actions.ledger import Question, is_wide
from portal.models import Group, License
from portal.reports import history, overview, sheet
from portal.reports.shapes import Panel, Sheet
from portal.rules import Decision
from portal.web import Answer, Visit, done, endpoint, file, page
from portal.web.answers import swap
from portal.web.pages import problem
from portal.words import events as event_words
from portal.words.rules import sentences
from portal.words.table import license_columns, license_line

# What rules may grant beyond the portal's present pages; a page promises only what it can do.
NOT_OFFERED = frozenset({"demo", "emergency"})
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@endpoint.get("/licenses")
def index(visit: Visit) -> Answer:
    """What the reader owns, in which state, and what can be done now."""
    asked = overview.wanted(visit.query)
    found = overview.overview(visit.db, visit.vault, visit.actor, asked, visit.now)
    return page(visit, "licenses/index.html", part="licenses/_list.html", overview=found)


@endpoint.get("/licenses.csv")
def export(visit: Visit) -> Answer:
    """The same list, whole, for a spreadsheet: with nothing in it that a spreadsheet would run."""
    asked = overview.wanted(visit.query)
    found = overview.overview(visit.db, visit.vault, visit.actor, asked, visit.now, size=None)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if visit.lang.code == "de" else ",")
    writer.writerow(license_columns(visit.lang))
    for row in found.rows:
        line = license_line(visit.lang, visit.zone, row)
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in line])
    return file(b"\xef\xbb\xbf" + text.getvalue().encode(), "licenses.csv", "text/csv; charset=utf-8")


@endpoint.get("/licenses/{license_id:uuid}")
def show(visit: Visit, license_id: UUID) -> Answer:
    """One license: its state, what the rules allow, its seats and its history."""
    license_ = license_for(visit.db, visit.actor, license_id, Permission.VIEW)
    return page(visit, "licenses/show.html", **shown(visit, license_))


@endpoint.post("/licenses/{license_id:uuid}/activations")
def give(visit: Visit, license_id: UUID) -> Answer:
    """Give a waiting PC a free seat."""
    visit.form.allow("target")
    license_ = license_to_use(visit, license_id)
    waiting = waiting_for(visit.db, license_, visit.form.id("target") or license_id)
    outcome = activations.give(visit, license_, waiting)
    if not outcome.allowed:
        return refused(visit, license_, outcome.decision)
    return moved_on(visit, license_, "given", to=device_name(visit, outcome))


@endpoint.post("/licenses/{license_id:uuid}/waiting/{waiting_id:uuid}/dismissal")
def dismiss(visit: Visit, license_id: UUID, waiting_id: UUID) -> Answer:
    """ "Not mine": the PC does not wait any more."""
    visit.form.allow()
    license_ = license_to_use(visit, license_id)
    waiting = waiting_for(visit.db, license_, waiting_id)
    name = devices.name_of(visit, waiting.device_id)
    devices.dismiss(visit, license_, waiting)
    return moved_on(visit, license_, "dismissed", device=name)


def license_to_use(visit: Visit, license_id: UUID) -> License:
    """The license, locked for a change that the reader may make."""
    license_ = license_for(visit.db, visit.actor, license_id, Permission.USE)
    lock_license(visit.db, license_, wide=is_wide(Question(visit, license_, None).in_force.rules))
    return license_


def device_name(visit: Visit, outcome: activations.Outcome) -> str:
    activation = outcome.activation
    return devices.name_of(visit, activation.device_id) if activation and activation.device_id else ""


def moved_on(visit: Visit, license_: License, notice: str, **params: str) -> Answer:
    """It is done: the page again, or for htmx all of its regions."""
    path = f"/licenses/{license_.public_id}"
    if not visit.htmx:
        return done(visit, path, notice, **params)
    return swap(visit, notice, params, "licenses/_swapped.html", **shown(visit, license_))


def refused(
    visit: Visit, license_: License, decision: Decision, *, gone: UUID | None = None, status: int = 422
) -> Answer:
    """It was not done: why, from when, and what else helps, in the place where it was asked for."""
    context = shown(visit, license_, gone=gone)
    heading, sentence = problem(visit, decision.code, {**told(decision), "product": context["sheet"].row.product})
    context |= {"refusal_heading": heading, "refusal_sentence": sentence}
    if context["sheet"].panel is None or context["sheet"].panel.kind != "refused":
        context["sheet"] = _with_panel(context["sheet"], Panel("refused", code=decision.code))
    return page(visit, "licenses/show.html", status=status, part="licenses/_decision.html", **context)


def told(decision: Decision) -> dict[str, object]:
    """What the sentence about a decision may need."""
    return {
        **decision.params,
        "rule": decision.rule,
        "date": decision.next_allowed_at,
        "as": decision.as_,
    }


def shown(visit: Visit, license_: License, *, gone: UUID | None = None, form: dict | None = None) -> dict:
    """All that the page of a license prints."""
    may_use = may(visit.actor, Permission.USE, owned(visit.db, license_))
    row = overview.rows(
        visit.db, visit.vault, visit.actor, visit.db.execute(overview.columns_of(license_.id)).all(), visit.now
    )[0]
    seats, more_seats = sheet.seats(visit.db, license_, visit.now, may_use=may_use)
    events, more_events = history.history(visit.db, visit.actor, license_.id)
    wanted = gone or _id(visit.query.get("gone", ""))
    panel = outlook.panel(visit, license_, seats, events, gone=wanted, may_use=may_use)
    question = Question(visit, license_, None, evidence="declaration")
    explained = rules.explain(question.in_force.rules, question.case("rehost"))
    statements = tuple(one for one in explained if one.code not in NOT_OFFERED)
    found = Sheet(
        row=row,
        owner=visit.db.get_one(Group, license_.group_id).name,
        seats=tuple(seats),
        more_seats=more_seats,
        panel=panel,
        statements=statements,
        rules_name=question.in_force.name,
        rules_version=question.in_force.version,
        rules_since=question.in_force.since,
        events=events,
        more_events=more_events,
        key=None,
    )
    context: dict = {"sheet": found, "rule_sentences": sentences(visit.lang, statements, visit.zone)}
    context["event_texts"] = [
        (
            visit.lang.moment(event.at, visit.zone, visit.now),
            event.shape,
            event_words.sentence(visit.lang, visit.zone, event.kind, event.outcome, event.params),
            event_words.who(visit.lang, visit.site.brand.name, event.actor, event.actor_name, event.reason),
        )
        for event in events
    ]
    context |= {"form": form or {}, "errors": {}, "refusal_heading": "", "refusal_sentence": ""}
    if panel is not None and panel.kind == "refused":
        facts = {**panel.params, "rule": panel.rule, "date": panel.next_allowed_at, "as": "rehost", "product": row.product}
        context["refusal_heading"], context["refusal_sentence"] = problem(visit, panel.code, facts)
    return context


def _with_panel(found: Sheet, panel: Panel) -> Sheet:
    return replace(found, panel=panel)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
