"""Trying rules on a case: a made-up one or a license that exists, and what they say to it, in words and as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from portal import rules
from portal.access import NotFound, Permission, license_for
from portal.actions import rule_drafts, tickets, trials
from portal.files import tickets as codes
from portal.models import Article, License, Product, RuleSet
from portal.rules import OPERATIONS, Case, CaseError, Decision, RuleFileError, read_case, write_answer
from portal.rules.cases import LEDGER_ONLY, write_instant
from portal.rules.sets import PROOFS, ROLES
from portal.screens.rule_desk import address
from portal.web import Answer, Visit, page
from portal.web.pages import problem
from portal.words import refusals
from portal.words import trials as words

MOST_ENTRIES = 50
ENTRY = ("at", "operation", "activation", "evidence", "components", "grants")
COMMON = ("way", "which", "operation", "moment", "evidence", "reason", "role", "components")
MADE_UP = ("quantity", "country", "virtual_machine", "term_begin", "term_end", "do")


class Unclear(Exception):
    """Something of the form makes no sense: the field, and the code of a sentence or a reason of the rules."""

    def __init__(self, name: str, code: str, reason: str = "") -> None:
        super().__init__(name)
        self.name, self.code, self.reason = name, code, reason


@dataclass(slots=True)
class Tried:
    """What came of it: the decision with its words, or what is unclear."""

    decision: Decision | None = None
    heading: str = ""
    sentence: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    answer: str = ""
    case: str = ""
    about: str = ""
    errors: dict[str, str] = field(default_factory=dict)


def trial(
    visit: Visit, rule_set: RuleSet, *, values: Mapping[str, str] | None = None, tried: Tried | None = None,
    todo: str = "",
) -> Answer:  # fmt: skip
    """The page with both forms, as they were sent, and the answer above them; `todo` is what changed their rows."""
    visit.place = f"{address(rule_set)}/try"
    sent = dict(values or {"moment": f"{visit.now.astimezone(visit.zone):%Y-%m-%dT%H:%M}", "operation": "rehost"})
    rows = sum(f"entry-{at}-operation" in sent for at in range(MOST_ENTRIES))
    draft, latest = rule_drafts.mine(visit, rule_set), rule_drafts.latest(visit.db, rule_set.id)
    return page(
        visit, "rules/try.html", part="rules/_trial.html", rule_set=rule_set, v=sent, rows=rows,
        draft=draft, latest=latest, tried=tried, errors=tried.errors if tried else {},
        focus=f"entry-{rows - 1}" if todo == "add-entry" else "past" if todo else "",
        status=422 if tried and tried.errors else 200,
    )  # fmt: skip


def allow(visit: Visit) -> None:
    rows = [f"entry-{at}-{key}" for at in range(MOST_ENTRIES) for key in ENTRY]
    visit.form.allow(*COMMON, "license", *MADE_UP, *rows)


def changed(values: Mapping[str, str], todo: str) -> dict[str, str]:
    """The form with one entry of the past more or one less."""
    kept = {name: value for name, value in values.items() if not name.startswith("entry-")}
    rows = [_row(values, at) for at in range(MOST_ENTRIES) if f"entry-{at}-operation" in values]
    if todo == "add-entry" and len(rows) < MOST_ENTRIES:
        rows.append({"operation": "activate"})
    elif found := re.fullmatch(r"remove-entry-([0-9]{1,2})", todo):
        rows = [row for at, row in enumerate(rows) if at != int(found[1])]
    return kept | {f"entry-{at}-{key}": value for at, row in enumerate(rows) for key, value in row.items()}


def _row(values: Mapping[str, str], at: int) -> dict[str, str]:
    return {key: values.get(f"entry-{at}-{key}", "") for key in ENTRY}


def ask(visit: Visit, rule_set: RuleSet) -> Tried:
    """Decide the case of the form; whatever is wrong with it is said beside its field."""
    form, tried = visit.form.values, Tried()
    try:
        text = _text(visit, rule_set)
        asked = rules.load(text)
        if form.get("way") == "license":
            case, product, tried.about = _recorded(visit, asked)
        else:
            value = made_up(visit)
            case, product = read_case(value), visit.lang.gettext("the product")
            tried.case = json.dumps(value, indent=1, ensure_ascii=False)
        decision = rules.decide(asked, case)
    except Unclear as wrong:
        tried.errors[wrong.name] = wrong.reason or problem(visit, wrong.code, {})[1]
        return tried
    except CaseError as wrong:
        tried.errors["case"] = str(wrong)
        return tried
    except RuleFileError as wrong:
        tried.errors["which"] = str(wrong)
        return tried
    told = {**refusals.facts(decision), "operation": case.operation, "product": product}
    if not decision.allowed:
        tried.heading, tried.sentence = problem(visit, decision.code, told)
    tried.decision, tried.facts = decision, words.facts(visit.lang, visit.zone, decision)
    tried.answer = json.dumps(write_answer(decision), indent=1, ensure_ascii=False)
    return tried


def _text(visit: Visit, rule_set: RuleSet) -> str:
    draft, latest = rule_drafts.mine(visit, rule_set), rule_drafts.latest(visit.db, rule_set.id)
    wants_draft = visit.form.values.get("which") == "draft"
    text = trials.text_to_try(draft.toml if draft else None, latest, wants_draft=wants_draft)
    if text is None:
        raise Unclear("which", "choice_missing")
    return text


def made_up(visit: Visit) -> dict[str, Any]:
    """The case of the form as its JSON value, as the command line takes it."""
    form = visit.form.values
    quantity = form.get("quantity", "").strip() or "1"
    if not re.fullmatch(r"[0-9]{1,7}", quantity):
        raise Unclear("quantity", "number_invalid")
    past = [_entry(visit, at) for at in range(MOST_ENTRIES) if f"entry-{at}-operation" in form]
    device = {
        "components": _components(form.get("components", "")),
        "country": form.get("country", "").strip().upper() or None,
        "virtual_machine": {"yes": True, "no": False}.get(form.get("virtual_machine", "")),
    }
    return {
        "now": write_instant(_moment(visit, "moment") or visit.now),
        "operation": _choice(form, "operation", OPERATIONS),
        "evidence": _choice(form, "evidence", ("", *PROOFS)) or None,
        "reason": form.get("reason", "").strip()[:200] or None,
        "license": {
            "quantity": int(quantity),
            "term_begin": _instant(_moment(visit, "term_begin")),
            "term_end": _instant(_moment(visit, "term_end")),
        },
        "device": device if any(device.values()) else None,
        "actor": {"role": _choice(form, "role", ("", *ROLES)) or None},
        "ledger": past,
    }


def _entry(visit: Visit, at: int) -> dict[str, Any]:
    form, base = visit.form.values, f"entry-{at}"
    operation = _choice(form, f"{base}-operation", (*OPERATIONS, *LEDGER_ONLY))
    components = _components(form.get(f"{base}-components", ""))
    found = {
        "at": _instant(_moment(visit, f"{base}-at", required=True)),
        "operation": operation,
        "activation": form.get(f"{base}-activation", "").strip()[:100] or None,
        "evidence": _choice(form, f"{base}-evidence", ("", *PROOFS)) or None,
        "device": {"components": components} if components else None,
    }
    if operation == "override":
        found |= {"grants": _choice(form, f"{base}-grants", OPERATIONS), "amount": 1, "actor": "vendor"}
    return {key: value for key, value in found.items() if value is not None}


def _recorded(visit: Visit, asked: rules.RuleSet) -> tuple[Case, str, str]:
    """The case of a license that the reader may see, its product, and the address of its page."""
    form = visit.form.values
    license_ = _license(visit, form.get("license", "").strip()[:100])
    article = visit.db.get_one(Article, license_.article_id)
    case = trials.case_of(
        visit.db, license_, asked, _moment(visit, "moment") or visit.now, _choice(form, "operation", OPERATIONS),
        role=_choice(form, "role", ("", *ROLES)) or None,
        evidence=_choice(form, "evidence", ("", *PROOFS)) or None,
        reason=form.get("reason", "").strip()[:200] or None,
        components=_components(form.get("components", "")),
    )  # fmt: skip
    return case, visit.db.get_one(Product, article.product_id).name, f"/licenses/{license_.public_id}"


def _license(visit: Visit, text: str) -> License:
    if not text:
        raise Unclear("license", "field_missing")
    try:
        try:
            return license_for(visit.db, visit.actor, UUID(text.rstrip("/").rpartition("/")[2]), Permission.VIEW)
        except ValueError:
            ticket = tickets.find(visit, codes.normalize(text))
            found = tickets.licenses_of(visit, ticket) if ticket else []
            if not found:
                raise NotFound from None
            return license_for(visit.db, visit.actor, found[0].public_id, Permission.VIEW)
    except NotFound:
        raise Unclear("license", "no_such_license") from None


def _choice(form: Mapping[str, str], name: str, options: tuple[str, ...]) -> str:
    value = form.get(name, "")
    if value not in options:
        raise Unclear(name, "choice_missing")
    return value


def _moment(visit: Visit, name: str, *, required: bool = False) -> datetime | None:
    """A time of the reader's clock, or one in UTC with a Z behind it."""
    text = visit.form.values.get(name, "").strip()
    if not text and not required:
        return None
    try:
        moment = datetime.fromisoformat(text) if re.fullmatch(r"[0-9T:Z -]{10,20}", text) else None
        moment = moment if moment is None or moment.tzinfo else moment.replace(tzinfo=visit.zone)
        if moment is not None and 1970 <= moment.year <= 9000:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Unclear(name, "moment_invalid")


def _instant(moment: datetime | None) -> str | None:
    return write_instant(moment) if moment else None


def _components(text: str) -> dict[str, str]:
    """Parts as `board = b1, disk = d1`."""
    pairs = (part.partition("=") for part in re.split(r"[,;\n]", text[:2000]))
    return {key.strip(): value.strip() for key, _, value in pairs if key.strip()}
