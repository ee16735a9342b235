"""Brands as people see them: one color changes everything, examples have no barriers, two hosts stand side by side."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.db import open_database
from portal.demo import world
from portal.files import keyring
from portal.models import Mail
from portal.settings import SHIPPED_BRAND
from tests.browser.demo import Demo, DemoFill
from tests.browser.places import tour
from tests.browser.steps import heading, sign_in
from tests.browser.test_everywhere import CLIPPED
from tests.fixtures.browser import OpenPage, barriers, shoot
from tests.fixtures.server import Serve

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

Dressed = Callable[..., Demo]


@pytest.fixture
def dressed(demo_fill: DemoFill, serve: Serve, tmp_path: Path) -> Iterator[Dressed]:
    """The demo world in a brand."""
    opened: list[closing[object]] = []

    def dress(brand: Path = SHIPPED_BRAND, **environ: str) -> Demo:
        portal = serve(demo_fill, PORTAL_DEMO="yes", PORTAL_BRAND=str(brand), **environ)
        keys, database = keyring.load(portal.settings.keys), open_database(portal.settings.database)
        opened.append(closing(database))
        with database.reading() as db:
            found = world.read(db, keys.vault, portal.clock())
        return Demo(portal, found, database, keys.public_hex, tmp_path)

    yield dress
    for database in opened:
        database.__exit__()


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
            assert near(shown(mails, ".brand a", "color"), PURPLE), kind
            assert near(shown(mails, ".brand", "borderBottomColor"), PURPLE), kind


@pytest.mark.parametrize(
    ("brand", "language", "theme"),
    [("kolibri", "en", "light"), ("nordwerk", "de", "dark")],
)
def test_the_examples_have_no_barriers_and_cut_nothing_off(
    dressed: Dressed, open_page: OpenPage, brand: str, language: str, theme: str
) -> None:
    demo, found = dressed(EXAMPLES / brand), {}
    visitor = partial(open_page, demo.url, locale=language, color_scheme=theme, bypass_csp=True)
    for name, page in tour(visitor, demo, PAGES.__contains__):
        if wrong := barriers(page):
            found[name] = wrong
        for width in (320, 360, 768):
            page.set_viewport_size({"width": width, "height": 700})
            if wrong := page.evaluate(CLIPPED):
                found[f"{name} at {width}"] = wrong
        page.set_viewport_size({"width": 1280, "height": 900})
    assert not found


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
