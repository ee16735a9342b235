"""Rule sets written back as texts, and texts that are studied while they are wrong."""

from __future__ import annotations

import time

import pytest
from hypothesis import given

from portal.rules import PRESETS, RuleFileError, load, preset_text
from portal.rules.studying import study
from portal.rules.writing import document, write
from tests.rules.strategies import examples, rule_sets

HEAD = 'name = "Any"\ntime_zone = "Europe/Berlin"\n'


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_that_is_written_says_the_same(name: str) -> None:
    rules = load(preset_text(name))
    assert load(write(document(rules))) == rules


@examples(5)
@given(rule_sets())
def test_any_rule_set_that_is_written_says_the_same(rules) -> None:
    text = write(document(rules))
    again = load(text)
    assert again == rules and write(document(again)) == text


@pytest.mark.parametrize(
    "tables",
    [
        '[seats]\noverage = "12.5%"\noverage_grace = "P1Y2M3DT4H5M6S"\n',
        '[seats]\noverage = "0%"\n',
        '[binding]\nmatch = "score"\nscore = 2\ncomponents = { "main board" = 2, disk = 1 }\n',
        '[binding]\nmatch = "any"\ncomponents = ["b,c", "tab\\there", "quote \\" and \\\\", "\\u007f"]\n',
        '[[allowance]]\nname = "allowance 2"\noperations = ["demo"]\nlimit = 0\nwindow = "calendar week"\n',
        '[[condition]]\noperations = ["activate"]\ncountries = ["DE"]\nvirtual_machine = false\nroles = ["member"]\n',
        "[demo]\n[emergency]\n[ticket_sign_in]\nafter_registration = \"allow\"\n",
        '[demo]\ndurations = ["P7D", "P1M"]\nper = "article"\napproval = "vendor"\n',
        '[lease]\nttl = "P1M"\ngrace = "PT0S"\n[evidence]\nreturn_online = { credit = "lease_end" }\n',
        '[evidence]\nreturn_offline = { proof = "none", credit = "after PT0S" }\nrehost = { proof = "none" }\n',
    ],
)
def test_what_is_rare_is_written_as_well(tables: str) -> None:
    rules = load(HEAD + tables)
    assert load(write(document(rules))) == rules


def test_every_key_has_a_line_of_its_own() -> None:
    text = write({"name": "a\nb", "list": ["x", 1], "seats": {"overage": 2}, "allowance": [{"limit": 1}, {}]})
    assert text == (
        'name = "a\\nb"\nlist = ["x", 1]\n\n[seats]\noverage = 2\n\n[[allowance]]\nlimit = 1\n\n[[allowance]]\n'
    )


@pytest.mark.parametrize(
    ("text", "place", "line"),
    [
        ('time_zone = "UTC"', ("name",), 1),
        (HEAD + '[[allowance]]\noperations = ["rehost"]\nlimit = -1\n', ("allowance", 0, "limit"), 5),
        (HEAD + '[[allowance]]\noperations = ["rehost"]\n', ("allowance", 0, "limit"), 3),
        (HEAD + '[[allowance]]\nlimit = 1\n', ("allowance", 0, "operations"), 3),
        (HEAD + '[[allowance]]\noperations = ["demo"]\naccrual = { grant = 0, every = "P1Y", max_balance = 1 }\n',
         ("allowance", 0, "accrual"), 5),
        (HEAD + '[[allowance]]\noperations = ["demo"]\naccrual = { every = "P1Y" }\n',
         ("allowance", 0, "accrual", "max_balance"), 5),
        (HEAD + "[seats]\noverage = -3\n", ("seats", "overage"), 4),
        (HEAD + '[binding]\nmatch = "score"\nscore = 1\n', ("binding", "components"), 3),
        (HEAD + '[evidence]\nrehost = { proof = "sworn" }\n', ("evidence", "rehost", "proof"), 4),
        (HEAD.replace("Berlin", "Bärlin"), ("time_zone",), 2),
        (HEAD + "[seets]\noverage = 1\n", ("seets",), 3),
    ],
)  # fmt: skip
def test_a_problem_is_told_with_its_line_and_its_place(text: str, place: tuple, line: int) -> None:
    found = study(text)
    assert found.rules is None and found.values is not None
    assert (place, line) in zip(found.places, (problem.line for problem in found.problems), strict=True)


def test_what_is_no_toml_has_lines_and_no_values() -> None:
    found = study('name = "Any"\nthis is nothing\n')
    assert found.values is None and found.rules is None and found.problems[0].line == 2


def test_warnings_come_with_the_rules() -> None:
    found = study(HEAD + "[escalation]\noffer_emergency = true\n")
    assert found.rules is not None and found.places == (("escalation", "offer_emergency"),)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("#" * 65 * 1024, "longer than 64 KiB"),
        ("ä" * 33 * 1024, "longer than 64 KiB"),
        ("a = " + "[" * 20_000, "nested too deeply"),
        ("a" + ".a" * 20_000 + " = 1", "nested too deeply"),
        ("[" + "a." * 20_000 + "a]", "nested too deeply"),
        ("a = " + "{ b = " * 8_000, "nested too deeply"),
    ],
)
def test_what_is_too_much_is_refused_at_once(text: str, reason: str) -> None:
    began = time.process_time()
    with pytest.raises(RuleFileError, match=reason):
        load(text)
    assert study(text).rules is None
    assert time.process_time() - began < 1
