"""What programs read: licenses, machines, entitlements and files as JSON:API resources."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.files.certificates import Certificate
from portal.files.vault import Vault
from portal.models import (
    Activation,
    ActivationState,
    Article,
    Assignment,
    Device,
    License,
    LicenseKey,
    LicenseState,
    Product,
)


def instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def key_of(db: Session, vault: Vault, license_: License, assignment_id: int | None) -> str:
    """The key in its one written form, the license's or that of an assignment: the latest, because of several tickets
    the last one is enough."""
    cipher, lookup = db.execute(
        select(LicenseKey.cipher, LicenseKey.lookup)
        .where(LicenseKey.license_id == license_.id, LicenseKey.assignment_id == assignment_id)
        .order_by(LicenseKey.id.desc())
        .limit(1)
    ).one()
    return vault.open("license-key", cipher, lookup).decode()


def status_of(license_: License, now: datetime) -> str:
    if license_.state in (LicenseState.RECALLED, LicenseState.REVOKED, LicenseState.MERGED):
        return "SUSPENDED"
    if license_.ends_at is not None and license_.ends_at <= now:
        return "EXPIRED"
    return "ACTIVE"


def license_resource(
    db: Session, vault: Vault, license_: License, now: datetime, assignment_id: int | None
) -> dict[str, Any]:
    """A license; `attributes.key` is its key in written form, `maxMachines` its seats. To the program of a person who
    was assigned seats of it these are the person's own."""
    own = db.get_one(Assignment, assignment_id) if assignment_id is not None else None
    product, code = db.execute(
        select(Product.name, Product.code)
        .join(Article, Article.product_id == Product.id)
        .where(Article.id == license_.article_id)
    ).one()
    return {
        "type": "licenses",
        "id": str(license_.public_id),
        "attributes": {
            "key": key_of(db, vault, license_, assignment_id),
            "name": product,
            "expiry": instant(license_.ends_at) if license_.ends_at else None,
            "status": "SUSPENDED" if own is not None and own.ended_at is not None else status_of(license_, now),
            "maxMachines": own.seats if own is not None else license_.quantity,
            "uses": own.used if own is not None else license_.used,
            "metadata": {"product": code} | marks_of(license_),
            "created": instant(license_.created_at),
            "updated": instant(license_.seen_at or license_.created_at),
        },
        "relationships": {},
    }


def marks_of(license_: License) -> dict[str, Any]:
    """What a program has to show of its license wherever it runs: that it only helps out."""
    return {"emergency": True} if license_.stands_for_id is not None else {}


def machine_resource(
    activation: Activation, device: Device, license_: License, *, is_own: bool = True, portal: str | None = None
) -> dict[str, Any]:
    """An activation on a device; of another device than the caller's, name and fingerprint are masked."""
    fingerprint = device.fingerprint if is_own else device.fingerprint[:4] + "…"
    name = device.name if is_own else device.name and device.name[:2] + "…"
    alive = activation.ended_at is None and activation.state != ActivationState.PENDING
    metadata: dict[str, Any] = {"activation": str(activation.line), "generation": activation.generation}
    metadata |= marks_of(license_)
    if portal is not None and activation.head is not None:
        metadata |= {"seq": activation.seq, "head": activation.head.hex()}
    return {
        "type": "machines",
        "id": str(activation.public_id),
        "attributes": {
            "fingerprint": fingerprint,
            "name": name,
            "hostname": name,
            "platform": device.platform,
            "cores": device.cores,
            "requireHeartbeat": False,
            "heartbeatStatus": "ALIVE" if alive else "NOT_STARTED",
            "heartbeatDuration": None,
            "created": instant(activation.started_at),
            "updated": instant(activation.seen_at or activation.started_at),
            "metadata": metadata | ({"portal": portal} if portal else {}),
        },
        "relationships": {"license": {"data": {"type": "licenses", "id": str(license_.public_id)}}},
    }


def entitlement_resources(article: Article) -> list[dict[str, Any]]:
    """The features of an article; their ids are their codes."""
    made = instant(article.created_at)
    return [
        {
            "type": "entitlements",
            "id": code,
            "attributes": {"name": code, "code": code, "created": made, "updated": made},
            "relationships": {},
        }
        for code in article.features
    ]


def file_resource(kind: str, id_: str, certificate: Certificate, owner: dict[str, Any]) -> dict[str, Any]:
    """A file as it is handed out; `ttl` in seconds, 0 for one that never expires."""
    return {
        "type": kind,
        "id": id_,
        "attributes": {
            "certificate": certificate.text,
            "issued": instant(certificate.issued),
            "expiry": instant(certificate.expiry),
            "ttl": certificate.ttl,
        },
        "relationships": owner,
    }


def devices_of(db: Session, activations: Iterable[Activation]) -> dict[int, Device]:
    ids = [activation.device_id for activation in activations if activation.device_id is not None]
    return {device.id: device for device in db.execute(select(Device).where(Device.id.in_(ids))).scalars()}
