"""The fine print, 1 to 8: moments, the ledger, scopes, codes, entitlement, states, overrides."""

import pytest

from portal.rules import CODES, CaseError, decide, preset, read_case
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
    request,
    rules,
)

MOVED = [("2026-01-01", "activate", "a1"), ("2026-02-01", "rehost", "a1")]


@pytest.mark.parametrize(
    "now",
    [
        "2026-11-20T18:04:00",
        "2026-11-20T18:04:00+00:00",
        "2026-11-20T18:04:00.5Z",
        "2026-11-20T18:04Z",
        "2026-11-20 18:04:00Z",
        "2026-11-20T18:04:00z",
        "2026-02-30T00:00:00Z",
        "2026-11-20T24:00:00Z",
        "2026-11-20T23:59:60Z",
        "٢٠٢٦-11-20T18:04:00Z",
        "",
        20261120,
        None,
    ],
)
def test_fine_print_01_anything_but_utc_in_whole_seconds_is_an_input_error(now):
    with pytest.raises(CaseError):
        read_case({"now": now, "operation": "activate"})


def test_fine_print_01_answers_are_written_the_same_way():
    once = rules(limit("rehost", 1, "rolling P1D"))
    assert next_date(once, "rehost", "2026-02-01 10:00", MOVED) == "2026-02-02T00:00:00Z"


@pytest.mark.parametrize("operation", ["override", "refresh", "lapse", "prolong", "Activate", None, 7, ["activate"]])
def test_fine_print_02_ledger_only_entries_are_never_requested(operation):
    with pytest.raises(CaseError):
        read_case(request(operation, "2026-02-01"))


@pytest.mark.parametrize("wrong", [{"amount": 0}, {"amount": -1}, {"amount": None}, {"grants": None}, {"amount": True}])
def test_fine_print_02_an_override_grants_at_least_one_of_something(wrong):
    with pytest.raises(CaseError):
        read_case(request("rehost", "2026-02-01", [override("2026-01-01", "rehost") | wrong]))


def test_fine_print_02_refresh_restarts_the_lease_and_lapse_frees_the_seat():
    lease_end = rules('[lease]\nttl = "P30D"\n[evidence]\nreturn_offline = { credit = "lease_end" }\n')
    begun = [("2026-01-01", "activate", "a1"), ("2026-01-20", "refresh", "a1")]
    returned = [*begun, entry("2026-01-25", "return", "a1", evidence="receipt")]
    assert next_date(lease_end, "activate", "2026-01-25", returned) == "2026-02-19T00:00:00Z"
    assert code(lease_end, "activate", "2026-01-26", [*begun, ("2026-01-26", "lapse", "a1")]) == "ok"


def test_fine_print_02_decide_never_infers_a_lapse():
    short = rules('[lease]\nttl = "P1D"\n')
    assert code(short, "activate", "2030-01-01", MOVED) == "seats_exhausted"


def test_fine_print_03_an_entry_at_now_counts_and_a_later_one_is_an_input_error():
    once = rules(limit("rehost", 1))
    assert code(once, "rehost", "2026-02-01", MOVED) == "allowance_exhausted"
    with pytest.raises(CaseError):
        decision(once, "rehost", "2026-01-31 23:59:59", MOVED)
    with pytest.raises(CaseError):
        read_case(request("rehost", "2026-02-01", [{"operation": "activate"}]))


def test_fine_print_03_the_ledger_is_read_in_order_of_at_with_ties_in_file_order():
    daily = rules(limit("rehost", 1, "rolling P1D"))
    granted, moved = override("2026-02-01", "rehost"), entry("2026-02-01", "rehost", "a1")
    activated = entry("2026-01-01", "activate", "a1")
    used_up = answer(daily, "rehost", "2026-02-03", [granted, moved, activated])
    assert used_up["remaining"] == {"allowance 1": 1}
    still_there = answer(daily, "rehost", "2026-02-03", [moved, granted, activated])
    assert still_there["remaining"] == {"allowance 1": 2}


