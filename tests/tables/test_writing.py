"""Tables for spreadsheets: nothing in them runs, and they open with their letters right."""

from __future__ import annotations

import csv
import io

import pytest

from portal.tables.reading import read
from portal.tables.writing import harmless, written


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "＝1", "=cmd|' /C calc'!A0"]
)
def test_what_a_spreadsheet_would_run_is_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Ida", "1 of 1", "WS-1001", "a=b", "ida@office.example"])
def test_anything_else_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize(("language", "separator"), [("de", ";"), ("fr", ";"), ("en", ","), ("ja", ",")])
def test_each_language_has_the_separator_that_its_spreadsheets_expect(language: str, separator: str) -> None:
    file = written(["Name", "E-mail"], [["Öztürk, Ida", "ida@office.example"]], language)
    assert file.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(file.decode("utf-8-sig")), delimiter=separator))
    assert rows == [["Name", "E-mail"], ["Öztürk, Ida", "ida@office.example"]]
    assert read(file)[0].cells == {"name": "Öztürk, Ida", "email": "ida@office.example"}
