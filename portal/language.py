"""The languages people read: messages, plurals, dates, numbers, durations and lists in each of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from gettext import NullTranslations
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import DateTimePattern, parse_pattern
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from portal.catalogs import Replaced, Replacement, available, forms_of, replacement_problem, translations

# The messages are written in American spelling, yet dates and lists follow the international English that our
# readers share: "20 November 2026" and "a, b and c" instead of "November 20, 2026" and "a, b, and c".
_FORMATS = {"en": "en_001"}

_DURATION = re.compile(
    r"P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?",
    re.ASCII,
)
_UNITS = ("year", "month", "week", "day", "hour", "minute", "second")
_PLURALS = ("zero", "one", "two", "few", "many")  # and "other"; a replacement's forms stand in this order


class LanguageError(ValueError):
    """A language that is not installed, or a replacement that does not fit its message."""


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """One language, built at start and shared by all. Moments are shown in the zone that the caller names."""

    code: str
    name: str
    locale: Locale
    stock: NullTranslations
    replaced: Mapping[str, tuple[Replaced, ...]]
    long_pattern: DateTimePattern
    short_pattern: DateTimePattern
    month_pattern: DateTimePattern
    unit_length: Literal["long", "short"]

    def gettext(self, message: str) -> str:
        if forms := self.replaced.get(message):
            return forms[0]
        return self.stock.gettext(message)

    def ngettext(self, one: str, many: str, n: int) -> str:
        if forms := self.replaced.get(one):
            tags = [tag for tag in _PLURALS if tag in self.locale.plural_form.tags]
            position = [*tags, "other"].index(self.locale.plural_form(n))
            return forms[min(position, len(forms) - 1)]
        return self.stock.ngettext(one, many, n)

    def date(self, when: datetime | date, zone: ZoneInfo) -> str:
        """The day in full: 20 November 2026."""
        return _written(self.long_pattern, self.locale, _day(when, zone))

    def short_date(self, when: datetime | date, zone: ZoneInfo) -> str:
        """The day for tables: 20 Nov 2026."""
        return _written(self.short_pattern, self.locale, _day(when, zone))

    def month(self, when: datetime | date, zone: ZoneInfo) -> str:
        """The month for charts: Nov 2026."""
        return _written(self.month_pattern, self.locale, _day(when, zone))

    def clock(self, when: datetime, zone: ZoneInfo) -> str:
        return f"{when.astimezone(zone):%H:%M}"

    def moment(
        self, when: datetime, zone: ZoneInfo, now: datetime, *, long: bool = False, capital: bool = False
    ) -> str:
        """Day and time as people say it: "today, 08:12", or "20 Nov 2026, 18:04" for a day further away.

        `long` writes the month out; `capital` suits the begin of a cell or sentence.
        """
        clock = self.clock(when, zone)
        match (_day(when, zone) - _day(now, zone)).days:
            case 0:
                text = self.gettext("today, %(clock)s") % {"clock": clock}
            case -1:
                text = self.gettext("yesterday, %(clock)s") % {"clock": clock}
            case 1:
                text = self.gettext("tomorrow, %(clock)s") % {"clock": clock}
            case _:
                day = self.date(when, zone) if long else self.short_date(when, zone)
                text = self.gettext("%(date)s, %(clock)s") % {"date": day, "clock": clock}
        return text[0].upper() + text[1:] if capital else text

    def number(self, n: int) -> str:
        return format_decimal(n, locale=self.locale)

    def share(self, part: float) -> str:
        """A part of one in whole percent: 0.42 is "42%"."""
        return format_percent(part, locale=self.locale)

    def duration(self, iso: str) -> str:
        """An ISO 8601 duration of whole numbers in words: P30D is "30 days", P1Y6M "1 year and 6 months"."""
        found = _DURATION.fullmatch(iso)
        if not found:
            raise ValueError(f"{iso!r} is not a duration such as P30D or PT12H")
        written = [(int(n), f"duration-{unit}") for n, unit in zip(found.groups(), _UNITS, strict=True) if n]
        told = [part for part in written if part[0]] or written[-1:]
        return self.list(format_unit(n, unit, length=self.unit_length, locale=self.locale) for n, unit in told)

    def list(self, items: Iterable[str]) -> str:
        return format_list([str(item) for item in items], locale=self.locale)


def load_language(code: str, replacements: Mapping[str, Replacement] | None = None) -> Language:
    """The language `code`, with a brand's own sentences in place of stock ones.

    Raises LanguageError when the language is not installed or a replacement does not fit its message.
    """
    if code not in available():
        raise LanguageError(f"the language {code!r} is not installed, only {', '.join(available())}")
    for message, replacement in (replacements or {}).items():
        if problem := replacement_problem(message, replacement):
            raise LanguageError(problem)
    return build_language(code, translations(code), replacements)


def build_language(
    code: str, stock: NullTranslations, replacements: Mapping[str, Replacement] | None = None
) -> Language:
    """A language from translations at hand, unchecked."""
    locale = Locale.parse(_FORMATS.get(code, code))
    name = Locale.parse(code).display_name or code
    return Language(
        code=code,
        name=name[0].upper() + name[1:],
        locale=locale,
        stock=stock,
        replaced={message: forms_of(words) for message, words in (replacements or {}).items()},
        long_pattern=parse_pattern(locale.date_formats["long"]),
        short_pattern=parse_pattern(locale.datetime_skeletons["yMMMd"]),
        month_pattern=parse_pattern(locale.datetime_skeletons["yMMM"]),
        unit_length=_unit_length(locale),
    )


def choose(accept_language: str | None, wanted: str | None, available: Sequence[str], default: str) -> str:
    """The code to answer in: the one asked for, else the browser's first that we have, else the default."""
    if wanted in available:
        return wanted
    ranked = []
    # A browser names a handful of languages; whatever is longer is not worth reading.
    for position, part in enumerate((accept_language or "")[:400].split(",")):
        tag, _, weight = part.replace(" ", "").lower().partition(";")
        quality = re.fullmatch(r"q=([01](?:\.[0-9]{0,3})?)", weight or "q=1")
        if quality:
            ranked.append((-float(quality[1]), position, tag.split("-")[0]))
    return next((code for rank, _, code in sorted(ranked) if rank and code in available), default)


def _unit_length(locale: Locale) -> Literal["long", "short"]:
    """Some languages write "30 days" in one way only, which is kept as the short one: then the long one is a name."""
    return "short" if "duration" in format_unit(1, "duration-day", length="long", locale=locale) else "long"


@lru_cache(maxsize=4096)
def _written(pattern: DateTimePattern, locale: Locale, day: date) -> str:
    """A list says the same few days again and again, and writing one out takes as long as the rest of its row."""
    return pattern.apply(day, locale)


def _day(when: datetime | date, zone: ZoneInfo) -> date:
    return when.astimezone(zone).date() if isinstance(when, datetime) else when
