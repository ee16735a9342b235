"""The page of one license, for every route that changes something on it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from portal import rules
from portal.access import (
    NARROW,
    NotFound,
    Permission,
    Relation,
    activation_for,
    license_for,
    may,
    owned,
    relation_to,
    within,
)
from portal.actions import devices, emergencies, exceptions, outlook, overrides
from portal.actions.ledger import Question, hold
from portal.actions.seats import Outcome
from portal.models import Group, License
from portal.reports import emergencies as standing_in
from portal.reports import handed_out, history, overview, sheet, transfers
from portal.reports.own_seats import own_seats
from portal.reports.shapes import Panel, Sheet, State
from portal.rules import Decision, Statement
from portal.screens.uploads import asking
from portal.web import Answer, Visit, done, page
from portal.web.answers import swap
from portal.web.pages import problem
from portal.words import events as event_words
from portal.words import refusals
from portal.words import transfers as transfer_words
from portal.words.rule_phrases import things
from portal.words.rules import sentences

# Who has a license needs no demo of it.
NOT_OFFERED = frozenset({"demo"})
# What people do in the portal and the rules may limit.
OVERRIDABLE = ("rehost", "repair", "activate", "return")
OVER = frozenset({State.EXPIRED, State.RECALLED, State.REVOKED, State.MERGED})


def license_to_use(visit: Visit, license_id: UUID) -> License:
    """The license, locked for a change that the reader may make."""
    license_ = license_for(visit.db, visit.actor, license_id, Permission.USE)
    hold(visit.db, license_.id)
    return license_


def device_name(visit: Visit, outcome: Outcome) -> str:
    activation = outcome.activation
    return devices.name_of(visit, activation.device_id) if activation and activation.device_id else ""


def moved_on(visit: Visit, license_: License, notice: str, /, **params: str) -> Answer:
    """It is done: the page again, or for htmx all of its regions."""
    path = f"/licenses/{license_.public_id}"
    if not visit.htmx:
        return done(visit, path, notice, **params)
    return swap(visit, notice, params, "licenses/_swapped.html", **shown(visit, license_))


def refused(visit: Visit, license_: License, decision: Decision, operation: str, *, gone: UUID | None = None) -> Answer:
    """It was not done: why, from when, and what else helps, in the place where it was asked for."""
    context = shown(visit, license_, gone=gone)
    facts = {**refusals.facts(decision), "operation": operation, "product": context["sheet"].row.product}
    heading, sentence = problem(visit, decision.code, facts)
    context |= {"refusal_heading": heading, "refusal_sentence": sentence}
    if context["sheet"].panel is None or context["sheet"].panel.kind != "refused":
        panel = Panel("refused", code=decision.code, alternatives=decision.alternatives)
        context["sheet"] = replace(context["sheet"], panel=panel)
    return page(visit, "licenses/show.html", status=422, part="licenses/_decision.html", **context)


def shown(
    visit: Visit, license_: License, *, gone: UUID | None = None, form: dict[str, str] | None = None
) -> dict[str, Any]:
    """All that the page of a license prints."""
    visit.place = f"/licenses/{license_.public_id}"
    facts_of = owned(visit.db, license_, visit.actor)
    may_use, relation = may(visit.actor, Permission.USE, facts_of), relation_to(visit.actor, facts_of)
    is_part = relation in NARROW
    only = partial(within, visit.actor) if is_part else sheet.everybodys
    may_assign = may(visit.actor, Permission.ASSIGN, facts_of) and not is_part
    names_people = relation in (Relation.ADMIN, Relation.KEEPER, Relation.ABOVE)
    # Who only looks after a department's seats hands them on; to use one takes one's own.
    may_take = may_use and (relation is not Relation.KEEPER or facts_of.is_assigned)
    row = overview.rows(
        visit.db, visit.vault, visit.actor, visit.db.execute(overview.columns_of(license_.id)).all(), visit.now
    )[0]
    wanted, search = gone or _gone_asked(visit, license_), visit.query.get("pc", "").strip()[:100]
    seats, more_seats = sheet.seats(
        visit.db, license_, visit.now, may_use=may_use, only=only, search=search, first=wanted
    )
    events, more_events = history.history(
        visit.db, visit.actor, license_.id, is_part=is_part, names_people=names_people
    )
    own = own_seats(visit.db, visit.actor, [license_.id]).get(license_.id)
    panel = outlook.panel(visit, license_, row, seats, events, gone=wanted, may_use=may_take)
    question, statements, rule_sentences = rules_of(visit, license_)
    cases = tuple(_case(visit, case) for case in transfers.cases(visit.db, license_, visit.now, only))
    found = Sheet(
        row=row,
        owner=visit.db.get_one(Group, license_.group_id).name,
        seats=tuple(seats),
        more_seats=more_seats,
        search=search,
        panel=panel,
        statements=statements,
        rules_name=question.in_force.name,
        rules_version=question.in_force.version,
        rules_since=question.in_force.since,
        events=events,
        more_events=more_events,
        key=own.key(visit.vault) if own is not None else None,
        cases=cases,
        may_transfer=may_take and row.state not in OVER,
        is_part=is_part,
        names_people=names_people,
        pool=handed_out.pool(visit.db, license_) if may_assign else None,
        standing=tuple(standing_in.standing(visit.db, visit.actor, license_, visit.now)),
        stands_for=standing_in.stood_for(visit.db, visit.actor, license_),
        may_take_emergency=may_take and bool(cases) and emergencies.decide(question).allowed,
    )
    context: dict[str, Any] = {"sheet": found, "rule_sentences": rule_sentences}
    context["event_texts"] = [
        (
            visit.lang.moment(event.at, visit.zone, visit.now, capital=True),
            event.shape,
            event_words.sentence(visit.lang, visit.zone, event.kind, event.outcome, event.params),
            event_words.who(visit.lang, visit.site.brand.name, event.actor, event.actor_name, event.reason),
        )
        for event in events
    ]
    context |= {"form": form or {}, "errors": {}, "refusal_heading": "", "refusal_sentence": ""}
    context |= {"assigning_heading": "", "assigning_sentence": ""}
    context |= {"asking": asking(visit), "asked": exceptions.waiting_id(visit, license_) if panel else None}
    context["override"] = override_form(visit, license_) if may(visit.actor, Permission.OVERRIDE, facts_of) else None
    if panel is not None and panel.kind == "refused":
        facts = {
            **panel.params,
            "rule": panel.rule,
            "date": panel.next_allowed_at,
            "operation": "activate" if panel.gone is None else "rehost",
            "product": row.product,
        }
        if panel.last_move is not None:
            facts["last"] = panel.last_move.at
            facts["old_device"] = panel.last_move.params.get("from_device")
            facts["device"] = panel.last_move.params.get("device")
        context["refusal_heading"], context["refusal_sentence"] = problem(visit, panel.code, facts)
    return context


def rules_of(visit: Visit, license_: License) -> tuple[Question, tuple[Statement, ...], list[str]]:
    """The rules of a license as they stand for the reader: the question, what they say, and that in sentences."""
    question = Question(visit, license_, None, evidence="declaration")
    explained = rules.explain(question.in_force.rules, question.case("rehost"))
    statements = tuple(one for one in explained if one.code not in NOT_OFFERED)
    return question, statements, sentences(visit.lang, statements, visit.zone)


def override_form(visit: Visit, license_: License, errors: dict[str, str] | None = None) -> dict[str, Any]:
    """What the vendor can grant here, and what he typed."""
    named = [(operation, things(visit.lang, (operation,))) for operation in OVERRIDABLE]
    said = visit.form.values if errors else {}
    errors = {name: problem(visit, code, {})[1] for name, code in (errors or {}).items()}
    return {"granted": overrides.granted(visit.db, license_), "operations": named, "errors": errors, "said": said}


def _case(visit: Visit, case: transfers.Case) -> tuple[str, str]:
    """When, and what did not fit."""
    moment = visit.lang.moment(case.last_at, visit.zone, visit.now, capital=True)
    return moment, transfer_words.reason(visit.lang, case.reason, case.device)


def _gone_asked(visit: Visit, license_: License) -> UUID | None:
    """The seat that the address says is gone: one of this license that the reader sees. Nonsense means none."""
    asked = _id(visit.query.get("gone", ""))
    if asked is not None and activation_for(visit.db, visit.actor, asked, Permission.VIEW)[0].id != license_.id:
        raise NotFound
    return asked


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
