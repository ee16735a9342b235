"""What both kinds of file share: how long they are good, what is included, and whether they are encrypted."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from portal.actions import rule_sets, seats
from portal.db import new_id
from portal.files import certificates
from portal.files.certificates import LEAST_TTL, Certificate, Kind, secret_of
from portal.models import Activation, Article, Device, License
from portal.programs.calls import BadCall
from portal.programs.reading import number
from portal.programs.resources import entitlement_resources, license_resource, machine_resource, status_of
from portal.web import Visit

LONGEST_TTL = 10 * 365 * 24 * 3600


def good_until(visit: Visit, license_: License) -> datetime | None:
    """The lease that the rules give, never beyond the license's end; a `ttl` in seconds can only shorten it."""
    until = seats.lease_end(rule_sets.in_force(visit.db, license_.article_id), visit.now, license_.ends_at)
    ttl = number(visit.query, "ttl", least=LEAST_TTL, most=LONGEST_TTL)
    if ttl is None:
        return until
    wished = visit.now + timedelta(seconds=ttl)
    return min(wished, until) if until else wished


def machine_file(
    visit: Visit, license_: License, activation: Activation, device: Device, until: datetime | None, *,
    with_features: bool, key: str | None, assignment_id: int | None, request: UUID | None = None,
) -> tuple[Certificate, dict[str, Any]]:  # fmt: skip
    """A file for this device only, and the machine it is about; with a license key it is encrypted for that key.

    `assignment_id` tells whose key asks for it, `request` the one that it answers, for a PC without a network.
    """
    included = [license_resource(visit.db, visit.vault, license_, visit.now, assignment_id)]
    if with_features:
        included += entitlement_resources(visit.db.get_one(Article, license_.article_id))
    resource = machine_resource(activation, device, license_, portal=visit.settings.url)
    if request is not None:
        resource["attributes"]["metadata"]["request"] = str(request)
    certificate = certificates.make(
        visit.site.keyring, Kind.MACHINE, resource, issued=visit.now, expiry=until, included=included,
        secret=secret_of(key, device.fingerprint) if key else None,
    )  # fmt: skip
    return certificate, resource


def wants(visit: Visit, name: str) -> bool:
    """Whether `include` asks for this."""
    return name in {part.rpartition(".")[2] for part in visit.query.get("include", "").split(",")}


def wants_secret(visit: Visit) -> bool:
    return visit.query.get("encrypt", "").lower() in ("1", "true")


def new_file_id(visit: Visit) -> str:
    return str(new_id(visit.now))


def refuse_if_over(visit: Visit, license_: License) -> None:
    """No file of a license that ended or was withdrawn."""
    status = status_of(license_, visit.now)
    if status == "EXPIRED":
        raise BadCall(visit.lang.gettext("This license has ended."), code="LICENSE_EXPIRED", status=403)
    if status == "SUSPENDED":
        raise BadCall(visit.lang.gettext("This license was withdrawn."), code="LICENSE_SUSPENDED", status=403)
