"""Exceptions: asking the vendor for what the rules of a license refuse."""

from uuid import UUID

from portal.access import Permission, activation_for, waiting_for
from portal.actions import exceptions
from portal.rules import Decision
from portal.screens import uploads
from portal.screens.license import license_to_use, refused, shown
from portal.web import Answer, Visit, done, endpoint, page


@endpoint.post("/licenses/{license_id:uuid}/exceptions", limit=uploads.LIMIT)
def ask(visit: Visit, license_id: UUID) -> Answer:
    """Ask the vendor, with what happened and what there is to see of it."""
    form = visit.form
    form.allow("operation", "gone", "target", "contact", *uploads.FIELDS)
    license_ = license_to_use(visit, license_id)
    gone, target = form.id("gone"), form.id("target")
    activation = activation_for(visit.db, visit.actor, gone, Permission.USE)[1] if gone else None
    waiting = waiting_for(visit.db, visit.actor, license_, target) if target else None
    operation = form.one_of("operation", exceptions.ASKABLE)
    words, files, contact = uploads.words(visit), uploads.uploads(visit), uploads.contact(visit)
    if activation is not None and activation.license_id != license_.id:
        form.errors["operation"] = "choice_missing"
    request = None
    if not form.errors:
        request, code = exceptions.ask(
            visit, license_, operation, words, files,
            activation=activation, waiting=waiting, key=form.id("key"), contact=contact, language=visit.lang.code,
        )  # fmt: skip
        if code:
            form.errors["words"] = code
    if request is None:
        context = shown(visit, license_, gone=gone)
        if context["sheet"].panel is None or context["sheet"].panel.kind != "refused":
            # There is no form to say it in: nothing is refused any more, or nothing was.
            return refused(visit, license_, Decision(outcome="deny", code=next(iter(form.errors.values()))), operation)
        return page(visit, "licenses/show.html", status=422, part="licenses/_decision.html", **context)
    return done(visit, f"/requests/{request.public_id}", "exception_asked")
