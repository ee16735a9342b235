"""Overrides: the vendor grants a license more than the rules do."""

from uuid import UUID

from portal.access import Permission, license_for
from portal.actions import overrides
from portal.actions.ledger import hold
from portal.models import License
from portal.screens.license import OVERRIDABLE, moved_on, override_form, shown
from portal.web import Answer, Visit, endpoint, page


@endpoint.post("/licenses/{license_id:uuid}/override")
def override(visit: Visit, license_id: UUID) -> Answer:
    """Grant so many more of one operation, with the reason that everybody reads who sees the license."""
    form = visit.form
    form.allow("operation", "amount", "reason", "granted")
    license_ = license_for(visit.db, visit.actor, license_id, Permission.OVERRIDE)
    hold(visit.db, license_.id)
    operation = form.one_of("operation", OVERRIDABLE)
    amount = form.text("amount", most=3)
    if not form.errors.get("amount") and not (amount.isascii() and amount.isdigit() and 1 <= int(amount) <= 100):
        form.errors["amount"] = "override_invalid"
    reason = form.text("reason", most=overrides.MOST_REASON)
    if form.errors:
        return mend(visit, license_)
    seen = form.values.get("granted", "")
    known = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else None
    outcome = overrides.grant(visit, license_, operation, int(amount), reason, seen=known)
    if not outcome.allowed:
        form.errors["reason"] = outcome.decision.code
        return mend(visit, license_)
    return moved_on(visit, license_, "overridden", amount=amount)


def mend(visit: Visit, license_: License) -> Answer:
    """The form again, with what was typed and what is missing."""
    context = shown(visit, license_)
    context["override"] = override_form(visit, license_, visit.form.errors)
    return page(visit, "licenses/show.html", status=422, part="licenses/_rules.html", **context)
