"""Every refusal has words in every language, and they say what is known and nothing that is not."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.catalogs import SOURCE, available
from portal.language import load_language
from portal.words import page_help
from portal.words.refusals import CODES, heading, is_code, sentence, stock
from portal.words.texts import Texts, Words, alternatives, fill, placeholders

BERLIN = ZoneInfo("Europe/Berlin")
NEXT = datetime(2027, 5, 3, 12, 2, tzinfo=UTC)
EN = load_language("en")
DE = load_language("de")
STOCK = Words(constants={"vendor": "Tessel Works", "support_email": "help@tessel.example"})


@pytest.mark.parametrize("language", available())
@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_has_a_heading_and_a_sentence_that_need_no_value(code: str, language: str) -> None:
    lang = load_language(language)
    for words in (heading(lang, Words(), code, {}), sentence(lang, Words(), code, {})):
        assert words
        assert not placeholders(words)


@pytest.mark.parametrize("language", available())
@pytest.mark.parametrize("table", ["headings", "refusals", "help"])
def test_languages_agree_in_codes_alternatives_and_placeholders(table: str, language: str) -> None:
    def shape(code: str) -> dict[str, list[frozenset[str]]]:
        texts = getattr(stock(code), table)
        return {key: [placeholders(text) for text in told] for key, told in texts.items()}

    assert shape(language) == shape(SOURCE)
    assert all(key in page_help.names() if table == "help" else is_code(key) for key in shape(language))
    assert all(not told[-1] for told in shape(language).values()), "the last alternative needs no value"


@pytest.mark.parametrize("language", [code for code in available() if code != SOURCE])
def test_no_sentence_is_left_in_english(language: str) -> None:
    for table in ("headings", "refusals", "help"):
        english = getattr(stock(SOURCE), table)
        assert [key for key, told in getattr(stock(language), table).items() if told == english[key]] == []


@pytest.mark.parametrize("language", available())
def test_headings_are_no_sentences_and_sentences_end_with_a_full_stop(language: str) -> None:
    texts = stock(language)
    assert [text for told in texts.headings.values() for text in told if text.endswith((".", ":", "!", "。"))] == []
    assert [text for told in texts.help.values() for text in told if not text.endswith((".", "。"))] == []
    assert [text for told in texts.refusals.values() for text in told if not text.endswith((".", "。"))] == []


def test_a_heading_says_when_it_works_again() -> None:
    params = {"date": NEXT, "operation": "rehost"}
    english = heading(EN, STOCK, "allowance_exhausted", params, zone=BERLIN)
    german = heading(DE, STOCK, "allowance_exhausted", params, zone=BERLIN)
    assert english == "The next move is possible from 3 May 2027"
    assert german == "Der nächste Umzug ist ab dem 3. Mai 2027 möglich"


def test_on_the_day_itself_the_heading_says_the_time() -> None:
    params = {"date": NEXT, "operation": "return"}
    on_the_day = NEXT.replace(hour=6)
    the_day_before = NEXT.replace(day=2)
    assert heading(EN, STOCK, "cooldown", params, zone=BERLIN, now=on_the_day).endswith("today from 14:02")
    assert heading(EN, STOCK, "cooldown", params, zone=BERLIN, now=the_day_before).endswith("from 3 May 2027")


def test_as_is_more_telling_than_the_operation_that_was_asked_for() -> None:
    params = {"operation": "rehost", "as": "repair"}
    assert heading(EN, STOCK, "allowance_exhausted", params) == "There is no reinstallation left"
    assert heading(EN, STOCK, "allowance_exhausted", {"operation": "reassign"}) == "This is used up"


def test_the_proof_that_is_missing_has_words_of_its_own() -> None:
    by_mail = {"operation": "rehost", "proof": "mail_code"}
    assert sentence(EN, STOCK, "evidence_missing", by_mail).startswith("Enter the code")
    assert sentence(EN, STOCK, "evidence_missing", {"proof": "none"}).startswith("This step needs a proof")


def test_the_sentence_says_what_is_known_and_no_more() -> None:
    last = {"operation": "rehost", "last": datetime(2026, 8, 14, 7, 15, tzinfo=UTC)}
    devices = {"old_device": "DESK-19", "device": "DESK-42"}
    told = "Den letzten Umzug haben Sie am 14. August 2026 gebraucht"
    assert sentence(DE, STOCK, "allowance_exhausted", last | devices) == f"{told}, von DESK-19 auf DESK-42."
    assert sentence(DE, STOCK, "allowance_exhausted", last | {"device": None}) == f"{told}."


def test_values_are_shown_as_people_read_them() -> None:
    assert heading(DE, STOCK, "too_many_attempts", {"wait": 299}) == "Bitte warten Sie 5 Minuten"
    assert heading(DE, STOCK, "too_many_attempts", {"wait": 9}) == "Bitte warten Sie 9 Sekunden"
    durations = {"durations": ("P7D", "P14D", "P30D")}
    assert sentence(EN, STOCK, "duration_not_offered", durations) == (
        "Choose one of these: 7 days, 14 days and 30 days."
    )
    assert "1,000" in sentence(EN, STOCK, "too_many_tickets", {"limit": 1000})


def test_a_brand_speaks_first_and_stock_words_fill_its_gaps() -> None:
    own = Texts(
        headings={"cooldown": ("Wait until {date}",), "ticket_unknown": ("Unknown to {vendor}",)},
        refusals={"cooldown-return": ("Call {support_phone}",)},
    )
    words = Words(texts={"en": own}, constants=STOCK.constants)
    params = {"operation": "return", "date": NEXT}
    assert heading(EN, words, "cooldown", params) == "Wait until 3 May 2027"
    assert heading(EN, words, "cooldown", {"operation": "return"}) == "You cannot return the license yet"
    assert heading(EN, words, "ticket_unknown", {}) == "Unknown to Tessel Works"
    assert heading(DE, words, "ticket_unknown", {}) == "Dieses Ticket kennen wir nicht"
    assert sentence(EN, words, "cooldown", params) == sentence(EN, STOCK, "cooldown", params)


def test_placeholders_are_text_put_in_once() -> None:
    assert fill("{device} and {product}", {"device": "{product}", "product": "CAD"}) == "{product} and CAD"
    assert fill("{device}", {}) is None
    assert fill("{{device}} {% device %} {{ device }} {", {}) == "{{device}} {% device %} {{ device }} {"
    assert fill("{device}", {"device": "{0.__class__} %(x)s"}) == "{0.__class__} %(x)s"


@pytest.mark.parametrize("words", ["{secret}", "{DATE}", ["fine", "{x_y}"], "", " ", [], 7, ["a", 7]])
def test_words_that_cannot_be_said_are_refused(words: object) -> None:
    with pytest.raises(ValueError, match="placeholder|must be a sentence"):
        alternatives(words)


def test_a_code_that_does_not_exist_has_no_words() -> None:
    with pytest.raises(KeyError, match="no_such_code"):
        sentence(EN, STOCK, "no_such_code", {})
    assert not is_code("no_such_code")
    assert not is_code("cooldown-fly")
    assert not is_code("cooldown-")
