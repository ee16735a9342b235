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
    r"[\w.-]+@people\.example|canary-[\w-]+(?: (?:Eve|Kim|Cora|Max|Dora|Anna|home|machines|design|words))?|"
    r"[2-9A-HJ-NP-Z]{5}(?:-[2-9A-HJ-NP-Z]{5})*|ERP/[\w-]+|X{5}(?:-X{5})+"
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
    cora, brandt = pseudo.as_("cora"), village.groups["brandt"]
    pool = village.thing("brandt", "active").page
    for place in ("requests", "reminders", "activity", "activity?person=nobody", "activity?about=people"):
        ask(place, cora, f"/groups/{brandt}/{place}")
    ask("certificate", cora, f"{pool}/certificate")
    ask("asking", cora, "/requests")
    ask("asking nobody", sid, "/requests")
    ask("no reminders", nobody, "/reminders/confirmation")
    for place in ("/demo", "/demo?asked=yes", "/demo/start"):
        ask(place, nobody, place)
    ask("no trial yet", kim, "/requests/demo")
    ask("trial", eve, f"{village.thing('eve', 'trial').page}/demo")
    send("nothing tried", kim, "/requests/demo", kim.token(), demo="")
    hers = cora.token()
    send("no address", cora, f"/groups/{brandt}/reminders", hers, email="x", language="qps")
    request = village.homes["brandt"].request_id
    send("no answer", cora, f"/requests/{request}/answer", hers, answer="")
    send("declined", cora, f"/requests/{request}/answer", hers, answer="no")
    out = send("out", eve, "/sign-out", mine)
    ask("signed out", eve, out.location)
    assert len(found) > 35
    assert {name: words for name, words in found.items() if words} == {}


# What the vendor of the tests wrote: names of rules and what was said of their versions.
WRITTEN = [
    "Other rules", "Default", "A remark.", "First.", "Vera Vendorson", "reinstallations", "moves",
    "board = b1, disk = d1", "cad-for-good", "cam-for-good", "cad-30", "cam-30",
    "Trials", "cam-trial",
]  # fmt: skip


def test_no_page_of_the_desk_says_anything_untranslated(pseudo: Served) -> None:
    vera, village = pseudo.as_("vera"), pseudo.village
    rules, drafted = (f"/vendor/rules/{id}" for id in (village.rule_set, village.drafted))
    token, found = vera.token(), {}

    def look(name: str, page: Page) -> Page:
        _forget_codes(page.root)
        told = [page.text, *spoken(page)]
        found[name] = [word for text in told for word in bare(_MADE.sub(" ", text), [*KNOWN, *WRITTEN])]
        return page

    for path in ("/vendor/rules", "/vendor/rules/new", *(f"{home}{end}" for home in (rules, drafted) for end in (
        "", "/versions/1", "/draft", "/publication", "/articles", "/try", "/replays",
    ))):  # fmt: skip
        look(path, vera.get(path))
    for path in (f"{drafted}/draft", f"{drafted}/publication", f"{rules}/versions/1/return", "/vendor/rules/new"):
        look(f"POST {path}", vera.post(path, token=token, status=422))
    text = 'name = "Default"\ntime_zone = "Nowhere"\n[seats]\noverage = -1\n'
    look("wrong", vera.post(f"{rules}/draft", {"way": "text", "text": text}, token=token, status=422))
    rows = {f"{kind}-0-{key}": "" for kind, key in (("allowance", "how"), ("cooldown", "before"))}
    fields = rows | {"way": "form", "do": "add-condition", "demo": "yes"}
    look("rows", vera.post(f"{rules}/draft", fields, token=token, status=200))
    asked = {"which": "in_force", "evidence": "", "role": ""}
    for operation in ("demo", "activate", "rehost"):
        case = asked | {"way": "made-up", "operation": operation, "entry-0-operation": "activate"}
        case["entry-0-at"] = "2026-01-01T00:00"
        look(operation, vera.post(f"{rules}/try", case, token=token, status=200))
    look("no case", vera.post(f"{rules}/try", asked | {"way": "license", "operation": "demo"}, token=token, status=422))
    run = vera.follow(vera.post(f"{rules}/replays", {"which": "in_force"}, token=token, status=303))
    look("run", run)
    assert {name: words for name, words in found.items() if words} == {}
