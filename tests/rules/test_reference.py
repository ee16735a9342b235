"""The reference for vendors holds what the rules do: its examples work and its tables are complete."""

import argparse
import json
import re
from pathlib import Path

from portal.cli.rules import add_parser
from portal.rules import CODES, OPERATIONS, decide, load, preset, read_case, write_answer
from portal.rules.cases import LEDGER_ONLY
from portal.rules.proof_tables import MATCHES
from portal.rules.sets import EVIDENCE_GROUPS, PROOFS, ROLES, SCOPES
from portal.rules.windows import UNITS
from tests.rules.test_loading import EXAMPLE

TEXT = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_the_case_of_the_reference_can_be_decided():
    case = next(value for value in map(json.loads, blocks("json")) if "now" in value)
    asked = write_answer(decide(preset("seed_default"), read_case(case)))
    documented = next(value for value in map(json.loads, blocks("json")) if "outcome" in value)
    assert asked.keys() == documented.keys()
    assert (asked["code"], asked["as"]) == ("ok", "rehost")


def test_the_rule_set_of_the_reference_can_be_loaded():
    assert load(blocks("toml")[0]).name == "CAD Pro node-locked"


def test_every_word_of_the_rules_is_explained():
    words = [*CODES, *OPERATIONS, *LEDGER_ONLY, *MATCHES, *SCOPES, *PROOFS, *ROLES, *EVIDENCE_GROUPS]
    assert [word for word in words if f"`{word}`" not in TEXT and f'`"{word}"`' not in TEXT] == []
    assert all(re.search(rf"\b{unit}\b", TEXT) for unit in UNITS)


def test_every_key_of_the_schema_is_explained():
    keys = set(re.findall(r"(?:^|\{ |, )([a-z_]+) *=", EXAMPLE, re.MULTILINE))
    weights = {"board", "disk", "cpu", "mac"}
    assert [key for key in sorted(keys - weights) if not re.search(rf"\b{key}\b", TEXT)] == []


def test_the_commands_of_the_reference_are_those_that_exist():
    parser = argparse.ArgumentParser(prog="portal")
    add_parser(parser.add_subparsers())
    for line in re.findall(r"^portal (.*)$", TEXT, re.MULTILINE):
        assert callable(parser.parse_args(line.split()).run)
