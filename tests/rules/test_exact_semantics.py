"""Every sentence of the semantics that no number of the fine print repeats, each as a named test."""

import ast
from pathlib import Path

import pytest

import portal.rules
from portal.rules import decide, preset, read_case
from tests.rules.world import DESK_42, DESK_77, MOST, answer, code, cooldown, entry, limit, override, request, rules

LINE = [entry("2026-01-01", "activate", "a1", on=DESK_42)]


def test_counting_a_refusal_never_consumes():
    once = rules(limit("rehost", 1) + MOST)
    case = read_case(request("rehost", "2026-02-01", LINE, on=DESK_77, license={"state": "revoked"}))
    before = case.ledger
    for _ in range(3):
        assert decide(once, case).remaining == {"allowance 1": 1}
    assert case.ledger is before


def test_counting_an_override_is_used_up_before_anything_else():
    twice = rules(limit("rehost", 2) + MOST)
    ledger = [*LINE, override("2026-01-02", "rehost"), entry("2026-01-03", "rehost", "a1", on=DESK_77)]
    assert answer(twice, "rehost", "2026-02-01", ledger, on=DESK_42)["remaining"] == {"allowance 1": 2}


def test_lifetime_counts_ever():
    once = rules(limit("rehost", 1, "lifetime") + MOST)
    ledger = [*LINE, entry("2026-01-03", "rehost", "a1", on=DESK_77)]
    asked = answer(once, "rehost", "2096-01-03", ledger, on=DESK_42)
    assert (asked["code"], asked["next_allowed_at"]) == ("allowance_exhausted", None)


def test_allowances_every_one_must_have_something_left():
    both = rules(limit("rehost", 5) + limit("rehost", 1, "rolling P30D") + MOST)
    ledger = [*LINE, entry("2026-01-03", "rehost", "a1", on=DESK_77)]
    asked = answer(both, "rehost", "2026-01-04", ledger, on=DESK_42)
    assert (asked["code"], asked["rule"]) == ("allowance_exhausted", "allowance 2")
    assert asked["remaining"] == {"allowance 1": 4, "allowance 2": 0}


def test_allowances_one_may_name_several_operations_that_then_share_it():
    shared = rules('[[allowance]]\noperations = ["rehost", "reassign"]\nlimit = 2\n' + MOST)
    ledger = [*LINE, entry("2026-01-03", "rehost", "a1"), entry("2026-01-04", "reassign", "a1")]
    assert code(shared, "reassign", "2026-02-01", ledger) == "allowance_exhausted"
    assert code(shared, "register", "2026-02-01", ledger) == "ok"


def test_per_quantity_multiplies_the_limit_by_the_seats():
    pool = rules(limit("rehost", 2, more="per_quantity = true"))
    assert answer(pool, "rehost", "2026-02-01", LINE, license={"quantity": 5})["remaining"] == {"allowance 1": 10}


@pytest.mark.parametrize(("now", "expected"), [("2026-01-30 23:59:59", "cooldown"), ("2026-01-31 00:00:00", "ok")])
def test_cooldown_is_exact_to_the_second(now, expected):
    assert code(rules(cooldown("rehost", "activate", "P30D")), "rehost", now, LINE) == expected


def test_cooldown_an_exempt_reason_must_be_declared():
    waiting = rules(cooldown("rehost", "activate", "P30D", 'exempt_reasons = ["employee_left"]'))
    assert code(waiting, "rehost", "2026-01-02", LINE, reason="employee_left") == "ok"
    asked = answer(waiting, "rehost", "2026-01-02", LINE)
    assert asked["alternatives"] == ["wait", "declare_reason"]


def test_promise_at_the_next_date_it_is_allowed_and_one_second_earlier_it_is_not():
    default = preset("seed_default")
    ledger = [*LINE, entry("2027-08-14 10:00", "rehost", "a1", on=DESK_77)]
    asked = answer(default, "rehost", "2027-09-01", ledger, on=DESK_42)
    assert asked["next_allowed_at"] == "2028-01-01T00:00:00Z"
    assert code(default, "rehost", "2028-01-01", ledger, on=DESK_42) == "ok"
    assert code(default, "rehost", "2027-12-31 23:59:59", ledger, on=DESK_42) == "allowance_exhausted"


