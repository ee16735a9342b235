"""The pages of transfers: bring a file, carry the answer, bring the receipt; and everything that is none of these."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal.actions.devices import Machine
from portal.files import papers
from portal.files.documents import Type
from portal.models import Activation, Conflict, Event, License, Operation, Transfer
from tests.fixtures.client import Client, Served
from tests.fixtures.device import Sneakers, resealed
from tests.fixtures.page import Page

TEN_MEGABYTES = b"x" * 10 * 1024 * 1024


@pytest.fixture
def device(served: Served) -> Sneakers:
    machine = Machine("print-of-canary-eve-shop", {"board": "B-9", "disk": "D-9"}, "canary-eve-shop", "Windows 11")
    thing = served.village.thing("eve", "unused")
    found = Sneakers(machine, thing.code, served.clock())
    return found


def request(device: Sneakers, **changes: object) -> str:
    return device.request(**{"product": "cad", **changes})


def place(served: Served, kind: str = "unused") -> str:
    return f"{served.village.thing('eve', kind).page}/transfer"


def bring(browser: Client, path: str, text: str | bytes, *, token: str | None = None) -> Page:
    """Upload this as a browser does."""
    form = {"csrf": browser.token() if token is None else token, "pasted": ""}
    content = text.encode() if isinstance(text, str) else text
    return browser.ask("POST", path, data=form, files={"upload": ("file.txt", content, "text/plain")})


def paste(browser: Client, path: str, text: str) -> Page:
    return browser.post(path, {"pasted": text})


def counts(served: Served) -> dict[str, object]:
    with served.database.reading() as db:
        rows = {table.__tablename__: db.execute(select(func.count(table.id))).scalar() for table in (
            Activation, Transfer, Operation, Event, Conflict,
        )}  # fmt: skip
        return rows | {"used": db.execute(select(func.sum(License.used))).scalar()}


def keyring(served: Served):
    return served.site.keyring


def file_of(browser: Client, page: Page) -> str:
    return browser.ask("GET", f"{page.location}/file", status=200).body


@pytest.mark.parametrize("how", [bring, paste], ids=["upload", "paste"])
def test_the_circle(served: Served, device: Sneakers, how) -> None:
    eve = served.as_("eve")
    thing = served.village.thing("eve", "unused")
    asked = how(eve, place(served), request(device))
    assert asked.status == 303 and asked.location.startswith("/transfers/")
    page = eve.follow(asked)
    assert page.heading == "Activate canary-eve-shop without a network"
    assert "The license file for canary-eve-shop is ready." in page.text and "Receipt missing" in page.text
    download = eve.ask("GET", f"{asked.location}/file")
    assert download.headers["content-disposition"] == 'attachment; filename="license.lic"'
    device.install(download.body, keyring(served))
    shown = eve.get(thing.page)
    assert "The receipt of canary-eve-shop is missing" in shown.text
    assert shown.root.all("a", href=asked.location)
    assert "canary-eve-shop" in eve.get("/transfers").text
    done = how(eve, f"{asked.location}/receipt", device.receipt())
    assert done.location == thing.page
    assert "canary-eve-shop has its license file." in eve.follow(done).text
    assert "No receipt is missing." in eve.get("/transfers").text

    row = eve.get(thing.page)
    ask = eve.submit(row.forms("/return-request")[0], status=303)
    back = device.give_back(eve.ask("GET", f"{ask.location}/file").body)
    returned = how(eve, f"{ask.location}/receipt", back)
    assert "canary-eve-shop is returned." in eve.follow(returned).text
    assert how(eve, f"{ask.location}/receipt", back).location == thing.page, "the same receipt, the same answer"
    with served.database.reading() as db:
        assert db.execute(select(License.used).where(License.public_id == thing.id)).scalar() == 0


def test_any_file_finds_its_license_by_itself(served: Served, device: Sneakers) -> None:
    eve = served.as_("eve")
    asked = bring(eve, "/transfers", request(device))
    device.install(file_of(eve, asked), keyring(served))
    assert bring(eve, "/transfers", device.receipt()).location == served.village.thing("eve", "unused").page
    ask = eve.submit(eve.get(served.village.thing("eve", "unused").page).forms("/return-request")[0], status=303)
    assert bring(eve, "/transfers", device.give_back(file_of(eve, ask))).status == 303


def test_the_same_request_gives_the_very_same_file(served: Served, device: Sneakers) -> None:
    eve, text = served.as_("eve"), request(device)
    first = bring(eve, place(served), text)
    before, answer = counts(served), file_of(eve, first)
    served.clock.advance(days=3)
    eve = served.as_("eve")
    before["used"] = counts(served)["used"]
    for path in (place(served), "/transfers"):
        again = bring(eve, path, text)
        assert again.location == first.location and file_of(eve, again) == answer
    assert counts(served) == before


def test_strangers_find_nothing(served: Served, device: Sneakers) -> None:
    eve, sid = served.as_("eve"), served.as_("sid")
    text = request(device)
    asked = bring(eve, place(served), text)
    device.install(file_of(eve, asked), keyring(served))
    before = counts(served)
    assert sid.get(place(served), status=None).status == sid.get(asked.location, status=None).status == 404
    assert sid.ask("GET", f"{asked.location}/file").status == 404
    assert bring(sid, f"{asked.location}/receipt", device.receipt()).status == 404
    for text in (request(device), device.receipt()):
        page = bring(sid, "/transfers", text)
        assert page.status == 422 and "We cannot tell which license this is for" in page.text
    assert "canary" not in sid.get("/transfers").body
    assert counts(served) == before


def test_whoever_only_looks_on_carries_nothing(served: Served) -> None:
    rhea, thing = served.as_("rhea"), served.village.thing("brandt", "active")
    assert rhea.get(f"{thing.page}/transfer", status=None).status == 403
    assert "Activate a PC without a network" not in rhea.get(thing.page).text
    assert "No receipt is missing." in rhea.get("/transfers").text


def test_a_refused_request_says_what_else_helps(served: Served, device: Sneakers) -> None:
    thing = served.village.thing("eve", "active")
    device.code = thing.code
    eve = served.as_("eve")
    page = bring(eve, place(served, "active"), request(device))
    assert page.status == 422 and "Every seat is in use" in page.text
    assert "canary-eve-shop is waiting" in eve.get(thing.page).text


def truncated(text: str) -> str:
    return text[: len(text) // 2]


def nested(text: str) -> str:
    return resealed(text, Type.ACTIVATION_REQUEST, lambda _: b'{"a":' * 5000 + b"1" + b"}" * 5000)


def twice(text: str) -> str:
    return resealed(text, Type.ACTIVATION_REQUEST, lambda told: told[:-1] + b',"v":1}')


def spaced(text: str) -> str:
    return resealed(text, Type.ACTIVATION_REQUEST, lambda told: told.replace(b":", b": ", 1))


def newer(text: str) -> str:
    return resealed(text, Type.ACTIVATION_REQUEST, lambda told: told.replace(b'"v":1', b'"v":2'))


def edited(text: str) -> str:
    return resealed(text, Type.ACTIVATION_REQUEST, lambda told: told.replace(b"canary-eve-shop", b"canary-eve-shoq"))


BAD = {
    "nothing": (lambda text: "", "Nothing came in"),
    "blanks": (lambda text: " \r\n\t", "Nothing came in"),
    "a picture": (lambda text: b"\x89PNG\r\n\x1a\n\x00\xff" * 100, "This is not a file of the program"),
    "prose": (lambda text: "Dear portal, please", "This is not a file of the program"),
    "half of it": (truncated, "This file is not whole"),
    "another line length": (
        lambda text: text.replace("\n", "", 3).replace("-----ey", "-----\ney"), "This file is not whole",
    ),
    "5,000 nested brackets": (nested, "This file is not whole"),
    "bare nested brackets": (lambda text: "[" * 5000 + "]" * 5000, "This is not a file of the program"),
    "a name twice": (twice, "This file is not whole"),
    "not in its one form": (spaced, "This file is not whole"),
    "from a newer program": (newer, "This file is newer than this portal"),
    "changed": (edited, "This file was changed"),
    "too long": (lambda text: text + "x" * 200_000, "This is too large"),
    "a key": (lambda text: text.replace("ACTIVATION REQUEST", "PUBLIC KEY"), "This is not a file of the program"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_bad_input_is_told_and_changes_nothing(served: Served, device: Sneakers, what: str) -> None:
    make, sentence = BAD[what]
    eve, before = served.as_("eve"), counts(served)
    for path in (place(served), "/transfers"):
        page = bring(eve, path, make(request(device)))
        if what == "changed" and path == "/transfers":
            page = bring(eve, path, make(request(device)))
        assert page.status == 422 and sentence in page.root.one("div", role="alert").text, path
    assert counts(served) == before


def test_requests_of_others_are_told_and_change_nothing(served: Served, device: Sneakers) -> None:
    eve, before = served.as_("eve"), counts(served)
    for changes, sentence in (
        ({"product": "cam"}, "This file is of another program"),
        ({"license": b"x" * 32}, "This file is for another license"),
        ({"created": served.clock().replace(year=2031)}, "The clock of that PC is ahead"),
    ):
        page = bring(eve, place(served), request(device, **changes))
        assert page.status == 422 and sentence in page.text
    assert counts(served) == before


def test_what_the_portal_wrote_belongs_to_the_program(served: Served, device: Sneakers) -> None:
    eve = served.as_("eve")
    asked = bring(eve, place(served), request(device))
    ask = eve.submit(eve.get(served.village.thing("eve", "unused").page).forms("/return-request")[0], status=303)
    for path in (place(served), "/transfers", f"{ask.location}/receipt"):
        page = bring(eve, path, file_of(eve, ask))
        assert page.status == 422 and "This file is for the program" in page.text
    page = bring(eve, f"{asked.location}/receipt", file_of(eve, asked))
    assert page.status == 422 and "The receipt is missing" in page.text


def test_ten_megabytes_are_refused(served: Served) -> None:
    eve, before = served.as_("eve"), counts(served)
    assert bring(eve, place(served), TEN_MEGABYTES).status == 413
    assert counts(served) == before


def test_a_receipt_that_does_not_fit_stands_on_the_page_of_the_license(served: Served, device: Sneakers) -> None:
    eve, thing = served.as_("eve"), served.village.thing("eve", "unused")
    asked = bring(eve, place(served), request(device))
    device.install(file_of(eve, asked), keyring(served))
    page = bring(eve, f"{asked.location}/receipt", device.receipt(seq=9))
    assert page.status == 422 and "This receipt does not fit" in page.text
    shown = eve.get(thing.page)
    assert "shows an older state than it showed before" in shown.root.one(id=f"seats-{thing.id}").text
    assert "A receipt for canary-eve-shop did not fit" in shown.root.one(id=f"history-{thing.id}").text
    before = counts(served)
    bring(eve, f"{asked.location}/receipt", device.receipt(seq=9))
    assert counts(served) == before, "the same receipt again makes no second case"
    assert bring(eve, f"{asked.location}/receipt", device.receipt()).status == 303, "and nothing is locked"


def test_an_upload_needs_its_token_and_nothing_else(served: Served, device: Sneakers) -> None:
    eve, before = served.as_("eve"), counts(served)
    assert bring(eve, place(served), request(device), token="x" * 86).status == 403
    form = {"csrf": eve.token(), "owner": "sid"}
    page = eve.ask("POST", place(served), data=form, files={"upload": ("a", b"b")})
    assert page.status == 400
    page = eve.ask("POST", place(served), data={"csrf": eve.token()}, files={"strange": ("a", b"b")})
    assert page.status == 400 and counts(served) == before


def test_signed_out_one_comes_to_the_door(served: Served) -> None:
    for path in ("/transfers", place(served)):
        assert served.browser().get(path, status=303).location.startswith("/sign-in")


def test_the_digest_of_a_document_is_that_of_what_is_signed(device: Sneakers) -> None:
    text = request(device)
    assert papers.read(text).digest == papers.read(text.replace("\n", "\r\n")).digest
