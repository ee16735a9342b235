"""The brand's color where no style sheet reaches: mails take plain sRGB, so `--primary` is worked out for them."""

from __future__ import annotations

import math
import re

_NUMBER = r"(\d*\.?\d+)(%?)"
_PRIMARY = re.compile(r"--primary\s*:\s*([^;}]+)")
_OKLCH = re.compile(rf"oklch\(\s*{_NUMBER}\s+{_NUMBER}\s+{_NUMBER}(?:deg)?\s*\)", re.IGNORECASE)
_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_PETROL = (0.46, 0.09, 228.0)

# Oklab to the cone responses, these to linear sRGB, and both ways back (Björn Ottosson, "A perceptual color space").
_TO_CONES = ((1, 0.3963377774, 0.2158037573), (1, -0.1055613458, -0.0638541728), (1, -0.0894841775, -1.291485548))
_TO_LINEAR = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.707614701),
)
_FROM_LINEAR = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_FROM_CONES = (
    (0.2104542553, 0.793617785, -0.0040720468),
    (1.9779984951, -2.428592205, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.808675766),
)


def accents(stylesheet: str) -> tuple[str, str]:
    """The accent on light and on dark ground as #rrggbb, derived from --primary as the pages derive it.

    A color written in another way than oklch() or # reads as the portal's own petrol.
    """
    lightness, chroma, hue = primary(stylesheet)
    return hexadecimal(min(lightness, 0.5), chroma, hue), hexadecimal(max(lightness, 0.8), min(chroma, 0.1), hue)


def primary(stylesheet: str) -> tuple[float, float, float]:
    """Lightness, chroma and hue in degrees of the first --primary of a style sheet."""
    written = _PRIMARY.search(stylesheet)
    value = written[1].strip() if written else ""
    if found := _OKLCH.fullmatch(value):
        lightness = float(found[1]) / (100 if found[2] else 1)
        return lightness, float(found[3]) * (0.004 if found[4] else 1), float(found[5])
    if found := _HEX.fullmatch(value):
        digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
        return _oklch([int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)])
    return _PETROL


def hexadecimal(lightness: float, chroma: float, hue: float) -> str:
    """An OKLCH color as #rrggbb; what sRGB cannot show is cut off."""
    angle = math.radians(hue)
    cones = _times(_TO_CONES, (lightness, chroma * math.cos(angle), chroma * math.sin(angle)))
    linear = _times(_TO_LINEAR, [cone**3 for cone in cones])
    return "#" + "".join(f"{round(255 * _encoded(part)):02x}" for part in linear)


def _oklch(srgb: list[float]) -> tuple[float, float, float]:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in srgb]
    lightness, a, b = _times(_FROM_CONES, [math.cbrt(cone) for cone in _times(_FROM_LINEAR, linear)])
    return lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def _encoded(linear: float) -> float:
    linear = min(1.0, max(0.0, linear))
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055


def _times(matrix: tuple[tuple[float, ...], ...], vector: tuple[float, ...] | list[float]) -> list[float]:
    return [sum(factor * part for factor, part in zip(row, vector, strict=True)) for row in matrix]
