"""Transfers to a PC without a network: a request is answered with a license file, the same one each time."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from portal.access import own_assignment
from portal.actions import activations, devices, hints, ledger, letters, proofs, seats
from portal.actions.devices import Machine
from portal.actions.doing import Doing
from portal.actions.ledger import Question
from portal.actions.seats import Outcome
from portal.audit import Happened
from portal.db import new_id
from portal.files.documents import ActivationRequest
from portal.files.papers import Paper
from portal.models import (
    Activation,
    ActivationState,
    Article,
    Assignment,
    License,
    LicenseKey,
    LicenseState,
    Product,
    Transfer,
)
from portal.models import TransferKind as Kind
from portal.rules import Decision

AHEAD = timedelta(hours=48)  # how far the clock of a PC may be ahead


@dataclass(frozen=True, slots=True)
class Taken:
    """What a request came to. A new transfer still needs its file; see `keep`."""

    outcome: Outcome
    transfer: Transfer | None = None

    @property
    def is_new(self) -> bool:
        return self.transfer is not None and not self.transfer.answer


def take_request(doing: Doing, license_: License, paper: Paper) -> Taken:
    """A request that somebody carried here. The license must be locked.

    The rules decide as for an activation online, with a receipt as evidence. The same request takes one seat and gets
    one answer, however often it comes. A PC that is known already takes nothing: it gets a fresh file.
    """
    request: ActivationRequest = paper.document
    answered = doing.db.execute(select(Transfer).where(Transfer.digest == paper.digest)).scalar()
    if answered is not None:
        return _again(doing, license_, answered)
    if (code := _flaw(doing, license_, paper)) is not None:
        return Taken(Outcome(Decision(outcome="deny", code=code)))
    if request.imported is not None:
        proofs.learn_from_request(doing, license_, request, paper.digest)
    outcome = _seat(doing, license_, request, _through(doing, license_, request))
    if not outcome.allowed or outcome.activation is None:
        return Taken(outcome)
    activation = outcome.activation
    if activation.device_key is None:
        activation.device_key = request.device_public_key
    transfer = _issue(doing, license_, activation, paper)
    if not outcome.again:
        letters.transfer_waiting(doing, license_, activation)
    return Taken(outcome, transfer)


def keep(doing: Doing, transfer: Transfer, text: str) -> None:
    """Keep the file that answers a request, sealed, so that every further answer is the same."""
    transfer.answer = doing.vault.seal("transfer", text.encode(), transfer.public_id.bytes)
    doing.db.flush()


def text_of(doing: Doing, transfer: Transfer) -> str:
    """The file of a transfer, as it was handed out the first time."""
    return doing.vault.open("transfer", transfer.answer, transfer.public_id.bytes).decode()


def advance(activation: Activation, digest: bytes) -> None:
    """One more file for this activation. Nobody can tell the new head who has not seen the file."""
    activation.seq += 1
    activation.head = hashlib.sha256((activation.head or b"") + digest + secrets.token_bytes(16)).digest()


def _again(doing: Doing, license_: License, transfer: Transfer) -> Taken:
    activation = doing.db.get_one(Activation, transfer.activation_id)
    if transfer.license_id != license_.id:
        return Taken(Outcome(Decision(outcome="deny", code="document_other_license")))
    if activation.ended_at is not None:
        return Taken(Outcome(Decision(outcome="deny", code="transfer_over")))
    return Taken(Outcome(ledger.nothing_to_decide(), activation, again=True), transfer)


def _flaw(doing: Doing, license_: License, paper: Paper) -> str | None:
    """Why this request cannot be answered at all, whatever the rules say."""
    request: ActivationRequest = paper.document
    if request.device_public_key is None and paper.is_signed:
        return "document_malformed"
    if request.device_public_key is not None and not paper.is_signed_by(request.device_public_key):
        return "document_not_genuine"
    product = doing.db.execute(
        select(Product.code)
        .join(Article, Article.product_id == Product.id)
        .where(Article.id == license_.article_id)
    ).scalar_one()
    if request.product != product:
        return "document_other_product"
    if _key(doing, license_, request) is None:
        return "document_other_license"
    if request.created > doing.now + AHEAD:
        return "document_from_future"
    same_id = select(Transfer.id).where(Transfer.license_id == license_.id, Transfer.request_id == request.request_id)
    return "document_reused" if doing.db.execute(same_id).first() else None


def _key(doing: Doing, license_: License, request: ActivationRequest) -> LicenseKey | None:
    """The key that the program asks with. Whoever has only a seat of the license brings nothing for another one."""
    own = own_assignment(doing.db, doing.actor, license_)
    key = hints.key_for(doing, license_, request.license, own)
    if key is None or (own is not None and key.assignment_id != own.id):
        return None
    return key


def _through(doing: Doing, license_: License, request: ActivationRequest) -> Assignment | None:
    key = _key(doing, license_, request)
    return doing.db.get_one(Assignment, key.assignment_id) if key and key.assignment_id else None


def _seat(doing: Doing, license_: License, request: ActivationRequest, through: Assignment | None) -> Outcome:
    machine = Machine(request.fingerprint, dict(request.components), request.device_name, request.platform)
    found = seats.on_device(doing, license_, request.fingerprint)
    own = found[0] if found else None
    if own is None or (through is not None and own.assignment_id != through.id):
        outcome = activations.activate(doing, license_, machine, how="offline", through=through)
        if own is None or not outcome.allowed:
            return outcome
    if own.device_key is not None and own.device_key != request.device_public_key:
        return activations.set_up_again(doing, license_, own, machine, how="offline")
    if own.state == ActivationState.RETURNING:
        return Outcome(Decision(outcome="deny", code="return_under_way"), own)
    if (over := _over(doing, license_)) is not None:
        return Outcome(over, own)
    devices.meet(doing, license_, machine)
    return Outcome(ledger.nothing_to_decide(), own, again=True)


def _over(doing: Doing, license_: License) -> Decision | None:
    """A running PC gets no fresh file of a license that ended or was taken away."""
    if license_.state == LicenseState.MERGED:
        return Decision(outcome="deny", code="license_merged")
    if license_.state in (LicenseState.RECALLED, LicenseState.REVOKED):
        return Decision(outcome="deny", code="license_revoked")
    if license_.ends_at is not None and license_.ends_at <= doing.now:
        return Decision(outcome="deny", code="license_expired", params={"date": license_.ends_at})
    return None


def _issue(doing: Doing, license_: License, activation: Activation, paper: Paper) -> Transfer:
    advance(activation, paper.digest)
    if activation.confirmed_at is None:
        activation.how = "offline"
    transfer = Transfer(
        public_id=new_id(doing.now),
        kind=Kind.ACTIVATION,
        license_id=license_.id,
        activation_id=activation.id,
        digest=paper.digest,
        request_id=paper.document.request_id,
        seq=activation.seq,
        head=activation.head,
        answer=b"",
        created_at=doing.now,
    )
    doing.db.add(transfer)
    doing.db.flush()
    Question(doing, license_, None, activation=activation).event(
        Happened.FILE_ISSUED, activation, device=seats.name(doing, activation)
    )
    return transfer
