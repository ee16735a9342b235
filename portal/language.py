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

_FIRST_DAY = {"fr": "1er"}  # which is counted in these languages, and no other day is

_DURATION = re.compile(
    r"P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?",
    re.ASCII,
)
_WRITTEN_DATE = re.compile(r"\b(\d{1,2}\.?) ([^\W\d]+\.?) (\d{4})\b")
_UNITS = ("year", "month", "week", "day", "hour", "minute", "second")
_ENDS = tuple(".!?:…。！？：")
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
    long_month_pattern: DateTimePattern
    unit_length: Literal["long", "short"]
    # What stands between texts that are put together, blanks included: some languages write none.
    gap: str  # between a sentence and the next
    comma: str  # between things that are listed without an "and"
    semicolon: str  # between longer ones
    colon: str  # between a name and its value

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

    def whole(self, sentence: str) -> str:
        """The sentence with each date in it on one line."""
        return _WRITTEN_DATE.sub("\\1\u00a0\\2\u00a0\\3", sentence)

    def month(self, when: datetime | date, zone: ZoneInfo, *, long: bool = False) -> str:
        """The month for charts, Nov 2026; `long` writes it out."""
        pattern = self.long_month_pattern if long else self.month_pattern
        return _written(pattern, self.locale, _day(when, zone))

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
        return self.list(self._quantity(n, unit) for n, unit in told)

    def list(self, items: Iterable[str]) -> str:
        return format_list([str(item) for item in items], locale=self.locale)

    def _quantity(self, n: int, unit: str) -> str:
        text = format_unit(n, unit, length=self.unit_length, locale=self.locale)
        return text if self.gap else text.replace(" ", "")

    def sentence(self, text: str) -> str:
        """A heading as the sentence that others follow: with a stop at its end where it has none."""
        return text if text.endswith(_ENDS) else text + self.gettext("%(text)s.").removeprefix("%(text)s")

    def aside(self, text: str) -> str:
        """A text that follows another one in parentheses."""
        return self.gettext(" (%(text)s)") % {"text": text}


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
    replaced = {message: forms_of(words) for message, words in (replacements or {}).items()}

    def gettext(message: str) -> str:
        return replaced[message][0] if message in replaced else stock.gettext(message)

    return Language(
        code=code,
        name=name[0].upper() + name[1:],
        locale=locale,
        stock=stock,
        replaced=replaced,
        long_pattern=parse_pattern(locale.date_formats["long"]),
        short_pattern=parse_pattern(locale.datetime_skeletons["yMMMd"]),
        month_pattern=parse_pattern(locale.datetime_skeletons["yMMM"]),
        long_month_pattern=parse_pattern(locale.datetime_skeletons["yMMMM"]),
        unit_length=_unit_length(locale),
        gap=_between(gettext("%(one)s %(next)s")),
        comma=_between(gettext("%(one)s, %(next)s")),
        semicolon=_between(gettext("%(one)s; %(next)s")),
        colon=_between(gettext("%(one)s: %(next)s")),
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


def _between(joined: str) -> str:
    return joined.partition("%(one)s")[2].partition("%(next)s")[0]


def _unit_length(locale: Locale) -> Literal["long", "short"]:
    """Some languages write "30 days" in one way only, which is kept as the short one: then the long one is a name."""
    return "short" if "duration" in format_unit(1, "duration-day", length="long", locale=locale) else "long"


@lru_cache(maxsize=4096)
def _written(pattern: DateTimePattern, locale: Locale, day: date) -> str:
    """A list says the same few days again and again, and writing one out takes as long as the rest of its row."""
    text = pattern.apply(day, locale)
    first = _FIRST_DAY.get(locale.language)
    return f"{first}{text[1:]}" if first and day.day == 1 and text.startswith("1 ") else text


def _day(when: datetime | date, zone: ZoneInfo) -> date:
    return when.astimezone(zone).date() if isinstance(when, datetime) else when
