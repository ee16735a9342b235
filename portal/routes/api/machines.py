"""Devices as programs see them: activate, look, check in, take a file, return."""

from uuid import UUID

from sqlalchemy import ColumnElement, select

from portal.actions import activations, emergencies, returns, seats, transfers
from portal.actions.seats import Outcome
from portal.models import Activation, Device, License
from portal.programs import calls, files, reading
from portal.programs.calls import BadCall
from portal.programs.resources import file_resource, instant, key_of, machine_resource
from portal.web import Answer, Visit, json_answer
from portal.web.pages import problem
from portal.web.problems import answer as error
from portal.words import refusals

CLIENT_CODES = {
    "seats_exhausted": (422, "MACHINE_LIMIT_EXCEEDED"),
    "license_expired": (403, "LICENSE_EXPIRED"),
    "license_revoked": (403, "LICENSE_SUSPENDED"),
    "license_merged": (403, "LICENSE_SUSPENDED"),
    "seat_taken_back": (403, "LICENSE_SUSPENDED"),
    "device_stolen": (403, "LICENSE_SUSPENDED"),
    "demo_device_had": (403, "LICENSE_NOT_ALLOWED"),
    "condition_country": (403, "LICENSE_NOT_ALLOWED"),
    "condition_virtual_machine": (403, "LICENSE_NOT_ALLOWED"),
    "condition_role": (403, "LICENSE_NOT_ALLOWED"),
}


@calls.post("/machines")
def activate(visit: Visit) -> Answer:
    """Ask for a seat on this device: 201 with the machine, or 422 with what stands in the way."""
    calls.own_id(visit)
    document = calls.body(visit)
    wanted = reading.at(document, "data", "relationships", "license", "data", "id")
    license_, in_force = calls.held_license(visit, wanted)
    machine = reading.machine(document)
    was_own = _was_own(visit, license_, machine.fingerprint)
    outcome = activations.activate(
        visit, license_, machine, in_force=in_force, through=calls.own_assignment(visit)
    )
    if not outcome.allowed or outcome.activation is None:
        return refused(visit, license_, outcome, machine.name)
    activation = outcome.activation
    if outcome.again and was_own and not outcome.confirmed:
        return error(422, "FINGERPRINT_TAKEN", visit.lang.gettext("This license is already active on this PC."))
    if activation.device_key is None and machine.public_key is not None:
        activation.device_key = machine.public_key
        transfers.advance(activation, machine.public_key)
    device = outcome.device or visit.db.get_one(Device, activation.device_id)
    return json_answer({"data": machine_resource(activation, device, license_)}, 201)


@calls.get("/machines/{machine_id:str}")
def show(visit: Visit, machine_id: str) -> Answer:
    license_, activation, device = own_machine(visit, machine_id)
    return json_answer({"data": machine_resource(activation, device, license_)})


@calls.post("/machines/{machine_id:str}/actions/ping")
def ping(visit: Visit, machine_id: str) -> Answer:
    """The program is there: a seat handed over, or a return asked for, is confirmed."""
    license_, activation, device = own_machine(visit, machine_id)
    if not returns.check_in(visit, license_, activation):
        return gone(visit)
    return json_answer({"data": machine_resource(activation, device, license_)})


@calls.post("/machines/{machine_id:str}/actions/check-out")
def check_out(visit: Visit, machine_id: str) -> Answer:
    """A file that the program verifies without a network, for this device only."""
    license_, activation, device = own_machine(visit, machine_id)
    files.refuse_if_over(visit, license_)
    if not returns.check_in(visit, license_, activation):
        return gone(visit)
    until = files.good_until(visit, license_)
    seats.extend_lease(activation, until)
    key = key_of(visit.db, visit.vault, license_, visit.actor.assignment_id) if files.wants_secret(visit) else None
    certificate, resource = files.machine_file(
        visit, license_, activation, device, until, with_features=files.wants(visit, "entitlements"), key=key,
        assignment_id=visit.actor.assignment_id,
    )  # fmt: skip
    owner = {"machine": {"data": {"type": "machines", "id": resource["id"]}}}
    return json_answer({"data": file_resource("machine-files", files.new_file_id(visit), certificate, owner)})


