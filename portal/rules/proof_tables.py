"""The tables of a rule set that say who, where, on what and with which proof: seats, binding, conditions, lease."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from portal.rules.reading import Table
from portal.rules.sets import OPERATIONS, PROOFS, ROLES, Binding, Condition, Lease, Problem, Proof, Seats

MATCHES = ("exact", "any", "two", "most", "all", "score")
EVIDENCE_KEYS = (*(name for name in OPERATIONS if name != "return"), "return_online", "return_offline")


def seats(table: Table | None, notes: list[Problem]) -> Seats:
    if table is None:
        return Seats()
    extra, percent = _overage(table)
    grace = table.duration("overage_grace", can_be_zero=True)
    table.end()
    found = Seats(extra, percent, grace)
    if found.has_overage and grace is not None and grace.is_zero:
        table.refuse("overage_grace", "an overage that may last no time could never be used; set overage to 0")
    elif grace is not None and not grace.is_zero and not found.has_overage:
        notes.append(Problem(table.line("overage_grace"), "overage_grace has no effect without overage"))
    return found


def _overage(table: Table) -> tuple[int, Fraction | None]:
    value = table.raw("overage")
    if value is None:
        return 0, None
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value, None
    if isinstance(value, str) and (found := re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)%", value)):
        return 0, Fraction(found[1])
    table.refuse("overage", f"overage is {value!r}; it can be a number of seats such as 2, or a share such as '10%'")
    return 0, None


def binding(table: Table | None, notes: list[Problem]) -> Binding:
    if table is None:
        return Binding()
    match = table.choice("match", MATCHES, "exact")
    score = table.count("score", required=match == "score")
    names, weights = _components(table)
    table.end()
    if match == "score":
        if weights is None:
            table.refuse(None, f"{table.title} needs components with their weights, such as {{ board = 3, disk = 2 }}")
        elif score is not None and score > sum(weights.values()):
            total = sum(weights.values())
            table.refuse("score", f"score is {score}, but all components together weigh {total}: nothing could match")
        if score == 0:
            notes.append(Problem(table.line("score"), "with a score of 0 every device counts as the same one"))
    elif score is not None:
        notes.append(Problem(table.line("score"), f"score has no effect with match = {match!r}"))
    if match == "exact" and names is not None:
        notes.append(Problem(table.line("components"), "components have no effect with match = 'exact'"))
    return Binding(match, score or 0, names, weights or {})


def _components(table: Table) -> tuple[tuple[str, ...] | None, Mapping[str, int] | None]:
    """Names with weights, or only names where nothing is scored."""
    if isinstance(table.raw("components"), list):
        return table.texts("components"), None
    weighed = table.table("components")
    if weighed is None:
        return None, None
    weights: dict[str, int] = {name: weighed.count(name) or 0 for name in weighed}
    if not weights:
        table.refuse("components", "components is empty: nothing could match; leave the key out instead")
    return tuple(weights), weights


def condition(table: Table, label: str, notes: list[Problem]) -> Condition | None:
    rule = table.text("name") or label
    operations = table.texts("operations", options=OPERATIONS, required=True)
    countries = table.texts("countries")
    for country in countries or ():
        if not re.fullmatch(r"[A-Z]{2}", country):
            table.refuse("countries", f"countries holds {country!r}; write ISO codes of two capital letters such as DE")
    virtual_machine = table.flag("virtual_machine")
    roles = table.texts("roles", options=ROLES)
    never_back = bool(table.flag("never_back_to_left_device"))
    table.end()
    if countries is None and virtual_machine is None and roles is None and not never_back:
        notes.append(Problem(table.line(), "this condition asks for nothing"))
    return Condition(rule, frozenset(operations or ()), countries, virtual_machine, roles, never_back)


def lease(table: Table | None, notes: list[Problem]) -> Lease:
    if table is None:
        return Lease()
    ttl = None if table.raw("ttl") == "none" else table.duration("ttl")
    grace = table.duration("grace", can_be_zero=True)
    table.end()
    if grace is not None and not grace.is_zero and ttl is None:
        notes.append(Problem(table.line("grace"), "grace has no effect without ttl"))
    return Lease(ttl, grace)


def evidence(table: Table | None, lease: Lease, notes: list[Problem]) -> dict[str, Proof]:
    found: dict[str, Proof] = {}
    if table is None:
        return found
    for key in EVIDENCE_KEYS:
        if (entry := table.table(key)) is None:
            continue
        default = {"return_online": "online_ack", "return_offline": "receipt"}.get(key, "none")
        proof = entry.choice("proof", PROOFS, default)
        credit, delay = _credit(entry, lease)
        entry.end()
        if "credit" in entry and not key.startswith("return_"):
            notes.append(Problem(entry.line("credit"), f"credit has no effect on {key!r}: only a return frees a seat"))
        if key == "return_offline" and proof == "online_ack":
            reason = "an offline return never brings an online_ack, so this refuses every one"
            notes.append(Problem(entry.line("proof"), reason))
        found[key] = Proof(proof, credit, delay)
    table.end()
    return found


def _credit(entry: Table, lease: Lease) -> tuple[str, Any]:
    text = entry.text("credit")
    match (text or "now").split():
        case ["now"] | ["lease_end"] | ["never"] as credit:
            if credit == ["lease_end"] and lease.ttl is None:
                entry.refuse("credit", "credit at lease_end needs a ttl in [lease]: without one no lease ever ends")
            return credit[0], None
        case ["after", period]:
            return "after", entry.as_duration("credit", period, can_be_zero=True)
    entry.refuse("credit", f"credit is {text!r}; it can be now, after P…, lease_end or never")
    return "now", None
