"""The rules of one license as statements for its page: what is free, what is limited, what is left, and from when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from portal.rules.facts import Case
from portal.rules.limits import Limit, waits
from portal.rules.question import Question
from portal.rules.sets import OPERATIONS, Allowance, RuleSet
from portal.rules.windows import Calendar, Rolling, Term

# What a person does with a license, in the order in which the page speaks of it.
_ORDER = ("return", "rehost", "repair", "activate", "reassign", "register")


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that the rules say; `code` picks the sentence, `params` fills it with plain values.

    Durations are ISO texts, moments UTC datetimes, operations and reasons their codes; no prose.
    """

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


def explain(rules: RuleSet, case: Case) -> list[Statement]:
    """What `rules` say about the license of `case` at its moment, whatever operation the case names.

    Codes: return_free, return_credit, move_free, repair_free, allowance, cooldown, proof, condition, overage,
    lease, demo, emergency, review.
    """
    # Without a device of its own the request looks at the one that the license runs on.
    question = Question(rules, replace(case, device=None), settled=True)
    return [*_operations(question), *_frame(question)]


def _operations(question: Question) -> Iterator[Statement]:
    said: set[str] = set()
    for operation in _ORDER:
        asked = question.instead(operation)
        yield from _free(asked)
        for allowance in asked.rules.allowances:
            if operation in allowance.operations and allowance.rule not in said:
                said.add(allowance.rule)
                yield Statement("allowance", _allowance(asked, allowance))
        yield from _cooldowns(asked)
        wanted = asked.rules.proof_for(operation, asked.evidence).proof
        if operation in ("rehost", "repair") and wanted != "none":
            yield Statement("proof", {"operation": operation, "proof": wanted})


def _free(question: Question) -> Iterator[Statement]:
    """What needs no counting is worth saying too, for it is what people look for first."""
    rules, operation = question.rules, question.operation
    if operation == "return":
        online = rules.proof_for("return", "online_ack")
        if not _is_limited(rules, "return"):
            again = online.credit == "now" and not _is_limited(rules, "activate")
            yield Statement("return_free", {"reuse_now": again})
        for way in ("online", "offline"):
            credit = rules.proof_for("return", "online_ack" if way == "online" else "receipt")
            if credit.credit != "now":
                delay = credit.delay.text if credit.delay else None
                yield Statement("return_credit", {"way": way, "credit": credit.credit, "delay": delay})
    elif operation == "rehost" and not _is_limited(rules, "rehost"):
        yield Statement("move_free")
    elif operation == "repair" and not any({"repair", "rehost"} <= rule.operations for rule in rules.allowances):
        yield Statement("repair_free")


def _is_limited(rules: RuleSet, operation: str) -> bool:
    return any(operation in rule.operations for rule in rules.allowances) or any(
        cooldown.before == operation for cooldown in rules.cooldowns
    )


def _allowance(question: Question, allowance: Allowance) -> dict[str, Any]:
    """How often, and what is left of it now; unused overrides of the vendor are on top of both numbers."""
    limit, extra = Limit(question, allowance), question.overrides_left
    return {
        "rule": allowance.rule,
        "operations": tuple(operation for operation in OPERATIONS if operation in allowance.operations),
        "evidence": allowance.evidence,
        "scope": allowance.scopes[0],
        "left": limit.left + extra,
        "total": limit.total + extra,
        "next": limit.next_gain,
        **_often(allowance, limit),
    }


def _often(allowance: Allowance, limit: Limit) -> dict[str, Any]:
    """How often the allowance lets something happen: `kind` says which of the other keys carries the span."""
    if allowance.accrual:
        accrual, factor = allowance.accrual, limit.factor
        kind = "accrual" if accrual.grant else "lifetime"
        times = (accrual.grant or accrual.initial) * factor
        return {
            "kind": kind,
            "times": times,
            "period": accrual.every.text,
            "saved": accrual.max_balance * factor,
        }
    match allowance.window:
        case Rolling(period):
            span = {"kind": "rolling", "period": period.text}
        case Calendar(unit):
            span = {"kind": "calendar", "unit": unit}
        case Term():
            span = {"kind": "term"}
        case _:
            span = {"kind": "lifetime"}
    return {**span, "times": limit.total}


def _cooldowns(question: Question) -> Iterator[Statement]:
    running = {wait.cooldown.rule: wait for wait in waits(question)}
    for cooldown in question.rules.cooldowns:
        if cooldown.before != question.operation or cooldown.period.is_zero:
            continue
        wait = running.get(cooldown.rule)
        params = {
            "before": cooldown.before,
            "after": cooldown.after,
            "period": cooldown.period.text,
            "reasons": cooldown.exempt_reasons,
            "until": wait.until if wait and wait.opens(question.now) != question.now else None,
        }
        yield Statement("cooldown", params)


def _frame(question: Question) -> Iterator[Statement]:
    """What holds around all operations."""
    rules = question.rules
    for condition in rules.conditions:
        params = {
            "operations": tuple(operation for operation in OPERATIONS if operation in condition.operations),
            "countries": condition.countries,
            "virtual_machine": condition.virtual_machine,
            "roles": condition.roles,
            "never_back": condition.never_back_to_left_device,
        }
        yield Statement("condition", params)
    if seats := rules.seats.overage(question.case.license.quantity):
        yield Statement("overage", {"seats": seats, "period": rules.seats.grace.text if rules.seats.grace else None})
    if rules.lease.ttl:
        grace = rules.lease.grace
        runs_on = grace.text if grace and not grace.is_zero else None
        yield Statement("lease", {"ttl": rules.lease.ttl.text, "grace": runs_on})
    if rules.demo:
        durations = tuple(duration.text for duration in rules.demo.durations or ())
        yield Statement("demo", {"durations": durations, "per": rules.demo.per, "approval": rules.demo.approval})
    if rules.emergency and rules.emergency.allowance.limit:
        asked = question.instead("emergency")
        params = _allowance(asked, rules.emergency.allowance)
        yield Statement("emergency", {**params, "duration": rules.emergency.duration.text})
    if rules.escalation.exhausted == "review":
        yield Statement("review")