@pytest.mark.parametrize("key", ["license", "product", "group", "user"])
def test_fine_print_04_keys_that_are_equal_or_missing_on_a_side_count(key):
    once = rules(limit("rehost", 1, more=f'scope = "{key}"'))

    def outcome(mine, theirs):
        case = request("rehost", "2026-03-01", MOVED)
        if key == "user":
            case["actor"] = {"user": mine}
        else:
            case["license"]["id" if key == "license" else key] = mine
        case["ledger"][1][key] = theirs
        case["ledger"].append(entry("2026-02-02", "activate", "a2"))
        return decide(once, read_case(case)).code

    assert outcome("one", "one") == "allowance_exhausted"
    assert outcome("one", None) == "allowance_exhausted"
    assert outcome(None, "two") == "allowance_exhausted"
    assert outcome("one", "two") == "ok"


@pytest.mark.parametrize("scope", ["product", "group", "user", "device"])
def test_fine_print_04_these_scopes_reach_across_licenses(scope):
    once = rules(limit("rehost", 1, more=f'scope = "{scope}"') + MOST)
    here = {"product": "cad", "group": "g"}
    elsewhere = entry("2026-02-01", "rehost", "z1", license="L2", user="eve", on=DESK_77, **here)
    asked = {"license": here, "actor": {"user": "eve"}, "on": DESK_77}
    ledger = [entry("2026-01-01", "activate", "a1", on=DESK_42), elsewhere]
    assert code(once, "rehost", "2026-03-01", ledger, **asked) == "allowance_exhausted"
    per_license = rules(limit("rehost", 1) + MOST)
    assert code(per_license, "rehost", "2026-03-01", ledger, **asked) == "ok"


def test_fine_print_04_activation_scope_counts_the_same_activation_id():
    once = rules(limit("rehost", 1, more='scope = "activation"'))
    ledger = [*MOVED, ("2026-02-02", "activate", "a2")]
    assert code(once, "rehost", "2026-03-01", ledger, activation="a1") == "allowance_exhausted"
    assert code(once, "rehost", "2026-03-01", ledger, activation="a2") == "ok"
    assert code(once, "rehost", "2026-03-01", ledger) == "ok"


@pytest.mark.parametrize("operation", ["activate", "demo"])
def test_fine_print_04_nothing_counts_per_activation_for_activate_and_demo(operation):
    text = limit(operation, 1, more='scope = "activation"') + cooldown(
        operation, "activate", "P9Y", 'scope = "activation"'
    )
    ledger = [("2026-01-01", "activate", "a1"), ("2026-01-02", "return", "a1"), ("2026-01-03", "demo", "a1")]
    asked = answer(rules(text + "[demo]\n"), operation, "2026-03-01", ledger, activation="a1", actor={"user": "x"})
    assert asked["remaining"]["allowance 1"] == 1
    assert asked["code"] in ("ok", "allowance_exhausted") and asked["rule"] in (None, "demo")


def test_fine_print_04_device_scope_matches_by_binding():
    once = rules(limit("activate", 1, more='scope = "device"') + MOST)
    ledger = [entry("2026-01-01", "activate", "a1", on=DESK_42), ("2026-01-02", "return", "a1")]
    similar = DESK_42 | {"disk": "new"}
    assert code(once, "activate", "2026-03-01", ledger, on=similar) == "allowance_exhausted"
    assert code(once, "activate", "2026-03-01", ledger, on=DESK_77) == "ok"
    assert code(once, "activate", "2026-03-01", ledger) == "ok"


def test_fine_print_04_an_entry_without_a_device_has_the_one_its_activation_was_on():
    once = rules(limit("return", 1, more='scope = "device"') + MOST)
    ledger = [
        entry("2026-01-01", "activate", "a1", on=DESK_42),
        entry("2026-01-02", "return", "a1"),
        entry("2026-01-03", "activate", "a2", on=DESK_77),
        entry("2026-01-04", "activate", "a3", on=DESK_42),
    ]
    online = {"evidence": "online_ack"}
    assert code(once, "return", "2026-02-01", ledger, activation="a3", **online) == "allowance_exhausted"
    assert code(once, "return", "2026-02-01", ledger, activation="a2", **online) == "ok"


def test_fine_print_04_the_default_scope_is_license_everywhere():
    text = limit("rehost", 1) + cooldown("rehost", "rehost", "P1Y")
    ledger = [*MOVED, ("2026-02-02", "activate", "a2")]
    assert code(rules(text), "rehost", "2026-03-01", ledger, activation="a2") == "cooldown"
    other = [entry("2026-01-01", "activate", "a1"), entry("2026-02-01", "rehost", "z", license="L2")]
    assert code(rules(text), "rehost", "2026-03-01", other) == "ok"


