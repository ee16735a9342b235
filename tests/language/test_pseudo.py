"""The pseudo-language shows untranslated text and hides none."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from portal.words.refusals import sentence
from portal.words.texts import Texts, Words
from tests.language.pseudo import bare, dressed, pseudo_language

NOW = datetime(2026, 11, 22, 7, 12, tzinfo=UTC)


def test_messages_are_dressed_and_placeholders_kept() -> None:
    assert dressed("Sign in") == "⟦Šígñ íñ⟧"
    assert dressed("Until %(date)s, <em>{date}</em> 5 %%") == "⟦Úñtíl %(date)s, <em>{date}</em> 5 %%⟧"


def test_what_no_catalog_gave_is_found() -> None:
    lang = pseudo_language()
    text = " ".join(
        [
            lang.gettext("Moved to %(device)s.") % {"device": "DESK-77"},
            lang.ngettext("%(n)s seat", "%(n)s seats", 2) % {"n": 2},
            lang.moment(NOW, ZoneInfo("UTC"), NOW, capital=True),
            lang.date(NOW, ZoneInfo("UTC")),
            lang.duration("P30D"),
            "Forgotten words by Eve Lindqvist",
        ]
    )
    assert bare(text, known=["Eve Lindqvist"]) == ["Forgotten", "words", "by"]


def test_refusals_speak_it_where_a_brand_does() -> None:
    words = Words(texts={"xx": Texts(refusals={"page_gone": (dressed("Gone"),)})})
    assert bare(sentence(pseudo_language(), words, "page_gone", {})) == []
