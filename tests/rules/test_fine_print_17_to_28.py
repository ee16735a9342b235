"""The fine print, 17 to 28: evidence, conditions, seats, review, alternatives, remaining, dates, names, checks."""

import pytest

from portal.rules import RuleFileError, load, preset
from tests.rules.world import (
    DESK_42,
    DESK_77,
    HEAD,
    MOST,
    answer,
    code,
    cooldown,
    entry,
    limit,
    next_date,
    override,
    rules,
)

PROOFS = ["none", "declaration", "mail_code", "receipt", "online_ack"]
LINE = [("2026-01-01", "activate", "a1")]


@pytest.mark.parametrize("asked", PROOFS)
@pytest.mark.parametrize("given", [None, *PROOFS])
def test_fine_print_17_at_least_the_asked_proof_satisfies(asked, given):
    proving = rules(f'[evidence]\nrehost = {{ proof = "{asked}" }}\n')
    enough = PROOFS.index(given or "none") >= PROOFS.index(asked)
    assert code(proving, "rehost", "2026-02-01", LINE, evidence=given) == ("ok" if enough else "evidence_missing")


@pytest.mark.parametrize(("group", "members"), [("any", PROOFS), ("unproved", PROOFS[:3]), ("offline", PROOFS[:4])])
@pytest.mark.parametrize("proof", [None, *PROOFS])
def test_fine_print_17_a_restricted_allowance_applies_to_and_counts_only_its_group(group, members, proof):
    once = rules(limit("rehost", 1, more=f'evidence = "{group}"'))
    done = [*LINE, entry("2026-01-02", "rehost", "a1", evidence=proof)]
    inside = (proof or "none") in members
    assert answer(once, "rehost", "2026-02-01", LINE, evidence=proof)["remaining"] == (
        {"allowance 1": 1} if inside else {}
    )
    counted = answer(once, "rehost", "2026-02-01", done, evidence="declaration")["remaining"]
    assert counted == {"allowance 1": 0 if inside else 1}


@pytest.mark.parametrize(
    ("table", "given", "expected"),
    [
        ("", "online_ack", "ok"),
        ("", "receipt", "ok"),
        ("", "mail_code", "evidence_missing"),
        ("", None, "evidence_missing"),
        ('return_offline = { proof = "declaration" }', "declaration", "ok"),
        ('return_offline = { proof = "none" }', None, "ok"),
        ('return_online = { proof = "none" }', None, "evidence_missing"),
        ('return_offline = { proof = "online_ack" }', "receipt", "evidence_missing"),
        ('return_offline = { credit = "never" }', "mail_code", "evidence_missing"),
    ],
)
def test_fine_print_18_a_return_is_online_by_its_proof_and_offline_by_any_other(table, given, expected):
    assert code(rules(f"[evidence]\n{table}\n"), "return", "2026-02-01", LINE, evidence=given) == expected


def test_fine_print_18_the_default_proof_of_everything_else_is_none():
    offering = rules("[demo]\n[emergency]\n")
    for operation in ("activate", "repair", "rehost", "reassign", "register", "demo", "emergency"):
        ledger = [] if operation == "activate" else LINE
        assert code(offering, operation, "2026-02-01", ledger) == "ok"


GERMANY = {"country": "DE"}


