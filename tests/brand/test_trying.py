"""A brand is tried on over the whole demo: what breaks on some page or in some mail is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.brand import overrides
from portal.cli import main
from portal.fitting.trying import tried
from portal.settings import SHIPPED_BRAND
from tests.brand.test_checking import EXAMPLES, write

FOOT = '{% extends "stock:parts/_foot.html" %}\n\n{% block closing %}{{ brand.fax }}{% endblock %}'
MOVED = '{% extends "mail/base.txt" %}\n{% block content %}{{ old }}{% endblock %}\n{% block why %}{% endblock %}'
PICTURE = '{% extends "stock:dev/parts.html" %}{% block title %}<img src="{{ brand.shop_url }}">{% endblock %}'


@pytest.mark.parametrize("brand", [SHIPPED_BRAND, *EXAMPLES], ids=lambda path: path.name)
def test_the_house_brand_and_the_examples_pass(brand: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["brand", "check", str(brand)]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{brand}: ") and line.endswith(" mails are as they should be.")
    assert int(line.split()[1]) > 200


def test_what_breaks_is_told_once_with_its_line_wherever_it_shows(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, "tokens.css", ":root {\n  --primary: oklch(.85 .17 95);\n}")
    write(folder, "templates/parts/_foot.html", FOOT)
    write(folder, "templates/errors/plain.html", "{{ heading }}\n{{ nothing }}")
    write(folder, "templates/mail/moved/text.txt", MOVED)
    overrides.accept(folder)
    assert main(["brand", "check", str(folder)]) == 1
    found = [line.removeprefix(f"{folder}/") for line in capsys.readouterr().out.splitlines()]
    assert found[0].startswith("tokens.css:2: --primary oklch(.85 .17 95) reaches a contrast of 1.55 with --paper")
    assert sorted(line.split(": ")[0] for line in found[1:]) == [
        "templates/errors/plain.html:2", "templates/mail/moved/text.txt:2", "templates/parts/_foot.html:3"
    ]  # fmt: skip


def test_braces_in_words_are_text_and_a_page_deep_inside_is_found(folder: Path) -> None:
    words = "[sentences]\n'Register a ticket' = '{{ 7 * 7 }}{{{{ raise }}<script>alert(1)</script>'\n"
    for language in ("en", "de", "fr", "ja"):
        write(folder, f"words/{language}.toml", words)
    write(folder, "templates/dev/parts.html", PICTURE)
    write(folder, "templates/certificates/_sheet.html", "\n{{ certificate.seal }}")
    found = tried(folder).problems
    stopped = f"{folder}: the page loads something from www.tessel.example, which its policy stops, on /dev/parts in"
    assert [line for line in found if "/dev/parts" in line] == [
        f"{stopped} {language}" for language in ("en", "de", "fr", "ja")
    ]
    (broken,) = [line for line in found if "/dev/parts" not in line]
    assert broken.startswith(f"{folder}/templates/certificates/_sheet.html:2: ") and "seal" in broken


def test_a_brand_that_cannot_be_put_on_is_told_all_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = (folder / "brand.toml").read_text()
    write(folder, "brand.toml", card.replace('logo = "logo.svg"', 'logo = "../../etc/passwd"'))
    write(folder, "tokens.css", "a {\n}}")
    assert main(["brand", "check", str(folder)]) == 1
    found = [line.removeprefix(f"{folder}/") for line in capsys.readouterr().out.splitlines()]
    assert [line.split(": ")[0] for line in found] == ["brand.toml:33", "tokens.css:2"]
    assert "logo: must be the name of a picture" in found[0]


def test_no_folder_is_no_brand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("check", "preview"):
        with pytest.raises(SystemExit) as ended:
            main(["brand", command, str(tmp_path / "nowhere")])
        assert ended.value.code == 2
    assert main(["brand", "check", str(tmp_path)]) == 2
    assert "brand.toml cannot be read" in capsys.readouterr().err


def test_a_brand_is_begun_by_a_command_that_asks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    told = ["--color", "#aa3300", "--radius", "8px", "--address", "A 1", "--address", "B", "--language", "de", "--band"]
    assert main(["brand", "new", "Nova Tools", *told]) == 0
    assert "portal brand preview nova-tools" in capsys.readouterr().out
    card = (tmp_path / "nova-tools" / "brand.toml").read_text()
    assert 'address = ["A 1", "B"]' in card and 'languages = ["de"]' in card and "masthead_band = true" in card
    assert main(["brand", "new", "Nova Tools"]) == 2
    assert main(["brand", "new", "Pale", "--color", "#fc0"]) == 2
    assert "the nearest that passes is" in capsys.readouterr().err and not (tmp_path / "pale").exists()
