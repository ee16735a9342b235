"""What htmx changes in place: nothing jumps, the focus is never lost, and what came is said."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from portal.actions.losses import GOOD_FOR
from portal.models import Loss
from tests.browser.demo import Demo
from tests.browser.extras import let_more_wait
from tests.browser.places import Way, at, first, first_on, license_of, of_brandt, reported, rules, seats_of, started
from tests.browser.steps import sign_in, stayed, stays
from tests.fixtures.browser import OpenPage

TEMPLATES = Path(__file__).resolve().parents[2] / "portal" / "templates"

# What moves, in the browser's own measure and shortly after a click too; and all that a screen reader is told, by a
# live region or because the focus went there. `came` is what was swapped in.
WATCH = """() => {
  const element = (node) => node?.nodeType === Node.TEXT_NODE ? node.parentElement : node;
  const live = "[role=status], [role=alert]";
  const watch = window.watch = { moved: [], came: [], said: [], swaps: 0 };
  new PerformanceObserver((list) => {
    for (const { sources } of list.getEntries()) watch.moved.push(...sources);
  }).observe({ type: "layout-shift" });
  new MutationObserver((list) => {
    for (const { target, addedNodes } of list) {
      const added = [...addedNodes].map(element).filter(Boolean);
      if (document.getElementById("content").contains(target)) watch.came.push(...added);
      const regions = added.map((one) => one.querySelector(live) ?? one.closest(live));
      for (const region of [element(target).closest(live), ...regions]) {
        if (region?.textContent.trim()) watch.said.push(region.textContent.trim());
      }
    }
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
  document.addEventListener("htmx:after:swap", () => { watch.swaps += 1; });
  document.addEventListener("htmx:before:swap", () => {
    const used = document.activeElement.outerHTML;
    document.addEventListener("focusin", ({ target }) => {
      if (target.outerHTML !== used) watch.said.push(target.outerHTML.slice(0, 80));
    });
  });
}"""

# What moved although it does not stand below what came, or aside.
JUMPED = """async () => {
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 120)));
  const below = (one) => watch.came.some((it) => it.compareDocumentPosition(one) === Node.DOCUMENT_POSITION_FOLLOWING);
  return watch.moved
    .map(({ node, previousRect, currentRect }) =>
      [node?.nodeType === Node.TEXT_NODE ? node.parentElement : node, previousRect, currentRect])
    .filter(([one, from, to]) => one?.isConnected && !(below(one) && (from.x === to.x || !from.width || !to.width)))
    .map(([one, from, to]) => `${one.tagName} ${one.className} jumps from ${from.x}, ${from.y} to ${to.x}, ${to.y}`);
}"""


@dataclass(frozen=True, slots=True)
class Swap:
    """Something that somebody does on a page and htmx shows in place."""

    template: str
    who: str
    go: Way
    act: Way


def types(field: str, text: str) -> Way:
    return lambda page, demo: page.locator(field).press_sequentially(text, delay=10)


def clicks(button: str) -> Way:
    return lambda page, demo: page.locator(button).first.click()


def chooses(field: str, value: str) -> Way:
    def choose(page: Page, demo: Demo) -> None:
        page.locator(field).focus()
        page.locator(field).select_option(value)

    return choose


def enters(field: str, text: str, button: str) -> Way:
    def enter(page: Page, demo: Demo) -> None:
        page.locator(field).fill(text)
        page.locator(button).first.click()

    return enter


def unfolded(go: Way, summary: str) -> Way:
    """There, with this part unfolded."""

    def unfold(page: Page, demo: Demo) -> None:
        go(page, demo)
        page.locator(summary).first.click()

    return unfold


def moves(page: Page, demo: Demo) -> None:
    page.locator("[name=reason]").first.check()
    page.locator("[name=gone]").check()
    page.locator(".ask .button.filled").click()


def what_if(page: Page, demo: Demo) -> None:
    rules("/replays")(page, demo)
    page.locator("main .button.filled").click()
    page.locator("#run").wait_for()


def undoes_too_late(page: Page, demo: Demo) -> None:
    with demo.database.writing() as db:
        db.execute(update(Loss).values(reported_at=demo.portal.clock() - GOOD_FOR))
    page.locator("form[action$='/undoing'] .button").click()


GRANT = "form[action$='/override'] .button"
OVERRIDE = unfolded(license_of("exhausted"), "details:has(form[action$='/override']) > summary")
CONDITIONS = unfolded(rules("/draft"), "#kind-condition > summary")
CANNED = unfolded(first("/desk?kind=exception", ".queue th a"), ".canned > summary")
DECLINING = unfolded(of_brandt("/requests"), "#waiting summary")
STUCK = unfolded(license_of("exhausted"), ".stuck summary")


SWAPS = (
    Swap("licenses/_filter.html", "eve", at("/licenses"), types("#field-search", "mill")),
    Swap("licenses/_filter.html", "eve", at("/licenses"), chooses("#field-state", "in_use")),
    Swap("licenses/_filter.html", "eve", at("/licenses"), chooses("#field-order", "product")),
    Swap("licenses/_move.html", "eve", license_of("eve_cad"), clicks(".ask .button.filled")),
    Swap("licenses/_move.html", "eve", license_of("eve_cad"), moves),
    Swap("licenses/_returning.html", "eve", license_of("eve_mill_365"), clicks(".decision form .button")),
    Swap("licenses/_seat.html", "eve", license_of("eve_mill_365"), clicks(".seats form .link")),
    Swap("licenses/_take_emergency.html", "cora", STUCK, enters(".stuck .input", "word " * 1000, ".stuck .button")),
    Swap("licenses/_refused.html", "cora", license_of("exhausted"), clicks("form[action$='/return'] .button")),
    Swap("licenses/_give.html", "merle", license_of("full"), clicks(".decision form .button")),
    Swap("licenses/_override.html", "vera", OVERRIDE, clicks(GRANT)),
    Swap("licenses/_override.html", "vera", OVERRIDE, enters("#override-reason", "A dead disk", GRANT)),
    Swap("losses/_dialogue.html", "merle", first_on("last_seat"), clicks(".loss .button.filled")),
    Swap("losses/_outcome.html", "merle", reported, undoes_too_late),
    Swap("activity/_filter.html", "cora", of_brandt("/activity"), types("#field-person", "zeppelin")),
    Swap("holdings/_filter.html", "cora", of_brandt("/assignments"), chooses("#field-state", "unused")),
    Swap("members/_filter.html", "cora", of_brandt("/members"), types("#field-search", "malte")),
    Swap("seats/_filter.html", "cora", seats_of("brandt_pool"), types("#field-search", "sarpong")),
    Swap("requests/_waiting.html", "cora", of_brandt("/requests"), clicks("#waiting form .button")),
    Swap("requests/_waiting.html", "cora", DECLINING, clicks("#waiting details[open] .button")),
    Swap("help/index.html", "cora", at("/help"), types("#field-q", "license expired")),
    Swap("desk/_filter.html", "vera", at("/desk"), chooses("#field-state", "all")),
    Swap("desk/_answer.html", "vera", CANNED, clicks(".canned button")),
    Swap("emergencies/index.html", "vera", at("/vendor/emergencies"), types("#field-search", "cad\n")),
    Swap("rules/_text.html", "vera", rules("/draft"), enters("#field-text", "x", ".text-form .button")),
    Swap("rules/_form.html", "vera", CONDITIONS, clicks("button[value=add-condition]")),
    Swap("rules/_form.html", "vera", rules("/draft"), clicks(".rule-form > .acts .button")),
    Swap("rules/_recorded.html", "vera", rules("/try"), clicks("#real .button.filled")),
    Swap("rules/_made_up.html", "vera", rules("/try"), clicks("button[value=add-entry]")),
    Swap("rules/_made_up.html", "vera", rules("/try"), clicks("#case > .acts .button")),
)
POLLS = {"rules/_run.html": ("vera", what_if), "batches/_running.html": ("cora", started)}


def wait_for_swaps(page: Page, count: int = 1) -> None:
    """Until so much was swapped; the page's policy forbids what Playwright's own waiting needs."""
    deadline = time.monotonic() + 15
    while page.evaluate("watch.swaps") < count:
        assert time.monotonic() < deadline, "nothing is swapped"
        page.wait_for_timeout(20)


def swapped(page: Page) -> list[str]:
    """What is wrong with what came."""
    wait_for_swaps(page)
    found = page.evaluate(JUMPED)
    if page.evaluate("document.activeElement === document.body"):
        found.append("the focus is lost")
    if not page.evaluate("watch.said.length"):
        found.append("nothing is said")
    if not stayed(page):
        found.append("the page was loaded anew")
    return found


@pytest.mark.parametrize("who", sorted({swap.who for swap in SWAPS}))
def test_nothing_jumps_the_focus_stays_and_what_came_is_said(demo: Demo, open_page: OpenPage, who: str) -> None:
    let_more_wait(demo)
    page = open_page(demo.url)
    sign_in(page, demo, who)
    found = []
    for number, swap in enumerate(one for one in SWAPS if one.who == who):
        swap.go(page, demo)
        page.evaluate(WATCH)
        stays(page)
        swap.act(page, demo)
        found += [f"{swap.template} {number}: {wrong}" for wrong in swapped(page)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("who", "go"), POLLS.values(), ids=POLLS)
def test_what_is_watched_stands_still_and_keeps_the_focus(demo: Demo, open_page: OpenPage, who: str, go: Way) -> None:
    page = open_page(demo.url)
    sign_in(page, demo, who)
    go(page, demo)
    page.evaluate(WATCH)
    stop = page.locator("form[action$='/stop'] button")
    stop.focus()
    wait_for_swaps(page, 2)
    expect(stop).to_be_focused()
    assert page.evaluate(JUMPED) == []
    assert page.evaluate("watch.said") == [], "nobody wants to hear that every second"


def test_a_ticket_that_is_typed_moves_nothing(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url)
    page.goto("/sign-in")
    page.evaluate(WATCH)
    page.locator("#field-tickets").press_sequentially(demo.code("dead_pc_waiting"), delay=10)
    expect(page.locator("#announcer")).to_have_text("25 of 25 characters, no typing mistake")
    page.evaluate("watch.came = [document.getElementById('content')]")
    assert page.evaluate(JUMPED) == [], "nothing but the foot of the page"


def test_every_template_that_swaps_is_tried() -> None:
    swapping = {
        str(file.relative_to(TEMPLATES))
        for file in TEMPLATES.rglob("*.html")
        if re.search(r"hx-(get|post)=|\{\{ verb\(", file.read_text(encoding="utf-8"))
    }
    assert swapping - {"parts/form.html"} == {swap.template for swap in SWAPS} | set(POLLS)
