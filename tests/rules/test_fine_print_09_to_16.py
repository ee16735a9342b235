"""The fine print, 9 to 16: durations, windows, activations, credit, match, repair or rehost, demo, accrual."""

import pytest

from portal.rules import CaseError
from tests.rules.world import (
    DESK_42,
    DESK_77,
    MOST,
    answer,
    code,
    cooldown,
    decision,
    entry,
    limit,
    next_date,
    override,
    rules,
)

NEW_YORK = 'name = "US"\ntime_zone = "America/New_York"\n'


def blocked_until(period, moment):
    return next_date(rules(cooldown("rehost", "activate", period)), "rehost", moment, [(moment, "activate", "a1")])


@pytest.mark.parametrize(
    ("period", "moment", "until"),
    [
        ("PT1S", "2026-01-01", "2026-01-01T00:00:01Z"),
        ("P1D", "2026-03-28 12:00", "2026-03-29T12:00:00Z"),
        ("P1W", "2026-03-28 12:00", "2026-04-04T12:00:00Z"),
        ("P1M", "2026-03-15 12:00", "2026-04-15T11:00:00Z"),
        ("P1M", "2026-01-31 12:00", "2026-02-28T12:00:00Z"),
        ("P1M", "2028-01-31 12:00", "2028-02-29T12:00:00Z"),
        ("P1Y", "2028-02-29 12:00", "2029-02-28T12:00:00Z"),
        ("P1M1D", "2026-01-31 12:00", "2026-03-01T12:00:00Z"),
        ("P1MT1H", "2026-02-28 02:30", "2026-03-28T03:30:00Z"),
        ("P1Y2M3W4DT5H6M7S", "2026-01-01", "2027-03-26T05:06:07Z"),
        ("P12M", "2026-10-31 23:30", "2027-10-31T23:30:00Z"),
        ("P18M", "2026-10-31 23:30", "2028-04-30T22:30:00Z"),
    ],
)
def test_fine_print_09_weeks_and_days_are_exact_and_months_keep_the_wall_clock(period, moment, until):
    assert blocked_until(period, moment) == until


def test_fine_print_09_a_local_time_that_does_not_exist_moves_forward_by_the_gap():
    # 02:30 on 28 February in Berlin; on 28 March 2027 the clock goes from 02:00 to 03:00.
    assert blocked_until("P1M", "2027-02-28 01:30") == "2027-03-28T01:30:00Z"


def test_fine_print_09_a_local_time_that_exists_twice_is_the_first():
    # 02:30 on 25 September in Berlin; on 25 October 2026 that time comes at 00:30 and again at 01:30 UTC.
    assert blocked_until("P1M", "2026-09-25 00:30") == "2026-10-25T00:30:00Z"
    # From the second of the two, too.
    assert blocked_until("P12M", "2026-10-25 01:30") == "2027-10-25T00:30:00Z"


@pytest.mark.parametrize(
    "wrong", ["", "P", "PT", "P1", "1D", "P1.5D", "P-1D", "P1DT", "P1H", "p1d", "P1M1Y", "P٣D", "P1D "]
)
def test_fine_print_09_nothing_else_is_a_duration(wrong):
    with pytest.raises(CaseError):
        decision(rules("[demo]\n"), "demo", "2026-01-01", duration=wrong)


WINDOWS = [
    # window, the operation, the last second that counts it, the first that does not
    ("rolling P365D", "2026-05-03 12:00", "2027-05-03 11:59:59", "2027-05-03 12:00:00"),
    ("rolling P1M", "2026-01-31 12:00", "2026-02-28 11:59:59", "2026-02-28 12:00:00"),
    ("rolling P1D", "2026-03-28 22:30", "2026-03-29 22:29:59", "2026-03-29 22:30:00"),
    ("calendar day", "2026-03-28 22:59:59", "2026-03-28 22:59:59", "2026-03-28 23:00:00"),
    ("calendar day", "2026-03-28 23:00", "2026-03-29 21:59:59", "2026-03-29 22:00:00"),
    ("calendar day", "2026-10-24 22:00", "2026-10-25 22:59:59", "2026-10-25 23:00:00"),
    ("calendar week", "2026-11-18 12:00", "2026-11-22 22:59:59", "2026-11-22 23:00:00"),
    ("calendar week", "2026-12-31 12:00", "2027-01-03 22:59:59", "2027-01-03 23:00:00"),
    ("calendar month", "2026-02-28 23:30", "2026-03-31 21:59:59", "2026-03-31 22:00:00"),
    ("calendar month", "2026-12-31 12:00", "2026-12-31 22:59:59", "2026-12-31 23:00:00"),
    ("calendar quarter", "2026-02-28 12:00", "2026-03-31 21:59:59", "2026-03-31 22:00:00"),
    ("calendar quarter", "2026-11-28 12:00", "2026-12-31 22:59:59", "2026-12-31 23:00:00"),
    ("calendar year", "2026-02-28 12:00", "2026-12-31 22:59:59", "2026-12-31 23:00:00"),
    ("calendar year", "2026-12-31 23:00", "2027-12-31 22:59:59", "2027-12-31 23:00:00"),
]


