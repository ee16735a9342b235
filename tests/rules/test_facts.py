"""What the engine makes of facts handed to it directly, and what it costs to answer."""

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from portal.rules import ActorFacts, Case, CaseError, DeviceFacts, Entry, LicenseFacts, decide, preset

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_moments_are_utc_and_cut_to_whole_seconds():
    late = NOON + timedelta(microseconds=900_000)
    berlin = late.astimezone(timezone(timedelta(hours=1)))
    assert Case(berlin, "activate").now == NOON
    assert Entry(berlin, "activate").at == NOON
    assert Case(berlin, "activate").now.tzinfo is UTC


def test_what_was_recorded_within_the_second_counts():
    recorded = Entry(NOON + timedelta(microseconds=900_000), "activate", activation="a1")
    case = Case(NOON + timedelta(microseconds=100_000), "activate", ledger=(recorded,))
    assert decide(preset("seed_default"), case).code == "seats_exhausted"


def test_a_moment_without_a_zone_is_refused():
    for make in (lambda at: Case(at, "activate"), lambda at: Entry(at, "activate")):
        with pytest.raises(ValueError, match="time zone"):
            make(datetime(2026, 11, 22))


@pytest.mark.parametrize(
    "wrong",
    [
        Case(NOON, "lapse"),
        Case(NOON, "activate", evidence="oath"),
        Case(NOON, "demo", duration="a week"),
        Case(NOON, "activate", ledger=(Entry(NOON + timedelta(seconds=1), "activate"),)),
    ],
)
def test_a_case_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(CaseError):
        decide(preset("seed_default"), wrong)


def test_facts_are_frozen():
    for fact in (LicenseFacts(), DeviceFacts(), ActorFacts(), Entry(NOON, "activate"), Case(NOON, "activate")):
        with pytest.raises((AttributeError, TypeError)):
            fact.id = "other"


def long_ledger(count):
    names = ["activate", "refresh", "repair", "refresh", "return", "activate", "rehost", "refresh", "refresh", "lapse"]
    return tuple(
        Entry(
            NOON - timedelta(hours=count - index),
            names[index % 10],
            activation=f"a{index // 5}",
            device=DeviceFacts({"board": f"b{index % 7}", "disk": f"d{index % 5}"}),
            evidence="online_ack",
        )
        for index in range(count)
    )


def seconds_for(count):
    device = DeviceFacts({"board": "b1", "disk": "d9"})
    case = Case(NOON, "rehost", LicenseFacts(quantity=50), device, ledger=long_ledger(count))

    def once():
        begin = time.process_time()
        decide(preset("seed_default"), case)
        return time.process_time() - begin

    return min(once() for _ in range(5))


def test_the_cost_of_an_answer_grows_with_the_ledger_and_no_faster():
    assert seconds_for(8_000) < 24 * seconds_for(1_000)
