"""From a TOML document to a rule set, all or nothing, with every problem found at once."""

import re
import tomllib
from collections.abc import Callable, Iterable
from typing import Any
from zoneinfo import ZoneInfo

from portal.rules.checks import warnings
from portal.rules.limit_tables import allowance, cooldown, demo, emergency
from portal.rules.lines import Lines
from portal.rules.proof_tables import binding, condition, evidence, lease, seats
from portal.rules.reading import RuleFileError, Table
from portal.rules.sets import Escalation, Problem, RuleSet

MOST_BYTES = 64 * 1024
# Nobody writes a.b.c.d.e.f, and what parsers do with a key of thousands of parts takes minutes.
_DEEP_KEY = re.compile(r"(?:[^\s.=#]{1,40}[ \t]*\.[ \t]*){12}")


def load(text: str, *, name: str = "rules.toml") -> RuleSet:
    """Read a rule set strictly; `name` is how the document is called in messages.

    RuleFileError carries every problem with its line where the text is no TOML or over 64 KiB, a key is unknown
    or of the wrong kind, a number is negative, a duration is impossible, or a rule could never allow anything.
    What is legal but doubtful stands in `warnings` of the rule set. Source of the schema: docs/rules.md.
    """
    if problem := _out_of_measure(text):
        raise RuleFileError(name, [problem])
    try:
        values = tomllib.loads(text)
        lines = Lines(text)
    except RecursionError:
        raise RuleFileError(name, [Problem(1, "the document is nested too deeply")]) from None
    except ValueError as problem:
        raise RuleFileError(name, [_syntax(text, str(problem))]) from None
    problems: list[Problem] = []
    document = Table(values, "the rule set", (), lines, problems)
    rules = _rule_set(document)
    if problems or rules is None:
        raise RuleFileError(name, problems)
    return rules


def _out_of_measure(text: str) -> Problem | None:
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        return Problem(1, f"the document is longer than {MOST_BYTES // 1024} KiB")
    if deep := _DEEP_KEY.search(text):
        return Problem(text.count("\n", 0, deep.start()) + 1, "the document is nested too deeply")
    return None


def _syntax(text: str, reason: str) -> Problem:
    found = re.search(r" \(at line (\d+), column (\d+)\)$", reason)
    if found:
        return Problem(int(found[1]), f"{reason[: found.start()]} (column {found[2]})")
    return Problem(text.count("\n") + 1, reason)


def _rule_set(document: Table) -> RuleSet | None:
    name, zone = document.text("name", required=True), _zone(document)
    notes: list[Problem] = []
    seats_ = seats(document.table("seats"), notes)
    allowances = _each(document, "allowance", allowance, notes)
    cooldowns = _each(document, "cooldown", cooldown, notes)
    binding_ = binding(document.table("binding"), notes)
    conditions = _each(document, "condition", condition, notes)
    lease_ = lease(document.table("lease"), notes)
    proofs = evidence(document.table("evidence"), lease_, notes)
    demo_, emergency_ = demo(document.table("demo")), emergency(document.table("emergency"))
    after_registration = _ticket_sign_in(document.table("ticket_sign_in"))
    escalation = _escalation(document.table("escalation"))
    document.end()
    _unique(document, allowances, "allowance", [("demo", demo_), ("emergency", emergency_)])
    _unique(document, cooldowns, "cooldown")
    _unique(document, conditions, "condition")
    if name is None or zone is None or None in allowances or None in cooldowns or None in conditions:
        return None
    rules = RuleSet(
        name=name,
        zone=zone,
        seats=seats_,
        allowances=tuple(filter(None, allowances)),
        cooldowns=tuple(filter(None, cooldowns)),
        binding=binding_,
        conditions=tuple(filter(None, conditions)),
        evidence=proofs,
        lease=lease_,
        demo=demo_,
        emergency=emergency_,
        after_registration=after_registration,
        escalation=escalation,
        warnings=tuple(notes),
    )
    return warnings(rules, document)


def _zone(document: Table) -> ZoneInfo | None:
    key = document.text("time_zone", required=True)
    if key is None:
        return None
    try:
        return ZoneInfo(key)
    except (ValueError, OSError, KeyError):
        document.refuse("time_zone", f"time_zone {key!r} is not known; write for instance Europe/Berlin")
        return None


def _each(
    document: Table, key: str, read: Callable[[Table, str, list[Problem]], Any], notes: list[Problem]
) -> list[Any]:
    """One value per [[table]]; the rule's label is its name, or the kind with its number."""
    return [read(table, f"{key} {number}", notes) for number, table in enumerate(document.tables(key), start=1)]


def _unique(document: Table, rules: Iterable[Any], kind: str, taken: Iterable[tuple[str, Any]] = ()) -> None:
    """Two rules of a kind with one name could not be told apart in an answer."""
    names = {name for name, table in taken if table is not None}
    for table, rule in zip(document.tables(kind), rules, strict=True):
        if rule is not None and rule.rule in names:
            table.refuse("name", f"the name {rule.rule!r} is taken by another {kind}")
        elif rule is not None:
            names.add(rule.rule)


def _ticket_sign_in(table: Table | None) -> str:
    if table is None:
        return "refuse"
    after_registration = table.choice("after_registration", ("refuse", "allow"), "refuse")
    table.end()
    return after_registration


def _escalation(table: Table | None) -> Escalation:
    if table is None:
        return Escalation()
    escalation = Escalation(table.choice("exhausted", ("deny", "review"), "deny"), bool(table.flag("offer_emergency")))
    table.end()
    return escalation
