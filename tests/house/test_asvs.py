"""The list of what the security standard asks for: whole, in one form, and naming only what exists."""

from __future__ import annotations

import csv
import re

from tests.house.tree import ROOT

STATES = {"met", "partly", "not yet", "not applicable"}


def rows() -> list[dict[str, str]]:
    with (ROOT / "docs" / "asvs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_row_says_how_far_it_is_and_where() -> None:
    found = rows()
    ids = [row["id"] for row in found]
    assert len(ids) == len(set(ids)) > 60
    wrong = [row["id"] for row in found if row["status"] not in STATES or not row["where"].strip() or None in row]
    assert not wrong


def test_every_file_that_is_named_exists() -> None:
    named = {
        (row["id"], path)
        for row in rows()
        for path in re.findall(r"\b(?:portal|tests|docs)/[\w./-]*\w", row["where"])
    }
    gone = sorted((id_, path) for id_, path in named if not (ROOT / path).exists())
    assert len(named) > 60 and not gone, gone


def test_the_chapter_on_security_names_tests_that_exist() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    gone = [path for path in re.findall(r"`(tests/[\w./-]+)`", text) if not (ROOT / path).exists()]
    assert not gone, gone