def test_fine_print_05_codes_are_a_closed_list_in_order():
    assert CODES == tuple(
        "not_entitled license_revoked license_merged license_expired not_offered duration_not_offered"
        " condition_country condition_virtual_machine condition_role condition_left_device"
        " same_product_on_device seats_exhausted no_activation cooldown allowance_exhausted evidence_missing"
        " approval_required ok".split()
    )


EVERYTHING = """
[[condition]]
operations = ["demo", "activate", "rehost"]
countries = ["DE"]
[[cooldown]]
before = "activate"
after = "return"
period = "P30D"
[[cooldown]]
before = "rehost"
after = "return"
period = "P30D"
[[allowance]]
operations = ["activate", "rehost"]
limit = 0
[evidence]
activate = { proof = "receipt" }
rehost = { proof = "receipt" }
"""


def test_fine_print_05_the_first_obstacle_in_order_gives_the_code():
    everything = rules(EVERYTHING)
    full = [("2026-01-01", "activate", "a1"), ("2026-01-02", "activate", "a2"), ("2026-01-03", "return", "a2")]
    wrong = {"actor": {"entitled": False}, "license": {"state": "revoked"}, "device": {"country": "US"}}
    answers = [code(everything, "activate", "2026-01-04", full, **wrong)]
    del wrong["actor"]
    answers.append(code(everything, "activate", "2026-01-04", full, **wrong))
    del wrong["license"]
    answers.append(code(everything, "activate", "2026-01-04", full, **wrong))
    wrong["device"] = {"country": "DE"}
    answers.append(code(everything, "activate", "2026-01-04", full, **wrong))
    emptied = [*full, ("2026-01-03", "return", "a1")]
    answers.append(code(everything, "rehost", "2026-01-04", emptied, **wrong))
    answers.append(code(everything, "activate", "2026-01-04", emptied, **wrong))
    answers.append(code(everything, "activate", "2026-02-04", emptied, **wrong))
    answers.append(code(everything, "activate", "2026-02-04", [*emptied, override("2026-02-01", "activate")], **wrong))
    assert answers == [
        "not_entitled",
        "license_revoked",
        "condition_country",
        "seats_exhausted",
        "no_activation",
        "cooldown",
        "allowance_exhausted",
        "evidence_missing",
    ]


def test_fine_print_05_within_a_step_the_file_order_decides():
    two = rules(
        limit("rehost", 1, more='name = "second to end"') + limit("rehost", 0, more='name = "never"')
        + cooldown("rehost", "activate", "P1D", 'name = "b"') + cooldown("rehost", "activate", "P2D", 'name = "a"')
    )  # fmt: skip
    assert answer(two, "rehost", "2026-01-01 12:00", MOVED[:1])["rule"] == "b"
    assert answer(two, "rehost", "2026-01-02 12:00", MOVED[:1])["rule"] == "a"
    assert answer(two, "rehost", "2026-01-05", MOVED[:1])["rule"] == "never"
    assert answer(two, "rehost", "2026-02-05", MOVED)["rule"] == "second to end"


def test_fine_print_06_not_entitled_answers_nothing_else():
    assert answer(preset("seed_default"), "rehost", "2026-03-01", MOVED, actor={"entitled": False}) == {
        "outcome": "deny",
        "code": "not_entitled",
        "rule": None,
        "remaining": {},
        "next_allowed_at": None,
        "as": None,
        "alternatives": [],
    }
    assert code(rules(), "rehost", "2026-03-01", MOVED, actor={"entitled": True}) == "ok"
    assert code(rules(), "rehost", "2026-03-01", MOVED, actor={"entitled": None}) == "ok"


@pytest.mark.parametrize(
    ("license", "expected"),
    [
        ({"state": "revoked"}, "license_revoked"),
        ({"state": "merged"}, "license_merged"),
        ({"state": "expired"}, "license_expired"),
        ({"term_end": "2026-03-01T00:00:00Z"}, "license_expired"),
        ({"term_end": "2026-03-01T00:00:01Z"}, "ok"),
        ({"term_end": None, "term_begin": "2027-01-01T00:00:00Z"}, "ok"),
        ({"state": "issued"}, "ok"),
        ({"state": "recalled"}, "ok"),
        ({"state": "revoked", "term_end": "2026-01-01T00:00:00Z"}, "license_revoked"),
    ],
)
@pytest.mark.parametrize("operation", ["activate", "rehost", "reassign", "register", "emergency", "return", "demo"])
def test_fine_print_07_the_state_refuses_everything_but_return_and_demo(operation, license, expected):
    offering = rules("[demo]\n[emergency]\n[seats]\noverage = 9\n")
    asked = code(
        offering, operation, "2026-03-01", MOVED[:1], license=license, evidence="online_ack", actor={"user": "eve"}
    )
    assert asked == ("ok" if operation in ("return", "demo") else expected)


