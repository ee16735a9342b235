"""What holds for every rule set, ledger and request."""

import json
from dataclasses import replace
from datetime import timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from portal.rules import CODES, CaseError, Entry, RuleFileError, decide, load, read_case, write_answer
from portal.rules.durations import NEVER
from tests.rules.strategies import allowance, cases, cooldown, examples, ledgers, rule_sets, situations
from tests.rules.test_loading import EXAMPLE

SECOND = timedelta(seconds=1)


@given(situations(), st.integers(1, 10_000))
@examples(4)
def test_promise(situation, part):
    """Allowed at the next date, not a second earlier nor anywhere in between; without a date, not later either."""
    rules, case = situation
    now = decide(rules, case)
    if now.allowed:
        assert now.next_allowed_at is None
    elif now.next_allowed_at is None:
        for days in (0.001, 1, 31, 366, 4_000):
            later = replace(case, now=case.now + timedelta(days=days * part / 5_000))
            assert not decide(rules, later).allowed
    else:
        at = now.next_allowed_at
        assert case.now < at < NEVER
        assert decide(rules, replace(case, now=at)).allowed
        between = case.now + (at - case.now) * part / 10_001
        for earlier in (at - SECOND, between):
            assert not decide(rules, replace(case, now=earlier)).allowed


@given(situations())
@examples(1)
def test_same_input_same_answer(situation):
    rules, case = situation
    first = decide(rules, case)
    assert decide(rules, case) == first
    assert decide(rules, replace(case, ledger=tuple(replace(entry) for entry in case.ledger))) == first


@given(situations(), st.randoms(use_true_random=False))
@examples(1)
def test_the_order_in_which_the_ledger_is_given_does_not_matter(situation, random):
    rules, case = situation
    assume(len({entry.at for entry in case.ledger}) == len(case.ledger))
    shuffled = list(case.ledger)
    random.shuffle(shuffled)
    assert decide(rules, replace(case, ledger=tuple(shuffled))) == decide(rules, case)


@given(situations())
@examples(1)
def test_an_unused_override_lifts_every_cooldown_and_allowance(situation):
    rules, case = situation
    operation = decide(rules, case).as_ or case.operation
    grants = operation if operation != "prolong" else "activate"
    override = Entry(case.now, "override", license=case.license.id, grants=grants, amount=1)
    lifted = decide(rules, replace(case, ledger=(*case.ledger, override)))
    assert lifted.code not in ("cooldown", "allowance_exhausted")


@given(situations())
@examples(1.5)
def test_every_answer_is_of_the_closed_form(situation):
    rules, case = situation
    asked = decide(rules, case)
    assert asked.code in CODES
    assert asked.allowed == (asked.code == "ok")
    assert all(left >= 0 for left in asked.remaining.values())
    order = ["wait", "declare_reason", "prove", "ask", "emergency"]
    assert list(asked.alternatives) == [one for one in order if one in asked.alternatives]
    assert ("wait" in asked.alternatives) == (asked.next_allowed_at is not None)
    assert ("ask" in asked.alternatives) == (asked.outcome == "review")
    assert (asked.as_ in ("repair", "rehost")) == (case.operation in ("repair", "rehost"))
    json.dumps(write_answer(asked))


NO_FACTS = st.sampled_from(["reassign", "register", "emergency", "demo"])


@given(rule_sets(st.lists(allowance(of=NO_FACTS), min_size=1, max_size=3)), cases(), NO_FACTS)
@examples(1.5)
def test_monotony_one_more_counted_operation_never_raises_what_remains(rules, case, operation):
    before = decide(rules, replace(case, operation=operation)).remaining
    done = Entry(case.now, operation, license=case.license.id, user=case.actor.user, evidence=case.evidence)
    after = decide(rules, replace(case, operation=operation, ledger=(*case.ledger, done))).remaining
    assert before.keys() == after.keys()
    assert all(after[rule] <= before[rule] for rule in before)


@given(rule_sets(st.lists(cooldown(), min_size=1, max_size=3)), cases(), st.integers(0, 900), st.data())
@examples(1.5)
def test_monotony_one_more_operation_never_ends_a_cooldown(rules, case, days, data):
    rule = rules.cooldowns[0]
    begun = Entry(case.now, rule.after, license=case.license.id, user=case.actor.user, activation="a1")
    case = replace(case, operation=rule.before, ledger=(*case.ledger, begun))
    if decide(rules, case).code == "cooldown":
        more = data.draw(NO_FACTS)
        done = Entry(case.now - timedelta(days=days), more, license=case.license.id)
        assert decide(rules, replace(case, ledger=(*case.ledger, done))).code == "cooldown"


@given(st.data(), situations())
@examples(1)
def test_monotony_a_higher_limit_or_a_shorter_cooldown_never_forbids_more(data, situation):
    strict, case = situation
    mild = replace(
        strict,
        allowances=tuple(replace(rule, limit=rule.limit + data.draw(st.integers(0, 2))) for rule in strict.allowances),
        cooldowns=strict.cooldowns[:-1],
    )
    if decide(strict, case).allowed:
        assert decide(mild, case).allowed


@given(situations(), ledgers)
@examples(1)
def test_what_other_licenses_do_matters_only_to_scopes_that_reach_across(situation, others):
    rules, case = situation
    rules = replace(
        rules,
        allowances=tuple(replace(rule, scopes=("license",)) for rule in rules.allowances),
        cooldowns=tuple(replace(rule, scope="license") for rule in rules.cooldowns),
        demo=None,
    )
    case = replace(case, license=replace(case.license, id="L1"))
    foreign = tuple(replace(entry, license="elsewhere", activation="z") for entry in others if entry.at <= case.now)
    assert decide(rules, replace(case, ledger=(*foreign, *case.ledger))) == decide(rules, case)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.just("2026-01-01T00:00:00Z")),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=8,
)
KEYS = [*"now operation license device actor ledger activation reason evidence duration".split(), "rules"]


@given(st.dictionaries(st.sampled_from(KEYS), json_values), st.sampled_from(["rehost", "demo"]))
@examples(1.5)
def test_a_case_is_read_or_refused_never_anything_else(values, operation):
    for value in (values, values | {"now": "2026-01-01T00:00:00Z", "operation": operation}):
        try:
            decide(load('name = "x"\ntime_zone = "UTC"\n[demo]\n'), read_case(value))
        except CaseError as problem:
            assert str(problem)


@given(st.data())
@examples(1.5)
def test_a_rule_set_is_read_or_refused_never_anything_else(data):
    text = EXAMPLE
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 6))
        text = (
            text[:at]
            + data.draw(st.sampled_from(["", "0", "-1", '"', "[", "]", "{", "=", "\n", ".", "#", "x", "é"]))
            + text[at + cut :]
        )
    try:
        load(text)
    except RuleFileError as refused:
        assert refused.problems
        assert all(1 <= problem.line <= text.count("\n") + 1 for problem in refused.problems)
