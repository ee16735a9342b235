"""Proofs: what a device without a network shows of the license file that it imported."""

from __future__ import annotations

from sqlalchemy import func, select

from portal.access import is_narrow, within
from portal.actions import cases, ledger, seats
from portal.actions.doing import Doing
from portal.actions.seats import Outcome
from portal.audit import Happened
from portal.files import papers
from portal.files.documents import ActivationReceipt, ActivationRequest, Held
from portal.files.papers import Paper
from portal.models import Activation, Closed, License, Transfer
from portal.models import TransferKind as Kind
from portal.rules import Decision

MISMATCH = "receipt_mismatch"


def take_receipt(doing: Doing, license_: License, paper: Paper) -> Outcome:
    """A receipt for a license file. The license must be locked. The same receipt again is answered alike.

    One that does not fit opens a case; the seat stays as it is, and so does everything else.
    """
    receipt: ActivationReceipt = paper.document
    held = Held(receipt.activation_id, receipt.generation, receipt.seq, receipt.prev_head)
    activation = activation_of(doing, license_, receipt.activation_id, receipt.generation)
    if activation is None:
        return _mismatch(doing, license_, None, "foreign", paper.digest)
    key = activation.device_key
    if key is None or papers.key_id(key) != receipt.device_key_id or not paper.is_signed_by(key):
        return _mismatch(doing, license_, activation, "not_genuine", paper.digest)
    transfer = _transfer_of(doing, activation, held)
    if transfer is None or transfer.request_id != receipt.request_id:
        return _mismatch(doing, license_, activation, "sequence", paper.digest)
    if transfer.closed == Closed.CONFIRMED:
        return Outcome(ledger.nothing_to_decide(), activation, again=True)
    if activation.ended_at is not None:
        return Outcome(Decision(outcome="deny", code="transfer_over"), activation)
    if transfer.seq < last_confirmed(doing, activation):
        return _mismatch(doing, license_, activation, "sequence", paper.digest)
    _confirm(doing, license_, activation, transfer, paper.digest)
    transfer.device_time = receipt.created
    return Outcome(ledger.nothing_to_decide(), activation)


def learn_from_request(doing: Doing, license_: License, request: ActivationRequest, digest: bytes) -> None:
    """A later request of the same device shows which file it imported, as good as a receipt.

    What it claims is believed only with the signature of that activation's key. A state that the device has left
    behind, by its own clock, opens a case; the request itself is answered all the same.
    """
    held = request.imported
    activation = held and activation_of(doing, license_, held.activation_id, held.generation)
    if held is None or activation is None or activation.ended_at is not None:
        return
    if activation.device_key is None or activation.device_key != request.device_public_key:
        return
    if (held.seq, held.head) == (activation.seq, activation.head) and _transfer_of(doing, activation, held) is None:
        seats.confirm(doing, license_, activation, Happened.FILE_IMPORTED)
        return
    transfer = _transfer_of(doing, activation, held)
    if transfer is None:
        cases.open_(doing, license_, activation, "sequence", digest)
    elif transfer.closed == Closed.CONFIRMED or transfer.seq < last_confirmed(doing, activation):
        if _was_left_behind(doing, activation, transfer, request):
            cases.open_(doing, license_, activation, "sequence", digest)
    else:
        _confirm(doing, license_, activation, transfer, digest)
        transfer.device_time = request.created


def declare(doing: Doing, license_: License, text: str, sent: Transfer) -> Outcome:
    """A program without a device key: whoever brings its license file back says that it arrived."""
    activation = doing.db.get_one(Activation, sent.activation_id)
    if activation.ended_at is not None:
        return Outcome(Decision(outcome="deny", code="transfer_over"), activation)
    if activation.device_key is not None:
        return Outcome(Decision(outcome="deny", code="receipt_needed"), activation)
    kept = doing.vault.open("transfer", sent.answer, sent.public_id.bytes).decode()
    if text.replace("\r\n", "\n").strip() != kept.strip():
        return Outcome(Decision(outcome="deny", code="document_other_file"), activation)
    if sent.closed is not None:
        return Outcome(ledger.nothing_to_decide(), activation, again=True)
    sent.closed, sent.closed_at = Closed.DECLARED, doing.now
    _overtake(doing, sent)
    seats.confirm(doing, license_, activation, Happened.FILE_IMPORTED)
    return Outcome(ledger.nothing_to_decide(), activation)