@pytest.mark.parametrize(("window", "done", "last", "first"), WINDOWS)
def test_fine_print_10_windows_are_exact_to_the_second(window, done, last, first):
    once = rules(limit("rehost", 1, window))
    ledger = [entry("2020-01-01", "activate", "a1"), entry(done, "rehost", "a1")]
    asked = answer(once, "rehost", last, ledger)
    assert asked["code"] == "allowance_exhausted"
    assert asked["next_allowed_at"] == first.replace(" ", "T") + "Z"
    assert code(once, "rehost", first, ledger) == "ok"


def test_fine_print_10_the_term_counts_from_its_begin_and_has_no_next_date():
    once = rules(limit("rehost", 1, "term"))
    ledger = [("2020-01-01", "activate", "a1"), ("2026-02-01", "rehost", "a1")]

    def asked(begin):
        return answer(once, "rehost", "2026-03-01", ledger, license={"term_begin": begin})

    assert asked("2026-02-01T00:00:00Z")["code"] == "allowance_exhausted"
    assert asked("2026-02-01T00:00:00Z")["next_allowed_at"] is None
    assert asked("2026-02-01T00:00:01Z")["code"] == "ok"
    assert asked(None)["code"] == "allowance_exhausted"


def test_fine_print_10_months_that_clamp_end_in_the_order_of_their_ends():
    # The 30th at noon and the 31st in the morning both end on 28 February, the later one first.
    twice = rules(limit("rehost", 2, "rolling P1M"))
    ledger = [
        ("2020-01-01", "activate", "a1"),
        ("2026-01-30 12:00", "rehost", "a1"),
        ("2026-01-31 08:00", "rehost", "a1"),
    ]
    assert next_date(twice, "rehost", "2026-02-01", ledger) == "2026-02-28T08:00:00Z"
    once = rules(limit("rehost", 1, "rolling P1M"))
    assert next_date(once, "rehost", "2026-02-01", ledger) == "2026-02-28T12:00:00Z"


def test_fine_print_11_the_activation_is_the_line_of_a_seat():
    one = rules(MOST)
    line = [entry("2026-01-01", "activate", "a1", on=DESK_42)]
    moved = [*line, entry("2026-01-02", "rehost", "a1", on=DESK_77), entry("2026-01-03", "repair", "a1", on=DESK_77)]
    for still_live in (line, moved):
        assert code(one, "activate", "2026-02-01", still_live) == "seats_exhausted"
    for end in (entry("2026-01-04", "lapse", "a1"), entry("2026-01-04", "return", "a1", evidence="online_ack")):
        assert code(one, "activate", "2026-02-01", [*moved, end]) == "ok"
        assert code(one, "rehost", "2026-02-01", [*moved, end], on=DESK_42) == "no_activation"


def test_fine_print_11_only_the_license_s_own_entries_make_its_activations_and_seats():
    other = [entry("2026-01-01", "activate", "z1", license="L2")]
    assert code(rules(), "activate", "2026-02-01", other) == "ok"
    assert code(rules(), "rehost", "2026-02-01", other) == "no_activation"
    mixed = [*other, entry("2026-01-02", "activate", "a1"), entry("2026-01-03", "return", "a1", license="L2")]
    assert code(rules(), "activate", "2026-02-01", mixed) == "seats_exhausted"


LEASE = '[lease]\nttl = "P30D"\ngrace = "P14D"\n'