@pytest.mark.parametrize(
    ("condition", "device", "role", "expected"),
    [
        ('countries = ["DE", "AT"]', GERMANY, None, "ok"),
        ('countries = ["AT"]', GERMANY, None, "condition_country"),
        ('countries = ["DE"]', {"country": "de"}, None, "condition_country"),
        ('countries = ["DE"]', {}, None, "condition_country"),
        ("virtual_machine = false", {"virtual_machine": True}, None, "condition_virtual_machine"),
        ("virtual_machine = false", {"virtual_machine": False}, None, "ok"),
        ("virtual_machine = false", {}, None, "ok"),
        ("virtual_machine = true", {}, None, "condition_virtual_machine"),
        ("virtual_machine = true", {"virtual_machine": True}, None, "ok"),
        ('roles = ["admin", "program"]', {}, "admin", "ok"),
        ('roles = ["admin", "program"]', {}, "member", "condition_role"),
        ('roles = ["admin"]', {}, None, "condition_role"),
        ('roles = ["admin"]\nvirtual_machine = true\ncountries = ["DE"]', {}, None, "condition_country"),
        ('roles = ["admin"]\nvirtual_machine = true\ncountries = ["DE"]', GERMANY, None, "condition_virtual_machine"),
        ('roles = ["admin"]\nvirtual_machine = false\ncountries = ["DE"]', GERMANY, None, "condition_role"),
    ],
)
def test_fine_print_19_conditions_are_tested_in_the_order_of_their_keys(condition, device, role, expected):
    text = f'[[condition]]\noperations = ["register"]\n{condition}\n'
    asked = answer(rules(text), "register", "2026-02-01", device=device, actor={"role": role})
    assert (asked["code"], asked["rule"]) == (expected, None if expected == "ok" else "condition 1")
    assert code(rules(text), "reassign", "2026-02-01", device=device, actor={"role": role}) == "ok"


def test_fine_print_19_the_first_condition_that_fails_decides():
    text = '[[condition]]\noperations = ["register"]\n'
    two = rules(text + 'roles = ["admin"]\n' + text + 'name = "DACH"\ncountries = ["DE"]\n')
    assert answer(two, "register", "2026-02-01", actor={"role": "member"})["code"] == "condition_role"
    assert answer(two, "register", "2026-02-01", actor={"role": "admin"})["rule"] == "DACH"


BACK = '[[condition]]\noperations = ["activate", "rehost"]\nnever_back_to_left_device = true\n' + MOST


@pytest.mark.parametrize(
    ("ledger", "expected"),
    [
        ([entry("2026-01-02", "return", "a1")], "condition_left_device"),
        ([entry("2026-01-02", "return", "a1", on=DESK_77)], "condition_left_device"),
        ([entry("2026-01-02", "rehost", "a1", on=DESK_77)], "condition_left_device"),
        ([entry("2026-01-02", "lapse", "a1")], "ok"),
        ([entry("2026-01-02", "return", "a1", license="L2")], "ok"),
        ([], "ok"),
    ],
)
def test_fine_print_19_left_is_the_device_before_a_return_or_rehost_but_not_a_lapse(ledger, expected):
    begun = [entry("2026-01-01", "activate", "a1", on=DESK_42)]
    asked = code(rules(BACK), "activate", "2026-02-01", begun + ledger, on=DESK_42, license={"quantity": 9})
    assert asked == expected


def test_fine_print_19_left_is_found_by_match():
    ledger = [entry("2026-01-01", "activate", "a1", on=DESK_42), entry("2026-01-02", "return", "a1")]
    assert code(rules(BACK), "activate", "2026-02-01", ledger, on=DESK_42 | {"cpu": "new"}) == "condition_left_device"
    assert code(rules(BACK), "activate", "2026-02-01", ledger, on=DESK_77) == "ok"
    assert code(rules(BACK), "activate", "2026-02-01", ledger) == "ok"


def test_fine_print_20_seats_matter_to_activate_only():
    full = [*LINE, ("2026-01-02", "activate", "a2")]
    for operation in ("rehost", "repair", "reassign", "register"):
        assert code(rules(), operation, "2026-02-01", full) == "ok"
    assert answer(rules(), "activate", "2026-02-01", full)["rule"] == "seats"


@pytest.mark.parametrize(
    ("overage", "quantity", "given"),
    [('"0%"', 5, 5), ('"10%"', 9, 9), ('"10%"', 10, 11), ('"12.5%"', 8, 9), ('"200%"', 1, 3), ("2", 5, 7), ("0", 5, 5)],
)
def test_fine_print_20_percent_rounds_down(overage, quantity, given):
    roomy = rules(f"[seats]\noverage = {overage}\n")
    used = [(f"2026-01-{day:02}", "activate", f"a{day}") for day in range(1, given + 1)]
    seats = {"license": {"quantity": quantity}}
    assert code(roomy, "activate", "2026-02-01", used, **seats) == "seats_exhausted"
    assert code(roomy, "activate", "2026-02-01", used[:-1], **seats) == "ok"