RUNNING = {"id": "L0", "product": "cad", "model": "subscription", "ends_at": "2026-06-01T00:00:00Z"}
TICKET = {"product": "cad", "model": "subscription"}


def prolonging(running, license=TICKET, ledger=(), now="2026-02-01"):
    asked = answer(rules(), "activate", now, ledger, device={"licenses": running}, license=license)
    return asked["code"], asked["as"]


def test_operations_a_subscription_on_a_device_that_runs_the_same_product_prolongs():
    assert prolonging([RUNNING]) == ("ok", "prolong")
    assert prolonging([RUNNING], now="2026-06-01") == ("ok", None)
    assert prolonging([RUNNING | {"product": "cam"}]) == ("ok", None)
    assert prolonging([RUNNING | {"model": "perpetual"}]) == ("ok", None)
    assert prolonging([RUNNING], {"product": "cad", "model": "perpetual"}) == ("ok", None)
    assert prolonging([]) == ("ok", None)
    assert prolonging([RUNNING | {"id": "L1"}]) == ("ok", None)


def test_operations_prolonging_takes_no_seat():
    assert prolonging([RUNNING], ledger=LINE) == ("ok", "prolong")
    assert prolonging([], ledger=LINE) == ("seats_exhausted", None)


def test_operations_what_cannot_merge_is_the_same_product_on_the_device():
    endless = RUNNING | {"ends_at": None}
    assert prolonging([endless]) == ("same_product_on_device", None)
    assert prolonging([RUNNING, endless]) == ("same_product_on_device", None)


def test_operations_a_ticket_in_use_elsewhere_has_no_days_to_give():
    begun = TICKET | {"term_end": "2026-09-01T00:00:00Z"}
    asked = answer(rules(), "activate", "2026-02-01", LINE, device={"licenses": [RUNNING]}, license=begun)
    assert (asked["code"], asked["as"], asked["next_allowed_at"]) == ("same_product_on_device", None, None)
    moved = [*LINE, entry("2026-01-05", "return", "a1", evidence="online_ack")]
    assert prolonging([RUNNING], begun, moved) == ("ok", "prolong")
    later = rules('[evidence]\nreturn_online = { credit = "after P30D" }\n')
    asked = answer(later, "activate", "2026-02-01", moved, device={"licenses": [RUNNING]}, license=begun)
    assert (asked["code"], asked["next_allowed_at"]) == ("same_product_on_device", "2026-02-04T00:00:00Z")
    assert code(later, "activate", "2026-02-04", moved, device={"licenses": [RUNNING]}, license=begun) == "ok"


def test_decision_carries_what_a_sentence_needs():
    twice = rules(limit("rehost", 1, "rolling P1Y") + MOST)
    ledger = [*LINE, entry("2026-01-03", "rehost", "a1", on=DESK_77)]
    asked = decide(twice, read_case(request("rehost", "2026-02-01", ledger, on=DESK_42)))
    assert asked.params["limit"] == asked.params["used"] == 1
    assert asked.params["next"] == asked.next_allowed_at
    assert not asked.allowed


def test_rules_are_pure():
    """No clock, no environment, no database, nothing outside the standard library; the presets alone are files."""
    room = Path(portal.rules.__file__).parent
    allowed = {
        "argparse", "bisect", "collections", "collections.abc", "dataclasses", "datetime", "difflib", "fractions",
        "functools", "importlib.resources", "itertools", "json", "operator", "re", "tomllib", "types", "typing",
        "zoneinfo",
    }  # fmt: skip
    for file in room.rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                assert node.module in allowed or node.module.startswith("portal.rules"), (file.name, node.module)
            elif isinstance(node, ast.Import):
                assert {alias.name for alias in node.names} <= allowed, file.name
            elif isinstance(node, ast.Attribute):
                assert node.attr not in ("now", "today", "utcnow") or isinstance(node.value, ast.Attribute | ast.Name)
                if isinstance(node.value, ast.Name):
                    assert (node.value.id, node.attr) not in {
                        ("datetime", "now"),
                        ("date", "today"),
                        ("datetime", "utcnow"),
                    }
            elif isinstance(node, ast.Constant):
                assert not isinstance(node.value, float), f"float in {file.name}"
