"""A language that nobody speaks: every message bracketed and accented, so that what is not shows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime
from gettext import NullTranslations
from zoneinfo import ZoneInfo

import msgspec

from portal.brand import Brand
from portal.language import Language, build_language
from portal.words.refusals import stock
from portal.words.texts import Texts, Words

CODE = "xx"

_KEPT = re.compile(r"(%\(\w+\)s|%%|\{\w+\}|<[^>]+>|&\w+;)")
_ACCENTS = str.maketrans("aceinorsuyzACEINORSUYZ", "áčéíñóŕšúýžÁČÉÍÑÓŔŠÚÝŽ")
_DRESSED = re.compile(r"⟦[^⟦⟧]*⟧")
_WORD = re.compile(r"[^\W\d_]{2,}")


def dressed(message: str) -> str:
    """The message in brackets, with accents on everything but placeholders and markup."""
    parts = _KEPT.split(message)
    return "⟦" + "".join(part if n % 2 else part.translate(_ACCENTS) for n, part in enumerate(parts)) + "⟧"


def bare(text: str, known: Iterable[str] = ()) -> list[str]:
    """The words of a page's text that no catalog gave, without `known` ones such as names of products."""
    for name in sorted(known, key=len, reverse=True):
        text = text.replace(name, " ")
    while (stripped := _DRESSED.sub(" ", text)) != text:
        text = stripped
    return _WORD.findall(text)


class _Dressing(NullTranslations):
    def gettext(self, message: str) -> str:
        return dressed(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return dressed(msgid1 if n == 1 else msgid2)


class PseudoLanguage(Language):
    """Dates, durations and lists hold words too, and so come in brackets."""

    __slots__ = ()

    def date(self, when: datetime | date, zone: ZoneInfo) -> str:
        return dressed(Language.date(self, when, zone))

    def short_date(self, when: datetime | date, zone: ZoneInfo) -> str:
        return dressed(Language.short_date(self, when, zone))

    def list(self, items: Iterable[str]) -> str:
        return f"⟦{Language.list(self, items)}⟧"


def pseudo_language() -> Language:
    english = build_language("en", _Dressing())
    values = {part.name: getattr(english, part.name) for part in fields(english)}
    return PseudoLanguage(**{**values, "code": CODE, "name": dressed("Pseudo")})


def pseudo_brand(brand: Brand) -> Brand:
    """The brand speaking nothing but the pseudo-language, its refusals included."""
    english = stock("en")
    texts = Texts(
        headings={code: tuple(map(dressed, told)) for code, told in english.headings.items()},
        refusals={code: tuple(map(dressed, told)) for code, told in english.refusals.items()},
        help={page: tuple(map(dressed, told)) for page, told in english.help.items()},
    )
    return msgspec.structs.replace(
        brand,
        languages=(CODE,),
        default_language=CODE,
        spoken={CODE: pseudo_language()},
        words=Words(texts={CODE: texts}, constants=brand.words.constants),
    )