def test_fine_print_20_an_overage_ages_from_its_begin_without_a_break():
    lasting = rules('[seats]\noverage = 2\noverage_grace = "P10D"\n')
    over = [*LINE, ("2026-01-05", "activate", "a2")]
    assert code(lasting, "activate", "2026-01-14 23:59:59", over) == "ok"
    assert code(lasting, "activate", "2026-01-15", over) == "seats_exhausted"
    broken = [*over, ("2026-01-08", "return", "a2"), ("2026-01-09", "activate", "a3")]
    assert code(lasting, "activate", "2026-01-18", broken) == "ok"
    assert code(lasting, "activate", "2026-01-19", broken) == "seats_exhausted"
    at_the_quantity = [*over, ("2026-03-01", "lapse", "a2")]
    assert code(lasting, "activate", "2026-03-02", at_the_quantity) == "ok"
    # Swapped within one second there never was a second without the overage.
    swapped = [*over, ("2026-01-08", "return", "a2"), ("2026-01-08", "activate", "a3")]
    assert code(lasting, "activate", "2026-01-15", swapped) == "seats_exhausted"


def test_fine_print_20_an_absent_grace_is_no_limit():
    over = [*LINE, ("2026-01-05", "activate", "a2")]
    assert code(rules("[seats]\noverage = 2\n"), "activate", "2036-01-14", over) == "ok"


def test_fine_print_20_a_seat_that_is_credited_later_gives_the_next_date():
    credit = rules('[evidence]\nreturn_offline = { credit = "after P14D" }\n')
    ledger = [
        *LINE,
        ("2026-01-02", "activate", "a2"),
        entry("2026-01-10", "return", "a1", evidence="receipt"),
        entry("2026-01-12", "return", "a2", evidence="receipt"),
    ]
    asked = answer(credit, "activate", "2026-01-13", ledger)
    assert (asked["next_allowed_at"], asked["alternatives"]) == ("2026-01-26T00:00:00Z", ["wait"])
    assert next_date(credit, "activate", "2026-01-13", ledger, license={"quantity": 2}) == "2026-01-24T00:00:00Z"


REVIEW = '[escalation]\nexhausted = "review"\n'


@pytest.mark.parametrize(
    ("text", "operation", "outcome"),
    [
        (limit("rehost", 0) + REVIEW, "rehost", "review"),
        (cooldown("rehost", "activate", "P1Y") + REVIEW, "rehost", "review"),
        (limit("rehost", 0), "rehost", "deny"),
        (limit("rehost", 0) + '[escalation]\nexhausted = "deny"\n', "rehost", "deny"),
        ('[evidence]\nrehost = { proof = "receipt" }\n' + REVIEW, "rehost", "deny"),
        (REVIEW, "activate", "deny"),
        (REVIEW, "demo", "deny"),
        ('[demo]\napproval = "vendor"\n', "demo", "review"),
        ('[demo]\napproval = "none"\n', "demo", "allow"),
        ("[demo]\n" + limit("demo", 0) + REVIEW, "demo", "review"),
    ],
)
def test_fine_print_21_review_answers_only_what_an_override_lifts_or_an_approval(text, operation, outcome):
    asked = answer(rules(text), operation, "2026-02-01", LINE)
    assert asked["outcome"] == outcome
    assert ("ask" in asked["alternatives"]) == (outcome == "review")


