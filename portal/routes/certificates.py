"""Certificates: a license on paper, for auditors and files."""

from uuid import UUID

from portal.access import Forbidden, Permission, is_narrow, license_for
from portal.reports.certificates import certificate
from portal.web import Answer, Area, Visit, endpoint, page


@endpoint.get("/licenses/{license_id:uuid}/certificate", area=Area.ACCOUNT)
def show(visit: Visit, license_id: UUID) -> Answer:
    """A sheet to print, for whoever sees the whole license. It names who owns it, and so a ticket alone gets none."""
    license_ = license_for(visit.db, visit.actor, license_id, Permission.VIEW)
    if is_narrow(visit.db, visit.actor, license_):
        raise Forbidden
    found = certificate(visit.db, visit.vault, visit.actor, license_, visit.now)
    return page(visit, "certificates/show.html", certificate=found)
