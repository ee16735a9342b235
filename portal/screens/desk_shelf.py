"""The pages of what a desk keeps: canned words, cases and figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

from portal.reports import canned_words, desk_figures, open_cases
from portal.reports.desk_figures import Count, Figures
from portal.web import Answer, Visit, page
from portal.web.pages import problem
from portal.words import desk as said
from portal.words import transfers
from portal.words.refusals import CODES


def words(visit: Visit, *, status: int = 200) -> Answer:
    """The answers that are given often, and a form for one more."""
    visit.place = "/desk/words"
    names = {code: language.name for code, language in visit.site.languages.items()}
    errors = {name: problem(visit, code, {"limit": 4000})[1] for name, code in visit.form.errors.items()}
    return page(
        visit, "desk/words.html", status=status, kept=canned_words.at_hand(visit.db, visit.actor, visit.lang.code),
        languages=[(code, names[code]) for code in visit.site.brand.languages], names=names, typed=visit.form.values,
        errors=errors,
    )  # fmt: skip


def cases(visit: Visit, *, status: int = 200, wrong: UUID | None = None) -> Answer:
    """What is to be looked at, and what was closed last."""
    visit.place = "/desk/cases"
    error = problem(visit, visit.form.errors["words"], {"limit": 1000})[1] if wrong else ""
    return page(
        visit, "desk/cases.html", status=status, wrong=wrong, error=error, typed=visit.form.values.get("words", ""),
        open=open_cases.cases(visit.db, visit.actor, is_open=True),
        closed=open_cases.cases(visit.db, visit.actor, is_open=False),
        sees_licenses=visit.actor.oversees, why=lambda case: transfers.reason(visit.lang, case.reason, case.device),
    )  # fmt: skip


def figures(visit: Visit) -> Answer:
    """A year of what people asked."""
    visit.place = "/desk/figures"
    found = desk_figures.figures(visit.db, visit.actor, visit.now, visit.zone)
    return page(visit, "desk/figures.html", figures=found, tables=list(_tables(visit, found)), took=_took(visit))


def table(visit: Visit) -> tuple[list[str], Iterator[list[str]]]:
    """The tables of the page as one, with a first column that says which."""
    _ = visit.lang.gettext
    heading = [_("By"), _("What"), _("Asked"), _("Granted or answered"), _("Median time to answer (hours)")]
    found = desk_figures.figures(visit.db, visit.actor, visit.now, visit.zone)
    return heading, (
        [title, name, str(one.asked), str(one.granted), _hours(one.median)]
        for _id, title, counts in _tables(visit, found)
        for name, one in counts
    )


def _tables(visit: Visit, found: Figures) -> Iterator[tuple[str, str, list[tuple[str, Count]]]]:
    _ = visit.lang.gettext
    yield "kinds", _("Kind"), [(said.kind(visit.lang, one.name), one) for one in found.by_kind]
    yield "rules", _("Rule"), [(_rule(visit, one.name), one) for one in found.by_rule]
    yield "products", _("Product"), [(one.name or _("No product named"), one) for one in found.by_product]
    yield "months", _("Month"), [(said.month(visit.lang, one.name, visit.zone), one) for one in found.by_month]


def _rule(visit: Visit, name: str) -> str:
    """The refusal in words and the rule by its name; what somebody typed as a code stays as it is."""
    code, _dot, rule = name.partition(" · ")
    told = problem(visit, code, {})[0] if code in CODES else code
    return f"{told} · {rule}" if rule else told


def _took(visit: Visit) -> Callable[[timedelta | None], str]:
    return lambda spent: said.age(visit.lang, spent) if spent is not None else "–"


def _hours(spent: timedelta | None) -> str:
    return f"{spent.total_seconds() / 3600:.1f}" if spent is not None else ""
