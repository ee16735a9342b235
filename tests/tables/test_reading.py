"""Tables as spreadsheets of this world write them, and what is none."""

from __future__ import annotations

import pytest

from portal.catalogs import available, translations
from portal.tables.reading import MOST_BYTES, MOST_LINES, TableRefused, read

PEOPLE = [{"email": "jörg@büro.example", "name": "Jörg Öztürk"}, {"email": "ida@office.example", "name": "Ida"}]
TEXT = "E-Mail;Name\njörg@büro.example;Jörg Öztürk\nida@office.example;Ida\n"


def cells(content: bytes) -> list[dict[str, str]]:
    return [line.cells for line in read(content)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_letters_separators_and_line_ends_of_every_spreadsheet_are_understood(
    encoding: str, separator: str, ending: str
) -> None:
    assert cells(TEXT.replace(";", separator).replace("\n", ending).encode(encoding)) == PEOPLE


def test_lines_are_numbered_as_the_spreadsheet_shows_them() -> None:
    lines = read(b"name,email\n\nIda,ida@office.example\n,,\n\nJo,jo@office.example")
    assert [(line.number, line.cells["name"]) for line in lines] == [(3, "Ida"), (6, "Jo")]


def test_a_line_that_names_the_separator_is_no_line_of_the_table() -> None:
    (line,) = read(b"sep=;\nemail;name\na,b@office.example;Ida\n")
    assert (line.number, line.cells) == (3, {"email": "a,b@office.example", "name": "Ida"})


def test_without_a_heading_the_column_with_addresses_is_found() -> None:
    assert cells(b"Ida,ida@office.example\nJo,jo@office.example\n") == [
        {"email": "ida@office.example"},
        {"email": "jo@office.example"},
    ]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("E-Mail-Adresse", "email"), ("e-mail address", "email"), ("Personalnummer", "external_id"),
        ("Employee ID", "external_id"), ("Adresse électronique", "email"), ("Numéro matricule", "external_id"),
        ("Ｅメール", "email"), ("従業員番号", "external_id"),
    ],
)  # fmt: skip
def test_headings_are_understood_however_they_are_written(heading: str, name: str) -> None:
    assert cells(f"{heading}\nx@office.example\n".encode()) == [{name: "x@office.example"}]


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-16"])
def test_japanese_windows_writes_its_own_letters(encoding: str) -> None:
    table = "メールアドレス,氏名,部署\r\nida@office.example,髙橋 一郎,設計部\r\n"
    assert cells(table.encode(encoding)) == [
        {"email": "ida@office.example", "name": "髙橋 一郎", "department": "設計部"}
    ]


def test_western_letters_are_not_taken_for_japanese_ones() -> None:
    table = "email;name;plätze\nrenee@office.example;Renée Dvořák;3\n".replace("ř", "r")
    (line,) = cells(table.encode("cp1252"))
    assert (line["name"], line["seats"]) == ("Renée Dvorák", "3")


@pytest.mark.parametrize("code", available())
def test_the_columns_are_known_by_what_the_pages_call_them(code: str) -> None:
    names = {
        "E-mail address": "email", "Name": "name", "Department": "department", "Role": "role", "Seats": "seats",
        "Language": "language", "Personnel number": "external_id",
    }  # fmt: skip
    heading = "\t".join(map(translations(code).gettext, names))
    row = "\t".join(names.values()).replace("email", "ida@office.example")
    assert cells(f"{heading}\n{row}\n".encode()) == [
        {name: name for name in names.values()} | {"email": "ida@office.example"}
    ]


def test_quoted_cells_may_hold_separators_quotes_and_line_ends() -> None:
    assert cells(b'email,name\nida@office.example,"Ida ""the\nfirst"", Ltd"\n') == [
        {"email": "ida@office.example", "name": 'Ida "the first", Ltd'}
    ]


def test_what_an_export_of_ours_kept_from_running_reads_as_it_was() -> None:
    assert cells(b"email,name\nida@office.example,'=1+1\n")[0]["name"] == "=1+1"
    assert cells(b"email,name\nida@office.example,'s-Hertogenbosch\n")[0]["name"] == "'s-Hertogenbosch"


def test_letters_that_nobody_sees_do_not_make_another_person() -> None:
    assert cells("email\n\u200b ida@office.example\u00a0\n".encode()) == [{"email": "ida@office.example"}]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "table_empty"),
        (b"\n \n;;\n", "table_empty"),
        (b"email,name\n", "table_empty"),
        (b"\xef\xbb\xbf", "table_empty"),
        (b"name,department\nIda,Design\n", "table_without_people"),
        (b"email,e-mail\na@b.example,c@d.example\n", "table_column_twice"),
        (b"email\nida@office.example\x00\n", "table_unreadable"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00", "table_unreadable"),
        (b"\xff\xfe\x41", "table_unreadable"),
        (b'email\n"ida@office.example\n' + b"x\n" * 80_000, "table_unreadable"),
        (b"a@b.example\n" * (MOST_LINES + 1), "table_too_long"),
        (b"a@b.example\n" * 100_000, "table_too_long"),
        (b"x" * (MOST_BYTES + 1), "table_too_long"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_is_no_table_is_refused_with_a_code(content: bytes, code: str) -> None:
    with pytest.raises(TableRefused) as refused:
        read(content)
    assert refused.value.code == code


def test_as_many_lines_as_one_step_takes_are_read() -> None:
    assert len(read(b"email\n" + b"a@b.example\n" * MOST_LINES)) == MOST_LINES


def test_a_cell_that_is_too_long_is_cut_and_no_line_is_lost() -> None:
    (one,) = cells(b"email,name\nida@office.example," + b"x" * 9000 + b"\n")
    assert len(one["name"]) == 500