def test_fine_print_08_an_override_holds_for_its_license_and_operation():
    never = rules(limit("rehost", 0) + limit("repair", 0) + MOST)
    ledger = [entry("2026-01-01", "activate", "a1", on=DESK_42)]
    granted = [*ledger, override("2026-01-02", "rehost", license="L1")]
    assert code(never, "rehost", "2036-03-01", granted, on=DESK_77) == "ok"
    assert code(never, "rehost", "2026-03-01", granted, on=DESK_42) == "allowance_exhausted"
    elsewhere = [*ledger, override("2026-01-02", "rehost", license="L2")]
    assert code(never, "rehost", "2026-03-01", elsewhere, on=DESK_77) == "allowance_exhausted"


def test_fine_print_08_an_override_lifts_cooldowns_and_allowances_only():
    strict = rules(
        limit("rehost", 0) + cooldown("rehost", "activate", "P9Y") + '[evidence]\nrehost = { proof = "receipt" }\n'
        '[[condition]]\noperations = ["rehost"]\ncountries = ["DE"]\n'
    )
    granted = [*MOVED[:1], override("2026-01-02", "rehost")]
    germany = {"device": {"country": "DE"}}
    assert code(strict, "rehost", "2026-03-01", granted) == "condition_country"
    assert code(strict, "rehost", "2026-03-01", granted, **germany) == "evidence_missing"
    assert code(strict, "rehost", "2026-03-01", granted, **germany, evidence="receipt") == "ok"
    assert code(strict, "rehost", "2026-03-01", MOVED[:1], **germany, evidence="receipt") == "cooldown"


def test_fine_print_08_a_done_operation_uses_one_up_needed_or_not_and_then_counts_nowhere():
    three = rules(limit("rehost", 3, "rolling P1Y"))
    ledger = [MOVED[0], override("2026-01-15", "rehost", 2), MOVED[1]]
    assert answer(three, "rehost", "2026-03-01", ledger)["remaining"] == {"allowance 1": 4}
    ledger += [("2026-02-02", "rehost", "a1"), ("2026-02-03", "rehost", "a1")]
    assert answer(three, "rehost", "2026-03-01", ledger)["remaining"] == {"allowance 1": 2}


def test_fine_print_08_an_operation_paid_by_an_override_still_starts_cooldowns():
    waiting = rules(cooldown("rehost", "rehost", "P90D"))
    ledger = [MOVED[0], override("2026-01-15", "rehost"), MOVED[1]]
    assert next_date(waiting, "rehost", "2026-03-01", ledger) == "2026-05-02T00:00:00Z"


def test_fine_print_08_an_operation_paid_by_an_override_does_not_restart_last_use():
    yearly = rules(
        '[[allowance]]\noperations = ["rehost"]\n'
        'accrual = { initial = 0, grant = 1, every = "P1Y", max_balance = 2, anchor = "last_use" }\n'
    )
    free = [MOVED[0], override("2026-01-15", "rehost"), MOVED[1]]
    assert next_date(yearly, "rehost", "2026-03-01", free) == "2027-01-01T00:00:00Z"
    assert next_date(yearly, "rehost", "2026-03-01", MOVED) == "2027-02-01T00:00:00Z"


def test_fine_print_08_an_override_of_another_license_covers_that_license_in_a_shared_count():
    shared = rules(limit("rehost", 2, more='scope = "product"'))
    ledger = [
        entry("2026-01-01", "activate", "a1", license="L1"),
        override("2026-01-02", "rehost", license="L2"),
        entry("2026-01-03", "rehost", "z1", license="L2"),
        entry("2026-01-04", "rehost", "z1", license="L2"),
    ]
    assert answer(shared, "rehost", "2026-03-01", ledger)["remaining"] == {"allowance 1": 1}
