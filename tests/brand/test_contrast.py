"""Contrast is worked out as browsers show it, and whatever cannot be read is told with the nearest color that can."""

from __future__ import annotations

import re

import pytest

from portal.brand.colors import WHITE, Color, contrast, of_srgb
from portal.brand.contrast import findings, nearest
from portal.brand.tokens import THEMES, Unreadable, font, palette, radius, tokens

# Measured in a browser, light and dark, on paper, sheet, field and hover.
MEASURED = {
    "--ink": ((16.5, 15.1, 16.8, 14.4), (15.4, 13.7, 16.1, 12.2)),
    "--ink-2": ((7.6, 6.9, 7.7, 6.6), (8.2, 7.3, 8.6, 6.5)),
    "--accent": ((6.8, 6.3, 7.0, 6.0), (10.2, 9.1, 10.7, 8.1)),
    "--ok": ((6.3, 5.8, 6.5, 5.5), (10.4, 9.3, 11.0, 8.3)),
    "--wait": ((6.1, 5.6, 6.2, 5.3), (10.9, 9.7, 11.4, 8.6)),
    "--stop": ((6.4, 5.9, 6.5, 5.6), (7.9, 7.0, 8.3, 6.2)),
}
GROUNDS = ("--paper", "--sheet", "--field", "--hover")


@pytest.mark.parametrize("name", MEASURED)
def test_contrast_is_what_a_browser_measures(name: str) -> None:
    for theme, row in zip(THEMES, MEASURED[name], strict=True):
        here = tokens("", theme)
        found = [contrast(here.color(name), here.color(ground)) for ground in GROUNDS]
        assert found == pytest.approx(row, abs=0.11)


def test_black_on_white_is_21_and_a_color_comes_back_from_its_digits() -> None:
    assert contrast(WHITE, Color(0, 0, 0)) == pytest.approx(21)
    for digits in ("#b3005e", "#006080", "#ffffff", "#000000"):
        channels = [int(digits[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        assert of_srgb(*channels).hexadecimal == digits


@pytest.mark.parametrize("primary", ["oklch(.85 .17 95)", "#fc0", "#FFCC00", "oklch(85% 42.5% 95deg)"])
def test_a_pale_primary_is_refused_with_the_nearest_color_that_passes(primary: str) -> None:
    (found,) = findings(f":root {{\n  --primary: {primary};\n}}")
    assert found.line == 2 and "--primary" in found.reason and "4.5 are needed" in found.reason
    better = re.search(r"nearest that passes is (oklch\([^)]*\)), (#\w{6})", found.reason)
    assert better
    for copied in better.groups():
        assert list(findings(f":root {{ --primary: {copied} }}")) == []


def test_the_nearest_color_is_the_nearest() -> None:
    here = tokens(":root { --primary: oklch(.85 .17 95) }", "light")
    found = nearest(here, "--primary")
    assert found is not None and found.is_shown and found.hue == 95
    paler = found._replace(lightness=found.lightness + 0.006)
    assert contrast(paler, here.color("--paper")) < 4.5 <= contrast(found, here.color("--paper"))


@pytest.mark.parametrize("primary", ["oklch(.46 .09 228)", "oklch(.55 .2 350)", "#000", "black", "oklch(.3 .37 264)"])
def test_a_primary_that_can_be_read_is_left_alone(primary: str) -> None:
    assert list(findings(f":root {{ --primary: {primary} }}")) == []


@pytest.mark.parametrize(
    ("css", "line", "told"),
    [
        (":root { --ink-2: #aaa }", 1, "--ink-2 .* in light"),
        (":root {\n\n --ok: oklch(.8 .13 155) }", 3, "--ok .* with --hover in light"),
        ("@media (prefers-color-scheme: dark) {\n :root { --paper: #777 } }", 2, "--paper .* in dark"),
        ("/* two\n lines */\nhtml { --line-2: #ddd; }", 3, "--line-2 .* 3 are needed"),
        (":root { --on-accent: var(--accent) }", 1, "--on-accent .* 1.00 with --accent"),
        (":root { --band: oklch(from var(--primary) calc(l + .3) c h) }", 1, "--band .* with white"),
        (":root { --a: #eee; --accent: var(--a) }", 1, "--accent "),
        (":root { --ink: #fff !important; }", 1, "--ink "),
    ],
)
def test_an_override_that_cannot_be_read_is_told_with_its_line(css: str, line: int, told: str) -> None:
    found = list(findings(css))
    assert any(one.line == line and re.search(told, one.reason) for one in found), found


def test_what_does_not_hold_for_the_page_is_not_looked_at() -> None:
    root = ":root { --ink: #fff }"
    assert list(findings(f"@media print {{ {root} }} .note {{ --ink: #fff }}")) == []
    assert list(findings(f"@media (prefers-contrast: more) {{ {root} }}")) == []
    assert list(findings(f"@media screen {{ @supports (color: red) {{ {root} }} }}")) != []


@pytest.mark.parametrize(
    "color",
    [
        "red", "rgb(1 2 3)", "oklch(.5 .1 20 / .5)", "oklch(.5 .1)", "oklch(calc(1 / 0) 0 0)", "var(--nowhere)",
        "var(--primary)",
    ],
)
def test_a_color_that_cannot_be_worked_out_is_said(color: str) -> None:
    (found,) = findings(f":root {{ --primary: {color} }}")
    assert found.line == 1 and "write this color as oklch" in found.reason
    with pytest.raises(Unreadable):
        tokens(f":root {{ --primary: {color} }}", "light").color("--primary")
    assert palette(f":root {{ --primary: {color} }}", "light") == palette("", "light")


def test_mails_take_what_pages_show() -> None:
    assert palette(":root { --primary: #b3005e }", "light")["accent"] == "#b3005e"
    light, dark = (palette(":root { --primary: #b3005e; --accent: #00617f }", theme) for theme in THEMES)
    assert (light["accent"], light["band"], dark["accent"]) == ("#00617f", "#b3005e", "#00617f")
    assert light["paper"] > "#f" and dark["paper"] < "#2" and light["on_accent"] == "#ffffff"
    assert (radius(""), radius(":root { --radius: 14px }")) == ("3px", "14px")
    assert radius(":root { --radius: calc(1px; background: url(x)) }") == "3px"
    families = """"Own Sans", Arial, 'x y', sans-serif"""
    assert font(f":root {{ --font: {families} }}") == families


@pytest.mark.parametrize(
    "written", ["x}</style><script>", "x; color: red", "url(//evil.example/x)", '"</style>"', "expression(1)", "x\\3c"]
)
def test_a_font_that_says_more_than_names_is_not_taken_into_mails(written: str) -> None:
    assert not set(font(f":root {{ --font: {written} }}")) & set("<>{}();:\\/")
