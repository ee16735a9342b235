"""Activations: moving a seat from a PC that is gone, asking for one back, and keeping it after all."""

from uuid import UUID

from portal.access import NotFound, Permission, activation_for, waiting_for
from portal.actions import activations, returns
from portal.actions.ledger import hold
from portal.models import Activation, License
from portal.screens.license import device_name, moved_on, refused, shown
from portal.web import Answer, Visit, endpoint, page
from portal.web.pages import problem

# What people say happened, and what the rules call it.
REASONS = {"broken": "hardware_failure", "lost": "lost", "sold": "sold"}


@endpoint.post("/activations/{activation_id:uuid}/reactivation")
def reactivate(visit: Visit, activation_id: UUID) -> Answer:
    """My old PC is gone: the seat goes to the waiting PC, or is kept for the next one that asks."""
    form = visit.form
    form.allow("target", "reason", "gone")
    license_, activation = activation_to_use(visit, activation_id)
    reason = form.one_of("reason", tuple(REASONS))
    if not form.yes("gone"):
        form.errors["gone"] = "confirm_needed"
    if form.errors:
        return mend(visit, license_, activation)
    waiting = None
    if form.values.get("target"):
        target = form.id("target")
        if target is None:
            raise NotFound
        waiting = waiting_for(visit.db, visit.actor, license_, target)
    outcome = activations.reactivate(visit, license_, activation, waiting, reason=REASONS[reason])
    if not outcome.allowed:
        return refused(visit, license_, outcome.decision, "rehost", gone=activation.public_id)
    return moved_on(visit, license_, "moved", to=device_name(visit, outcome))


@endpoint.post("/activations/{activation_id:uuid}/return")
def ask_return(visit: Visit, activation_id: UUID) -> Answer:
    """Ask the program there to give its seat back."""
    visit.form.allow()
    license_, activation = activation_to_use(visit, activation_id)
    outcome = returns.ask_return(visit, license_, activation)
    if not outcome.allowed:
        return refused(visit, license_, outcome.decision, "return")
    if outcome.activation is None or outcome.activation.device_id is None:
        return moved_on(visit, license_, "seat_freed")
    return moved_on(visit, license_, "return_asked", device=device_name(visit, outcome))


@endpoint.post("/activations/{activation_id:uuid}/return/cancellation")
def cancel_return(visit: Visit, activation_id: UUID) -> Answer:
    """Keep the seat, as long as the program has not confirmed."""
    visit.form.allow()
    license_, activation = activation_to_use(visit, activation_id)
    outcome = returns.cancel_return(visit, license_, activation)
    if not outcome.allowed:
        return refused(visit, license_, outcome.decision, "return")
    return moved_on(visit, license_, "return_cancelled", device=device_name(visit, outcome))


def activation_to_use(visit: Visit, activation_id: UUID) -> tuple[License, Activation]:
    """The activation and its license, locked for a change that the reader may make."""
    license_, activation = activation_for(visit.db, visit.actor, activation_id, Permission.USE)
    hold(visit.db, license_.id)
    return license_, activation


def mend(visit: Visit, license_: License, activation: Activation) -> Answer:
    """The form again, with what was said and what is missing; nothing was asked of the rules."""
    said = {name: visit.form.values.get(name, "") for name in ("reason", "gone")}
    context = shown(visit, license_, gone=activation.public_id, form=said)
    context["errors"] = {
        name: problem(visit, code, {"product": context["sheet"].row.product})[1]
        for name, code in visit.form.errors.items()
    }
    return page(visit, "licenses/show.html", status=422, part="licenses/_decision.html", **context)
