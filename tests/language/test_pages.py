"""Every page in the pseudo-language: what reads plainly was never given to the translators."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from portal.web import assets, pages
from tests.fixtures.client import Client, Portal, Served
from tests.fixtures.page import Element, Page
from tests.language.pseudo import bare, pseudo_brand

# What is written the same in every language: names of ours, of people, of PCs, of products, and units of addresses.
KNOWN = [
    "Tessel Works GmbH", "Tessel Works", "Rosenheim", "Europe/Berlin", "Chisel CAD", "Chisel Mill", "Windows 11",
    "help@tessel.example", "name@mail.example", "CSV", "eve@people.example",
    "Sid Strangeways",
]  # fmt: skip
_MADE = re.compile(
    r"canary-[\w-]+(?: Eve| Kim| home| machines)?|[2-9A-HJ-NP-Z]{5}(?:-[2-9A-HJ-NP-Z]{5})*|ERP/[\w-]+|X{5}(?:-X{5})+"
)
SPOKEN = ("alt", "title", "aria-label", "placeholder", "data-done", "data-lost", "data-say")


@pytest.fixture
def pseudo(portal: Portal) -> Iterator[Served]:
    """The portal speaking nothing but the pseudo-language."""
    served = portal(PORTAL_THREADS="2")
    site = served.site
    brand = pseudo_brand(site.brand)
    shelf = assets.Shelf(brand)
    served.app.state.site = replace(
        site, brand=brand, languages=dict(brand.spoken), shelf=shelf,
        templates=pages.build(brand.loader(), shelf, brand.spoken),
    )  # fmt: skip
    served.lints = False  # its marks are what the lint looks for
    yield served


def spoken(page: Page) -> Iterator[str]:
    """Each text and each spoken attribute by itself, without what is code."""
    for element in page.root.walk():
        if element.tag in ("script", "style", "time") or element.attrs.get("translate") == "no":
            continue
        yield from (element.attrs[name] for name in SPOKEN if name in element.attrs)
        yield from (value for name, value in element.attrs.items() if name.startswith("data-ticket-") and value)


def plain(page: Page) -> list[str]:
    _forget_codes(page.root)
    told = [page.text, *spoken(page)]
    return [word for text in told for word in bare(_MADE.sub(" ", text), KNOWN)]


def _forget_codes(root: Element) -> None:
    for element in root.walk():
        if element.attrs.get("translate") == "no" or element.tag == "textarea":
            element.children.clear()


def test_no_page_says_anything_untranslated(pseudo: Served) -> None:
    eve, sid, village = pseudo.as_("eve"), pseudo.as_("sid"), pseudo.village
    kim, nobody = pseudo.as_("kim"), pseudo.browser()
    holder = pseudo.with_(village.thing("loose", "move").code, village.thing("loose", "unused").code)
    found: dict[str, list[str]] = {}

    def look(name: str, page: Page) -> Page:
        found[name] = plain(page)
        return page

    def ask(name: str, browser: Client, path: str) -> Page:
        return look(name, browser.get(path, status=None))

    def send(name: str, browser: Client, path: str, token: str, **fields: str) -> Page:
        return look(name, browser.post(path, fields, token=token))

    for place in ("/licenses", "/licenses?search=nothing-like-it", "/tickets/redemption", "/nothing", "/licenses/x"):
        ask(place, eve, place)
    ask("empty", sid, "/licenses")
    ask("ticket", holder, "/licenses")
    ask("account needed", holder, "/tickets/redemption")
    for thing in village.of("eve"):
        ask(str(thing.id), eve, thing.page)
    choices = village.thing("eve", "active")
    ask("gone", eve, f"{choices.page}?gone={choices.activation}")
    ask("door", nobody, "/sign-in")
    visitor = nobody.token()
    send("no one", nobody, "/sign-in", visitor, email="", password="")
    send("wrong", nobody, "/sign-in", visitor, email="eve@people.example", password="x")
    for code in (village.codes["withdrawn"], village.thing("eve", "move").code, "L48HF-DU2AW-KZNNT-UJDBG-2TCC2", "x"):
        send(f"ticket {code}", nobody, "/sign-in/ticket", visitor, tickets=code)
    moving, mine = village.thing("eve", "move"), eve.token()
    send("half a move", eve, f"/activations/{moving.activation}/reactivation", mine)
    send("stale", eve, f"/activations/{moving.activation}/return", "x")
    refused = village.thing("eve", "refused")
    send("refused", eve, f"/activations/{refused.activation}/reactivation", mine, reason="lost", gone="yes")
    for kind, ending, said in (("move", "reactivation", {"reason": "lost", "gone": "yes"}), ("active", "return", {})):
        done = send(kind, eve, f"/activations/{village.thing('eve', kind).activation}/{ending}", mine, **said)
        ask(f"{kind} done", eve, done.location)
    both = f"{village.codes['free']} {village.codes['withdrawn']}"
    send("check", kim, "/tickets/redemption", kim.token(), tickets=both)
    send("registered", kim, "/tickets/redemption", kim.token(), tickets=both, confirmed="yes", only_good="yes")
    out = send("out", eve, "/sign-out", mine)
    ask("signed out", eve, out.location)
    assert len(found) > 35
    assert {name: words for name, words in found.items() if words} == {}
