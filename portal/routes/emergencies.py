"""Emergency licenses: handing one out to whoever is stuck now."""

from uuid import UUID

from portal.actions import emergencies
from portal.screens.license import license_to_use, refused
from portal.web import Answer, Visit, done, endpoint


@endpoint.post("/licenses/{license_id:uuid}/emergency")
def grant(visit: Visit, license_id: UUID) -> Answer:
    """One click, with a few words on why if one likes; on to the page that shows its key."""
    form = visit.form
    form.allow("words")
    license_ = license_to_use(visit, license_id)
    granted = emergencies.grant(visit, license_, form.values.get("words", ""))
    if granted.license is None:
        return refused(visit, license_, granted.decision, "emergency")
    return done(visit, f"/licenses/{granted.license.public_id}", "emergency_granted")