def test_fine_print_22_alternatives_in_their_order():
    generous = '[emergency]\n[escalation]\nexhausted = "review"\noffer_emergency = true\n'
    waiting = cooldown("rehost", "activate", "P1Y", 'exempt_reasons = ["hardware_failure"]')
    asked = answer(rules(waiting + generous), "rehost", "2026-02-01", LINE)
    assert asked["alternatives"] == ["wait", "declare_reason", "ask", "emergency"]
    restricted = limit("rehost", 1, "rolling P1Y", 'evidence = "unproved"')
    used = [*LINE, ("2026-01-02", "rehost", "a1")]
    asked = answer(rules(restricted + generous), "rehost", "2026-02-01", used)
    assert asked["alternatives"] == ["wait", "prove", "ask", "emergency"]


@pytest.mark.parametrize(
    ("text", "ledger", "alternatives"),
    [
        (cooldown("rehost", "activate", "P1Y"), LINE, ["wait"]),
        (limit("rehost", 0), LINE, []),
        (limit("rehost", 0, more='evidence = "offline"'), LINE, ["prove"]),
        ('[evidence]\nrehost = { proof = "receipt" }\n', LINE, ["prove"]),
        (limit("rehost", 0) + "[emergency]\n", LINE, []),
        (limit("rehost", 0) + "[escalation]\noffer_emergency = true\n", LINE, []),
        (limit("rehost", 0) + "[emergency]\n[escalation]\noffer_emergency = true\n", LINE, ["emergency"]),
        (
            limit("rehost", 0) + "[emergency]\n[escalation]\noffer_emergency = true\n",
            [*LINE, ("2026-01-02", "emergency", None)],
            [],
        ),
        (
            limit("rehost", 0) + limit("emergency", 0) + "[emergency]\n[escalation]\noffer_emergency = true\n",
            LINE,
            [],
        ),
    ],
)
def test_fine_print_22_an_alternative_is_named_only_where_it_helps(text, ledger, alternatives):
    assert answer(rules(text), "rehost", "2026-02-01", ledger)["alternatives"] == alternatives


def test_fine_print_22_nothing_is_offered_beside_an_allowed_request_or_for_the_emergency_itself():
    offer = "[emergency]\nlimit = 1\n[escalation]\noffer_emergency = true\n"
    assert answer(rules(offer), "rehost", "2026-02-01", LINE)["alternatives"] == []
    used = [*LINE, ("2026-01-02", "emergency", None)]
    assert answer(rules(offer), "emergency", "2026-02-01", used)["alternatives"] == []


def test_fine_print_23_remaining_counts_each_allowance_that_applies_before_this_request():
    text = (
        limit("rehost", 3, more='name = "ever"')
        + limit("rehost", 1, "calendar year")
        + limit("rehost", 5, more='evidence = "unproved"')
        + limit("repair", 9)
    )
    used = [*LINE, ("2026-01-02", "rehost", "a1"), ("2026-01-03", "rehost", "a1")]
    asked = answer(rules(text), "rehost", "2026-02-01", used, evidence="receipt")
    assert asked["remaining"] == {"ever": 1, "allowance 2": 0}
    asked = answer(rules(text), "rehost", "2026-02-01", [*used, override("2026-01-04", "rehost", 2)])
    assert asked["remaining"] == {"ever": 3, "allowance 2": 2, "allowance 3": 5}


def test_fine_print_23_remaining_is_told_with_a_refusal_too():
    asked = answer(rules(limit("rehost", 3)), "rehost", "2026-02-01", LINE, license={"state": "revoked"})
    assert (asked["code"], asked["remaining"]) == ("license_revoked", {"allowance 1": 3})


def test_fine_print_24_the_next_date_is_when_all_time_bound_obstacles_are_gone():
    text = cooldown("rehost", "activate", "P30D") + limit("rehost", 1, "rolling P365D")
    used = [*LINE, ("2026-01-02", "rehost", "a1")]
    asked = answer(rules(text), "rehost", "2026-01-10", used)
    assert (asked["code"], asked["next_allowed_at"]) == ("cooldown", "2027-01-02T00:00:00Z")


