"""A new brand is sound from the first moment, or there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.brand import BrandError, load_brand
from portal.brand.checking import problems
from portal.brand.starting import begin, continue_from, slug_of
from portal.settings import SHIPPED_BRAND
from portal.web.assets import Shelf
from tests.fixtures.picture import png

KOLIBRI = SHIPPED_BRAND / "examples" / "kolibri"


def test_a_name_is_enough(tmp_path: Path) -> None:
    begin(tmp_path / "new", 'Öl "&" <b>', {}, {})
    brand = load_brand(tmp_path / "new")
    assert (brand.name, brand.host) == ('Öl "&" <b>', "licenses.ol-b.example")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "brand.toml", "favicon.svg", "logo.svg", "tokens.css"
    ]  # fmt: skip
    assert list(problems(tmp_path / "new")) == []


def test_what_is_told_stands_in_it(tmp_path: Path) -> None:
    logo = tmp_path / "mark.png"
    logo.write_bytes(png(96, 96))
    told = {"address": ["A 1", "B"], "languages": ["de"], "default_language": "de", "masthead_band": True,
            "support_phone": "+1 234", "shop_url": "https://shop.example"}  # fmt: skip
    begin(tmp_path / "new", "Nova", told, {"--primary": "#aa3300", "--radius": "8px"}, logo)
    brand = load_brand(tmp_path / "new")
    assert (brand.address, brand.languages, brand.masthead_band) == (("A 1", "B"), ("de",), True)
    assert (brand.support_phone, brand.shop_url, brand.logo) == ("+1 234", "https://shop.example", "logo.png")
    assert "--primary: #aa3300;" in brand.stylesheet and "--radius: 8px;" in brand.stylesheet
    assert Shelf(brand).has("brand/logo.png")


def test_it_may_go_on_from_another(tmp_path: Path) -> None:
    told = {"host": "my.colibri.example", "shop_url": ""}
    continue_from(KOLIBRI, tmp_path / "new", "Colibri", told, {"--radius": "2px"})
    brand, origin = load_brand(tmp_path / "new"), load_brand(KOLIBRI)
    assert (brand.name, brand.host, brand.shop_url) == ("Colibri", "my.colibri.example", "")
    assert (brand.company, brand.words.texts) == (origin.company, origin.words.texts)
    assert "--radius: 2px;" in brand.stylesheet and "14px" not in brand.stylesheet
    assert brand.local == origin.local


@pytest.mark.parametrize(
    ("told", "style", "reason"),
    [
        ({"support_email": "nobody"}, {}, "support_email: must be an e-mail address"),
        ({"languages": ["tlh"]}, {}, "'tlh' is not installed"),
        ({}, {"--primary": "#fc0"}, "--primary .* the nearest that passes is"),
        ({}, {"--primary": "red"}, "write this color as oklch"),
        ({}, {"--primary": "#000} a{"}, "cannot be .*: write one value"),
        ({}, {"--font": "url(https://evil.example/x)"}, "only the portal's own files"),
        ({"name": "a\nb"}, {}, "name: must be one line"),
    ],
)
def test_what_would_not_be_sound_is_not_written(tmp_path: Path, told: dict, style: dict, reason: str) -> None:
    with pytest.raises(BrandError, match=reason):
        begin(tmp_path / "new", "Nova", told, style)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    with pytest.raises(BrandError, match="exists already"):
        begin(tmp_path / "new", "Nova", {}, {})
    with pytest.raises(BrandError, match="cannot be read"):
        continue_from(tmp_path / "nowhere", tmp_path / "other", "Nova", {}, {})
    with pytest.raises(BrandError, match="cannot be read"):
        begin(tmp_path / "other", "Nova", {}, {}, tmp_path / "no-such-logo.svg")
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_names_become_addresses() -> None:
    slugs = [slug_of(name) for name in ("Tessel Works", "Ölwerk & Söhne", "日本")]
    assert slugs == ["tessel-works", "olwerk-sohne", "brand"]
