"""Printed tickets: the sheet with the code that a camera reads, for whoever may see the ticket."""

from uuid import UUID

from portal.access import NotFound, Permission, license_for
from portal.files import tickets as codes
from portal.reports.certificates import certificate
from portal.screens import qr
from portal.screens.license import rules_of
from portal.web import Answer, Visit, endpoint, page


@endpoint.get("/licenses/{license_id:uuid}/ticket")
def show(visit: Visit, license_id: UUID) -> Answer:
    """A sheet to print. The address in its code has the ticket after #, which browsers keep to themselves."""
    license_ = license_for(visit.db, visit.actor, license_id, Permission.SEE_TICKET)
    found = certificate(visit.db, visit.vault, visit.actor, license_, visit.now)
    code = found.row.code
    if code is None:
        raise NotFound
    # A ticket of another kind is typed: what stands after # is taken for a ticket only where it can be checked.
    drawn = qr.picture(f"{visit.settings.url}/t#{code}") if codes.is_ours(code) else None
    *_, sentences = rules_of(visit, license_)
    return page(visit, "tickets/printed.html", certificate=found, picture=drawn, rule_sentences=sentences)