@pytest.mark.parametrize(
    ("table", "evidence", "free_at"),
    [
        ("", "online_ack", "2026-01-10T00:00:00Z"),
        ("", None, "2026-01-10T00:00:00Z"),
        ('return_offline = { credit = "after P14D" }', "receipt", "2026-01-24T00:00:00Z"),
        ('return_offline = { credit = "after P14D" }', None, "2026-01-24T00:00:00Z"),
        ('return_offline = { credit = "after P14D" }', "online_ack", "2026-01-10T00:00:00Z"),
        ('return_online = { credit = "after P1M" }', "online_ack", "2026-02-10T00:00:00Z"),
        ('return_offline = { credit = "lease_end" }', "receipt", "2026-02-18T00:00:00Z"),
        ('return_offline = { credit = "never" }', "receipt", None),
        ('return_offline = { credit = "now" }', "receipt", "2026-01-10T00:00:00Z"),
    ],
)
def test_fine_print_12_credit_depends_on_the_proof_of_the_recorded_return(table, evidence, free_at):
    credit = rules(f"[evidence]\n{table}\n{LEASE}")
    ledger = [
        entry("2026-01-01", "activate", "a1"),
        entry("2026-01-05", "refresh", "a1"),
        entry("2026-01-10", "return", "a1", evidence=evidence),
    ]
    asked = answer(credit, "activate", "2026-01-10", ledger)
    if free_at == "2026-01-10T00:00:00Z":
        assert asked["code"] == "ok"
    else:
        assert (asked["code"], asked["next_allowed_at"]) == ("seats_exhausted", free_at)


def test_fine_print_12_the_lease_never_ends_before_the_return():
    credit = rules(f'[evidence]\nreturn_offline = {{ credit = "lease_end" }}\n{LEASE}')
    late = [entry("2026-01-01", "activate", "a1"), entry("2026-08-01", "return", "a1", evidence="receipt")]
    assert code(credit, "activate", "2026-08-01", late) == "ok"


def test_fine_print_12_the_lease_runs_from_the_last_contact():
    credit = rules(f'[evidence]\nreturn_offline = {{ credit = "lease_end" }}\n{LEASE}')
    for contact in ("repair", "rehost", "refresh"):
        ledger = [
            entry("2026-01-01", "activate", "a1"),
            entry("2026-01-20", contact, "a1"),
            entry("2026-01-25", "return", "a1", evidence="receipt"),
        ]
        assert next_date(credit, "activate", "2026-01-25", ledger) == "2026-03-05T00:00:00Z"


def test_fine_print_12_an_uncredited_seat_stays_used_but_is_not_live():
    never = rules('[evidence]\nreturn_offline = { credit = "never" }\n')
    ledger = [entry("2026-01-01", "activate", "a1"), entry("2026-01-10", "return", "a1", evidence="receipt")]
    assert code(never, "activate", "2036-01-01", ledger) == "seats_exhausted"
    assert code(never, "rehost", "2036-01-01", ledger) == "no_activation"
    assert code(never, "activate", "2026-02-01", [*ledger, ("2026-02-01", "lapse", "a1")]) == "ok"


OLD = {"board": "b", "disk": "d", "cpu": "c", "mac": "m"}


@pytest.mark.parametrize(
    ("binding", "new", "same"),
    [
        ('match = "exact"', OLD, True),
        ('match = "exact"', OLD | {"extra": "x"}, False),
        ('match = "exact"', {k: v for k, v in OLD.items() if k != "mac"}, False),
        ('match = "exact"\ncomponents = ["board"]', OLD | {"mac": "other"}, False),
        ('match = "any"', {"mac": "m"}, True),
        ('match = "any"', {"mac": "M"}, False),
        ('match = "any"\ncomponents = ["board"]', {"mac": "m"}, False),
        ('match = "two"', {"mac": "m", "cpu": "c"}, True),
        ('match = "two"', {"mac": "m", "cpu": "other"}, False),
        ('match = "most"', {"mac": "m", "cpu": "c"}, False),
        ('match = "most"', {"mac": "m", "cpu": "c", "disk": "d"}, True),
        ('match = "most"\ncomponents = ["mac", "cpu", "disk", "tpm"]', {"mac": "m", "cpu": "c"}, True),
        ('match = "all"', OLD | {"extra": "x"}, True),
        ('match = "all"', {"mac": "m", "cpu": "c", "disk": "d"}, False),
        ('match = "all"\ncomponents = ["mac"]', {"mac": "m"}, True),
        (
            'match = "score"\nscore = 5\ncomponents = { board = 3, disk = 2, cpu = 1 }',
            {"board": "b", "disk": "d"},
            True,
        ),
        (
            'match = "score"\nscore = 5\ncomponents = { board = 3, disk = 2, cpu = 1 }',
            {"board": "b", "cpu": "c"},
            False,
        ),
        ('match = "score"\nscore = 1\ncomponents = { tpm = 3 }', OLD, False),
        ('match = "any"\ncomponents = ["tpm"]', OLD, False),
    ],
)
def test_fine_print_13_match(binding, new, same):
    ledger = [entry("2026-01-01", "activate", "a1", on=OLD)]
    asked = answer(rules(f"[binding]\n{binding}\n"), "rehost", "2026-02-01", ledger, on=new)
    assert asked["as"] == ("repair" if same else "rehost")


