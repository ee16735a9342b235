"""Each preset with a table of cases: the request, what happened before, and the answer."""

import pytest

from portal.rules import PRESETS, load, preset, preset_text
from tests.rules.world import DESK_42, DESK_77, answer, entry, override

BEGUN = entry("2025-05-03 12:00", "activate", "a1", on=DESK_42)
MOVED = entry("2026-08-14 09:15", "rehost", "a1", on=DESK_77)
ONLINE = {"evidence": "online_ack"}


def table(name, cases):
    """Rows of: operation, now, ledger, more about the request, expected (code, remaining, next date)."""
    return [pytest.param(name, *case, id=f"{name}-{number}") for number, case in enumerate(cases, start=1)]


REPAIRS = [entry(f"2026-0{month}-01", "repair", "a1", on=DESK_42) for month in (1, 2, 3)]
REASSIGNED = [BEGUN, entry("2026-01-01", "reassign", "a1")]
RETURNS = [
    line
    for hour in range(5)
    for line in (
        entry(f"2026-01-01 1{hour}:00", "activate", f"a{hour}"),
        entry(f"2026-01-01 1{hour}:30", "return", f"a{hour}"),
    )
]
LIFETIME = [BEGUN, *(entry(f"2026-0{month}-01", "rehost", "a1") for month in (1, 2, 3))]
TERM = {"license": {"quantity": 5, "term_begin": "2026-05-01T00:00:00Z"}}
MOVES = [entry(f"2026-06-{day:02}", "rehost", "a1") for day in range(1, 11)]
PROVED = [BEGUN, entry("2026-01-01", "return", "a1", evidence="online_ack")]
TRUSTED = [BEGUN, entry("2026-01-01", "return", "a1", evidence="declaration")]
DESK_99 = {"board": "b99", "disk": "d99", "cpu": "c99"}
LEFT = [BEGUN, entry("2026-01-01", "return", "a1", evidence="online_ack")]

