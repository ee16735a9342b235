"""Returns without a network: the portal asks with a signed request, the device answers with a signed receipt.

The receipt proves that a return was run on the device that holds the key. It does not prove that no copy exists.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select, update

from portal import rules
from portal.actions import cases, ledger, proofs, returns, seats
from portal.actions.doing import Doing
from portal.actions.ledger import Question
from portal.actions.seats import Outcome
from portal.audit import Happened
from portal.db import new_id
from portal.files import papers
from portal.files.documents import ReturnReceipt, ReturnRequest
from portal.files.keyring import Keyring
from portal.files.papers import Paper
from portal.models import Activation, ActivationState, Article, Closed, Device, License, Product, Transfer
from portal.models import TransferKind as Kind
from portal.rules import Decision

GOOD_FOR = timedelta(days=14)


def ask(doing: Doing, license_: License, activation: Activation, keyring: Keyring) -> tuple[Outcome, Transfer | None]:
    """Write a return request for the device, or give the open one again. The license must be locked."""
    doing.db.refresh(activation, with_for_update=True)
    if activation.ended_at is not None:
        return Outcome(ledger.gone(True)), None
    if activation.device_key is None:
        return Outcome(Decision(outcome="deny", code="no_device_key"), activation), None
    opened = _open_request(doing, activation)
    seq, head = proofs.state_of(doing, activation)
    if opened is not None and opened.not_after and opened.not_after > doing.now and opened.seq == seq:
        outcome = Outcome(ledger.nothing_to_decide(), activation, again=True)
        return outcome, opened
    question = Question(doing, license_, None, activation=activation, evidence="receipt")
    decision = question.decide("return")
    device = seats.name(doing, activation)
    if not decision.allowed:
        question.refused(Happened.RETURN_ASKED, decision, activation, device=device)
        return Outcome(decision, activation), None
    if opened is not None:
        opened.closed, opened.closed_at = Closed.OVERTAKEN, doing.now
        doing.db.flush()
    transfer = _request(doing, license_, activation, keyring, seq, head)
    activation.state = ActivationState.RETURNING
    activation.return_asked_at = doing.now
    question.event(Happened.RETURN_WRITTEN, activation, device=device)
    return Outcome(decision, activation), transfer


def take_receipt(doing: Doing, license_: License, paper: Paper) -> Outcome:
    """A return receipt. The license must be locked.

    It is accepted if everything fits: the key of this very activation, which is live, generation, sequence and head,
    a nonce that is known, unused and in time, and components within the tolerance of the rules. Then the nonce is
    burnt and the seat returned, with the receipt as evidence. The same receipt again is answered alike. Anything else
    opens a case: no seat is credited, and nothing is locked.
    """
    receipt: ReturnReceipt = paper.document
    activation = None
    if receipt.license_id == license_.public_id:
        activation = proofs.activation_of(doing, license_, receipt.activation_id, receipt.generation)
    transfer = activation and _asked_for(doing, activation, receipt.request_nonce)
    if activation and transfer and transfer.receipt_digest == paper.digest:
        return Outcome(ledger.nothing_to_decide(), activation, again=True)
    reason = _objection(doing, license_, paper, activation, transfer)
    if reason is None and transfer is not None and not _burn(doing, transfer, paper):
        reason = "nonce_used"
    if activation is None or reason is not None:
        cases.open_(doing, license_, activation, reason or "foreign", paper.digest)
        denied = Decision(outcome="deny", code=proofs.MISMATCH, params={"reason": reason or "foreign"})
        return Outcome(denied, activation)
    return returns.returned_with_proof(doing, license_, activation)


def _objection(
    doing: Doing, license_: License, paper: Paper, activation: Activation | None, transfer: Transfer | None
) -> str | None:
    """The first thing that does not fit, in the order in which it can be trusted; None where all does."""
    receipt: ReturnReceipt = paper.document
    if activation is None:
        return "foreign"
    key = activation.device_key
    if key is None or papers.key_id(key) != receipt.device_key_id or not paper.is_signed_by(key):
        return "not_genuine"
    if transfer is None:
        return "nonce_unknown"
    if activation.ended_at is not None:
        return "ended"
    if transfer.closed_at is not None:
        return "nonce_used"
    if transfer.not_after is None or doing.now > transfer.not_after:
        return "late"
    if (receipt.seq, receipt.prev_head) != (transfer.seq, transfer.head):
        return "sequence"
    return None if _is_same_device(doing, license_, activation, receipt.components) else "components"


def _is_same_device(
    doing: Doing, license_: License, activation: Activation, components: Mapping[str, bytes]
) -> bool:
    device = doing.db.get_one(Device, activation.device_id)
    known = {name: papers.component_hash(str(value)).hex() for name, value in device.components.items()}
    told = {name: value.hex() for name, value in components.items()}
    binding = Question(doing, license_, None).in_force.rules.binding
    return rules.match(binding, known, told) is not None


def _burn(doing: Doing, transfer: Transfer, paper: Paper) -> bool:
    """Use the nonce up: beside the lock, the last word on who was first."""
    burnt = doing.db.execute(
        update(Transfer)
        .where(Transfer.id == transfer.id, Transfer.closed_at.is_(None))
        .values(
            closed=Closed.RETURNED,
            closed_at=doing.now,
            receipt_digest=paper.digest,
            device_time=paper.document.device_time,
        )
        .execution_options(synchronize_session=False)
    )
    doing.db.refresh(transfer)
    return burnt.rowcount == 1


def _open_request(doing: Doing, activation: Activation) -> Transfer | None:
    return doing.db.execute(
        select(Transfer).where(
            Transfer.activation_id == activation.id, Transfer.kind == Kind.RETURN, Transfer.closed_at.is_(None)
        )
    ).scalar()


def _asked_for(doing: Doing, activation: Activation, nonce: bytes) -> Transfer | None:
    return doing.db.execute(
        select(Transfer).where(Transfer.activation_id == activation.id, Transfer.nonce == nonce)
    ).scalar()


def _request(
    doing: Doing, license_: License, activation: Activation, keyring: Keyring, seq: int, head: bytes
) -> Transfer:
    product = doing.db.execute(
        select(Product.code).join(Article, Article.product_id == Product.id).where(Article.id == license_.article_id)
    ).scalar_one()
    transfer = Transfer(
        public_id=new_id(doing.now),
        kind=Kind.RETURN,
        license_id=license_.id,
        activation_id=activation.id,
        nonce=secrets.token_bytes(16),
        seq=seq,
        head=head,
        created_at=doing.now,
        not_after=doing.now + GOOD_FOR,
    )
    document = ReturnRequest(
        product=product,
        license_id=license_.public_id,
        activation_id=activation.line,
        generation=activation.generation,
        expected_seq=seq,
        nonce=transfer.nonce,
        not_after=transfer.not_after,
        created=doing.now,
    )
    text = papers.write(document, keyring.sign)
    transfer.answer = doing.vault.seal("transfer", text.encode(), transfer.public_id.bytes)
    doing.db.add(transfer)
    doing.db.flush()
    return transfer
