"""The pages of the desk: the queue, and one request with everything that an answer rests on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portal.access import (
    Asked,
    GroupPermission,
    Permission,
    desk_of,
    may,
    may_answer,
    may_grant,
    may_with,
    owned,
)
from portal.actions.desk import GRANTABLE
from portal.actions.rule_sets import in_force
from portal.db import new_id
from portal.models import WAITING, License, Request, RequestKind
from portal.reports import canned_words, customers, desk, threads
from portal.screens.rule_places import place_of
from portal.web import Answer, Visit, lists, page
from portal.web.pages import problem
from portal.words import desk as words
from portal.words.rule_phrases import things

PLACE = "/desk"


def queue(visit: Visit) -> Answer:
    """What lies on the desk."""
    visit.place = PLACE
    found = desk.queue(visit.db, visit.actor, desk.wanted(lists.asked(visit)), visit.now)
    lines = [
        {
            "asked": one,
            "kind": words.kind(visit.lang, one.kind),
            "age": words.age(visit.lang, (one.answered_at or visit.now) - one.created_at),
            "why": _why(visit, one),
        }
        for one in found.lines
    ]
    kinds = [(str(kind), words.kind(visit.lang, kind)) for kind in desk.KINDS]
    return page(visit, "desk/index.html", part="desk/_queue.html", queue=found, lines=lines, kinds=kinds)


def table(visit: Visit) -> tuple[list[str], Iterator[list[str]]]:
    """The same list as a spreadsheet reads it, whole."""
    _ = visit.lang.gettext
    heading = [
        _("Asked"), _("Kind"), _("Product"), _("From"), _("Person"), _("State"), _("Rule"), _("Words"),
        _("Looked after by"), _("Answered"),
    ]  # fmt: skip
    found = desk.everything(visit.db, visit.actor, desk.wanted(visit.query), visit.now)
    return heading, (
        [
            words.stamp(one.created_at, visit.zone), words.kind(visit.lang, one.kind), one.product or "", one.group,
            one.person or one.contact or _("with a ticket"), words.state(visit.lang, one.state, one.kind),
            _why(visit, one), one.words, one.assigned_to or "", words.stamp(one.answered_at, visit.zone),
        ]  # fmt: skip
        for one in found
    )


def _why(visit: Visit, one: desk.Line) -> str:
    """What the rules said to somebody who asks for an exception."""
    return problem(visit, one.rule_code, {})[0] if one.kind == RequestKind.EXCEPTION and one.rule_code else ""


def show(
    visit: Visit, asked: Asked, *, status: int = 200, canned: str | None = None, wrong: str = "", code: str = "",
    part: str | None = None,
) -> Answer:  # fmt: skip
    """One request. `canned` is put into the answer; `wrong` is the form that could not be taken, and `code` why."""
    request = asked.request
    visit.place = f"{PLACE}/requests/{request.public_id}"
    license_ = visit.db.get(License, request.license_id) if request.license_id else None
    sees_license = license_ is not None and may(
        visit.actor, Permission.VIEW, owned(visit.db, license_, visit.actor)
    )
    mine = may_answer(visit.actor, asked.desk)
    typed = visit.form.values.get("words", "") if wrong or canned is not None else ""
    answer = "\n\n".join(filter(None, (typed.strip(), canned))) if wrong != "note" else ""
    return page(
        visit, "desk/show.html", status=status, part=part,
        request=request, group=asked.group, desk=asked.desk, by=desk_of(visit.actor, asked.desk),
        kind=words.kind(visit.lang, request.kind), product=_product(visit, request),
        age=words.age(visit.lang, (request.answered_at or visit.now) - request.created_at),
        said=threads.for_desk(visit.db, visit.actor, request),
        sizes=lambda octets: words.size(visit.lang, octets),
        customer=customers.customer(visit.db, visit.actor, request, asked.group),
        kinds=lambda name: words.kind(visit.lang, name), things=lambda name: things(visit.lang, (name,)),
        decision=_decision(visit, request), license=license_.public_id if license_ and sees_license else None,
        waits=request.state in WAITING, may_answer=mine, is_referable=_is_referable(visit, asked),
        may_grant=may_grant(visit.actor, asked.desk) and request.kind in GRANTABLE,
        staff=[(str(id_), name) for id_, name in desk.staff(visit.db, visit.actor, asked.desk)] if mine else [],
        sees_group=may_with(visit.db, visit.actor, GroupPermission.LOOK, asked.group),
        assigned=desk.assigned_to(visit.db, request),
        canned=canned_words.at_hand(visit.db, visit.actor, request.language or visit.lang.code) if mine else (),
        answer=answer, inserted=canned is not None, note=typed if wrong == "note" else "",
        keys=(new_id(visit.now), new_id(visit.now)), wrong=wrong, error=_error(visit, code) if code else "",
    )  # fmt: skip


def _error(visit: Visit, code: str) -> str:
    """What is said beside the field: of what was typed the sentence alone, of a refusal what it is as well."""
    heading, sentence = problem(visit, code, {"limit": 4000})
    return sentence if code in visit.form.errors.values() else f"{heading}. {sentence}"


def _is_referable(visit: Visit, asked: Asked) -> bool:
    """Whether a dealer may leave the answer to the vendor."""
    return asked.desk.parent_id is not None and may_answer(visit.actor, asked.desk)


def _product(visit: Visit, request: Request) -> str | None:
    return desk.product_name(visit.db, request.product_id) if request.product_id else None


def _decision(visit: Visit, request: Request) -> dict[str, Any] | None:
    """What the rules said at that moment and what it rested on, in words."""
    kept = request.decision
    if kept is None or "ledger" not in kept:
        return None
    heading, sentence = problem(visit, kept["code"], words.facts(kept, _product(visit, request)))
    entries = [(words.moment(one["at"]), words.entry(visit.lang, one)) for one in reversed(kept["ledger"])]
    rule_set, anchor = None, ""
    if visit.actor.reads_rules and request.article_id is not None:
        rule_set = desk.rule_set_of(visit.db, request.article_id)
        anchor = place_of(in_force(visit.db, request.article_id).rules, kept.get("rule"))
    return {
        **kept, "asked_for": words.asked_for(visit.lang, kept["operation"]), "heading": heading, "sentence": sentence,
        "entries": entries, "rule_set": rule_set, "anchor": anchor,
    }  # fmt: skip


def draft_of(visit: Visit, request: Request) -> str | None:
    """The place in the draft desk where the rule stands that refused this."""
    if request.article_id is None:
        return None
    rule = (request.decision or {}).get("rule")
    anchor = place_of(in_force(visit.db, request.article_id).rules, rule)
    return f"/vendor/rules/{desk.rule_set_of(visit.db, request.article_id)}/draft{anchor}"
