"""What-if runs on their pages: starting one, how far it is, what it found, and the same as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select

from portal.actions import rule_drafts, trials
from portal.models import Article, Replay, ReplayState, RuleSet, RuleVersion
from portal.reports import replays, rule_desk
from portal.screens.rule_desk import address, refusal
from portal.web import Answer, Visit, file, page
from portal.web.pages import problem
from portal.words import trials as words

MOST_RUNS = 20
OVER = (ReplayState.DONE, ReplayState.STOPPED, ReplayState.FAILED)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def index(visit: Visit, rule_set: RuleSet, written: Any = None) -> Answer:
    """The form that starts a run, and the earlier runs."""
    visit.place = f"{address(rule_set)}/replays"
    followers = rule_desk.articles(visit.db, rule_set)
    articles = [("", visit.lang.gettext("All articles that follow these rules"))]
    articles += [(str(one.id), f"{one.name}{visit.lang.aside(one.sku)}") for one in followers]
    errors = {key: problem(visit, code, {})[1] for key, code in visit.form.errors.items()}
    return page(
        visit, "rules/replays.html", rule_set=rule_set, draft=rule_drafts.mine(visit, rule_set),
        latest=rule_drafts.latest(visit.db, rule_set.id), articles=articles if followers else [],
        replays=replays.runs(visit.db, rule_set, MOST_RUNS), chosen=dict(visit.form.values), errors=errors,
        **{"status": 422 if errors else 200, **refusal(visit, written)},
    )  # fmt: skip


def wanted(visit: Visit, rule_set: RuleSet) -> tuple[str | None, Article | None, datetime | None]:
    """The text, the article and the first day of the run that the form asks for."""
    form = visit.form
    form.allow("which", "article", "since")
    draft, latest = rule_drafts.mine(visit, rule_set), rule_drafts.latest(visit.db, rule_set.id)
    wants_draft = form.values.get("which") == "draft"
    text = trials.text_to_try(draft.toml if draft else None, latest, wants_draft=wants_draft)
    article = None
    if form.values.get("article"):
        mine = select(Article).where(Article.public_id == form.id("article"), Article.rule_set_id == rule_set.id)
        article = visit.db.execute(mine).scalar()
        if article is None:
            form.errors["article"] = "choice_missing"
    return text, article, _since(visit)


def _since(visit: Visit) -> datetime | None:
    if not (text := visit.form.values.get("since", "").strip()):
        return None
    try:
        day = date.fromisoformat(text)
        return datetime.combine(day, time(), visit.zone).astimezone(UTC)
    except (ValueError, OverflowError):
        visit.form.errors["since"] = "moment_invalid"
        return None


def show(visit: Visit, rule_set: RuleSet, replay: Replay) -> Answer:
    """One run; htmx asks for it again while it goes on."""
    run, code = replays.run(visit.db, replay), visit.query.get("code", "")[:40]
    visit.place = f"{address(rule_set)}/replays/{replay.public_id}"
    kept = replays.kept(visit.db, replay, code)
    pages = max(1, -(-kept // replays.PAGE))
    number = min(max(1, _number(visit.query.get("page", ""))), pages)
    found = replays.findings(visit.db, replay, number, code)
    return page(
        visit, "rules/replay.html", part="rules/_run.html", rule_set=rule_set, run=run,
        is_over=replay.state in OVER, text_is=_version_of(visit, rule_set, replay.digest),
        tallies=[
            (one, *_said(visit, one.operation, _outcome(one.then_code), one.then_code, one.now_outcome, one.now_code))
            for one in replays.tallies(replay)
        ],
        findings=[
            (one, *_said(visit, one.operation, one.then_outcome, one.then_code, one.now_outcome, one.now_code))
            for one in found
        ],
        kept=kept, kept_in_all=replays.kept(visit.db, replay), page=number, pages=pages, code=code,
    )  # fmt: skip


def _said(visit: Visit, operation: str, then: str, then_code: str, now: str, now_code: str) -> tuple[str, str, str]:
    lang = visit.lang
    before, after = words.outcome(lang, then, then_code), words.outcome(lang, now, now_code)
    return words.operation(lang, operation), before, after


def _outcome(code: str) -> str:
    return "allow" if code == "ok" else "deny"


def _version_of(visit: Visit, rule_set: RuleSet, digest: bytes) -> int | None:
    """The number of the version whose text was used, if it was one."""
    rows = visit.db.execute(select(RuleVersion.number, RuleVersion.toml).where(RuleVersion.rule_set_id == rule_set.id))
    found = [number for number, toml in rows if sha256(toml.encode()).digest() == digest]
    return max(found, default=None)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 1


def export(visit: Visit, replay: Replay) -> Answer:
    """All findings that were kept, with nothing in them that a spreadsheet would run."""
    lang, text = visit.lang, io.StringIO()
    writer = csv.writer(text, delimiter=";" if lang.code == "de" else ",")
    writer.writerow(_columns(visit))
    for one in replays.every_finding(visit.db, replay):
        writer.writerow(f"'{cell}" if cell.startswith(FORMULA) else cell for cell in _cells(visit, one))
    return file(b"\xef\xbb\xbf" + text.getvalue().encode(), "findings.csv", "text/csv")


def _columns(visit: Visit) -> list[str]:
    lang = visit.lang
    return [
        lang.gettext("When"), lang.gettext("Operation"), lang.gettext("Then"), lang.gettext("Then, code"),
        lang.gettext("With these rules"), lang.gettext("With these rules, code"), lang.gettext("Rule"),
        lang.gettext("Possible from"), lang.gettext("Product"), lang.gettext("Owner"), lang.gettext("Person"),
        lang.gettext("E-mail address"), lang.gettext("Address of the license"),
    ]  # fmt: skip


def _cells(visit: Visit, one: replays.Finding) -> Iterable[str]:
    operation, then, afterwards = _said(
        visit, one.operation, one.then_outcome, one.then_code, one.now_outcome, one.now_code
    )
    return [
        _written(visit, one.at), operation, then, one.then_code, afterwards, one.now_code, one.now_rule or "",
        _written(visit, one.next_allowed_at), one.product, one.owner, one.user or "", one.email or "",
        _page_of(visit, one.license),
    ]  # fmt: skip


def _written(visit: Visit, moment: datetime | None) -> str:
    return f"{moment.astimezone(visit.zone):%Y-%m-%d %H:%M:%S}" if moment else ""


def _page_of(visit: Visit, license_id: UUID) -> str:
    return f"{visit.settings.url}/licenses/{license_id}"
