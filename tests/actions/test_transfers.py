"""Activation by files: one request, one seat, one answer; receipts when they come; and nothing is lost without them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from portal.actions import activations, offline_returns, proofs, returns, transfers
from portal.actions.transfers import Taken
from portal.files import papers
from portal.files.documents import Type
from portal.models import Activation, Conflict, LicenseState, Transfer
from tests.actions.estate import Estate, holder, pc, program
from tests.actions.traces import events, everything, hold_counters, last_event, ledger, newest, told
from tests.fixtures.device import Sneakers, said


@pytest.fixture
def minted(estate: Estate):
    return estate.mint(estate.article(quantity=2), estate.group())


@pytest.fixture
def device(estate: Estate, minted) -> Sneakers:
    return Sneakers(pc(1), minted.code, estate.now)


def take(estate: Estate, minted, text: str) -> Taken:
    """Bring a request; the file is one for tests, since only its keeping is looked at here."""
    doing = estate.doing(holder(minted))
    taken = transfers.take_request(doing, minted.license, papers.read(text))
    if taken.is_new and taken.transfer:
        transfers.keep(doing, taken.transfer, f"file {taken.transfer.seq}")
    return taken


def install(device: Sneakers, taken: Taken) -> None:
    """The device has imported the file of this transfer."""
    activation, transfer = taken.outcome.activation, taken.transfer
    assert activation and transfer
    meta = {
        "activation": str(activation.line), "generation": activation.generation, "seq": transfer.seq,
        "head": transfer.head.hex(), "request": str(transfer.request_id),
    }  # fmt: skip
    device.data = {"attributes": {"metadata": meta}}


def confirm(estate: Estate, minted, text: str):
    return proofs.take_receipt(estate.doing(holder(minted)), minted.license, papers.read(text))


def cases(estate: Estate) -> list[str]:
    return list(estate.db.execute(select(Conflict.reason).order_by(Conflict.id)).scalars())


def test_a_request_takes_a_seat_that_waits_for_its_receipt(estate: Estate, minted, device: Sneakers) -> None:
    taken = take(estate, minted, device.request())
    activation = taken.outcome.activation
    assert taken.outcome.allowed and activation and taken.transfer
    assert (activation.state, activation.how, activation.device_key) == ("pending", "offline", device.public)
    assert (activation.seq, activation.head) == (1, taken.transfer.head)
    [entry] = ledger(estate.db, minted.license)
    assert (entry.operation, entry.evidence, entry.line) == ("activate", "receipt", activation.line)
    assert [event.kind for event in events(estate.db)][-2:] == ["device.activated", "file.issued"]
    hold_counters(estate.db)


def test_the_same_request_a_hundred_times_is_one_seat_and_one_answer(estate: Estate, minted, device: Sneakers) -> None:
    text = device.request()
    first = take(estate, minted, text)
    before, since = everything(estate.db), newest(estate.db)
    for _ in range(99):
        again = take(estate, minted, text)
        assert again.outcome.again and again.transfer is first.transfer
        assert transfers.text_of(estate.doing(), again.transfer) == "file 1"
    assert everything(estate.db) == before and not events(estate.db, since)


def test_the_receipt_confirms_it_once(estate: Estate, minted, device: Sneakers) -> None:
    taken = take(estate, minted, device.request())
    install(device, taken)
    receipt = device.receipt()
    assert confirm(estate, minted, receipt).allowed
    activation = taken.outcome.activation
    assert (activation.state, activation.confirmed_at, taken.transfer.closed) == ("active", estate.now, "confirmed")
    assert told(last_event(estate.db)) == ("file.imported", "done", None, "ticket")
    before, since = everything(estate.db), newest(estate.db)
    assert confirm(estate, minted, receipt).again
    assert everything(estate.db) == before and not events(estate.db, since) and not cases(estate)


def test_two_open_requests_of_one_device_do_no_harm(estate: Estate, minted, device: Sneakers) -> None:
    first, second = take(estate, minted, device.request()), take(estate, minted, device.request())
    assert first.outcome.activation is second.outcome.activation and minted.license.used == 1
    assert [one.operation for one in ledger(estate.db, minted.license)] == ["activate"]
    install(device, first)  # the second file was never opened
    assert confirm(estate, minted, device.receipt()).allowed
    assert (first.transfer.closed, second.transfer.closed) == ("confirmed", "overtaken")
    install(device, second)  # and then it was
    assert confirm(estate, minted, device.receipt()).allowed
    assert second.transfer.closed == "confirmed" and not cases(estate)


def test_a_later_request_proves_that_the_file_was_imported(estate: Estate, minted, device: Sneakers) -> None:
    first = take(estate, minted, device.request())
    install(device, first)
    later = take(estate.later(days=20), minted, device.request())
    assert first.transfer.closed == "confirmed" and first.outcome.activation.state == "active"
    assert later.transfer is not first.transfer and later.transfer.seq == 2
    assert minted.license.used == 1 and not cases(estate)


def test_a_copy_that_goes_on_from_an_old_state_is_a_case_and_loses_nothing(
    estate: Estate, minted, device: Sneakers
) -> None:
    first = take(estate, minted, device.request())
    install(device, first)
    copied = dict(device.data)
    second = take(estate, minted, device.request())
    install(device, second)
    assert confirm(estate, minted, device.receipt()).allowed
    device.data, device.now = copied, estate.now + timedelta(days=1)
    taken = take(estate.later(days=1), minted, device.request())
    assert taken.outcome.allowed and cases(estate) == ["sequence"]
    assert minted.license.used == 1 and first.outcome.activation.state == "active"


def test_a_plain_program_brings_its_file_back(estate: Estate, minted) -> None:
    plain = Sneakers(pc(2), minted.code, estate.now, signs=False)
    taken = take(estate, minted, plain.request())
    assert taken.outcome.allowed and taken.outcome.activation.device_key is None
    doing = estate.doing(holder(minted))
    assert proofs.declare(doing, minted.license, "another", taken.transfer).decision.code == "document_other_file"
    assert proofs.declare(doing, minted.license, "file 1\r\n", taken.transfer).allowed
    assert (taken.transfer.closed, taken.outcome.activation.state) == ("declared", "active")
    assert proofs.declare(doing, minted.license, "file 1", taken.transfer).again


def test_a_program_with_a_key_has_to_give_its_receipt(estate: Estate, minted, device: Sneakers) -> None:
    taken = take(estate, minted, device.request())
    outcome = proofs.declare(estate.doing(holder(minted)), minted.license, "file 1", taken.transfer)
    assert (outcome.decision.code, taken.outcome.activation.state) == ("receipt_needed", "pending")


def test_a_set_up_pc_with_a_new_key_is_the_next_generation(estate: Estate, minted, device: Sneakers) -> None:
    old = take(estate, minted, device.request()).outcome.activation
    fresh = Sneakers(pc(1), minted.code, estate.now)
    new = take(estate, minted, fresh.request()).outcome.activation
    assert (new.line, new.generation, new.state) == (old.line, 2, "pending") and old.state == "replaced"
    assert new.device_key == fresh.public and minted.license.used == 1
    assert [one.operation for one in ledger(estate.db, minted.license)] == ["activate", "repair"]
    hold_counters(estate.db)


def test_a_pc_without_a_free_seat_waits_and_gets_its_file_after_the_move(estate: Estate) -> None:
    minted = estate.mint(estate.article(), estate.group())
    old = estate.run_on(minted.license, pc("old"), days=400).activation
    device = Sneakers(pc(1), minted.code, estate.now)
    text = device.request()
    refused = take(estate, minted, text)
    assert refused.outcome.decision.code == "seats_exhausted" and refused.transfer is None
    waiting = refused.outcome.waiting
    doing = estate.doing(holder(minted))
    moved = activations.reactivate(doing, minted.license, old, waiting, reason="lost").activation
    taken = take(estate, minted, text)
    assert taken.outcome.activation is moved and moved.device_key == device.public
    assert (moved.state, minted.license.used) == ("pending", 1)


def test_a_kept_seat_goes_to_the_pc_whose_request_comes(estate: Estate) -> None:
    minted = estate.mint(estate.article(), estate.group())
    old = estate.run_on(minted.license, pc("old"), days=400).activation
    kept = activations.reactivate(estate.doing(holder(minted)), minted.license, old, None, reason="lost").activation
    taken = take(estate, minted, Sneakers(pc(1), minted.code, estate.now).request())
    assert taken.outcome.activation is kept and (kept.state, kept.how) == ("pending", "offline")


def changed_key(device: Sneakers, _: Estate) -> str:
    return device.request(device_public_key=Ed25519PrivateKey.generate().public_key().public_bytes_raw())


REFUSED: dict[str, tuple[Callable[[Sneakers, Estate], str], str]] = {
    "another product": (lambda device, _: device.request(product="OTHER"), "document_other_product"),
    "another license": (lambda device, _: device.request(license=b"x" * 32), "document_other_license"),
    "from the future": (
        lambda device, estate: device.request(created=estate.now + timedelta(days=3)), "document_from_future",
    ),
    "another key": (changed_key, "document_not_genuine"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_answered_changes_nothing(estate: Estate, minted, device: Sneakers, what: str) -> None:
    make, code = REFUSED[what]
    before = everything(estate.db)
    taken = take(estate, minted, make(device, estate))
    assert (taken.outcome.decision.code, taken.transfer) == (code, None)
    assert everything(estate.db) == before


def test_a_request_number_is_used_once(estate: Estate, minted, device: Sneakers) -> None:
    number = uuid4()
    assert take(estate, minted, device.request(request_id=number)).outcome.allowed
    again = take(estate, minted, device.request(request_id=number, platform="another"))
    assert again.outcome.decision.code == "document_reused"


def test_an_answered_request_is_not_answered_for_another_license(estate: Estate, minted, device: Sneakers) -> None:
    other = estate.mint(estate.article(sku="CADPRO-2"), estate.group("Other"))
    text = device.request(license=None)
    assert take(estate, minted, text).outcome.allowed
    assert take(estate, other, text).outcome.decision.code == "document_other_license"


def test_after_a_return_the_old_request_opens_nothing(estate: Estate, minted, device: Sneakers) -> None:
    text = device.request()
    taken = take(estate, minted, text)
    returns.give_back(estate.doing(program(minted.license)), minted.license, taken.outcome.activation)
    assert take(estate, minted, text).outcome.decision.code == "transfer_over"
    assert minted.license.used == 0


@pytest.mark.parametrize("state", [LicenseState.REVOKED, LicenseState.RECALLED])
def test_a_withdrawn_license_writes_no_more_files(estate: Estate, minted, device: Sneakers, state: str) -> None:
    take(estate, minted, device.request())
    minted.license.state = state
    assert take(estate, minted, device.request()).outcome.decision.code == "license_revoked"


def test_the_request_never_tells_the_ticket(minted, device: Sneakers) -> None:
    text = device.request()
    told_ = str(said(text, Type.ACTIVATION_REQUEST))
    assert minted.code not in text + told_ and minted.code.replace("-", "") not in told_


def test_while_a_return_is_asked_for_no_fresh_file_is_written(estate: Estate, minted, device: Sneakers, keys) -> None:
    from portal.files import keyring

    taken = take(estate, minted, device.request())
    doing = estate.doing(holder(minted))
    offline_returns.ask(doing, minted.license, taken.outcome.activation, keyring.load(keys))
    assert take(estate, minted, device.request()).outcome.decision.code == "return_under_way"


def test_receipts_of_an_ended_activation_are_answered_plainly(estate: Estate, minted, device: Sneakers) -> None:
    taken = take(estate, minted, device.request())
    install(device, taken)
    receipt = device.receipt()
    returns.give_back(estate.doing(program(minted.license)), minted.license, taken.outcome.activation)
    assert confirm(estate, minted, receipt).decision.code == "transfer_over"
    assert minted.license.used == 0


FORGED = {
    "foreign": lambda device: device.receipt(activation_id=uuid4()),
    "not_genuine": lambda device: replace_key(device).receipt(),
    "sequence": lambda device: device.receipt(seq=7),
}


def replace_key(device: Sneakers) -> Sneakers:
    device.secret = Ed25519PrivateKey.generate()
    return device


@pytest.mark.parametrize("reason", FORGED)
def test_a_receipt_that_does_not_fit_is_a_case(estate: Estate, minted, device: Sneakers, reason: str) -> None:
    taken = take(estate, minted, device.request())
    install(device, taken)
    outcome = confirm(estate, minted, FORGED[reason](device))
    assert (outcome.decision.code, cases(estate)) == ("receipt_mismatch", [reason])
    assert (taken.outcome.activation.state, minted.license.used) == ("pending", 1)
    assert told(last_event(estate.db)) == ("state.mismatch", "done", None, "ticket")


def test_the_stored_answer_is_sealed(estate: Estate, minted, device: Sneakers) -> None:
    transfer = take(estate, minted, device.request()).transfer
    assert b"file 1" not in transfer.answer
    assert estate.db.execute(select(Transfer.answer)).scalar() == transfer.answer
    assert estate.db.execute(select(Activation.head)).scalar() == transfer.head


