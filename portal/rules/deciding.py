"""The decision: every rule asked in the order of answers, the first obstacle gives the code."""

from collections.abc import Iterator

from portal.rules.conditions import condition_gates, offer_gates, state_gates
from portal.rules.decision import As, Decision, Outcome
from portal.rules.facts import Case
from portal.rules.ledger import Ledger
from portal.rules.limits import Limit, limit_gates, limits
from portal.rules.promise import Gate, first_free, never
from portal.rules.question import Question
from portal.rules.seats import prolongs, seat_gates
from portal.rules.sets import PROOFS, RuleSet


def decide(rules: RuleSet, case: Case, ledger: Ledger | None = None) -> Decision:
    """Whether `case` is allowed by `rules`, why not, what is left, and when and how it will be.

    Pure and repeatable: the answer depends on the arguments alone. A `ledger` that is kept and grows from case to case
    takes the place of the one that the case carries. CaseError where the case makes no sense
    (an unknown operation or proof, a ledger entry after `now`). Source of the rules: docs/rules.md.
    """
    if not case.actor.entitled:
        return Decision("deny", "not_entitled")
    question = Question(rules, case, ledger)
    found = limits(question)
    gates = list(_gates(question, found))
    shut = next((gate for gate in gates if gate.is_shut(case.now)), None)
    remaining = {limit.allowance.rule: limit.left + question.overrides_left for limit in found}
    as_ = _as(question)
    if shut is None:
        return Decision("allow", "ok", remaining=remaining, as_=as_, activation=question.activation_id)
    outcome: Outcome = "review" if _goes_to_vendor(rules, shut) else "deny"
    next_allowed_at = first_free(gates, case.now)
    return Decision(
        outcome,
        shut.code,
        shut.rule,
        shut.params(),
        remaining,
        next_allowed_at,
        as_,
        tuple(_alternatives(question, shut, next_allowed_at is not None, outcome == "review")),
        question.activation_id,
    )


def _gates(question: Question, found: list[Limit]) -> Iterator[Gate]:
    yield from state_gates(question)
    yield from offer_gates(question)
    yield from condition_gates(question)
    yield from seat_gates(question)
    yield from limit_gates(question, found)
    wanted = question.rules.proof_for(question.operation, question.evidence).proof
    if PROOFS.index(question.evidence) < PROOFS.index(wanted):
        yield Gate("evidence_missing", never, params=lambda: {"proof": wanted})
    demo = question.rules.demo
    if question.operation == "demo" and demo and demo.approval == "vendor":
        yield Gate("approval_required", never, "demo")


def _as(question: Question) -> As:
    match question.operation:
        case "repair":
            return "repair"
        case "rehost":
            return "rehost"
    return "prolong" if prolongs(question) else None


def _goes_to_vendor(rules: RuleSet, shut: Gate) -> bool:
    """The vendor can answer what an override lifts, if the rule set says so, and what waits for his approval."""
    if shut.code == "approval_required":
        return True
    return rules.escalation.exhausted == "review" and shut.code in ("cooldown", "allowance_exhausted")


def _alternatives(question: Question, shut: Gate, wait: bool, review: bool) -> Iterator[str]:
    if wait:
        yield "wait"
    if shut.reasons:
        yield "declare_reason"
    if shut.code == "evidence_missing" or shut.restricted:
        yield "prove"
    if review:
        yield "ask"
    if question.rules.escalation.offer_emergency and question.operation != "emergency":
        emergency = question.instead("emergency")
        if not any(gate.is_shut(question.now) for gate in _gates(emergency, limits(emergency))):
            yield "emergency"
