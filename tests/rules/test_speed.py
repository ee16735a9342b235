"""One decision over a thousand entries costs less than a millisecond, measured against a floor of the same moment."""

import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from portal.rules import PRESETS, Case, DeviceFacts, Entry, History, Ledger, LicenseFacts, RuleSet, decide, load, preset

ENTRIES = 1_000
# The floor, one look at each entry, takes 0.037 ms where a decision takes 0.6 to 0.85: the limit is a millisecond on
# that machine. Whatever slows one slows the other.
MOST_FLOORS = 27
HEAVY_FLOORS = 60
HEAVY = load(
    'name = "Heavy"\ntime_zone = "Europe/Berlin"\n[binding]\nmatch = "score"\nscore = 3\n'
    "components = { board = 2, disk = 1, cpu = 1 }\n"
    '[[condition]]\noperations = ["rehost"]\nnever_back_to_left_device = true\n'
    + "".join(
        f'[[allowance]]\noperations = ["rehost"]\nlimit = 5\nwindow = "rolling P{months}M"\nscope = "{scope}"\n'
        for months, scope in ((1, "license"), (3, "product"), (6, "group"), (12, "user"))
    )
)


def history() -> tuple[Entry, ...]:
    """Years of one license: every few hours something, on PCs that change part by part."""
    begun, found = datetime(2020, 1, 1, tzinfo=UTC), []
    for number in range(ENTRIES):
        operation = ("activate", "return", "repair", "rehost", "refresh", "refresh")[number % 6]
        parts = {"board": f"b{number // 12}", "disk": f"d{number // 6}", "cpu": f"c{number}"}
        found.append(
            Entry(
                begun + timedelta(hours=13 * number), operation, f"a{number // 60}", DeviceFacts(parts), "online_ack",
                license="L1", product="p", group="g", user="u",
            )  # fmt: skip
        )
    return tuple(found)


PAST = history()
ASKED = Case(
    PAST[-1].at + timedelta(hours=1), "rehost", LicenseFacts("L1", 3, product="p", group="g"),
    DeviceFacts({"board": "bx", "disk": "d160", "cpu": "cx"}), ledger=PAST,
)  # fmt: skip


def fastest(work: Callable[[], object], times: int = 25) -> float:
    """Seconds of CPU; the fastest of many is what the work itself takes."""
    best = float("inf")
    for _ in range(times):
        begun = time.process_time()
        for _ in range(4):
            work()
        best = min(best, (time.process_time() - begun) / 4)
    return best


def floor() -> object:
    found = defaultdict(list)
    for index, entry in enumerate(PAST):
        found[entry.operation].append(index)
    return found


def floors(rules: RuleSet) -> float:
    """How many times the floor one decision takes; further looks where the first was disturbed."""
    return min(fastest(lambda: decide(rules, ASKED)) / fastest(floor) for _ in range(3))


@pytest.mark.parametrize("name", PRESETS)
def test_a_decision_over_a_thousand_entries_costs_less_than_a_millisecond(name: str) -> None:
    assert floors(preset(name)) < MOST_FLOORS


def test_a_heavy_rule_set_costs_little_more() -> None:
    assert floors(HEAVY) < HEAVY_FLOORS


def test_a_ledger_that_grows_costs_the_next_decision_little() -> None:
    """A replay asks after every entry: what was worked out for the last decision is not worked out again."""
    rules, history = preset("seed_default"), History(preset("seed_default"), lambda entry: entry.license)
    history.add(PAST)
    anew = fastest(lambda: decide(rules, ASKED))
    kept = fastest(lambda: decide(rules, ASKED, Ledger(history, "L1")))
    assert kept < anew / 2
