"""The search for what programs say: every code is found by itself, and what a vendor's program says comes first."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.brand.source import BrandError
from portal.brand.words import read_words
from portal.language import load_language
from portal.words import symptoms
from portal.words.texts import Words

LANGUAGES = {code: load_language(code) for code in ("en", "de")}
KNOWN = [known for known in symptoms._all(LANGUAGES["en"], LANGUAGES, Words())]
# Codes that programs are answered with, as a program's own page would show them.
SPOKEN = [code for known in KNOWN for code in known.codes]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_finds_its_own_answer_first(language: str) -> None:
    for known in KNOWN:
        for code in known.codes:
            for typed in (code, code.lower(), f" {code.replace('_', ' ')} "):
                found = symptoms.find(typed, LANGUAGES[language], LANGUAGES, Words())
                assert found and found[0].key in (known.answer.key, code), (typed, [one.key for one in found])


def test_no_code_stands_twice() -> None:
    assert len(SPOKEN) == len(set(SPOKEN))


def test_each_answer_has_words_and_a_page() -> None:
    for known in KNOWN:
        assert known.answer.heading and known.answer.sentence and known.answer.path.startswith("/"), known


def words(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "en.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_what_a_vendors_program_says_comes_first(tmp_path: Path) -> None:
    written = '[errors]\n"E-1042" = "Plug the dongle in again. → /licenses"\n"Expired" = "Call us."\n'
    texts, _ = read_words(words(tmp_path, written))
    own = Words(texts={"en": texts})
    (found,) = symptoms.find("error e 1042", LANGUAGES["en"], LANGUAGES, own)
    assert found == symptoms.Answer("E-1042", "E-1042", "Plug the dongle in again.", "/licenses")
    assert symptoms.find("expired", LANGUAGES["en"], LANGUAGES, own)[0].path == "/support"


@pytest.mark.parametrize(
    "wrong",
    ['"E1" = ""', '"E1" = "→ /licenses"', '"E1" = "So. → licenses"', '"E1" = "So. → javascript:x"', '" " = "So."'],
)
def test_words_that_lead_nowhere_stop_the_start(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(BrandError, match="en.toml:2: errors"):
        read_words(words(tmp_path, f"[errors]\n{wrong}\n"))
