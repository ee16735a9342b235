"""The printed ticket: what its sheet says, what its code leads to, and who gets one."""

from __future__ import annotations

import re

import pytest

from portal.screens import qr
from tests.fixtures.client import URL, Served


def test_it_carries_the_ticket_and_a_code_whose_address_keeps_it_from_the_server(served: Served) -> None:
    thing = served.village.thing("eve", "active")
    page = served.as_("eve").get(f"{thing.page}/ticket")
    sheet = page.root.one("article", class_="paper")
    assert re.sub(r"\s", "", sheet.one("span", class_="code").text) == thing.code
    for said in ("License ticket", "Chisel CAD", "canary-eve-order", "What the rules say", "Keep this sheet"):
        assert said in sheet.text, said
    assert sheet.one("svg", class_="qr").all("path")[1].attrs["d"] == qr.picture(f"{URL}/t#{thing.code}").path


def test_its_address_leads_to_the_door_and_to_the_register_of_whoever_is_in(served: Served) -> None:
    assert served.browser().get("/t", status=303).location == "/sign-in"
    assert served.as_("eve").get("/t", status=303).location == "/tickets/redemption"


def test_the_page_of_a_license_leads_to_it(served: Served) -> None:
    thing = served.village.thing("eve", "active")
    assert served.as_("eve").get(thing.page).root.all("a", href=f"{thing.page}/ticket")
    part = served.village.thing("brandt", "active")
    assert not served.as_("anna").get(part.page).root.all("a", href=f"{part.page}/ticket")


def test_whoever_has_nothing_but_the_ticket_reads_no_name_on_it(served: Served) -> None:
    thing = served.village.thing("loose", "active")
    page = served.with_(thing.code).get(f"{thing.page}/ticket")
    assert "dealer" not in page.text and thing.code in re.sub(r"\s", "", page.text)


def test_a_ticket_of_another_kind_is_printed_without_a_code(served: Served) -> None:
    holder = served.with_(served.village.codes["imported"])
    licensed = holder.get("/licenses").root.one("tr", class_="license").all("a")[0].attrs["href"]
    page = holder.get(f"{licensed}/ticket")
    assert "ERP2024000815" in re.sub(r"[\s/-]", "", page.text)
    assert not page.root.all("svg", class_="qr")


@pytest.mark.parametrize(("who", "status"), [("max", 403), ("anna", 403), ("rhea", 403), ("vera", 403), ("sid", 404)])
def test_who_may_not_read_the_ticket_prints_none(served: Served, who: str, status: int) -> None:
    thing = served.village.thing("brandt", "active")
    page = served.as_(who).get(f"{thing.page}/ticket", status=status)
    assert thing.code not in page.body


def test_a_code_is_a_square_with_paper_around_it() -> None:
    drawn = qr.picture("https://portal.test/t#L48HF-DU2AW-KZNNT-UJDBG-2TCCY")
    inside = drawn.size - 2 * qr.QUIET
    assert inside in (33, 37)
    rects = [tuple(map(int, one)) for one in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", drawn.path)]
    assert min(x for x, _, _ in rects) == qr.QUIET == min(y for _, y, _ in rects)
    assert max(x + width for x, _, width in rects) == inside + qr.QUIET
    assert (qr.QUIET, qr.QUIET, 7) in rects, "the corner by which cameras find it"
