"""What a person carries to the portal for a program without a network: read it, answer it, and say what came of it."""

from dataclasses import dataclass

from portal.actions import hints, offline_returns, proofs, rule_sets, seats, transfers
from portal.actions.seats import Outcome
from portal.files import papers
from portal.files.documents import Type
from portal.files.papers import DocumentRefused, Paper
from portal.models import Assignment, Device, License, Transfer
from portal.programs import files
from portal.rules import Decision
from portal.web import Visit


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a document: the decision about it, and the transfer it began, continued or ended."""

    type: Type
    outcome: Outcome
    transfer: Transfer | None = None


def answer_request(visit: Visit, license_: License, paper: Paper) -> Answered:
    """A request becomes a license file, made once and kept. The license must be locked."""
    taken = transfers.take_request(visit, license_, paper)
    activation = taken.outcome.activation
    if taken.transfer is not None and taken.is_new and activation is not None:
        until = seats.lease_end(rule_sets.in_force(visit.db, license_.article_id), visit.now, license_.ends_at)
        seats.extend_lease(activation, until)
        device = visit.db.get_one(Device, activation.device_id)
        own = visit.db.get(Assignment, activation.assignment_id) if activation.assignment_id else None
        key = hints.key_for(visit, license_, paper.document.license, own)
        certificate, _ = files.machine_file(
            visit, license_, activation, device, until,
            with_features=True, key=hints.written(visit, key) if key else None,
            assignment_id=key.assignment_id if key else None, request=paper.document.request_id,
        )  # fmt: skip
        transfers.keep(visit, taken.transfer, certificate.text)
    return Answered(paper.type, taken.outcome, taken.transfer)


def take_receipt(visit: Visit, license_: License, paper: Paper) -> Answered:
    """A receipt of either kind. The license must be locked."""
    if paper.type is Type.RETURN_RECEIPT:
        return Answered(paper.type, offline_returns.take_receipt(visit, license_, paper))
    return Answered(paper.type, proofs.take_receipt(visit, license_, paper))


def take_file(visit: Visit, license_: License, text: str, transfer: Transfer) -> Answered:
    """The license file itself, brought back because its program gives no receipts. The license must be locked."""
    return Answered(Type.ACTIVATION_RECEIPT, proofs.declare(visit, license_, text, transfer))


def is_file(text: str) -> bool:
    """Whether this begins like a license file rather than like a document."""
    return text.lstrip().startswith("-----BEGIN MACHINE FILE-----")


def unreadable(visit: Visit, license_: License, refused: DocumentRefused) -> Answered:
    """Why nothing could be read; a receipt whose envelope is whole and whose content is not opens a case."""
    type_ = refused.type or Type.ACTIVATION_REQUEST
    if refused.digest is not None and type_ in (Type.ACTIVATION_RECEIPT, Type.RETURN_RECEIPT):
        return Answered(type_, proofs.not_fitting(visit, license_, refused.digest))
    return denied(type_, Decision(outcome="deny", code=refused.flaw.value))


def denied(type_: Type, decision: Decision) -> Answered:
    return Answered(type_, Outcome(decision))


def read(text: str) -> Paper:
    """The document that was uploaded or pasted; raises DocumentRefused."""
    return papers.read(text)
