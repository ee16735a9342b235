"""What is wrong with a rule set is said in the reader's language: each reason that the checks give has its message."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from portal.language import load_language
from portal.rules.studying import study
from portal.words import rule_problems
from portal.words.rule_problems import said
from tests.language.pseudo import pseudo_language
from tests.rules import test_loading
from tests.rules.world import HEAD

# What is wrong in other ways than in the tables of the loading tests.
MORE = [
    "", "x = 1", "#" * 70_000, "a = " + "[" * 9000, 'name = ""\ntime_zone = ""', "name = 1979-05-27\ntime_zone = 1.5",
    HEAD + "allowance = 1", HEAD + "allowance = [1]", HEAD + "[allowance]\nlimit = 1", HEAD + "seats = []",
    HEAD + "[[allowance]]\noperations = ['rehost', 1, 'rehost', 'fly']\nlimit = 0", HEAD + "[lease]\nttl = 'P0D'",
    HEAD + "[lease]\nttl = 'P9999999Y'", HEAD + "[[cooldown]]\nbefore = 'fly'\nafter = 1\nperiod = true",
    HEAD + "[binding]\nscore = 0\nmatch = 'score'\ncomponents = {}", HEAD + "[evidence]\nrehost = { credit = 'later' }",
    HEAD + "[evidence]\nrehost = { proof = 'receipt' }", HEAD.replace("Berlin", "Brelin"),
    HEAD + "[evidence]\nreturn_online = { credit = 'lease_end' }",
    HEAD + "[seats]\noverage = 1\noverage_grace = 'P0D'", HEAD + "[[condition]]\noperations = []",
    HEAD + "[[condition]]\nname = 'a'\noperations = ['demo']\n" * 2,
    HEAD + "[[allowance]]\noperations = ['rehost']\nlimit = 0",
    HEAD + "[[allowance]]\noperations = ['demo']\naccrual = { initial = 2, grant = 0, every = 'P1Y', max_balance = 1 }",
    HEAD + "[[allowance]]\noperations = ['demo']\naccrual = { grant = 0, every = 'P1Y', max_balance = 0 }",
]  # fmt: skip


def texts() -> Iterator[str]:
    yield from MORE
    for test in (
        test_loading.test_each_mistake_is_refused_with_line_and_reason,
        test_loading.test_what_is_legal_but_doubtful_passes_with_a_warning,
    ):
        yield from (HEAD + case[0] for mark in test.pytestmark for case in mark.args[1])


REASONS = sorted({problem.reason for text in texts() for problem in study(text).problems})


PATTERNS = [pattern for pattern, _ in rule_problems._PATTERNS]


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_its_message_and_says_the_same_in_english(reason: str) -> None:
    assert "⟦" in said(pseudo_language(), reason)
    assert said(load_language("en"), reason) == reason


def test_every_message_belongs_to_a_reason() -> None:
    found = [one.partition(": ")[2] or one for one in REASONS] + REASONS
    used = {next((pattern for pattern in PATTERNS if pattern.fullmatch(one)), None) for one in found}
    assert not set(PATTERNS) - used


def test_what_the_reader_of_toml_says_stays_as_it_is() -> None:
    (problem,) = study("name = ").problems
    assert said(pseudo_language(), problem.reason) == problem.reason
