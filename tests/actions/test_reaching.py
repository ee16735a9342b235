"""What is not read of the owner's ledger changes no decision and no sentence about it."""

from dataclasses import replace

from hypothesis import assume, given

from portal import rules
from portal.actions.ledger import reaching
from portal.rules import Case, RuleSet
from tests.rules.strategies import examples, situations


@given(situations())
@examples(1)
def test_what_is_left_out_of_the_ledger_decides_nothing(situation: tuple[RuleSet, Case]) -> None:
    rule_set, case = situation
    own = case.license.id or "L1"
    ledger = tuple(replace(entry, license=entry.license or own) for entry in case.ledger)
    case = replace(case, license=replace(case.license, id=own), ledger=ledger)
    counted = reaching(rule_set)
    # A seat belongs to one license, and what was done on it names it: nothing of another one is done on the same.
    scopes = {scope for one in rule_set.allowances for scope in one.scopes} | {one.scope for one in rule_set.cooldowns}
    # Whoever asks for a trial has no license yet: those are counted by a question of their own.
    assume(counted and "activation" not in scopes and case.operation != "demo")
    touched = {entry.license for entry in case.ledger if entry.operation in counted}
    read = tuple(entry for entry in case.ledger if entry.license in {own, *touched})
    short = replace(case, ledger=read)
    assert rules.decide(rule_set, short) == rules.decide(rule_set, case)
    assert rules.explain(rule_set, short) == rules.explain(rule_set, case)