CASES = [
    *table(
        "seed_default",
        [
            ("return", "2025-05-03 12:01", [BEGUN], ONLINE, ("ok", {}, None)),
            ("return", "2025-05-04", [BEGUN], {"evidence": "receipt"}, ("ok", {}, None)),
            ("activate", "2025-05-05", [BEGUN, entry("2025-05-04", "return", "a1")], {}, ("ok", {}, None)),
            ("activate", "2025-05-05", [BEGUN], {"on": DESK_77}, ("seats_exhausted", {}, None)),
            ("rehost", "2026-05-03 11:59:59", [BEGUN], {"on": DESK_77},
             ("allowance_exhausted", {"moves": 0}, "2026-05-03T12:00:00Z")),
            ("rehost", "2026-05-03 12:00", [BEGUN], {"on": DESK_77}, ("ok", {"moves": 1}, None)),
            ("rehost", "2026-11-22", [BEGUN, MOVED], {}, ("allowance_exhausted", {"moves": 0}, "2027-05-03T12:00:00Z")),
            ("rehost", "2027-05-03 12:00", [BEGUN, MOVED], {}, ("ok", {"moves": 1}, None)),
            ("rehost", "2031-01-01", [BEGUN], {}, ("ok", {"moves": 2}, None)),
            ("rehost", "2025-06-01", [BEGUN, override("2025-05-20", "rehost")], {}, ("ok", {"moves": 1}, None)),
            ("rehost", "2026-03-02", [BEGUN, *REPAIRS[:2]], {"on": DESK_42 | {"disk": "new"}},
             ("ok", {"reinstallations": 1}, None)),
            ("repair", "2026-03-02", [BEGUN, *REPAIRS], {"on": DESK_42},
             ("allowance_exhausted", {"reinstallations": 0}, "2027-01-01T00:00:00Z")),
            ("emergency", "2026-03-02", [BEGUN], {}, ("ok", {"emergency": 1}, None)),
            ("emergency", "2026-03-02", [BEGUN, entry("2026-03-01", "emergency")], {},
             ("allowance_exhausted", {"emergency": 0}, "2026-05-30T00:00:00Z")),
            ("demo", "2026-03-02", [], {}, ("not_offered", {}, None)),
        ],
    ),
    *table(
        "two_per_maintenance_year",
        [
            ("rehost", "2026-06-30", [BEGUN, *MOVES[:9]], TERM, ("ok", {"moves per maintenance year": 1}, None)),
            ("rehost", "2026-06-30", [BEGUN, *MOVES], TERM,
             ("allowance_exhausted", {"moves per maintenance year": 0}, None)),
            ("rehost", "2027-06-30", [BEGUN, *MOVES],
             {"license": {"quantity": 5, "term_begin": "2027-05-01T00:00:00Z"}},
             ("ok", {"moves per maintenance year": 10}, None)),
        ],
    ),
    *table(
        "ninety_days_between_reassignments",
        [
            ("reassign", "2026-01-01", [BEGUN], {}, ("ok", {}, None)),
            ("reassign", "2026-03-31 23:59:59", REASSIGNED, {}, ("cooldown", {}, "2026-04-01T00:00:00Z")),
            ("reassign", "2026-04-01", REASSIGNED, {}, ("ok", {}, None)),
            ("reassign", "2026-01-02", REASSIGNED, {"reason": "employee_left"}, ("ok", {}, None)),
        ],
    ),
    *table(
        "five_returns_in_48_hours",
        [
            ("return", "2026-01-02", [*RETURNS[:8], entry("2026-01-01 15:00", "activate", "a9")], ONLINE,
             ("ok", {"returns in 48 hours": 1}, None)),
            ("return", "2026-01-02", [*RETURNS, entry("2026-01-01 15:00", "activate", "a9")], ONLINE,
             ("allowance_exhausted", {"returns in 48 hours": 0}, "2026-01-03T10:30:00Z")),
        ],
    ),
    *table(
        "never_back_to_a_left_device",
        [
            ("activate", "2026-02-01", LEFT, {"on": DESK_42}, ("condition_left_device", {}, None)),
            ("activate", "2026-02-01", LEFT, {"on": DESK_77}, ("ok", {}, None)),
            ("rehost", "2026-09-20", [BEGUN, MOVED], {"on": DESK_42}, ("condition_left_device", {}, None)),
            ("return", "2025-06-02 11:59:59", [BEGUN], ONLINE, ("cooldown", {}, "2025-06-02T12:00:00Z")),
            ("return", "2025-06-02 12:00", [BEGUN], ONLINE, ("ok", {}, None)),
            ("rehost", "2026-09-01", [BEGUN, MOVED], {"on": DESK_99}, ("cooldown", {}, "2026-09-13T09:15:00Z")),
            ("rehost", "2026-09-01", [BEGUN, MOVED], {"on": DESK_99, "reason": "hardware_failure"}, ("ok", {}, None)),
            ("rehost", "2025-05-04", [BEGUN], {"on": DESK_77}, ("ok", {}, None)),
        ],
    ),
    *table(
        "lifetime_cap_then_support",
        [
            ("rehost", "2026-04-01", LIFETIME[:3], {}, ("ok", {"moves": 1}, None)),
            ("rehost", "2036-04-01", LIFETIME, {}, ("allowance_exhausted", {"moves": 0}, None)),
            ("rehost", "2036-04-01", [*LIFETIME, override("2036-03-31", "rehost")], {}, ("ok", {"moves": 1}, None)),
        ],
    ),
    *table(
        "trust_or_proof",
        [
            ("return", "2026-01-01", [BEGUN], {"evidence": "declaration"}, ("ok", {}, None)),
            ("return", "2026-01-01", [BEGUN], {}, ("evidence_missing", {}, None)),
            ("activate", "2026-01-01", PROVED, {"on": DESK_77}, ("ok", {}, None)),
            ("activate", "2026-01-14 23:59:59", TRUSTED, {"on": DESK_77},
             ("seats_exhausted", {}, "2026-01-15T00:00:00Z")),
            ("activate", "2026-01-15", TRUSTED, {"on": DESK_77}, ("ok", {}, None)),
            ("rehost", "2026-06-01", [BEGUN], {"evidence": "declaration"}, ("ok", {"unproved moves": 1}, None)),
            ("rehost", "2026-09-01", [BEGUN, MOVED], {"evidence": "declaration"},
             ("allowance_exhausted", {"unproved moves": 0}, "2027-08-14T09:15:00Z")),
            ("rehost", "2026-09-01", [BEGUN, MOVED], {"evidence": "receipt"}, ("ok", {}, None)),
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "operation", "now", "ledger", "more", "expected"), CASES)
def test_preset(name, operation, now, ledger, more, expected):
    asked = answer(preset(name), operation, now, ledger, **more)
    assert (asked["code"], asked["remaining"], asked["next_allowed_at"]) == expected


def test_the_seed_default_leads_a_stuck_user_on():
    asked = answer(preset("seed_default"), "rehost", "2026-11-22", [BEGUN, MOVED])
    assert (asked["outcome"], asked["alternatives"]) == ("review", ["wait", "ask", "emergency"])
    assert preset("seed_default").after_registration == "refuse"


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_a_good_file_with_cases(name):
    assert load(preset_text(name)) == preset(name)
    assert preset(name).warnings == ()
    assert any(case.values[0] == name for case in CASES)


def test_an_unknown_preset_is_a_key_error():
    with pytest.raises(KeyError):
        preset_text("../loading")
