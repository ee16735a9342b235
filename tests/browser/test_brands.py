"""Brands as people see them: one color changes everything, and two hosts stand side by side."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.models import Mail
from portal.settings import SHIPPED_BRAND
from tests.browser.conftest import Dressed
from tests.browser.places import tour
from tests.browser.steps import heading, sign_in
from tests.fixtures.browser import OpenPage, shoot

EXAMPLES = SHIPPED_BRAND / "examples"
PURPLE = (106, 27, 154)
# Each kind of page once, all parts among them; the whole tour is made in the house brand.
PAGES = (
    "sign-in", "error-no-such-page", "parts", "overview", "license-move", "license-refused", "group", "certificate",
    "seats", "register", "rules-draft",
)  # fmt: skip

# A color as the screen shows it, whatever way it is written.
SHOWN = """(told) => {
  const context = document.createElement("canvas").getContext("2d", { colorSpace: "srgb" });
  context.fillStyle = told;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
}"""


def shown(page: Page, selector: str, name: str) -> tuple[int, int, int]:
    """A color of the first element of this kind, as the screen shows it."""
    told = page.locator(selector).first.evaluate(f"(element) => getComputedStyle(element).{name}")
    red, green, blue = page.evaluate(SHOWN, told)
    return red, green, blue


def near(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    return all(abs(a - b) <= 2 for a, b in zip(one, other, strict=True))


def test_one_color_changes_every_page_mail_and_print(dressed: Dressed, open_page: OpenPage, tmp_path: Path) -> None:
    brand = Path(shutil.copytree(SHIPPED_BRAND, tmp_path / "purple", ignore=shutil.ignore_patterns("examples")))
    (brand / "tokens.css").write_text(":root { --primary: #6a1b9a }")
    demo = dressed(brand)
    seen = 0
    for name, page in tour(partial(open_page, demo.url, color_scheme="light"), demo, PAGES.__contains__):
        assert near(shown(page, "html", "accentColor"), PURPLE), name
        if page.locator(".button.filled:visible").count():
            assert near(shown(page, ".button.filled:visible", "backgroundColor"), PURPLE), name
        if name == "certificate":
            page.emulate_media(media="print", color_scheme="dark")  # paper is white, whatever the screen is
            assert near(shown(page, ".paper .what", "borderTopColor"), PURPLE)
            page.emulate_media(media="screen", color_scheme="light")
        seen += 1
    assert seen == len(PAGES)
    mails, visited = open_page(demo.url, color_scheme="light"), set()
    with demo.database.reading() as db:
        told = db.execute(select(Mail.kind, Mail.public_id)).all()
    for kind, public_id in told:
        if kind not in visited and mails.goto(f"/dev/mail/{public_id}/html").ok:  # type: ignore[union-attr]
            visited.add(kind)
            assert near(shown(mails, ".foot a", "color"), PURPLE), kind
            assert mails.locator(".brand img").evaluate("(logo) => logo.naturalWidth") == 96, kind
            assert near(shown(mails, ".brand", "borderBottomColor"), PURPLE), kind


@pytest.mark.parametrize("has_script", [True, False], ids=["with JavaScript", "without"])
def test_two_brands_stand_side_by_side(dressed: Dressed, open_page: OpenPage, has_script: bool) -> None:
    kolibri = f"http://my-kolibri.localhost:PORT={EXAMPLES / 'kolibri'}"
    demo = dressed(EXAMPLES / "nordwerk", PORTAL_BRANDS=kolibri)
    port = demo.url.rpartition(":")[2]
    address = f"http://my-kolibri.localhost:{port}"
    here = open_page(demo.url, java_script_enabled=has_script, locale="de")
    there = here.context.new_page()
    sign_in(here, demo, "eve")
    expect(here.locator(".masthead .brand")).to_have_text("Nordwerk")
    there.goto(f"{address}/licenses")
    assert there.url.startswith(f"{address}/sign-in"), "who came in here is a stranger there"
    expect(there.locator(".masthead .brand")).to_have_text("Kolibri")
    there.locator("#field-email").fill(demo.world.people["eve"].email)
    there.locator("#field-password").fill(demo.world.people["eve"].password)
    there.locator("#door-password form[action='/sign-in'] button").click()
    heading(there, "Ihre Lizenzen")
    here.reload()
    heading(here, "Ihre Lizenzen")
    if has_script:
        assert here.locator("a.button").first.evaluate("one => getComputedStyle(one).borderRadius") == "0px"
        assert there.locator("a.button").first.evaluate("one => getComputedStyle(one).borderRadius") == "14px"
        shoot(here, "brands-nordwerk")
        shoot(there, "brands-kolibri")
