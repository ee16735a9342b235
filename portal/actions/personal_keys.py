"""Personal keys: what a person who was assigned a seat types into the program, in the form of a ticket."""

from __future__ import annotations

from sqlalchemy import select

from portal.actions import hints
from portal.actions.doing import Doing
from portal.actions.tickets import key_lookup
from portal.files import tickets as codes
from portal.files.vault import Vault
from portal.models import Assignment, LicenseKey


def mint(doing: Doing, assignment: Assignment) -> None:
    """A new key of the license that opens nothing but the seats of this assignment."""
    written = codes.mint()
    lookup = key_lookup(doing.vault, written)
    doing.db.add(
        LicenseKey(
            license_id=assignment.license_id,
            assignment_id=assignment.id,
            lookup=lookup,
            hint=hints.lookup_of_key(doing.vault, written),
            cipher=doing.vault.seal("license-key", written.encode(), lookup),
            head=doing.vault.lookup("ticket-group", codes.ends(written)[0]),
            tail=doing.vault.lookup("ticket-group", codes.ends(written)[1]),
            created_at=doing.now,
        )
    )


def of(doing: Doing, assignment: Assignment) -> str | None:
    """The key in writing, for the person it is for; none for seats that are kept for no person."""
    row = doing.db.execute(
        select(LicenseKey.cipher, LicenseKey.lookup)
        .where(LicenseKey.assignment_id == assignment.id)
        .order_by(LicenseKey.id.desc())
        .limit(1)
    ).first()
    return written(doing.vault, *row) if row else None


def written(vault: Vault, cipher: bytes, lookup: bytes) -> str:
    return vault.open("license-key", cipher, lookup).decode()
