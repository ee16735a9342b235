"""What programs ask about their license: who am I, is it valid here, which devices, which features, a file of it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import case, select

from portal.actions import returns
from portal.files import certificates
from portal.files.certificates import Kind, secret_of
from portal.models import Activation, ActivationState, Article, Device, License, LicenseState, Product
from portal.programs import calls, files
from portal.programs.reading import LONGEST_FINGERPRINT, at, number, text
from portal.programs.resources import (
    devices_of,
    entitlement_resources,
    file_resource,
    instant,
    license_resource,
    machine_resource,
    status_of,
)
from portal.web import Answer, Visit, json_answer

SEEN_EVERY = 3600  # seconds; a program that checks in more often is not written down each time


def resource_of(visit: Visit, license_: License) -> dict[str, Any]:
    """The license as the calling key shows it."""
    return license_resource(visit.db, visit.vault, license_, visit.now, visit.actor.assignment_id)


@calls.get("/me")
def me(visit: Visit) -> Answer:
    """The license of the calling key."""
    license_ = calls.own_license(visit)
    return json_answer({"data": resource_of(visit, license_)})


@calls.post("/licenses/actions/validate-key", own_units=True)
def validate_key(visit: Visit) -> Answer:
    """Whether the license with this key may run here; 200 also where it may not."""
    document = calls.body(visit)
    key = text(at(document, "meta", "key"), "/meta/key", most=calls.LONGEST_KEY, needed=True) or ""
    program = calls.program(visit, key)
    if visit.actor.license_id not in (None, program.license_id):
        raise calls.UnknownKey(visit)
    visit.actor = program
    return validated(visit, document)


@calls.post("/licenses/{license_id:uuid}/actions/validate", own_units=True)
def validate(visit: Visit, license_id: UUID) -> Answer:
    """The same by id; a nonce in `meta` is answered back, so that the answer cannot be an old one."""
    with visit.site.database.reading() as db:
        visit.db = db
        calls.own_license(visit, license_id)
    return validated(visit, calls.body(visit))


@calls.get("/licenses/{license_id:uuid}/machines")
def machines(visit: Visit, license_id: UUID) -> Answer:
    """The devices, the one heard of last first; all but that one are masked."""
    license_ = calls.own_license(visit, license_id)
    most = number(visit.query, "limit", least=1, most=100) or 10
    live = visit.db.execute(
        select(Activation)
        .where(Activation.license_id == license_.id, Activation.ended_at.is_(None), Activation.device_id.is_not(None))
        .where(calls.reach(visit))
        .order_by(Activation.seen_at.is_(None), Activation.seen_at.desc(), Activation.id.desc())
        .limit(most)
    ).scalars().all()  # fmt: skip
    devices = devices_of(visit.db, live)
    return json_answer(
        {
            "data": [
                machine_resource(one, devices[one.device_id or 0], license_, is_own=index == 0)
                for index, one in enumerate(live)
            ]
        }
    )


@calls.get("/licenses/{license_id:uuid}")
def show(visit: Visit, license_id: UUID) -> Answer:
    license_ = calls.own_license(visit, license_id)
    return json_answer({"data": resource_of(visit, license_)})


@calls.get("/licenses/{license_id:uuid}/entitlements")
def entitlements(visit: Visit, license_id: UUID) -> Answer:
    """The features of the license."""
    license_ = calls.own_license(visit, license_id)
    most = number(visit.query, "limit", least=1, most=100) or 10
    return json_answer({"data": entitlement_resources(visit.db.get_one(Article, license_.article_id))[:most]})


@calls.post("/licenses/{license_id:uuid}/actions/check-out", writes=False)
def check_out(visit: Visit, license_id: UUID) -> Answer:
    """A license file, good for the lease that the rules give, or for the `ttl` in seconds asked for if that is less."""
    license_ = calls.own_license(visit, license_id)
    files.refuse_if_over(visit, license_)
    resource = resource_of(visit, license_)
    included = (
        entitlement_resources(visit.db.get_one(Article, license_.article_id))
        if files.wants(visit, "entitlements")
        else []
    )
    certificate = certificates.make(
        visit.site.keyring, Kind.LICENSE, resource, issued=visit.now, expiry=files.good_until(visit, license_),
        included=included, secret=secret_of(resource["attributes"]["key"]) if files.wants_secret(visit) else None,
    )  # fmt: skip
    owner = {"license": {"data": {"type": "licenses", "id": resource["id"]}}}
    return json_answer({"data": file_resource("license-files", files.new_file_id(visit), certificate, owner)})


@dataclass(frozen=True, slots=True)
class Validity:
    """Whether a license may run here, and what has to be written because the program showed itself."""

    code: str
    detail: str
    activation_id: int | None = None
    must_write: bool = False


def validated(visit: Visit, document: dict[str, Any]) -> Answer:
    """Look first; only where the visit of the program changes something is the license locked and written."""
    scope = at(document, "meta", "scope")
    scope = scope if isinstance(scope, dict) else {}
    fingerprint = text(scope.get("fingerprint"), "/meta/scope/fingerprint", most=LONGEST_FINGERPRINT)
    with visit.site.database.reading() as db:
        visit.db = db
        license_ = calls.own_license(visit)
        found = judged(visit, license_, scope, fingerprint)
        resource = resource_of(visit, license_)
    if found.must_write:
        with visit.site.database.writing() as db:
            visit.db = db
            license_, _ = calls.held_license(visit)
            activation = db.get_one(Activation, found.activation_id)
            returns.check_in(visit, license_, activation)
            found = judged(visit, license_, scope, fingerprint)
            resource = resource_of(visit, license_)
    meta: dict[str, Any] = {
        "ts": instant(visit.now), "valid": found.code == "VALID", "detail": found.detail, "code": found.code,
        "scope": scope,
    }  # fmt: skip
    nonce = at(document, "meta", "nonce")
    if isinstance(nonce, int | str) and not isinstance(nonce, bool):
        meta["nonce"] = nonce
    return json_answer({"meta": meta, "data": resource})


def judged(visit: Visit, license_: License, scope: dict[str, Any], fingerprint: str | None) -> Validity:
    """The first obstacle, in the order in which it helps most to know them."""
    say = visit.lang.gettext
    article = visit.db.get_one(Article, license_.article_id)
    product = visit.db.get_one(Product, article.product_id)
    live = visit.db.execute(
        select(Activation, Device)
        .outerjoin(Device, Device.id == Activation.device_id)
        .where(Activation.license_id == license_.id, Activation.ended_at.is_(None), calls.reach(visit))
        # This PC first: of the others it is enough to know whether there are any.
        .order_by(case((Device.fingerprint == fingerprint, 0), else_=1))
        .limit(1)
    ).all()
    own = next((one for one, device in live if device is not None and device.fingerprint == fingerprint), None)
    if license_.state == LicenseState.RECALLED and own is not None:
        return Validity("SUSPENDED", say("This license was withdrawn."), own.id, must_write=True)
    assignment = calls.own_assignment(visit)
    if assignment is not None and assignment.ended_at is not None:
        taken = say("This seat was taken back.")
        return Validity("SUSPENDED", taken, own.id if own else None, must_write=own is not None)
    status = status_of(license_, visit.now)
    if status == "SUSPENDED":
        return Validity("SUSPENDED", say("This license was withdrawn."))
    wanted = scope.get("product")
    if wanted is not None and wanted not in (product.code, str(product.public_id)):
        return Validity("PRODUCT_SCOPE_MISMATCH", say("This license is for another product."))
    asked = scope.get("entitlements")
    if isinstance(asked, list) and not {one for one in asked if isinstance(one, str)} <= set(article.features):
        return Validity("ENTITLEMENTS_MISSING", say("This license does not include that feature."))
    if status == "EXPIRED":
        return Validity("EXPIRED", say("This license has ended."))
    if own is not None:
        late = own.seen_at is None or (visit.now - own.seen_at).total_seconds() >= SEEN_EVERY
        must_write = late or own.state != ActivationState.ACTIVE
        if own.state == ActivationState.RETURNING:
            return Validity("NO_MACHINE", say("The seat of this PC was asked back."), own.id, must_write=True)
        return Validity("VALID", say("This license is valid on this PC."), own.id, must_write)
    if not live:
        return Validity("NO_MACHINES", say("This license is not active on any PC yet."))
    if fingerprint is None:
        return Validity("VALID", say("This license is valid."))
    return Validity("NO_MACHINE", say("This license is not active on this PC."))
