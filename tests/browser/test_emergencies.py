"""Somebody is stuck: an emergency license that runs where nothing else may, and a PC that is gone with all it had; in
both languages, with and without scripts.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo import NOWHERE, Demo
from tests.browser.steps import open_with, sign_in, stayed, stays
from tests.fixtures.browser import OpenPage, barriers, shoot

WAYS = pytest.mark.parametrize(("language", "scripts"), [("en", True), ("en", False), ("de", True), ("de", False)])
WORDS = "Die Messe beginnt um acht. / The stand opens at eight."


def key_on(page: Page) -> str:
    return "".join(page.locator(".decision .steps .code").inner_text().split())


def take(page: Page, place: str, words: str = "") -> None:
    """From the refusal, with one click, or with a few words before it."""
    page.goto(place)
    form = page.locator(".decision form.stuck")
    if words:
        form.locator("summary").click()
        form.locator("[name=words]").fill(words)
    form.locator("button").click()
    page.wait_for_url(lambda url: place not in url and "/licenses/" in url)


@WAYS
def test_whoever_is_stuck_works_on_without_a_network_and_the_vendor_reads_why(
    demo: Demo, open_page: OpenPage, tmp_path: Path, language: str, scripts: bool
) -> None:
    cora = open_page(demo.url, locale=language, java_script_enabled=scripts, accept_downloads=True)
    sign_in(cora, demo, "cora")
    place, pc = demo.page_of("exhausted"), demo.pc("CORA-NB3", "exhausted")
    take(cora, place, WORDS)
    expect(cora.locator("html")).to_have_attribute("lang", language)
    expect(cora.locator("#notices .notice")).to_be_visible()
    expect(cora.locator(".facts .state.tone-wait")).to_be_visible()
    expect(cora.locator(".stands-in a")).to_have_attribute("href", place)
    shoot(cora, f"emergency-{language}-{scripts}")

    request, file = tmp_path / "request.txt", tmp_path / "license.lic"
    assert pc.run("request", key_on(cora), "--out", str(request), url=NOWHERE)[0] == 0
    cora.locator(".decision a[href$='/transfer']").click()
    cora.locator("#field-upload").set_input_files(request)
    cora.locator("main form .button.filled").click()
    cora.wait_for_url("**/transfers/*")
    with cora.expect_download() as download:
        cora.locator("a[href$='/file']").first.click()
    download.value.save_as(file)
    assert pc.run("import", None, str(file), url=NOWHERE)[0] == 0
    said = "Tessel CAD Pro runs on CORA-NB3. EMERGENCY LICENSE: it ends by itself."
    assert pc.run("run", url=NOWHERE) == (0, said)

    cora.goto(place)
    expect(cora.locator(".stands-in p")).to_have_count(1)
    vera = open_page(demo.url, locale=language, java_script_enabled=scripts)
    sign_in(vera, demo, "vera")
    vera.goto("/vendor/emergencies")
    row = vera.locator("#list tbody tr").first
    expect(row).to_contain_text("Cora Brandt")
    expect(row).to_contain_text(WORDS)
    expect(row).to_contain_text("(moves)")
    if scripts:
        stays(vera)
    vera.locator("[name=search]").fill("messe")
    vera.locator("form.find button").click()
    expect(vera.locator("#list tbody tr")).to_have_count(1)
    assert not scripts or stayed(vera)
    shoot(vera, f"emergency-vendor-{language}-{scripts}")


@WAYS
def test_a_ticket_is_enough(demo: Demo, open_page: OpenPage, language: str, scripts: bool) -> None:
    guest = open_page(demo.url, locale=language, java_script_enabled=scripts)
    open_with(guest, demo.code("dead_pc_waiting")) if language == "en" else enter(guest, demo)
    # There is a move left, and it is taken for a PC that is gone too; then only an emergency license helps.
    guest.locator("input[name=reason]").first.check()
    guest.locator("input[name=gone]").check()
    guest.locator(".ask .button.filled").click()
    expect(guest.locator("#notices .notice")).to_be_visible()
    guest.goto(f"{demo.page_of('dead_pc_waiting')}")
    guest.locator(".seats .act a[href*='gone=']").first.click()
    place = demo.page_of("dead_pc_waiting")
    guest.locator(".decision form.stuck button").click()
    guest.wait_for_url(lambda url: place not in url and "/licenses/" in url)
    assert len(key_on(guest)) == 29
    guest.goto("/licenses")
    expect(guest.locator("tr.license")).to_have_count(2)


def enter(page: Page, demo: Demo) -> None:
    page.goto("/sign-in")
    page.locator("#field-tickets").fill(demo.code("dead_pc_waiting"))
    page.locator("#door-ticket button").click()
    page.wait_for_url("**/licenses/**")


@WAYS
def test_a_lost_pc_is_reported_once_for_all_and_turns_up_again(
    demo: Demo, open_page: OpenPage, language: str, scripts: bool
) -> None:
    merle = open_page(demo.url, locale=language, java_script_enabled=scripts, bypass_csp=scripts)
    sign_in(merle, demo, "merle")
    merle.goto(demo.page_of("full"))
    merle.locator("a[href$='/loss']").first.click()
    expect(merle.locator("h1")).to_contain_text("FALK-01")
    expect(merle.locator(".on-it li")).to_have_count(2)
    shoot(merle, f"loss-{language}-{scripts}")
    merle.locator(".loss .button.filled").click()
    expect(merle.locator("[aria-invalid]").first).to_be_visible()
    merle.locator("input[value=stolen]").check()
    merle.locator("input[name=gone]").check()
    merle.locator(".loss .button.filled").click()
    merle.wait_for_url("**/losses/*")
    expect(merle.locator(".came-of li")).to_have_count(2)
    if scripts:
        assert not barriers(merle)
    shoot(merle, f"loss-reported-{language}-{scripts}")
    assert demo.pc("FALK-01", "full").run("activate", demo.code("full"))[0] == 7, "a stolen PC gets nothing"

    merle.locator("form[action$='/undoing'] button").click()
    expect(merle.locator("form[action$='/undoing']")).to_have_count(0)
    expect(merle.locator("#notices .notice")).to_contain_text("FALK-01")
    assert demo.pc("FALK-01", "full").run("activate", demo.code("full"))[0] == 0
    shoot(merle, f"loss-undone-{language}-{scripts}")
