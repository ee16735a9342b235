"""Every sentence of the semantics and every number of the fine print is held by tests that are there to be run."""

import ast
import re
from pathlib import Path

import pytest

import tests.rules

ROOT = Path(tests.rules.__file__).parents[1]

# What the rules promise, sentence by sentence, and the tests that would notice if it were not so.
SENTENCES = {
    "Only operations that were done count; a refusal never consumes.": [
        "test_counting_a_refusal_never_consumes",
        "test_refusals_never_consume",
    ],
    "An override by the vendor is an entry in the ledger (actor, reason, amount), never an edited counter.": [
        "test_an_override_is_an_entry_of_the_ledger_with_actor_reason_and_amount",
        "test_fine_print_02_an_override_grants_at_least_one_of_something",
    ],
    "It is used up before anything else.": [
        "test_counting_an_override_is_used_up_before_anything_else",
        "test_overrides_are_used_up_before_anything_else",
    ],
    "rolling P: an operation counts while now < at + P, computed forward from the operation.": [
        "test_a_rolling_window_counts_what_has_not_ended",
        "test_rolling_windows_across_summer_time_leap_days_and_years_ends",
    ],
    "calendar X: the window is the vendor's local day, ISO week, month, quarter or year, also across summer time.": [
        "test_a_calendar_window_counts_what_shares_the_unit",
        "test_a_day_that_begins_twice_or_not_at_midnight_still_begins_once",
        "test_calendar_windows_are_the_vendors_local_days_weeks_months_and_years",
    ],
    "term: since the begin of the current term.": [
        "test_fine_print_10_the_term_counts_from_its_begin_and_has_no_next_date"
    ],
    "lifetime: ever.": ["test_lifetime_counts_ever"],
    "accrual: the balance starts at initial at the anchor.": [
        "test_fine_print_16_nothing_at_first_one_more_each_year_and_no_more_than_the_cap",
        "test_an_accrual_is_what_a_patient_accountant_would_write",
    ],
    "Each full every adds grant, capped at max_balance at that moment; an operation takes one.": [
        "test_fine_print_16_the_cap_holds_at_each_moment",
        "test_an_accrual_ticks_on_the_vendors_wall_clock",
    ],
    "last_use restarts the period at every operation.": [
        "test_fine_print_16_last_use_restarts_the_period_at_every_operation"
    ],
    "Months and years are calendar steps (31 January + P1M is the last day of February).": [
        "test_fine_print_09_weeks_and_days_are_exact_and_months_keep_the_wall_clock",
        "test_months_keep_the_wall_clock_or_step_over_a_gap",
    ],
    "cooldown: exact to the second.": ["test_cooldown_is_exact_to_the_second"],
    "An exempt reason must be declared and is recorded.": [
        "test_cooldown_an_exempt_reason_must_be_declared",
        "test_a_declared_reason_is_recorded_in_the_ledger",
    ],
    "Order of answers: not entitled, revoked or expired, condition, seats, cooldown, allowance, evidence missing.": [
        "test_fine_print_05_codes_are_a_closed_list_in_order"
    ],
    "The code is that of the first.": ["test_fine_print_05_the_first_obstacle_in_order_gives_the_code"],
    "next_allowed_at is the moment when all time-bound obstacles are gone.": [
        "test_fine_print_24_the_next_date_is_when_all_time_bound_obstacles_are_gone"
    ],
    "It is absent where time alone does not help.": [
        "test_fine_print_24_there_is_no_date_where_time_alone_does_not_help",
        "test_promise_without_a_date_time_alone_never_helps",
    ],
    "Promise: at next_allowed_at the answer is allow; one second earlier it is not.": [
        "test_promise_at_the_next_date_it_is_allowed_and_one_second_earlier_it_is_not",
        "test_promise",
        "test_promise_allowed_at_the_next_date_and_not_one_second_earlier",
    ],
    "Monotony: one more counted operation never raises remaining.": [
        "test_monotony_one_more_counted_operation_never_raises_what_remains",
        "test_monotony_one_more_operation_leaves_no_more_and_ends_no_wait",
    ],
    "Nor does it end a cooldown.": ["test_monotony_one_more_operation_never_ends_a_cooldown"],
    "Returns, lapses and overrides excepted; activations as anchors.": [
        "test_fine_print_26_activations_are_facts_that_may_raise_a_balance"
    ],
    "A higher limit or a shorter cooldown never forbids more.": [
        "test_monotony_a_higher_limit_or_a_shorter_cooldown_never_forbids_more",
        "test_monotony_a_higher_limit_or_a_shorter_wait_forbids_no_more",
    ],
    "Same input, same answer: no hidden order.": [
        "test_same_input_same_answer",
        "test_the_order_in_which_the_ledger_is_given_does_not_matter",
        "test_the_order_in_which_entries_come_does_not_matter",
    ],
    "No float arithmetic on money or time.": ["test_rules_are_pure"],
    "Every allowance that names the operation must have something left.": [
        "test_allowances_every_one_must_have_something_left"
    ],
    "With per_quantity the limit is multiplied by the seats.": [
        "test_per_quantity_multiplies_the_limit_by_the_seats"
    ],
}  # fmt: skip


def names() -> set[str]:
    """All tests of the rules, and of what is done with them."""
    found = set()
    for folder in ("rules", "actions"):
        for file in (ROOT / folder).glob("test_*.py"):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            found |= {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    return found


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_sentence_of_the_semantics_has_its_tests(sentence):
    assert SENTENCES[sentence]
    assert set(SENTENCES[sentence]) <= names()


@pytest.mark.parametrize("number", range(1, 30))
def test_every_number_of_the_fine_print_has_a_test_that_names_it(number):
    assert any(re.match(rf"test_fine_print_{number:02}_\w+", name) for name in names())