def activation_of(doing: Doing, license_: License, line: object, generation: int) -> Activation | None:
    """This generation of this seat, alive or not; other people's do not exist for who has only a seat of their own."""
    wanted = select(Activation).where(
        Activation.license_id == license_.id, Activation.line == line, Activation.generation == generation
    )
    if is_narrow(doing.db, doing.actor, license_):
        wanted = wanted.where(within(doing.actor, Activation.assignment_id))
    return doing.db.execute(wanted).scalar()


def last_confirmed(doing: Doing, activation: Activation) -> int:
    """The number of the last file that the device is known to have imported; 0 for none."""
    return doing.db.execute(
        select(func.coalesce(func.max(Transfer.seq), 0)).where(
            Transfer.activation_id == activation.id,
            Transfer.kind == Kind.ACTIVATION,
            Transfer.closed.in_([Closed.CONFIRMED, Closed.DECLARED]),
        )
    ).scalar_one()


def state_of(doing: Doing, activation: Activation) -> tuple[int, bytes]:
    """The state the device should be in: of the last file it confirmed, or else of the last one handed out."""
    confirmed = last_confirmed(doing, activation)
    if confirmed:
        head = doing.db.execute(
            select(Transfer.head).where(
                Transfer.activation_id == activation.id, Transfer.kind == Kind.ACTIVATION, Transfer.seq == confirmed
            )
        ).scalar_one()
        return confirmed, head
    return activation.seq, activation.head or b""


def _transfer_of(doing: Doing, activation: Activation, held: Held) -> Transfer | None:
    return doing.db.execute(
        select(Transfer).where(
            Transfer.activation_id == activation.id,
            Transfer.kind == Kind.ACTIVATION,
            Transfer.seq == held.seq,
            Transfer.head == held.head,
        )
    ).scalar()


def _was_left_behind(doing: Doing, activation: Activation, transfer: Transfer, request: ActivationRequest) -> bool:
    """Whether the device wrote this after it had shown a later state: then there are two of it."""
    later = select(func.max(Transfer.device_time)).where(
        Transfer.activation_id == activation.id, Transfer.seq > transfer.seq, Transfer.closed == Closed.CONFIRMED
    )
    shown = doing.db.execute(later).scalar()
    return shown is not None and request.created > shown


def _confirm(doing: Doing, license_: License, activation: Activation, transfer: Transfer, digest: bytes) -> None:
    transfer.closed, transfer.closed_at, transfer.receipt_digest = Closed.CONFIRMED, doing.now, digest
    _overtake(doing, transfer)
    seats.confirm(doing, license_, activation, Happened.FILE_IMPORTED)


def _overtake(doing: Doing, confirmed: Transfer) -> None:
    """Other files of the same activation need no receipt any more; one that comes all the same is still understood."""
    doing.db.flush()
    others = select(Transfer).where(
        Transfer.activation_id == confirmed.activation_id,
        Transfer.kind == Kind.ACTIVATION,
        Transfer.closed_at.is_(None),
    )
    for other in doing.db.execute(others).scalars():
        other.closed, other.closed_at = Closed.OVERTAKEN, doing.now


def _mismatch(
    doing: Doing, license_: License, activation: Activation | None, reason: str, digest: bytes | None
) -> Outcome:
    cases.open_(doing, license_, activation, reason, digest)
    return Outcome(Decision(outcome="deny", code=MISMATCH, params={"reason": reason}), activation)


def not_fitting(doing: Doing, license_: License, digest: bytes | None) -> Outcome:
    """A receipt that cannot even be read, although it began like one: for whoever looks at the license, a case."""
    return _mismatch(doing, license_, None, "unreadable", digest)
