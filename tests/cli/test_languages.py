"""`portal language`: a vendor's own language, from an empty catalog to pages in it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import httpx
import pytest
from babel.messages.pofile import read_po

from portal.brand import BrandError, load_brand
from portal.settings import SHIPPED_BRAND
from portal.words.refusals import heading
from tests.cli.conftest import Run
from tests.fixtures.server import Serve


@pytest.fixture
def brand(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED_BRAND, tmp_path / "brand"))


def speak(brand: Path, code: str) -> None:
    card = brand / "brand.toml"
    card.write_text(card.read_text().replace('languages = ["en", "de", ', f'languages = ["en", "de", "{code}", '))


def translate(brand: Path, message: str, *forms: str, code: str = "it") -> None:
    """Write the translation of one message into the catalog, as an editor would."""
    catalog = brand / "languages" / f"{code}.po"
    text = catalog.read_text()
    empty = f'msgid "{message}"\n'
    assert empty in text
    before, _, after = text.partition(empty)
    if len(forms) == 1:
        after = after.replace('msgstr ""', f'msgstr "{forms[0]}"', 1)
    for number, form in enumerate(forms if len(forms) > 1 else ()):
        after = after.replace(f'msgstr[{number}] ""', f'msgstr[{number}] "{form}"', 1)
    catalog.write_text(before + empty + after)


def test_one_command_begins_a_language_and_pages_speak_it(run: Run, brand: Path, serve: Serve) -> None:
    code, out, err = run("language", "new", "it", "--brand", str(brand))
    assert (code, err) == (0, "")
    number = re.search(r"it\.po: ([0-9]+) messages", out)
    with (brand / "languages" / "it.po").open("rb") as file:
        assert number and int(number[1]) == sum(1 for message in read_po(file) if message.id) > 1000
    load_brand(brand)  # what is being translated disturbs nobody
    translate(brand, "Sign in", "Entra")
    translate(brand, "%(num)s license", "Una licenza", "%(num)s licenze")
    words = brand / "words" / "it.toml"
    words.write_text(words.read_text().replace("[headings]", '[headings]\nnot_found = "Non c\'è"', 1))
    speak(brand, "it")
    spoken = load_brand(brand)
    lang = spoken.spoken["it"]
    assert (lang.name, lang.gettext("Sign in"), lang.gettext("Sign out")) == ("Italiano", "Entra", "Sign out")
    assert lang.ngettext("%(num)s license", "%(num)s licenses", 3) == "%(num)s licenze"
    assert heading(lang, spoken.words, "not_found", {}) == "Non c'è"
    portal = serve(PORTAL_BRAND=str(brand))
    page = httpx.get(f"{portal.url}/sign-in?lang=it").text
    assert '<html lang="it">' in page and "Entra" in page


def test_check_names_what_is_left_until_nothing_is(run: Run, brand: Path) -> None:
    run("language", "new", "it", "--brand", str(brand))
    code, out, _ = run("language", "check", "it", "--brand", str(brand))
    lines = out.splitlines()
    assert code == 1 and "it.po: empty: 'Sign in'" in lines and "it.toml: headings: missing: not_found" in lines
    translate(brand, "Sign in", "Entra")
    assert "it.po: empty: 'Sign in'" not in run("language", "check", "it", "--brand", str(brand))[1].splitlines()


def test_update_brings_new_messages_and_keeps_what_is_translated(run: Run, brand: Path) -> None:
    run("language", "new", "it", "--brand", str(brand))
    translate(brand, "Sign in", "Entra")
    catalog = brand / "languages" / "it.po"
    before = catalog.read_text()
    catalog.write_text(before.replace('msgid "Sign out"', 'msgid "Said in an older version"'))
    code, out, _ = run("language", "update", "it", "--brand", str(brand))
    assert code == 0 and "messages are left to translate" in out
    assert catalog.read_text() == before


@pytest.mark.parametrize("code", ["de", "en", "tlh", "../it", "I", "it_IT", "\0", "xx"])
def test_what_is_no_language_of_its_own_is_refused_and_nothing_is_made(run: Run, brand: Path, code: str) -> None:
    before = sorted(brand.rglob("*"))
    exit_code, _, err = run("language", "new", code, "--brand", str(brand))
    assert exit_code == 2 and err.count("\n") == 1
    assert sorted(brand.rglob("*")) == before


def test_a_language_is_not_begun_twice_nor_in_the_brand_of_the_portal(run: Run, brand: Path) -> None:
    run("language", "new", "it", "--brand", str(brand))
    assert run("language", "new", "it", "--brand", str(brand))[0] == 2
    assert run("language", "new", "it", "--brand", str(SHIPPED_BRAND))[0] == 2
    assert not (SHIPPED_BRAND / "languages").exists()
    assert run("language", "check", "es", "--brand", str(brand))[0] == 1


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("<script>alert(1)</script>", "other markup: 'Sign in'"),
        ("Entra %(password)s", "other placeholders: 'Sign in'"),
    ],
)
def test_a_translation_that_could_do_harm_stops_the_start(run: Run, brand: Path, form: str, said: str) -> None:
    run("language", "new", "it", "--brand", str(brand))
    translate(brand, "Sign in", form)
    speak(brand, "it")
    with pytest.raises(BrandError, match=re.escape(f"it.po: {said}")):
        load_brand(brand)


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\xff\xfe binary",
        b'msgid "Sign in"\nno line of a catalog\nmsgstr "Entra"\n',
        b'msgid ""\nmsgstr "Content-Type: text/plain; charset=no-such\\n"\n',
        b'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=__import__(1);\\n"\n\nmsgid "a"\nmsgid_plural "b"\n'
        b'msgstr[0] "c"\nmsgstr[1] "d"\n',
        b"#" * 6_000_000,
    ],
)
def test_a_catalog_that_cannot_be_read_is_named_and_stops_the_start(brand: Path, content: bytes) -> None:
    (brand / "languages").mkdir()
    (brand / "languages" / "it.po").write_bytes(content)
    speak(brand, "it")
    with pytest.raises(BrandError, match=r"it\.po"):
        load_brand(brand)
