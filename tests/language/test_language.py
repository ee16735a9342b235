"""Dates, numbers, durations, lists and plurals in each language, and the choice between languages."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.language import LanguageError, available, choose, load_language

BERLIN = ZoneInfo("Europe/Berlin")
EN = load_language("en")
DE = load_language("de")
NOW = datetime(2026, 11, 22, 7, 12, tzinfo=UTC)


def test_languages_name_themselves() -> None:
    names = {code: load_language(code).name for code in available()}
    assert names == {"de": "Deutsch", "en": "English", "fr": "Français", "ja": "日本語"}


@pytest.mark.parametrize(
    ("code", "days"), [("en", "30 days"), ("de", "30 Tage"), ("fr", "30\xa0jours"), ("ja", "30日")]
)
def test_every_language_has_words_for_durations(code: str, days: str) -> None:
    assert load_language(code).duration("P30D") == days


def test_dates_are_written_out() -> None:
    day = datetime(2026, 11, 20, 17, 4, tzinfo=UTC)
    assert (EN.date(day, BERLIN), EN.short_date(day, BERLIN)) == ("20 November 2026", "20 Nov 2026")
    assert (DE.date(day, BERLIN), DE.short_date(day, BERLIN)) == ("20. November 2026", "20. Nov. 2026")
    assert DE.clock(day, BERLIN) == EN.clock(day, BERLIN) == "18:04"


def test_a_date_in_a_sentence_stays_on_one_line() -> None:
    told = EN.whole("The next one is free on 3 May 2027, after 2 of 4 moves.")
    assert told == "The next one is free on 3\u00a0May\u00a02027, after 2 of 4 moves."
    assert DE.whole("Ab 3. Mai 2027.") == "Ab 3.\u00a0Mai\u00a02027."


def test_the_zone_decides_the_day_of_a_moment_but_not_of_a_date() -> None:
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert EN.date(late, BERLIN) == "1 January 2027"
    assert EN.date(late, ZoneInfo("UTC")) == "31 December 2026"
    assert EN.date(date(2026, 12, 31), BERLIN) == "31 December 2026"


@pytest.mark.parametrize(
    ("when", "english", "german"),
    [
        (NOW, "today, 08:12", "heute, 08:12"),
        (NOW - timedelta(hours=14, minutes=32), "yesterday, 17:40", "gestern, 17:40"),
        (NOW + timedelta(days=1), "tomorrow, 08:12", "morgen, 08:12"),
        (NOW - timedelta(days=2), "20 Nov 2026, 08:12", "20. Nov. 2026, 08:12"),
        (NOW + timedelta(days=2), "24 Nov 2026, 08:12", "24. Nov. 2026, 08:12"),
    ],
)
def test_moments_near_and_far(when: datetime, english: str, german: str) -> None:
    assert EN.moment(when, BERLIN, NOW) == english
    assert DE.moment(when, BERLIN, NOW) == german


def test_moments_at_the_begin_of_a_cell_and_in_full() -> None:
    assert DE.moment(NOW, BERLIN, NOW, capital=True) == "Heute, 08:12"
    assert DE.moment(NOW - timedelta(days=9), BERLIN, NOW, long=True) == "13. November 2026, 08:12"


def test_today_is_the_readers_today_on_both_sides_of_midnight_and_summer_time() -> None:
    assert EN.moment(datetime(2026, 11, 21, 23, 5, tzinfo=UTC), BERLIN, NOW) == "today, 00:05"
    assert EN.moment(datetime(2026, 11, 21, 22, 55, tzinfo=UTC), BERLIN, NOW) == "yesterday, 23:55"
    after_change = datetime(2026, 10, 25, 22, 30, tzinfo=UTC)
    assert EN.moment(datetime(2026, 10, 24, 22, 30, tzinfo=UTC), BERLIN, after_change) == "today, 00:30"


@pytest.mark.parametrize(
    ("iso", "english", "german"),
    [
        ("P30D", "30 days", "30 Tage"),
        ("P1D", "1 day", "1 Tag"),
        ("P1Y", "1 year", "1 Jahr"),
        ("P1Y6M", "1 year and 6 months", "1 Jahr und 6 Monate"),
        ("P2W", "2 weeks", "2 Wochen"),
        ("PT48H", "48 hours", "48 Stunden"),
        ("P1DT2H30M", "1 day, 2 hours and 30 minutes", "1 Tag, 2 Stunden und 30 Minuten"),
        ("PT90S", "90 seconds", "90 Sekunden"),
        ("P0D", "0 days", "0 Tage"),
        ("P1Y0M", "1 year", "1 Jahr"),
    ],
)
def test_durations_in_words(iso: str, english: str, german: str) -> None:
    assert (EN.duration(iso), DE.duration(iso)) == (english, german)


@pytest.mark.parametrize(
    "iso", ["", "P", "PT", "P1DT", "30D", "P1.5D", "P-1D", "P1D ", "P1H", "P1M1Y", "P\u0663D"]
)
def test_what_is_no_duration_is_refused(iso: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        EN.duration(iso)


def test_numbers_lists_and_plurals() -> None:
    assert (EN.number(12345), DE.number(12345)) == ("12,345", "12.345")
    assert EN.list(["a", "b", "c"]) == "a, b and c"
    assert DE.list(["a", "b", "c"]) == "a, b und c"
    assert (EN.list([]), EN.list(["a"])) == ("", "a")
    assert [EN.ngettext("one", "many", n) for n in (0, 1, 2)] == ["many", "one", "many"]
    seats = [DE.ngettext("%(num)s seat", "%(num)s seats", n) % {"num": n} for n in (0, 1, 2)]
    assert seats == ["0 Plätze", "1 Platz", "2 Plätze"]


@pytest.mark.parametrize(
    ("code", "sentences", "listed", "long", "named", "aside", "ended"),
    [
        ("en", "A. B.", "a, b", "a; b", "a: b", "a (b)", "Done."),
        ("de", "A. B.", "a, b", "a; b", "a: b", "a (b)", "Done."),
        ("fr", "A. B.", "a, b", "a\xa0; b", "a\xa0: b", "a (b)", "Done."),
        ("ja", "A.B.", "a、b", "a、b", "a：b", "a（b）", "Done。"),
    ],
)
def test_texts_are_put_together_as_the_language_does(
    code: str, sentences: str, listed: str, long: str, named: str, aside: str, ended: str
) -> None:
    lang = load_language(code)
    assert lang.gap.join(("A.", "B.")) == sentences
    assert (lang.comma.join("ab"), lang.semicolon.join("ab"), lang.colon.join("ab")) == (listed, long, named)
    assert (f"a{lang.aside('b')}", lang.sentence("Done"), lang.sentence("Done?")) == (aside, ended, "Done?")


def test_a_brand_changes_what_stands_between_texts_too() -> None:
    lang = load_language("en", {"%(one)s: %(next)s": "%(one)s – %(next)s"})
    assert lang.colon.join(("When", "today")) == "When – today"


def test_months_are_written_out_in_every_language() -> None:
    november = date(2026, 11, 1)
    assert [load_language(code).month(november, BERLIN, long=True) for code in ("en", "de", "fr", "ja")] == [
        "November 2026", "November 2026", "novembre 2026", "2026年11月"
    ]  # fmt: skip


def test_french_counts_the_first_day_of_a_month() -> None:
    french = load_language("fr")
    days = [french.date(date(2026, 5, day), BERLIN) for day in (1, 2, 11, 21)]
    assert days == ["1er mai 2026", "2 mai 2026", "11 mai 2026", "21 mai 2026"]
    assert french.short_date(date(2026, 12, 1), BERLIN) == "1er déc. 2026"
    assert EN.date(date(2026, 5, 1), BERLIN) == "1 May 2026"


def test_a_message_without_translation_stays_english() -> None:
    assert DE.gettext("Nobody wrote this sentence") == "Nobody wrote this sentence"


def test_a_language_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        EN.code = "de"  # type: ignore[misc]


def test_a_language_that_is_not_installed_is_named() -> None:
    with pytest.raises(LanguageError, match="'tlh' is not installed"):
        load_language("tlh")


@pytest.mark.parametrize(
    ("header", "wanted", "chosen"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", None, "de"),
        ("en;q=0.2, de;q=0.3", None, "de"),
        ("fr, en;q=0", None, "de"),
        ("EN", None, "en"),
        ("fr", "en", "en"),
        ("en", "de", "de"),
        ("en", "fr", "en"),
        (None, None, "de"),
        ("", None, "de"),
        (";;q=,,=", None, "de"),
        ("en;q=9", None, "de"),
        ("x," * 300 + "en", None, "de"),
    ],
)
def test_the_choice_of_a_language(header: str | None, wanted: str | None, chosen: str) -> None:
    assert choose(header, wanted, ("en", "de"), "de") == chosen
