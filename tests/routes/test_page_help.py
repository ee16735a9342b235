"""Help with a page: a few sentences at its end, in the reader's language and in the brand's words."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.brand.checking import problems
from portal.words.page_help import name_of, names
from portal.words.refusals import stock
from tests.fixtures.brands import branded
from tests.fixtures.client import Portal, Served
from tests.fixtures.page import Page

PAGES = {
    "": {"/sign-in": "sessions-new", "/support": "support", "/tickets/lost": "tickets-lost"},
    "cora": {
        "/licenses": "licenses", "/groups/{brandt}/pool": "pool", "/groups/{brandt}/members": "members",
        "/groups/{brandt}/assignments": "holdings", "/groups/{brandt}/requests": "requests-group",
        "/groups/{brandt}/activity": "activity", "/account": "account-show", "/transfers": "transfers",
    },
    "vera": {"/desk": "desk", "/vendor/rules": "rules", "/vendor/emergencies": "emergencies"},
}  # fmt: skip


def told(page: Page) -> list[str]:
    (help_,) = page.root.all("details", id="help")
    return [one.text for one in help_.all("p")]


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_pages_that_people_ask_about_tell_what_they_are_for(served: Served, language: str) -> None:
    for who, pages in PAGES.items():
        browser = served.as_(who) if who else served.browser()
        for path, name in pages.items():
            page = browser.get(path.format(brandt=served.village.groups["brandt"]), accept_language=language)
            assert told(page) == list(stock(language).help[name]), path


def test_a_page_without_words_shows_none_and_a_fragment_brings_none(served: Served) -> None:
    eve = served.as_("eve")
    assert "help" in names() and not eve.get("/help").root.all("details", id="help")
    assert not eve.get("/licenses?search=a", htmx=True).root.all("details", id="help")
    assert not eve.get("/nowhere", status=404).root.all("details", id="help")


def test_every_page_has_one_name() -> None:
    assert (name_of("licenses/index.html"), name_of("licenses/show.html")) == ("licenses", "licenses-show")
    assert {"licenses", "licenses-show", "account-app"} <= names() and not {"mail-base", "licenses-row"} & names()


def test_a_brand_says_it_in_its_own_words_and_about_other_pages_too(portal: Portal, tmp_path: Path) -> None:
    brand = Path(branded(tmp_path))
    own = '[help]\nlicenses = "Bought from {vendor} & <b>.\\n\\nCall {support_phone}."\nhelp = "{{ 7 * 7 }}"\n'
    (brand / "words" / "en.toml").write_text(own, encoding="utf-8")
    served = portal(PORTAL_BRAND=str(brand))
    served.lints = False  # what stands there looks unfinished, and is to be shown as it is
    eve = served.as_("eve")
    assert told(eve.get("/licenses")) == ["Bought from Tessel Works & <b>.", "Call +49 8031 555 0142."]
    assert told(eve.get("/help")) == ["{{ 7 * 7 }}"]
    assert told(eve.get("/transfers")) == list(stock("en").help["transfers"])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('nowhere = "x"', "help.nowhere: there is no page of this name"),
        ('"licenses/index" = "x"', "help.licenses/index: there is no page of this name"),
        ('licenses = "from {date}"', "help.licenses: knows no placeholder {date}"),
        ('licenses = "{nonsense}"', "help.licenses: knows no placeholder {nonsense}"),
        ('licenses = ""', "help.licenses: must be a sentence"),
        ("licenses = 7", "help.licenses: must be a sentence"),
    ],
)
def test_a_mistake_in_it_is_told_with_its_line(tmp_path: Path, line: str, reason: str) -> None:
    brand = Path(branded(tmp_path))
    (brand / "words" / "en.toml").write_text(f"[help]\n{line}\n", encoding="utf-8")
    (found,) = [one for one in problems(brand) if "en.toml:2" in one and "is in your words here" not in one]
    assert reason in found