@pytest.mark.parametrize("match", ["exact", "any", "two", "most", "all"])
def test_fine_print_13_nothing_to_compare_is_no_match(match):
    bound = rules(f'[binding]\nmatch = "{match}"\n')
    unknown = [entry("2026-01-01", "activate", "a1", on={})]
    assert answer(bound, "repair", "2026-02-01", unknown, on=OLD)["as"] == "rehost"
    assert answer(bound, "repair", "2026-02-01", unknown, on={})["as"] == "rehost"
    known = [entry("2026-01-01", "activate", "a1", on=OLD)]
    assert answer(bound, "repair", "2026-02-01", known, on={})["as"] == "rehost"
    assert answer(bound, "repair", "2026-02-01", known)["as"] == "rehost"


def test_fine_print_13_without_binding_the_match_is_exact():
    known = [entry("2026-01-01", "activate", "a1", on=OLD)]
    assert answer(rules(), "repair", "2026-02-01", known, on=OLD)["as"] == "repair"
    assert answer(rules(), "repair", "2026-02-01", known, on=OLD | {"x": "y"})["as"] == "rehost"


SIBLINGS = [
    entry("2026-01-01", "activate", "a1", on=OLD),
    entry("2026-01-02", "activate", "a2", on=OLD | {"mac": "2"}),
    entry("2026-01-03", "activate", "a3", on=OLD | {"mac": "2", "cpu": "3"}),
]


@pytest.mark.parametrize("operation", ["repair", "rehost"])
@pytest.mark.parametrize(
    ("new", "named", "expected"),
    [
        (OLD, None, ("repair", "a1")),
        (OLD | {"mac": "2"}, None, ("repair", "a2")),
        (OLD | {"mac": "other"}, None, ("repair", "a2")),
        (OLD | {"mac": "other", "cpu": "other"}, None, ("rehost", "a3")),
        (OLD, "a2", ("repair", "a2")),
        (OLD, "a3", ("rehost", "a3")),
        (DESK_77, "a1", ("rehost", "a1")),
        (DESK_77, None, ("rehost", "a3")),
        (None, "a1", ("rehost", "a1")),
    ],
)
def test_fine_print_14_the_engine_decides_between_repair_and_rehost(operation, new, named, expected):
    asked = decision(rules(MOST), operation, "2026-02-01", SIBLINGS, on=new or {}, activation=named)
    assert (asked.as_, asked.activation) == expected


def test_fine_print_14_by_score_the_highest_score_wins():
    scored = rules('[binding]\nmatch = "score"\nscore = 2\ncomponents = { board = 3, disk = 1, cpu = 1 }\n')
    ledger = [
        entry("2026-01-01", "activate", "a1", on={"board": "b", "disk": "x", "cpu": "y"}),
        entry("2026-01-02", "activate", "a2", on={"board": "x", "disk": "d", "cpu": "c"}),
    ]
    assert decision(scored, "repair", "2026-02-01", ledger, on=OLD).activation == "a1"


def test_fine_print_14_the_latest_live_one_is_the_one_placed_last():
    moved = [*SIBLINGS, entry("2026-01-04", "rehost", "a1", on=DESK_42)]
    assert decision(rules(MOST), "rehost", "2026-02-01", moved, on=DESK_77).activation == "a1"
    gone = [*moved, entry("2026-01-05", "lapse", "a1")]
    assert decision(rules(MOST), "rehost", "2026-02-01", gone, on=DESK_77).activation == "a3"


def test_fine_print_14_none_live_is_a_rehost_without_activation():
    asked = answer(rules(MOST), "repair", "2026-02-01", on=OLD)
    assert (asked["as"], asked["code"]) == ("rehost", "no_activation")
    asked = answer(rules(MOST), "repair", "2026-02-01", SIBLINGS, on=OLD, activation="a9")
    assert (asked["as"], asked["code"]) == ("rehost", "no_activation")