@pytest.mark.parametrize(
    "more",
    [
        {"license": {"term_end": "2027-01-02T00:00:00Z"}},
        {"license": {"state": "revoked"}},
        {"evidence": "none"},
        {"device": {"country": "US"}},
    ],
)
def test_fine_print_24_there_is_no_date_where_time_alone_does_not_help(more):
    text = (
        limit("rehost", 1, "rolling P365D")
        + '[evidence]\nrehost = { proof = "declaration" }\n[[condition]]\noperations = ["rehost"]\ncountries = ["DE"]\n'
    )
    used = [*LINE, ("2026-01-02", "rehost", "a1")]
    good = {"evidence": "declaration", "device": GERMANY, "license": {"term_end": "2027-01-02T00:00:01Z"}}
    assert next_date(rules(text), "rehost", "2026-01-10", used, **good) == "2027-01-02T00:00:00Z"
    assert next_date(rules(text), "rehost", "2026-01-10", used, **(good | more)) is None


def test_fine_print_24_an_overage_that_ends_meanwhile_delays_the_date():
    # The cooldown ends when the overage is too old; only the credit of a seat helps then.
    text = (
        cooldown("activate", "activate", "P20D")
        + '[seats]\noverage = 1\noverage_grace = "P10D"\n[evidence]\nreturn_offline = { credit = "after P30D" }\n'
    )
    ledger = [
        *LINE,
        ("2026-01-02", "activate", "a2"),
        ("2026-01-03", "activate", "a3"),
        entry("2026-01-04", "return", "a2", evidence="receipt"),
        entry("2026-01-05", "return", "a3", evidence="receipt"),
    ]
    two = {"license": {"quantity": 2}}
    assert next_date(rules(text), "activate", "2026-01-06", ledger, **two) == "2026-02-03T00:00:00Z"


def test_fine_print_25_a_cooldown_looks_at_every_entry_not_only_the_last():
    monthly = rules(cooldown("rehost", "rehost", "P1M"))
    ledger = [*LINE, ("2026-01-30 12:00", "rehost", "a1"), ("2026-01-31 08:00", "rehost", "a1")]
    assert next_date(monthly, "rehost", "2026-02-01", ledger) == "2026-02-28T12:00:00Z"


def test_fine_print_25_after_is_literal():
    waiting = rules(cooldown("return", "activate", "P30D"))
    moved = [*LINE, ("2026-03-01", "rehost", "a1"), ("2026-03-02", "repair", "a1")]
    assert code(waiting, "return", "2026-03-03", moved, evidence="online_ack") == "ok"
    assert code(waiting, "return", "2026-01-30 23:59:59", LINE, evidence="online_ack") == "cooldown"
    assert code(waiting, "return", "2026-01-31", LINE, evidence="online_ack") == "ok"


def test_fine_print_25_a_declared_exempt_reason_ends_the_wait():
    waiting = rules(cooldown("rehost", "activate", "P30D", 'exempt_reasons = ["hardware_failure"]'))
    assert code(waiting, "rehost", "2026-01-02", LINE, reason="hardware_failure") == "ok"
    assert code(waiting, "rehost", "2026-01-02", LINE, reason="boredom") == "cooldown"
    assert code(waiting, "rehost", "2026-01-02", LINE) == "cooldown"


def test_fine_print_26_activations_are_facts_that_may_raise_a_balance():
    yearly = rules(
        '[[allowance]]\noperations = ["activate", "rehost"]\n'
        'accrual = { initial = 1, grant = 1, every = "P1D", max_balance = 2 }\n'
    )
    assert answer(yearly, "rehost", "2026-02-01")["remaining"] == {"allowance 1": 1}
    assert answer(yearly, "rehost", "2026-02-01", LINE)["remaining"] == {"allowance 1": 2}


def test_fine_print_27_rules_are_called_by_name_or_by_kind_and_number():
    text = limit("register", 9) + cooldown("rehost", "activate", "P9Y") + limit("rehost", 0)
    assert answer(rules(text), "rehost", "2026-02-01", LINE)["rule"] == "cooldown 1"
    assert answer(rules(text), "rehost", "2036-02-01", LINE)["rule"] == "allowance 2"
    assert answer(rules(text), "activate", "2036-02-01", LINE)["rule"] == "seats"
    assert answer(rules(text), "rehost", "2036-02-01")["rule"] is None


