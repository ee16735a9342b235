"""The draft of a rule set on its page: form and text of one and the same document, with what is wrong beside both."""

from __future__ import annotations

from typing import Any

from portal.actions import rule_drafts
from portal.actions.rule_drafts import Written
from portal.models import RuleSet
from portal.rules.studying import Study, study
from portal.screens import rule_fields, rule_rows
from portal.screens.rule_desk import address, refusal
from portal.screens.rule_fields import Fields
from portal.web import Answer, Visit, page
from portal.web.answers import swap
from portal.words.rule_problems import said


def editor(
    visit: Visit,
    rule_set: RuleSet,
    *,
    text: str | None = None,
    fields: Fields | None = None,
    written: Written | None = None,
    saved: bool = False,
    todo: str = "",
) -> Answer:
    """The draft as it is saved, else what is in force; or with `text` and `fields` what was typed and is not saved."""
    visit.place = f"{address(rule_set)}/draft"
    draft, latest = rule_drafts.mine(visit, rule_set), rule_drafts.latest(visit.db, rule_set.id)
    kept = draft.toml if draft else latest.toml if latest else ""
    found = study(kept if text is None else text)
    shown = fields or rule_fields.filled(found.values or {})
    context: dict[str, Any] = {
        "rule_set": rule_set, "draft": draft, "latest": latest, "text": found.text,
        "edition": draft.edition if draft else 0, "v": shown.values, "rows": shown.rows, "e": _beside(visit, found),
        "has_proofs": any(name.startswith("evidence-") and value for name, value in shown.values.items()),
        "problems": [
            (problem.line, said(visit.lang, problem.reason), found.rules is not None) for problem in found.problems
        ],
        "parses": found.values is not None,
        "readable": fields is not None or (found.values is not None and _fits(found)),
        "unsaved": text is not None and not saved,
        "is_late": draft is not None and draft.base_number != (latest.number if latest else 0),
        "focus": rule_rows.led_to(todo, shown), **refusal(visit, written),
    }  # fmt: skip
    if saved and visit.htmx:
        context.pop("status", None)
        return swap(visit, "draft_saved", {}, "rules/_edited.html", **context)
    return page(visit, "rules/draft.html", part="rules/_edited.html", **context)


def _fits(found: Study) -> bool:
    """Whether the form can show all of it; what is wrong anyway is shown as far as it goes."""
    return found.rules is None or rule_rows.is_faithful(found.rules)


def _beside(visit: Visit, found: Study) -> dict[str, list[str]]:
    """What is wrong, by the field beside which it is said: the closest one that the form has."""
    beside: dict[str, list[str]] = {}
    if found.rules is not None:
        return beside
    for problem, path in zip(found.problems, found.places, strict=False):
        beside.setdefault(rule_rows.nearest(path), []).append(said(visit.lang, problem.reason))
    return beside


def typed(visit: Visit) -> tuple[str, Fields | None, str]:
    """What was sent: the text it amounts to, the form as it was filled in, and what is to be done with it."""
    form = visit.form
    if form.values.get("way") == "text":
        form.allow("way", "edition", "text", "do")
        return form.values.get("text", ""), None, "save"
    form.allow("way", "edition", "do", *rule_fields.names(form.values))
    todo = form.values.get("do", "save")
    fields = rule_rows.changed(form.values, todo)
    return rule_fields.text_of(fields.values), fields, todo