def test_fine_print_14_all_rules_applied_are_those_of_what_it_is():
    strict = rules(limit("rehost", 0) + limit("repair", 7) + MOST)
    asked = answer(strict, "rehost", "2026-02-01", SIBLINGS, on=OLD)
    assert (asked["as"], asked["code"], asked["remaining"]) == ("repair", "ok", {"allowance 2": 7})
    asked = answer(strict, "repair", "2026-02-01", SIBLINGS, on=DESK_77)
    assert (asked["as"], asked["code"], asked["remaining"]) == ("rehost", "allowance_exhausted", {"allowance 1": 0})


def test_fine_print_14_other_operations_have_no_as_and_mean_the_latest_live_one():
    asked = decision(rules(MOST), "return", "2026-02-01", SIBLINGS, evidence="online_ack")
    assert (asked.as_, asked.activation, asked.allowed) == (None, "a3", True)
    assert decision(rules(), "return", "2026-02-01", evidence="online_ack").code == "no_activation"
    five = {"license": {"quantity": 5}}
    assert answer(rules(MOST), "activate", "2026-02-01", SIBLINGS, on=OLD, **five)["as"] is None


def test_fine_print_15_without_the_table_it_is_not_offered():
    for operation in ("demo", "emergency"):
        asked = answer(rules(limit(operation, 5)), operation, "2026-02-01")
        assert (asked["code"], asked["rule"], asked["remaining"]) == ("not_offered", None, {"allowance 1": 5})


@pytest.mark.parametrize(
    ("per", "mine", "theirs", "expected"),
    [
        ("product", {}, {}, "allowance_exhausted"),
        ("product", {"product": "cad"}, {"product": "cad", "article": "x"}, "allowance_exhausted"),
        ("product", {"product": "cad"}, {"product": "cam"}, "ok"),
        ("article", {"article": "x", "product": "cad"}, {"article": "y", "product": "cad"}, "ok"),
        ("article", {"article": "x"}, {"article": "x"}, "allowance_exhausted"),
        ("product", {"product": "cad"}, {"product": "cad", "user": "sid"}, "ok"),
        ("product", {"product": "cad"}, {"product": "cad", "license": "L2"}, "allowance_exhausted"),
    ],
)
def test_fine_print_15_a_demo_is_once_per_user_and_product_or_article(per, mine, theirs, expected):
    demo = rules(f'[demo]\nper = "{per}"\n')
    ledger = [entry("2020-01-01", "demo", None, **{"user": "eve"} | theirs)]
    asked = answer(demo, "demo", "2026-02-01", ledger, license=mine, actor={"user": "eve"})
    assert asked["code"] == expected
    assert asked["rule"] == ("demo" if expected == "allowance_exhausted" else None)
    assert asked["remaining"] == {"demo": 0 if expected == "allowance_exhausted" else 1}


def test_fine_print_15_emergency_has_its_limit_and_window_per_license():
    emergency = rules('[emergency]\nduration = "P7D"\nlimit = 1\nwindow = "rolling P90D"\n' + limit("emergency", 3))
    ledger = [entry("2026-01-01", "emergency", None, license="L1")]
    asked = answer(emergency, "emergency", "2026-02-01", ledger)
    assert (asked["rule"], asked["next_allowed_at"]) == ("emergency", "2026-04-01T00:00:00Z")
    assert asked["remaining"] == {"allowance 1": 2, "emergency": 0}
    assert code(emergency, "emergency", "2026-02-01", [entry("2026-01-01", "emergency", license="L2")]) == "ok"
    assert code(emergency, "emergency", "2026-02-01", [*ledger, override("2026-01-15", "emergency")]) == "ok"


@pytest.mark.parametrize(
    ("duration", "expected"),
    [(None, "ok"), ("P7D", "ok"), ("P1W", "ok"), ("P14D", "ok"), ("P8D", "duration_not_offered")],
)
def test_fine_print_15_the_duration_must_be_offered_and_null_is_fine(duration, expected):
    demo = rules('[demo]\ndurations = ["P7D", "P14D"]\n')
    asked = answer(demo, "demo", "2026-02-01", duration=duration)
    assert (asked["code"], asked["rule"]) == (expected, None if expected == "ok" else "demo")