def test_fine_print_27_names_are_unique_per_kind():
    named = 'name = "twice"'
    rules(limit("rehost", 1, more=named) + cooldown("rehost", "rehost", "P1D", named))
    for text in (
        limit("rehost", 1, more=named) + limit("repair", 1, more=named),
        limit("rehost", 1, more='name = "allowance 2"') + limit("repair", 1),
        limit("rehost", 1, more='name = "demo"') + "[demo]\n",
    ):
        with pytest.raises(RuleFileError, match="taken"):
            rules(text)


ACCRUAL = '[[allowance]]\noperations = ["rehost"]\naccrual = {{ {} }}\n'


@pytest.mark.parametrize(
    "text",
    [
        limit("rehost", 1).replace('["rehost"]', "[]"),
        cooldown("rehost", "activate", "P1D", "exempt_reasons = []"),
        '[[condition]]\noperations = ["rehost"]\ncountries = []\n',
        '[[condition]]\noperations = ["rehost"]\nroles = []\n',
        "[demo]\ndurations = []\n",
        '[binding]\nmatch = "any"\ncomponents = []\n',
        '[binding]\nmatch = "any"\ncomponents = {}\n',
        ACCRUAL.format('initial = 1, grant = 1, every = "P1Y", max_balance = 0'),
        ACCRUAL.format('initial = 3, grant = 1, every = "P1Y", max_balance = 2'),
        ACCRUAL.format('initial = 0, grant = 0, every = "P1Y", max_balance = 2'),
        '[seats]\noverage = "10%"\noverage_grace = "P0D"\n',
        '[seats]\noverage = 1\noverage_grace = "PT0S"\n',
        '[binding]\nmatch = "score"\nscore = 7\ncomponents = { board = 3, disk = 2, cpu = 1 }\n',
        '[evidence]\nreturn_offline = { credit = "lease_end" }\n',
        '[lease]\nttl = "none"\n[evidence]\nreturn_offline = { credit = "lease_end" }\n',
    ],
)
def test_fine_print_28_what_never_allows_is_refused(text):
    with pytest.raises(RuleFileError) as refused:
        rules(text)
    assert all(problem.line > 2 for problem in refused.value.problems)


def test_fine_print_28_limit_zero_is_legal_and_only_name_and_time_zone_are_required():
    assert rules(limit("reassign", 0)).warnings == ()
    assert load(HEAD).name == "Test"
    for missing in HEAD.splitlines():
        with pytest.raises(RuleFileError, match="needs"):
            load(missing)
    assert rules('[seats]\noverage = "0%"\noverage_grace = "P0D"\n').seats.overage(9) == 0


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        (limit("rehost", 0), True),
        (limit("rehost", 2, "lifetime"), True),
        (limit("rehost", 2, "lifetime", 'evidence = "unproved"'), True),
        (ACCRUAL.format('initial = 2, grant = 0, every = "P1Y", max_balance = 2'), True),
        (limit("rehost", 0) + "[emergency]\nlimit = 0\n", True),
        ('[evidence]\nrehost = { proof = "receipt" }\n', True),
        ('[evidence]\nrehost = { proof = "online_ack" }\n' + REVIEW, True),
        (limit("rehost", 0) + REVIEW, False),
        (limit("rehost", 0) + "[emergency]\n", False),
        (limit("rehost", 1, "rolling P9Y"), False),
        (limit("repair", 0), False),
        ('[evidence]\nrehost = { proof = "mail_code" }\n', False),
        (ACCRUAL.format('initial = 0, grant = 1, every = "P1Y", max_balance = 2'), False),
    ],
)
def test_fine_print_28_no_way_at_all_with_a_lost_pc_passes_with_a_warning(text, warned):
    found = [warning.reason for warning in rules(text).warnings if "permissible" in warning.reason]
    assert len(found) == int(warned)


def test_fine_print_28_the_presets_warn_of_nothing():
    assert preset("seed_default").warnings == ()
