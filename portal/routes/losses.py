"""Losses: a PC is gone with all of its licenses, and perhaps it turns up again."""

from uuid import UUID

from portal.access import Permission, device_for, held_on, loss_for
from portal.actions import losses
from portal.actions.ledger import hold
from portal.models import LossKind
from portal.screens import losses as screens
from portal.web import Answer, Visit, done, endpoint

KINDS = tuple(kind.value for kind in LossKind)


@endpoint.get("/devices/{device_id:uuid}/loss")
def ask(visit: Visit, device_id: UUID) -> Answer:
    """All licenses on the PC, and what the rules say of each before the click."""
    return screens.dialogue(visit, device_for(visit.db, visit.actor, device_id))


@endpoint.post("/devices/{device_id:uuid}/loss")
def report(visit: Visit, device_id: UUID) -> Answer:
    """It is gone: everything that the rules let go moves on."""
    form = visit.form
    form.allow("kind", "gone")
    device = device_for(visit.db, visit.actor, device_id)
    kind = form.one_of("kind", KINDS)
    if not form.yes("gone"):
        form.errors["gone"] = "confirm_needed"
    if form.errors:
        return screens.dialogue(visit, device, status=422)
    held = held_on(visit.db, visit.actor, device)
    for license_, _ in held:
        hold(visit.db, license_.id)
    reported = losses.report(visit, device, LossKind(kind), held)
    if reported.loss is None:
        return screens.dialogue(visit, device, status=422, code=reported.code)
    return done(visit, f"/losses/{reported.loss.public_id}", "loss_reported", device=device.called)


@endpoint.get("/losses/{loss_id:uuid}")
def show(visit: Visit, loss_id: UUID) -> Answer:
    """What came of it, and whether it can still be undone."""
    return screens.outcome(visit, *loss_for(visit.db, visit.actor, loss_id))


@endpoint.post("/losses/{loss_id:uuid}/undoing")
def undo(visit: Visit, loss_id: UUID) -> Answer:
    """The PC turned up again."""
    visit.form.allow()
    loss, moved = loss_for(visit.db, visit.actor, loss_id, permission=Permission.USE)
    for license_, _ in moved:
        hold(visit.db, license_.id)
    code = losses.undo(visit, loss, moved)
    if code:
        return screens.outcome(visit, loss, moved, status=422, code=code)
    return done(visit, f"/losses/{loss.public_id}", "loss_undone", device=screens.device_name(visit, loss))
