"""Hints: how a request from a PC without a network names its license, by a hash and never by the key itself."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.actions.doing import Doing
from portal.files import papers
from portal.files import tickets as codes
from portal.files.vault import Vault
from portal.models import Assignment, License, LicenseKey

BATCH = 500


def hint_lookup(vault: Vault, hint: bytes) -> bytes:
    """What is stored: keyed once more, so that a stolen database gives no imported key away to guessing."""
    return vault.lookup("license-hint", hint.hex())


def lookup_of_key(vault: Vault, code: str) -> bytes:
    return hint_lookup(vault, papers.hint_of(codes.normalize(code)))


def key_for(
    doing: Doing, license_: License, hint: bytes | None, through: Assignment | None = None
) -> LicenseKey | None:
    """The license key that this hint is of, None for another license's; without a hint the latest one, of the license
    or of the assignment `through` which somebody brings the request."""
    keys = select(LicenseKey).where(LicenseKey.license_id == license_.id).order_by(LicenseKey.id.desc())
    if hint is None:
        keys = keys.where(LicenseKey.assignment_id == (through.id if through else None))
    else:
        keys = keys.where(LicenseKey.hint == hint_lookup(doing.vault, hint))
    return doing.db.execute(keys.limit(1)).scalar()


def written(doing: Doing, key: LicenseKey) -> str:
    return doing.vault.open("license-key", key.cipher, key.lookup).decode()


def fill(db: Session, vault: Vault) -> int:
    """Write the hints of keys that were stored before there were any; returns how many."""
    missing = db.execute(select(LicenseKey).where(LicenseKey.hint.is_(None)).limit(BATCH)).scalars().all()
    for key in missing:
        key.hint = lookup_of_key(vault, vault.open("license-key", key.cipher, key.lookup).decode())
    return len(missing)
