"""From every page one asks for help with what is known of it: the page, its license, what it refused, the error that
stood there. It is seen before it is sent, the desk sees the same, and no ticket is ever among it.
"""

from __future__ import annotations

import logging
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import select

from portal.models import Request
from portal.reports import overview
from portal.web import about
from portal.web.about import About
from tests.fixtures.client import Client, Served
from tests.fixtures.page import Page

WORDS = "The program says no."


def way(page: Page) -> str:
    """Where this page's foot leads whoever needs help."""
    return page.root.one("footer").all("a")[1].attrs["href"]


def told(address: str) -> dict[str, str]:
    assert urlsplit(address).path == "/support"
    return dict(parse_qsl(urlsplit(address).query))


def along(page: Page) -> dict[str, str]:
    """What goes along, as the reader sees it."""
    lists = page.root.all("dl", class_="along")
    return {line.one("dt").text: line.one("dd").text for one in lists for line in one.all("div")}


def ask(browser: Client, address: str) -> Page:
    return browser.submit(browser.get(address).form("/support"), words=WORDS, status=303)


def test_the_page_and_its_license_go_along_and_the_desk_sees_them(served: Served) -> None:
    eve, thing = served.as_("eve"), served.village.thing("eve", "active")
    address = way(eve.get(f"{thing.page}?pc=desk"))
    assert told(address) == {"about": thing.page}
    seen = along(eve.get(address))
    assert seen == {"Product": "Chisel CAD", "Page": thing.page}
    done = ask(eve, address)
    with served.database.reading() as db:
        (asked,) = db.execute(select(Request).where(Request.words == WORDS)).scalars()
    assert asked.about == {"page": thing.page} and asked.license_id is not None and asked.rule_code is None
    for who, path in (("eve", done.location), ("vera", f"/desk{done.location}")):
        assert along(served.as_(who).get(path)) == {"Page": thing.page}, who


def test_what_was_refused_goes_along(served: Served) -> None:
    holder = served.with_(served.village.codes["free"])
    problem = holder.get("/account", status=403)
    (button,) = [one for one in problem.root.all("a", class_="bare") if "Ask" in one.text]
    assert told(button.attrs["href"]) == {"about": "/account", "code": "account_needed"} == told(way(problem))
    eve = served.as_("eve")
    page = eve.post("/tickets/redemption", {"tickets": ""}, status=422)
    assert told(way(page)) == {"about": "/tickets/redemption", "code": "no_ticket_found"}
    assert along(eve.get(way(page)))["What was said"] == "no_ticket_found"
    notice = eve.get("/licenses/00000000-0000-7000-8000-000000000000", status=404, htmx=True)
    assert told(notice.root.one("a").attrs["href"])["code"] == "not_found"


def test_words_about_a_refusal_on_a_page_that_refuses_nothing_do_not(served: Served) -> None:
    page = served.as_("eve").get(served.village.thing("eve", "refused").page)
    assert "code" not in told(way(page))
    assert page.root.all("section", class_="decision"), "it says what the rules refuse"


def test_an_error_has_a_number_that_the_log_has_too(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    eve = served.as_("eve")
    with monkeypatch.context() as patch:
        patch.setattr(overview, "overview", broken)
        page = eve.get("/licenses", status=500)
    (button,) = page.root.all("a", class_="bare")
    number = told(button.attrs["href"])["error"]
    assert number in page.text
    (record,) = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert number in record.getMessage()
    done = ask(eve, button.attrs["href"])
    assert along(served.as_("vera").get(f"/desk{done.location}")) == {"Page": "/licenses", "Error": number}


def test_whoever_is_not_signed_in_comes_back_to_the_same_question(served: Served) -> None:
    browser = served.browser()
    page = browser.get("/support?about=/licenses&code=NO_MACHINE")
    (door,) = [one for one in page.root.one("main").all("a", class_="filled")]
    form = browser.get(door.attrs["href"]).form("/sign-in")
    done = browser.submit(form, email="eve@people.example", password="four wooden ducks, late")
    assert done.location == "/support?about=/licenses&code=NO_MACHINE"


def test_a_page_that_one_does_not_see_goes_along_without_its_license(served: Served) -> None:
    foreign, eve = served.village.thing("brandt", "active"), served.as_("eve")
    address = way(eve.get(foreign.page, status=404))
    assert along(eve.get(address)) == {"What was said": "not_found", "Page": foreign.page}
    ask(eve, address)
    with served.database.reading() as db:
        assert db.execute(select(Request.license_id).where(Request.words == WORDS)).scalar_one() is None


CODE = "L48HF-DU2AW-KZNNT-UJDBG-2TCCX"


@pytest.mark.parametrize(
    "value",
    [
        f"/licenses/{CODE}", f"/t/{CODE.lower()}", f"/licenses?search={CODE}", f"/t#{CODE}",
        f"/{CODE.replace('-', '/')}",
        "/password/reset/kYx3EeATlyWkqF6NgKpBdRLG8FtuLMPiyIbbF9XJnsco", "//evil.example", "https://evil.example/x",
        "/licenses\n", "/licenses/../desk", "/<script>", "/" + "a/" * 200, "",
    ],
)  # fmt: skip
def test_no_other_address_goes_along(served: Served, value: str) -> None:
    assert about.read({"about": value}) == About()
    eve = served.as_("eve")
    assert eve.post("/support", {"words": WORDS, "about": value, "error": value}, status=303)
    with served.database.reading() as db:
        assert db.execute(select(Request.about).where(Request.words == WORDS)).scalar_one() in (None, {})


@pytest.mark.parametrize("told_as", ["{}", "my ticket is {} and it fails", "{} {}", "lower"])
def test_no_ticket_goes_along_as_what_the_program_said(served: Served, told_as: str) -> None:
    code = served.village.codes["free"]
    text = code.lower() if told_as == "lower" else told_as.format(code, code)
    eve = served.as_("eve")
    page = eve.ask("GET", "/support", params={"code": text, "about": f"/licenses/{code}"}, status=200)
    assert code not in page.root.one("main").text and not along(page)
    assert not {"about", "code"} & page.form("/support").fields.keys()
    eve.post("/support", {"words": WORDS, "code": text}, status=303)
    with served.database.reading() as db:
        assert db.execute(select(Request.rule_code).where(Request.words == WORDS)).scalar_one() is None
