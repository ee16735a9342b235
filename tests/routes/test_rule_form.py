"""The form of a rule set by itself: whatever the rules say comes back from it, or is not shown in it."""

from __future__ import annotations

import pytest
from hypothesis import given

from portal.rules import PRESETS, load, preset
from portal.screens import rule_fields, rule_rows
from tests.rules.strategies import examples, rule_sets
from tests.rules.world import HEAD


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_comes_back_from_the_form(name: str) -> None:
    assert rule_rows.is_faithful(preset(name))


@examples(3)
@given(rule_sets())
def test_any_rule_set_comes_back_from_the_form(rules) -> None:
    assert rule_rows.is_faithful(rules)


@pytest.mark.parametrize(
    "tables",
    [
        '[binding]\nmatch = "any"\ncomponents = ["board, disk"]\n',
        '[binding]\nmatch = "any"\ncomponents = ["a=b"]\n',
        '[[cooldown]]\nbefore = "return"\nafter = "return"\nperiod = "P1D"\nexempt_reasons = ["lost, or sold"]\n',
        '[[allowance]]\noperations = ["demo"]\nlimit = 1\n' * 41,
    ],
)
def test_what_the_form_cannot_say_is_known(tables: str) -> None:
    assert not rule_rows.is_faithful(load(HEAD + tables))


@pytest.mark.parametrize(
    ("spans", "shown"),
    [
        ({"ttl": "P30D"}, {"lease-ttl": "30", "lease-ttl-unit": "D"}),
        ({"ttl": "PT48H"}, {"lease-ttl": "48", "lease-ttl-unit": "H"}),
        ({"ttl": "P1Y6M"}, {"lease-ttl": "P1Y6M", "lease-ttl-unit": "iso"}),
        ({"ttl": "PT5M"}, {"lease-ttl": "PT5M", "lease-ttl-unit": "iso"}),
        ({"ttl": "rubbish"}, {"lease-ttl": "rubbish", "lease-ttl-unit": "iso"}),
        ({"ttl": 7}, {"lease-ttl": "7", "lease-ttl-unit": "iso"}),
    ],
)
def test_spans_are_a_number_with_a_unit_where_one_unit_is_enough(spans: dict, shown: dict) -> None:
    assert rule_fields.filled({"lease": spans}).values == shown
    assert rule_fields.document(shown)["lease"] == {"ttl": str(spans["ttl"])}


@pytest.mark.parametrize("document", [{}, {"allowance": 1, "seats": [], "evidence": {"rehost": 1}, "demo": {"x": {}}}])
def test_a_document_of_wrong_kinds_fills_what_it_can(document: dict) -> None:
    assert rule_fields.filled(document).rows == {"allowance": 0, "cooldown": 0, "condition": 0}


def test_rows_move_up_when_one_goes() -> None:
    sent = {f"cooldown-{at}-before": name for at, name in enumerate(("demo", "return", "rehost"))}
    fields = rule_rows.changed(sent, "remove-cooldown-1")
    assert fields.values == {"cooldown-0-before": "demo", "cooldown-1-before": "rehost"}
    assert fields.rows["cooldown"] == 2
    assert rule_rows.changed(sent, "remove-cooldown-7").values == sent
    assert rule_rows.changed(sent, "make-coffee").values == sent


def test_no_more_rows_than_fit() -> None:
    sent = {f"cooldown-{at}-before": "demo" for at in range(rule_fields.MOST_ROWS)}
    assert rule_rows.changed(sent, "add-cooldown").values == sent
