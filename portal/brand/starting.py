"""Beginning a brand: a folder with nothing but the files that a vendor writes, sound from the first moment."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from portal.brand import Brand, BrandError, load_brand
from portal.brand.contrast import findings
from portal.brand.style import layered

_CARD = """\
# The brand of this vendor. The keys, and what each means: docs/branding.md.

name = ""
company = ""
city = "City"
address = ["Street 1", "00000 City"]

host = ""
support_email = ""
help_url = ""
imprint_url = ""
privacy_url = ""

languages = ["en", "de"]
default_language = "en"
time_zone = "UTC"

logo = "logo.svg"
favicon = "favicon.svg"
# The logo of mails: a PNG, for mail programs show no SVG. Without one they carry the name alone.
mail_logo = ""
masthead_band = false
"""
_TOKENS = """\
/* One color, one font and one radius: the rest follows from them, in light and dark. */
:root {
  --primary: oklch(.46 .09 228);
}
"""
# A mark that can stand until there is a logo: a square in the color, with a corner turned down.
_MARK = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28">
  <path fill="{color}" d="M3 3h15l7 7v15H3z"/>
  <path fill="#fff" fill-opacity=".45" d="M18 3v7h7z"/>
</svg>
"""


def slug_of(name: str) -> str:
    """A name as it stands in addresses and names of folders."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "brand"


def begin(folder: Path, name: str, told: Mapping[str, Any], style: Mapping[str, str], logo: Path | None = None) -> None:
    """Write a brand folder. `told` are keys of brand.toml, `style` tokens; what is not told gets an example.

    Raises BrandError, and then there is no folder: it has to be new, and what is in it has to be sound.
    """
    slug = slug_of(name)
    first = {
        "name": name, "company": name, "host": f"licenses.{slug}.example", "support_email": f"help@{slug}.example",
        **_pages_of(slug),
    }  # fmt: skip
    with _draft(folder) as draft:
        (draft / "brand.toml").write_text(_CARD, encoding="utf-8")
        (draft / "tokens.css").write_text(_TOKENS, encoding="utf-8")
        _finish(draft, {**first, **told}, style, logo)
        if logo is None:
            mark = _MARK.replace("{color}", style.get("--primary", "#00617f"))
            for picture in ("logo.svg", "favicon.svg"):
                (draft / picture).write_text(mark, encoding="utf-8")
        _judge(draft)


def continue_from(
    origin: Path, folder: Path, name: str, told: Mapping[str, Any], style: Mapping[str, str], logo: Path | None = None
) -> None:
    """The same, from another brand's folder: all of it is taken along, and only what is told is changed."""
    load_brand(origin)
    with _draft(folder) as draft:
        shutil.copytree(origin, draft, dirs_exist_ok=True, ignore=shutil.ignore_patterns("examples", ".*"))
        _finish(draft, {"name": name, **told}, style, logo)
        _judge(draft)


def examples_in(brand: Brand) -> list[str]:
    """The keys of brand.toml that still hold what `begin` wrote because nobody had told it."""
    card = tomllib.loads(_CARD)
    written = {**_pages_of(slug_of(brand.name)), "city": card["city"], "address": tuple(card["address"])}
    return [key for key, example in written.items() if getattr(brand, key) == example]


def _pages_of(slug: str) -> dict[str, str]:
    return {f"{page}_url": f"https://www.{slug}.example/{page}" for page in ("help", "imprint", "privacy")}


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """A folder beside the wanted one, which takes its name at the end if nothing went wrong."""
    if folder.exists():
        raise BrandError(f"{folder} exists already. Name another folder, or remove that one.")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise BrandError(f"{folder} cannot be made: {error.strerror}.") from error
    try:
        yield draft
        draft.chmod(0o755)
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft)
        raise


def _finish(draft: Path, told: Mapping[str, Any], style: Mapping[str, str], logo: Path | None) -> None:
    if logo is not None:
        try:
            shutil.copyfile(logo, draft / f"logo{logo.suffix}")
        except OSError as error:
            raise BrandError(f"{logo} cannot be read: {error.strerror}.") from error
        name = f"logo{logo.suffix}"
        # A mail shows this one or none: that of the brand this began with is another's.
        told = {**told, "logo": name, "favicon": name, "mail_logo": name if logo.suffix == ".png" else ""}
    card = (draft / "brand.toml").read_text(encoding="utf-8")
    for key, value in told.items():
        card = _with_key(card, key, value)
    (draft / "brand.toml").write_text(card, encoding="utf-8")
    path = draft / "tokens.css"
    sheet = path.read_text(encoding="utf-8") if path.exists() else ":root {\n}\n"
    for token, value in style.items():
        if re.search(r"[;{}]", value):
            raise BrandError(f"{token} cannot be {value!r}: write one value.")
        sheet = _with_token(sheet, token, value)
    path.write_text(sheet, encoding="utf-8")


def _with_key(card: str, key: str, value: Any) -> str:
    line = f"{key} = {json.dumps(value, ensure_ascii=False)}"
    changed, count = re.subn(rf"(?m)^{key}\s*=.*$", lambda _: line, card, count=1)
    if count:
        return changed
    head, table, rest = card.partition("\n[")
    return f"{head.rstrip()}\n{line}\n{table}{rest}"


def _with_token(sheet: str, token: str, value: str) -> str:
    line = f"{token}: {value};"
    changed, count = re.subn(rf"{token}\s*:[^;}}]*;?", lambda _: line, sheet, count=1)
    return changed if count else sheet.replace("\n}", f"\n  {line}\n}}", 1)


def _judge(draft: Path) -> None:
    """What is wrong already is told at once; the name of the draft would tell nobody anything."""
    try:
        load_brand(draft)
    except BrandError as error:
        raise BrandError(str(error).replace(f"{draft}/", "")) from None
    for one in findings(layered(draft / "tokens.css")):
        raise BrandError(one.reason)
