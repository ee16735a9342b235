"""The logo of mails comes with each of them, in the brand that wrote it, and asks nobody for anything."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from portal.brand import BrandError, load_brand
from portal.brand.checking import problems
from portal.brand.starting import begin, continue_from
from portal.brand.stationery import Stationery
from portal.fitting import samples
from portal.settings import SHIPPED_BRAND
from portal.site import system_clock
from tests.brand.test_checking import EXAMPLES, told, write
from tests.fixtures.picture import png

KOLIBRI = SHIPPED_BRAND / "examples" / "kolibri"


def html_in(folder: Path, name: str = "moved") -> tuple[Stationery, str]:
    stationery = Stationery(load_brand(folder), "https://licenses.tessel.example")
    return stationery, samples.write(stationery, name, "en", system_clock()).html


def test_each_brand_of_a_portal_finds_its_own_logo(tmp_path: Path) -> None:
    writers: dict[str, Stationery] = {}
    url = "https://licenses.tessel.example"
    first = Stationery(load_brand(SHIPPED_BRAND), url, writers=writers)
    second = Stationery(load_brand(KOLIBRI), url, host="my.kolibri.example", writers=writers)
    html = samples.write(second, "moved", "en", system_clock()).html
    assert first.enclosed(html) == second.brand.mail_picture != first.brand.mail_picture
    shown = first.on_screen(html)
    assert 'src="data:image/png;base64,' in shown and "cid:" not in shown
    assert first.enclosed("<p>cid:logo.0@portal</p>") is None


@pytest.mark.parametrize(("size", "shown"), [((96, 96), (32, 32)), ((1000, 100), (240, 24)), ((64, 16), (64, 16))])
def test_it_is_shown_small_and_in_its_proportions(folder: Path, size: tuple[int, int], shown: tuple[int, int]) -> None:
    (folder / "mail-logo.png").write_bytes(png(*size))
    _, html = html_in(folder)
    assert re.search(r'<img [^>]*width="(\d+)" height="(\d+)" alt=""', html).groups() == tuple(map(str, shown))


def test_without_one_mails_carry_the_name_alone(folder: Path) -> None:
    write(folder, "brand.toml", (folder / "brand.toml").read_text().replace('mail_logo = "mail-logo.png"', ""))
    stationery, html = html_in(folder)
    assert "<img" not in html and ">Tessel Works</a>" in html
    assert stationery.on_screen(html) == html and told(folder) == []


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("logo.svg", None, "brand.toml:38: mail_logo: must be the name of a PNG beside brand.toml"),
        ("none.png", None, "brand.toml:38: mail_logo: must be the name of a PNG beside brand.toml"),
        ("../mail-logo.png", None, "brand.toml:38: mail_logo: must be the name of a PNG beside brand.toml"),
        ("a.png", b"GIF89a", "a.png: this is no PNG"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", "a.png: this is no PNG"),
        ("a.png", png(0, 9), "a.png: this is no PNG"),
        ("a.png", png(40, 40), "a.png: it is 40 × 40 pixels and blurred in mails: make it 64 high or more"),
        ("a.png", png(96, 96) + bytes(40_000), "a.png: it weighs 39 kB, and every mail carries it"),
    ],
)
def test_a_logo_that_mails_cannot_show_is_told(folder: Path, name: str, content: bytes | None, reason: str) -> None:
    card = (folder / "brand.toml").read_text()
    write(folder, "brand.toml", card.replace('"mail-logo.png"', f'"{name}"'))
    if content is not None:
        (folder / name).write_bytes(content)
    (line,) = told(folder)
    assert re.sub(r"toml:\d+", "toml:38", line).startswith(reason)
    if "no PNG" in reason or content is None:
        with pytest.raises(BrandError, match="PNG"):
            load_brand(folder)


def test_a_new_brand_takes_a_png_for_its_mails_and_never_the_logo_of_another(tmp_path: Path) -> None:
    mark, drawn = tmp_path / "mark.png", tmp_path / "mark.svg"
    mark.write_bytes(png(96, 96))
    shutil.copyfile(KOLIBRI / "logo.svg", drawn)
    begin(tmp_path / "own", "Nova", {}, {}, mark)
    continue_from(KOLIBRI, tmp_path / "drawn", "Colibri", {}, {}, drawn)
    continue_from(KOLIBRI, tmp_path / "same", "Colibri", {}, {})
    brands = [load_brand(tmp_path / name) for name in ("own", "drawn", "same")]
    assert [brand.mail_logo for brand in brands] == ["logo.png", "", "mail-logo.png"]
    assert list(problems(tmp_path / "own")) == []


@pytest.mark.parametrize("brand", [SHIPPED_BRAND, *EXAMPLES], ids=lambda path: path.name)
def test_every_mail_wears_logo_color_and_font_of_its_brand(brand: Path) -> None:
    for name in samples.names():
        stationery, html = html_in(brand, name)
        assert stationery.enclosed(html), name
        assert stationery.brand.mail_picture.height == 32
    assert ('class="brand band"' in html) == stationery.brand.masthead_band
    if "--font" in stationery.brand.stylesheet:
        assert '"Helvetica Neue", Helvetica, Arial' in html
