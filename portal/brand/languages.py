"""Languages that a brand brings itself: languages/<code>.po beside brand.toml, in place of a catalog of the portal."""

from __future__ import annotations

import re
from gettext import NullTranslations
from pathlib import Path

from babel import Locale, UnknownLocaleError

from portal.brand.source import BrandError
from portal.catalogs import available, compiled
from portal.proofreading import faults, read

CODE = re.compile(r"[a-z]{2,3}")
MOST = 5_000_000  # bytes


def own_languages(folder: Path) -> dict[str, Path]:
    """The catalogs in a brand folder by their codes. Raises BrandError for a file that is no language of its own."""
    found = {}
    for path in sorted((folder / "languages").glob("*.po")):
        if reason := objection(path.stem):
            raise BrandError(f"{path}: {reason}")
        found[path.stem] = path
    return found


def objection(code: str) -> str | None:
    """Why a brand cannot bring a language of this code, or None."""
    if code in available():
        return f"{code!r} comes with the portal; change its sentences in words/{code}.toml"
    try:
        known = CODE.fullmatch(code) and Locale.parse(code)
    except UnknownLocaleError:
        known = None
    return None if known else f"{code!r} is no code of a language, such as fr"


def read_language(path: Path) -> NullTranslations:
    """The translations of such a file; what is not translated yet reads as English. Raises BrandError."""
    try:
        if path.stat().st_size > MOST:
            raise BrandError(f"{path}: is larger than {MOST} bytes")
        catalog = read(path, path.stem)
        wrong = next(faults(catalog), None)
        if wrong is None:
            return compiled(catalog)
    except (OSError, ValueError, LookupError) as error:
        raise BrandError(f"{path}: cannot be read: {error}") from error
    raise BrandError(f"{path}: {wrong}")
