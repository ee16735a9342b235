"""My program says X: codes and words in any language lead to the page where it is mended, signed in or not."""

from __future__ import annotations

import pytest

from tests.fixtures.client import Served

FOUND = {
    "MACHINE_LIMIT_EXCEEDED": "MACHINE_LIMIT_EXCEEDED",
    "machine limit exceeded": "MACHINE_LIMIT_EXCEEDED",
    "  Machine_Limit ": "MACHINE_LIMIT_EXCEEDED",
    "machinelimit": "MACHINE_LIMIT_EXCEEDED",
    "Error 422 (MACHINE_LIMIT_EXCEEDED): machine count has exceeded maximum allowed": "MACHINE_LIMIT_EXCEEDED",
    "LICENSE_EXPIRED": "EXPIRED",
    "fingerprint_taken": "FINGERPRINT_TAKEN",
    "document_not_genuine": "document_not_genuine",
    "Diese Lizenz wurde zurückgezogen": "license_revoked",
    "DIESE LIZENZ WURDE ZURUCKGEZOGEN": "license_revoked",
    "this license was withdrawn": "license_revoked",
}


@pytest.mark.parametrize("typed", FOUND)
@pytest.mark.parametrize("language", ["en", "de"])
def test_what_is_typed_is_found_whatever_the_readers_language(served: Served, typed: str, language: str) -> None:
    page = served.browser(accept_language=language).ask("GET", "/help", params={"q": typed}, status=200)
    assert page.root.one(id="found").all("p", class_="mono")[0].text == FOUND[typed]


def test_every_answer_leads_to_a_page_that_there_is(served: Served) -> None:
    eve = served.as_("eve")
    paths = set()
    for typed in FOUND:
        page = eve.ask("GET", "/help", params={"q": typed}, status=200)
        paths |= {link.attrs["href"] for link in page.root.one(id="found").all("a")}
    page = eve.get("/help")
    paths |= {link.attrs["href"] for link in page.root.one(id="found").all("a")}
    assert {"/licenses", "/transfers", "/tickets/lost", "/password/forgot"} <= paths
    for path in paths:
        assert eve.get(path, status=None).status in (200, 303), path


@pytest.mark.parametrize("typed", ["xyzzy", "%", "_", "' or 1=1", "x" * 5000, "\x00", "𝔛", "."])
def test_what_is_not_known_leads_to_support(served: Served, typed: str) -> None:
    page = served.browser().ask("GET", "/help", params={"q": typed}, status=200)
    found = page.root.one(id="found")
    if page.root.one("input", id="field-q").attrs["value"]:
        assert found.all("p", class_="mono") == []
        assert found.all("a")[-1].attrs["href"].startswith("/support?code=")


def test_with_htmx_only_the_answers_come(served: Served) -> None:
    page = served.browser().get("/help?q=expired", htmx=True)
    assert page.body.lstrip().startswith("<section") and "data-say" in page.body
