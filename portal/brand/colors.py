"""Colors as numbers: OKLCH, in which the portal derives its shades, sRGB, which mails take, and the contrast of two."""

from __future__ import annotations

import math
from typing import NamedTuple

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
# How much each channel adds to the brightness of a color, by WCAG 2.2.
_BRIGHTNESS = (0.2126, 0.7152, 0.0722)


class Color(NamedTuple):
    """A color by lightness (0 to 1), chroma, and hue in degrees."""

    lightness: float
    chroma: float
    hue: float

    def __str__(self) -> str:
        numbers = (f"{self.lightness:.3f}", f"{self.chroma:.3f}", f"{self.hue:.1f}")
        return f"oklch({' '.join(_short(number) for number in numbers)})"

    @property
    def hexadecimal(self) -> str:
        """As #rrggbb; what sRGB cannot show is cut off."""
        return "#" + "".join(f"{round(255 * _encoded(part)):02x}" for part in _linear(self))

    @property
    def is_shown(self) -> bool:
        """Whether sRGB can show it as it is."""
        return all(-0.0005 <= part <= 1.0005 for part in _linear(self))

    def shown(self) -> Color:
        """The most colorful one of this lightness and hue that sRGB can show."""
        low, high = 0.0, self.chroma
        if self.is_shown:
            return self
        for _ in range(12):
            middle = (low + high) / 2
            low, high = (middle, high) if self._replace(chroma=middle).is_shown else (low, middle)
        return self._replace(chroma=low)


WHITE = Color(1, 0, 0)


def of_srgb(red: float, green: float, blue: float) -> Color:
    """The color of three channels from 0 to 1."""
    cones = _times(_FROM_LINEAR, _decoded(red, green, blue))
    lightness, a, b = _times(_FROM_CONES, [math.cbrt(cone) for cone in cones])
    return Color(lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def contrast(one: Color, other: Color) -> float:
    """The contrast of two colors as screens show them, 1 to 21, by WCAG 2.2."""
    bright, dark = sorted((_brightness(one), _brightness(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _brightness(color: Color) -> float:
    digits = color.hexadecimal[1:]
    channels = _decoded(*(int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)))
    return sum(weight * part for weight, part in zip(_BRIGHTNESS, channels, strict=True))


def _linear(color: Color) -> list[float]:
    angle = math.radians(color.hue)
    lab = (color.lightness, color.chroma * math.cos(angle), color.chroma * math.sin(angle))
    return _times(_TO_LINEAR, [cone**3 for cone in _times(_TO_CONES, lab)])


def _decoded(*channels: float) -> list[float]:
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]


def _encoded(linear: float) -> float:
    linear = min(1.0, max(0.0, linear))
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055


def _times(matrix: tuple[tuple[float, ...], ...], vector: tuple[float, ...] | list[float]) -> list[float]:
    return [sum(factor * part for factor, part in zip(row, vector, strict=True)) for row in matrix]


def _short(number: str) -> str:
    """A number as style sheets write it: .46, not 0.460."""
    short = number.rstrip("0").rstrip(".")
    return short.removeprefix("0") if short.startswith("0.") else short
