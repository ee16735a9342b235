"""What holds for files: their names, their lengths, how they open, and what none of them may contain."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.tree import PORTAL, ROOT, python_files, shown, tracked

LONGEST = 300
# Migrations are written by a program and never change afterwards.
WRITTEN_ONCE = PORTAL / "migrations" / "versions"
VAGUE = {"util", "helper", "manager", "service", "handler", "base", "data", "info"}

# Written so that no pattern finds itself here.
UNWANTED = {
    "the address of a package registry": r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|deb\.debian\.org",
    "a path of somebody's machine": r"(?<![\w.])/(?:work|root|home)/\w",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY",
    "a note to oneself": r"\b(?:T[O]DO|F[I]XME|X[X]X)\b",
}


def test_no_module_is_long() -> None:
    lengths = {shown(file): len(file.read_text().splitlines()) for file in _written("portal")}
    long = {name: lines for name, lines in lengths.items() if lines > LONGEST}
    assert not long, f"split these by noun: {long}"


def test_names_say_what_is_inside() -> None:
    parts = {part for file in python_files("portal", "tests") for part in file.relative_to(ROOT).parts}
    vague = {part for part in parts if part.removesuffix(".py").removesuffix("s") in VAGUE}
    assert not vague


def test_every_module_opens_with_one_sentence() -> None:
    wrong = []
    for file in _written("portal", "tests"):
        text = file.read_text(encoding="utf-8")
        opening = (ast.get_docstring(ast.parse(text)) or "").split("\n\n")[0]
        if text and not opening.endswith((".", "?", ":")):
            wrong.append(shown(file))
    assert not wrong, f"say in a sentence what lives here: {wrong}"


@pytest.mark.parametrize("what", UNWANTED)
def test_no_file_contains(what: str) -> None:
    found = []
    for file in tracked():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{shown(file)}: {match[0]}" for match in re.finditer(UNWANTED[what], text)]
    assert not found, "\n".join(found)


def test_generated_code_is_not_committed() -> None:
    assert not [shown(file) for file in tracked() if file.suffix in {".pyc", ".mo", ".db"}]


def _written(*folders: str) -> list[Path]:
    """The modules that people write and change."""
    return [file for file in python_files(*folders) if not file.is_relative_to(WRITTEN_ONCE)]