def accruing(initial=0, grant=1, every="P1Y", most=2, anchor="first_activation", more=""):
    return rules(
        f'[[allowance]]\nname = "moves"\noperations = ["rehost"]\n{more}\naccrual = {{ initial = {initial}, '
        f'grant = {grant}, every = "{every}", max_balance = {most}, anchor = "{anchor}" }}\n'
    )


def moves(rule_set, now, *ledger, **more):
    return answer(rule_set, "rehost", now, ledger, **more)["remaining"]["moves"]


BEGUN = ("2025-05-03 12:00", "activate", "a1")


def test_fine_print_16_nothing_at_first_one_more_each_year_and_no_more_than_the_cap():
    yearly = accruing()
    years = ["2025-05-03 12:00", "2026-05-03 11:59:59", "2026-05-03 12:00", "2027-05-03 12:00", "2031-01-01"]
    assert [moves(yearly, now, BEGUN) for now in years] == [0, 0, 1, 2, 2]
    assert next_date(yearly, "rehost", "2025-06-01", [BEGUN]) == "2026-05-03T12:00:00Z"


def test_fine_print_16_the_anchor_is_the_first_activate_by_any_proof():
    ledger = [("2025-05-04", "activate", "a2"), entry("2025-05-03 12:00", "activate", "a1", evidence="none")]
    assert next_date(accruing(more='evidence = "offline"'), "rehost", "2025-06-01", ledger) == "2026-05-03T12:00:00Z"


def test_fine_print_16_without_an_activate_the_balance_is_initial_for_good():
    line = [("2020-01-01", "rehost", "a1"), ("2020-01-02", "rehost", "a1")]
    assert moves(accruing(initial=2), "2026-01-01", *line) == 2
    asked = answer(accruing(), "rehost", "2026-01-01", line)
    assert (asked["code"], asked["next_allowed_at"]) == ("allowance_exhausted", None)


def test_fine_print_16_ticks_are_counted_from_the_anchor_not_from_each_other():
    ends = accruing(every="P1M", most=9)
    begun = ("2026-01-31 12:00", "activate", "a1")
    days = ["2026-02-28 12:00", "2026-03-31 10:59:59", "2026-03-31 11:00", "2026-04-30 11:00"]
    assert [moves(ends, now, begun) for now in days] == [1, 1, 2, 3]


def test_fine_print_16_a_tick_comes_before_an_operation_of_the_same_second():
    used = ("2026-05-03 12:00", "rehost", "a1")
    assert moves(accruing(), "2026-05-03 12:00", BEGUN, used) == 0
    assert moves(accruing(), "2027-05-03 12:00", BEGUN, used) == 1


def test_fine_print_16_the_cap_holds_at_each_moment():
    late = ("2030-01-01", "rehost", "a1")
    assert moves(accruing(), "2030-01-02", BEGUN, late) == 1
    assert moves(accruing(), "2030-05-03 12:00", BEGUN, late) == 2


def test_fine_print_16_the_balance_never_falls_below_zero_and_what_came_before_does_not_count():
    early = [("2025-01-01", "rehost", "a0"), ("2025-06-01", "rehost", "a1"), ("2025-06-02", "rehost", "a1")]
    assert moves(accruing(), "2026-05-03 12:00", BEGUN, *early) == 1
    assert moves(accruing(initial=1), "2025-05-04", ("2025-05-03", "rehost", "a0"), BEGUN) == 1


def test_fine_print_16_last_use_restarts_the_period_at_every_operation():
    since_use = accruing(anchor="last_use")
    used = ("2026-08-14 12:00", "rehost", "a1")
    assert moves(since_use, "2026-05-03 12:00", BEGUN) == 1
    assert [moves(since_use, now, BEGUN, used) for now in ("2027-08-14 11:59:59", "2027-08-14 12:00")] == [0, 1]
    assert next_date(since_use, "rehost", "2026-09-01", [BEGUN, used]) == "2027-08-14T12:00:00Z"
    saved = ("2027-08-14 12:00", "rehost", "a1")
    assert moves(since_use, "2027-08-15", BEGUN, saved) == 1


def test_fine_print_16_per_quantity_multiplies_by_the_quantity_of_today():
    pool = accruing(initial=1, more="per_quantity = true")
    five = {"license": {"quantity": 5}}
    years = ["2025-06-01", "2026-06-01", "2029-06-01"]
    assert [moves(pool, now, BEGUN, **five) for now in years] == [5, 10, 10]
    assert moves(pool, "2026-06-01", BEGUN, *[("2025-06-01", "rehost", "a1")] * 3, **five) == 7