@calls.delete("/machines/{machine_id:str}")
def return_(visit: Visit, machine_id: str) -> Answer:
    """Give the seat back."""
    license_, activation, _ = own_machine(visit, machine_id)
    outcome = returns.give_back(visit, license_, activation)
    return Answer(status=204) if outcome.allowed else refused(visit, license_, outcome, None)


def own_machine(visit: Visit, machine_id: str) -> tuple[License, Activation, Device]:
    """A live activation of the calling license, by its id or by the fingerprint of its device; with a person's own key
    only theirs.

    It is locked where it may be changed; any other does not exist.
    """
    license_ = calls.own_license(visit) if visit.incoming.method == "GET" else calls.held_license(visit)[0]
    found = visit.db.execute(
        select(Activation, Device)
        .join(Device, Device.id == Activation.device_id)
        .where(_named(machine_id), Activation.license_id == license_.id, Activation.ended_at.is_(None))
        .where(calls.reach(visit))
    ).first()
    if found is None:
        raise BadCall(visit.lang.gettext("This PC holds no seat of the license."), code="NOT_FOUND", status=404)
    return license_, found[0], found[1]


def _was_own(visit: Visit, license_: License, fingerprint: str) -> bool:
    """Whether a seat on this device would be the calling key's. To the license's own key all of them are; only for a
    person's own one it has to be looked up, before activating makes the seat theirs."""
    if visit.actor.assignment_id is None:
        return True
    before = seats.on_device(visit, license_, fingerprint)
    return before is not None and before[0].assignment_id == visit.actor.assignment_id


def _named(machine_id: str) -> ColumnElement[bool]:
    try:
        return Activation.public_id == UUID(machine_id)
    except ValueError:
        return Device.fingerprint == machine_id.replace("\x00", "")


def gone(visit: Visit) -> Answer:
    """The check-in itself ended the activation; that is kept, so this is an answer and no exception."""
    return error(404, "NOT_FOUND", visit.lang.gettext("This PC holds no seat of the license any more."))


def refused(visit: Visit, license_: License, outcome: Outcome, name: str | None) -> Answer:
    """Why not, in the client's code, in the rules' code and in words; and where in the portal it can be mended."""
    decision = outcome.decision
    status, code = CLIENT_CODES.get(decision.code, (422, decision.code.upper()))
    place = f"{visit.settings.url}/licenses/{license_.public_id}"
    facts = refusals.facts(decision)
    if decision.code == "seats_exhausted":
        say = visit.lang.ngettext
        own = calls.own_assignment(visit)
        count = own.seats if own is not None else license_.quantity
        detail = say("The one seat is in use.", "All %(count)s seats are in use.", count) % {
            "count": visit.lang.number(count)
        }
        if outcome.waiting is not None:
            waits = visit.lang.gettext("%(device)s is waiting: open %(address)s and move the license there.")
            device = name or visit.lang.gettext("This PC")
            detail += " " + waits % {"device": device, "address": place}
    else:
        detail = ". ".join(problem(visit, decision.code, facts))
    standing_in = emergencies.standing(visit.db, license_, visit.now)
    if standing_in is not None:
        says = visit.lang.gettext("An emergency license stands in until %(date)s: its key is at %(address)s.")
        detail += " " + says % {"date": visit.lang.date(standing_in, visit.site.brand.zone), "address": place}
    meta = {
        "code": decision.code,
        "rule": decision.rule,
        "remaining": dict(decision.remaining),
        "next_allowed_at": instant(decision.next_allowed_at) if decision.next_allowed_at else None,
        "alternatives": list(decision.alternatives),
        "portal": place,
        "emergency_until": instant(standing_in) if standing_in else None,
    }
    return error(status, code, detail, meta=meta)
