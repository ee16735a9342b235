"""Transfers: files carried to and from PCs without a network."""

from uuid import UUID

from portal.access import Permission, activation_for, license_for, transfer_for
from portal.actions import offline_returns, transfers
from portal.files.documents import Type
from portal.files.papers import DocumentRefused, Flaw, Paper
from portal.models import License, Transfer
from portal.programs import offline
from portal.programs.offline import Answered
from portal.reports import carriers
from portal.rules import Decision
from portal.screens import transfers as screens
from portal.screens.license import device_name, license_to_use, refused
from portal.web import Answer, Visit, done, endpoint, file

NAMES = {"activation": "license.lic", "return": "return-request.txt"}


@endpoint.get("/transfers")
def index(visit: Visit) -> Answer:
    """What waits for its receipt, and a place to bring any file."""
    return screens.index(visit)


@endpoint.post("/transfers")
def bring(visit: Visit) -> Answer:
    """Any file of a program: what it says tells which license it is for."""
    text = uploaded(visit)
    try:
        paper = offline.read(text)
    except DocumentRefused as wrong:
        return screens.index(visit, code=wrong.flaw.value, text=visit.form.values.get("pasted", ""))
    license_id = carriers.license_of(visit.db, visit.vault, visit.actor, paper)
    if license_id is None:
        code = "document_for_program" if paper.type in FOR_PROGRAMS else "document_license_unknown"
        return screens.index(visit, code=code, text=visit.form.values.get("pasted", ""))
    license_ = license_to_use(visit, license_id)
    answered = take(visit, license_, paper)
    if answered.outcome.allowed:
        return led_on(visit, license_, answered)
    return screens.new(visit, license_, answered.outcome.decision, visit.form.values.get("pasted", ""))


@endpoint.get("/licenses/{license_id:uuid}/transfer")
def new(visit: Visit, license_id: UUID) -> Answer:
    """Activate a PC without a network: bring its request."""
    return screens.new(visit, license_for(visit.db, visit.actor, license_id, Permission.USE))


@endpoint.post("/licenses/{license_id:uuid}/transfer")
def create(visit: Visit, license_id: UUID) -> Answer:
    """The request of a PC, or whatever else its program wrote for this license."""
    text = uploaded(visit)
    license_ = license_to_use(visit, license_id)
    answered = read_and_take(visit, license_, text)
    if answered.outcome.allowed:
        return led_on(visit, license_, answered)
    return screens.new(visit, license_, answered.outcome.decision, visit.form.values.get("pasted", ""))


@endpoint.get("/transfers/{transfer_id:uuid}")
def show(visit: Visit, transfer_id: UUID) -> Answer:
    """One transfer: the file to carry, and the place for what comes back."""
    return screens.show(visit, transfer_for(visit.db, visit.actor, transfer_id, Permission.USE)[1])


@endpoint.get("/transfers/{transfer_id:uuid}/file")
def download(visit: Visit, transfer_id: UUID) -> Answer:
    """The file itself, the very same each time."""
    _, transfer = transfer_for(visit.db, visit.actor, transfer_id, Permission.USE)
    return file(transfers.text_of(visit, transfer).encode(), NAMES[transfer.kind], "text/plain")


@endpoint.post("/transfers/{transfer_id:uuid}/receipt")
def receive(visit: Visit, transfer_id: UUID) -> Answer:
    """The receipt, or the license file itself where the program gives none."""
    text = uploaded(visit)
    license_, transfer = transfer_for(visit.db, visit.actor, transfer_id, Permission.USE)
    license_ = license_to_use(visit, license_.public_id)
    visit.db.refresh(transfer)
    answered = read_and_take(visit, license_, text, transfer)
    if answered.outcome.allowed:
        return led_on(visit, license_, answered)
    return screens.show(visit, transfer, answered.outcome.decision, visit.form.values.get("pasted", ""))


@endpoint.post("/activations/{activation_id:uuid}/return-request")
def ask_return(visit: Visit, activation_id: UUID) -> Answer:
    """Write a return request that somebody carries to the PC."""
    visit.form.allow()
    license_, activation = activation_for(visit.db, visit.actor, activation_id, Permission.USE)
    license_ = license_to_use(visit, license_.public_id)
    outcome, transfer = offline_returns.ask(visit, license_, activation, visit.site.keyring)
    if transfer is None:
        return refused(visit, license_, outcome.decision, "return")
    return done(visit, f"/transfers/{transfer.public_id}", "return_written", device=device_name(visit, outcome))


FOR_PROGRAMS = (Type.RETURN_REQUEST, Type.BLOCK_LIST)


def uploaded(visit: Visit) -> str:
    visit.form.allow("upload", "pasted")
    return visit.form.paper("upload", "pasted")


def read_and_take(visit: Visit, license_: License, text: str, transfer: Transfer | None = None) -> Answered:
    """What came, read and answered; what cannot be read is answered, too. The license must be locked."""
    try:
        paper = offline.read(text)
    except DocumentRefused as wrong:
        if transfer is not None and wrong.flaw is Flaw.FOREIGN and offline.is_file(text):
            return offline.take_file(visit, license_, text, transfer)
        return offline.unreadable(visit, license_, wrong)
    return take(visit, license_, paper)


def take(visit: Visit, license_: License, paper: Paper) -> Answered:
    if paper.type is Type.ACTIVATION_REQUEST:
        return offline.answer_request(visit, license_, paper)
    if paper.type in FOR_PROGRAMS:
        return offline.denied(paper.type, Decision(outcome="deny", code="document_for_program"))
    return offline.take_receipt(visit, license_, paper)


def led_on(visit: Visit, license_: License, answered: Answered) -> Answer:
    """It was done: on to the transfer, or back to the license."""
    name = device_name(visit, answered.outcome)
    if answered.transfer is not None:
        return done(visit, f"/transfers/{answered.transfer.public_id}", "file_ready", device=name)
    notice = "returned" if answered.type is Type.RETURN_RECEIPT else "file_imported"
    return done(visit, f"/licenses/{license_.public_id}", notice, device=name)
