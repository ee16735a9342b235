"""The example program where there is no network: it obeys the vendor's files, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from portal.files import papers
from portal.files.documents import BlockList, ReturnRequest
from portal.models import Activation
from tests.actions.estate import Minted
from tests.api.calling import Visitor
from tests.api.conftest import Desk
from tests.api.running import Running

REFUSED, NOT_ACTIVATED = 4, 6


@pytest.fixture
def visitor(running: Running, minted: Minted) -> Visitor:
    found = Visitor(running.url)
    found.enter_with(minted.code)
    found.get("/transfers")
    return found


@pytest.fixture
def pc(visitor: Visitor, minted: Minted, desk: Callable[[str], Desk], tmp_path: Path) -> Desk:
    """A PC whose license came by hand."""
    found = desk("SHOP-09")
    code, request = found.run("request", minted.code.lower())
    assert code == 0
    place = visitor.post("/transfers", upload="", pasted=request).headers["location"]
    assert bring(found, visitor.get(f"{place}/file").text, tmp_path)[0] == 0
    return found


def bring(pc: Desk, text: str, stick: Path) -> tuple[int, str]:
    file = stick / "carried.txt"
    file.write_text(text)
    return pc.run("import", None, str(file))


def asked_back(running: Running, visitor: Visitor) -> str:
    with running.look() as db:
        activation = db.execute(select(Activation.public_id)).scalar_one()
    place = visitor.post(f"/activations/{activation}/return-request").headers["location"]
    return visitor.get(f"{place}/file").text


def runs(pc: Desk) -> bool:
    return pc.run("run")[0] == 0


def test_the_request_stays_the_same_until_it_is_answered(desk: Callable[[str], Desk], minted: Minted) -> None:
    pc = desk("SHOP-10")
    first = pc.run("request", minted.code)
    assert first == pc.run("request", minted.code.replace("-", " "))
    assert first != pc.run("request", minted.code, "--new")


def test_the_receipt_can_be_had_again(pc: Desk) -> None:
    code, text = pc.run("receipt")
    assert code == 0 and text.startswith("-----BEGIN ACTIVATION RECEIPT-----")


CHANGES = {
    "another license": {"license_id": UUID("0193b6c2-0000-7000-8000-000000000000")},
    "another generation": {"generation": 2},
    "another product": {"product": "OTHER"},
    "a later state": {"expected_seq": 2},
    "an earlier state": {"expected_seq": 0},
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_return_request_for_something_else_ends_nothing(
    running: Running, visitor: Visitor, pc: Desk, tmp_path: Path, what: str
) -> None:
    asked: ReturnRequest = papers.read(asked_back(running, visitor)).document
    changed = papers.write(replace(asked, **CHANGES[what]), running.keyring.sign)
    assert bring(pc, changed, tmp_path)[0] == REFUSED and runs(pc)


def test_a_return_request_that_has_run_out_or_is_not_the_vendors_ends_nothing(
    running: Running, visitor: Visitor, pc: Desk, tmp_path: Path
) -> None:
    text = asked_back(running, visitor)
    asked: ReturnRequest = papers.read(text).document
    late = replace(asked, not_after=asked.created - timedelta(days=1))
    stranger = Ed25519PrivateKey.generate()
    for wrong in (papers.write(late, running.keyring.sign), papers.write(asked, stranger.sign), text[:-80], "[" * 5000):
        assert bring(pc, wrong, tmp_path)[0] == REFUSED and runs(pc)


def test_the_tombstone_stays_and_the_receipt_too(
    running: Running, visitor: Visitor, pc: Desk, tmp_path: Path
) -> None:
    kept = {file.name: file.read_text() for file in pc.home.iterdir() if file.is_file()}
    code, receipt = bring(pc, asked_back(running, visitor), tmp_path)
    assert code == 0 and receipt.startswith("-----BEGIN RETURN RECEIPT-----")
    assert not (pc.home / "device.key").exists() and not (pc.home / "license.lic").exists()
    assert pc.run("receipt") == (0, receipt)
    # Somebody puts back what a backup held: the tombstone is still there.
    for name, text in kept.items():
        (pc.home / name).write_text(text)
    assert not runs(pc)


def test_the_block_list_is_obeyed(running: Running, pc: Desk, tmp_path: Path) -> None:
    line = (pc.home / "offline.json").read_text().split('"activation": "')[1][:36]
    now = running.portal.clock()
    stranger = papers.write(BlockList(now, {line: 1}), Ed25519PrivateKey.generate().sign)
    assert bring(pc, stranger, tmp_path)[0] == REFUSED and runs(pc)
    other = papers.write(BlockList(now, {line: 0}), running.keyring.sign)
    assert bring(pc, other, tmp_path) == (0, "The block list is in force.") and runs(pc)
    bring(pc, papers.write(BlockList(now, {line: 1}), running.keyring.sign), tmp_path)
    assert not runs(pc) and pc.run("run")[0] == NOT_ACTIVATED
