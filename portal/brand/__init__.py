"""The brand: a vendor's names, words, style and template overrides, read from one folder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PrefixLoader

from portal.brand import mail_logo
from portal.brand.card import Card, checked
from portal.brand.languages import own_languages, read_language
from portal.brand.source import BrandError, Source
from portal.brand.style import layered
from portal.brand.words import read_words
from portal.catalogs import available
from portal.language import Language, build_language, load_language
from portal.words.texts import Words

__all__ = ["Brand", "BrandError", "load_brand"]

STOCK_TEMPLATES = Path(__file__).parent.parent / "templates"

_ASSETS = {".svg", ".png", ".webp", ".ico", ".woff2"}
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class Brand(Card, frozen=True, kw_only=True):
    """A checked brand: everything on its card and what lies beside it. Built at the start, shared by all."""

    folder: Path
    words: Words
    spoken: Mapping[str, Language]
    assets: Mapping[str, Path]
    stylesheet: str
    mail_picture: mail_logo.MailLogo | None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def speaking(self, code: str) -> Brand:
        """The brand as readers of one language see it: its register line and addresses in that language."""
        if code not in self.local:
            return self
        own = msgspec.structs.asdict(self.local[code])
        told = {key: value for key, value in own.items() if value is not None}
        return msgspec.structs.replace(self, **told)

    def buy_url(self, product: str) -> str:
        """Where to buy a product, by its code: a page of its own, else the shop, else ""."""
        return self.buy.get(product, self.shop_url)

    def loader(self, stock: Path = STOCK_TEMPLATES) -> BaseLoader:
        """Templates of the brand before the stock ones, which stay in reach as "stock:base.html"."""
        shipped = FileSystemLoader(stock)
        return ChoiceLoader(
            [PrefixLoader({"stock": shipped}, ":"), FileSystemLoader(self.folder / "templates"), shipped]
        )


def load_brand(folder: Path) -> Brand:
    """Read and check a brand folder. Raises BrandError with file, line and reason."""
    source = Source(folder / "brand.toml")
    assets = assets_of(folder)
    further = own_languages(folder)
    card = checked(source, assets, {*available(), *further})
    own = {code: read_words(folder / "words" / f"{code}.toml") for code in card.languages}
    for path in sorted((folder / "words").glob("*.toml")):
        if path.stem not in {*card.languages, *further}:  # one that is being translated waits
            raise BrandError(f"{path}: {path.stem!r} is not among the languages of brand.toml")
    return Brand(
        **{key: getattr(card, key) for key in card.__struct_fields__},
        folder=folder,
        words=Words(texts={code: texts for code, (texts, _) in own.items()}, constants=_constants(card)),
        spoken={
            code: build_language(code, read_language(further[code]), sentences)
            if code in further
            else load_language(code, sentences)
            for code, (_, sentences) in own.items()
        },
        assets=assets,
        stylesheet=layered(folder / "tokens.css"),
        mail_picture=mail_logo.read(assets[card.mail_logo]) if card.mail_logo else None,
    )


def assets_of(folder: Path) -> dict[str, Path]:
    """The files that may be served. Only these can be asked for, so that no name leads elsewhere."""
    home = folder.resolve()
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    plain = [path for path in found if _FILE.fullmatch(path.name) and path.suffix in _ASSETS]
    return {
        path.name: path.resolve()
        for path in plain
        if path.resolve().parent == home and path.is_file()
    }


def _constants(card: Card) -> dict[str, str]:
    """The values that are the same in every sentence; an empty one counts as missing."""
    named = {
        "vendor": card.name,
        "company": card.company,
        "host": card.host,
        "support_email": card.support_email,
        "support_phone": card.support_phone,
    }
    return {key: value for key, value in named.items() if value}
