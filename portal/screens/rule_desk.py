"""The pages of rule sets: the list, one of them, a version of it, publishing, and which articles follow."""

from __future__ import annotations

import re
from itertools import groupby
from operator import attrgetter
from typing import Any

from portal.actions import rule_drafts, rule_sets
from portal.actions.rule_drafts import Written
from portal.models import RuleSet, RuleVersion
from portal.reports import replays, rule_desk, rule_history
from portal.rules import PRESETS, RuleFileError, load, preset
from portal.rules import RuleSet as Rules
from portal.rules.writing import write
from portal.screens.rule_texts import changes, said
from portal.web import Answer, Visit, page
from portal.web.pages import problem
from portal.words import rule_problems
from portal.words.presets import preset_name

RULES = "/vendor/rules"
SHOWN_REPLAYS = 5


def address(rule_set: RuleSet) -> str:
    return f"{RULES}/{rule_set.public_id}"


def refusal(visit: Visit, written: Written | None) -> dict[str, Any]:
    """Status and words of what was not done, for the place where it was asked for."""
    if written is None or written.allowed:
        return {"problem_heading": "", "problem_sentence": ""}
    heading, sentence = problem(visit, written.code, dict(written.params))
    return {"status": 422, "problem_heading": heading, "problem_sentence": sentence}


def index(visit: Visit) -> Answer:
    """All rule sets, and what is in force of each."""
    visit.place = RULES
    return page(visit, "rules/index.html", listed=rule_desk.rule_sets(visit.db, visit.actor.user_id))


def new(visit: Visit, *, chosen: str = PRESETS[0], name: str = "", written: Written | None = None) -> Answer:
    """A new rule set, begun from a preset; each preset explains itself."""
    visit.place = f"{RULES}/new"
    errors = {key: problem(visit, code, {})[1] for key, code in visit.form.errors.items()}
    if written is not None and written.code == "rule_name_taken":
        errors["name"] = problem(visit, written.code, dict(written.params))[1]
    presets = [(key, preset_name(visit.lang, key), said(visit, preset(key))) for key in PRESETS]
    return page(
        visit, "rules/new.html", presets=presets, chosen=chosen, name=name[:200], errors=errors,
        status=422 if errors else 200,
    )  # fmt: skip


def named(text: str, name: str) -> str:
    """A preset's text under another name, its comments kept."""
    return re.sub(r"^name = .*$", lambda _: write({"name": name}).strip(), text, count=1, flags=re.MULTILINE)


def show(visit: Visit, rule_set: RuleSet) -> Answer:
    """One rule set: what it says, who follows it, and how it came to be so."""
    visit.place = address(rule_set)
    latest = rule_drafts.latest(visit.db, rule_set.id)
    in_force = rule_sets.parsed(latest.toml) if latest else None
    return page(
        visit, "rules/show.html", rule_set=rule_set, latest=latest,
        sentences=said(visit, in_force) if in_force else [],
        time_zone=in_force.time_zone if in_force else "",
        warnings=_doubts(visit, in_force),
        articles=rule_desk.articles(visit.db, rule_set),
        history=rule_history.versions(visit.db, rule_set.id),
        drafts=rule_desk.drafts(visit.db, rule_set, visit.actor.user_id),
        replays=replays.runs(visit.db, rule_set, SHOWN_REPLAYS),
    )  # fmt: skip


def _doubts(visit: Visit, rules: Rules | None) -> list[tuple[int, str]]:
    """What is legal but doubtful, by line."""
    return [(one.line, rule_problems.said(visit.lang, one.reason)) for one in (rules.warnings if rules else ())]


def version(visit: Visit, rule_set: RuleSet, shown: RuleVersion, written: Written | None = None) -> Answer:
    """One version: its text, what it changed, and the way back to it."""
    visit.place = f"{address(rule_set)}/versions/{shown.number}"
    latest = rule_drafts.latest(visit.db, rule_set.id)
    before = rule_history.text_of(visit.db, rule_set.id, shown.number - 1)
    return page(
        visit, "rules/version.html", rule_set=rule_set, version=shown, latest=latest,
        has_before=before is not None, difference=rule_history.difference(before or "", shown.toml),
        back=_back(visit, shown, latest), note=visit.form.values.get("note", ""),
        errors={key: problem(visit, code, {})[1] for key, code in visit.form.errors.items()},
        **{"status": 422 if visit.form.errors else 200, **refusal(visit, written)},
    )  # fmt: skip


def _back(visit: Visit, shown: RuleVersion, latest: RuleVersion | None) -> list[Any]:
    """What people would read otherwise if this text came back."""
    if latest is None or latest.number == shown.number:
        return []
    return changes(said(visit, rule_sets.parsed(latest.toml)), said(visit, rule_sets.parsed(shown.toml)))


def publication(visit: Visit, rule_set: RuleSet, written: Written | None = None) -> Answer:
    """What publishing the draft would change; or that there is nothing to publish."""
    visit.place = f"{address(rule_set)}/publication"
    draft, latest = rule_drafts.mine(visit, rule_set), rule_drafts.latest(visit.db, rule_set.id)
    before, after = latest.toml if latest else "", draft.toml if draft else ""
    try:
        wanted = load(after) if draft else None
    except RuleFileError:  # the checks may have become stricter since it was saved
        wanted = None
    old = said(visit, rule_sets.parsed(before)) if latest else []
    return page(
        visit, "rules/publication.html", rule_set=rule_set, draft=draft, latest=latest,
        difference=rule_history.difference(before, after) if draft else [],
        changes=changes(old, said(visit, wanted)) if wanted else [],
        warnings=_doubts(visit, wanted), is_fit=wanted is not None,
        is_late=draft is not None and draft.base_number != (latest.number if latest else 0),
        affected=len(rule_desk.articles(visit.db, rule_set)),
        note=visit.form.values.get("note", ""),
        errors={key: problem(visit, code, {})[1] for key, code in visit.form.errors.items()},
        **{"status": 422 if visit.form.errors else 200, **refusal(visit, written)},
    )  # fmt: skip


def articles(visit: Visit, rule_set: RuleSet, written: Written | None = None) -> Answer:
    """All articles by product: those that follow these rules, and those that could."""
    visit.place = f"{address(rule_set)}/articles"
    products = [list(own) for _, own in groupby(rule_desk.articles(visit.db), key=attrgetter("product_id"))]
    return page(
        visit, "rules/articles.html", rule_set=rule_set, products=products,
        latest=rule_drafts.latest(visit.db, rule_set.id), **refusal(visit, written),
    )  # fmt: skip
