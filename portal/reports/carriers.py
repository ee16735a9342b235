"""Which license a file of a program is for, among those that the reader can see."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, visible
from portal.files.documents import ActivationReceipt, ActivationRequest, ReturnReceipt
from portal.files.papers import Paper
from portal.files.vault import Vault
from portal.models import Activation, License, LicenseKey


def license_of(db: Session, vault: Vault, actor: Actor, paper: Paper) -> UUID | None:
    """The license that the document names; one that the reader cannot see does not exist."""
    document = paper.document
    wanted = select(License.public_id).where(visible(actor))
    if isinstance(document, ActivationRequest):
        if document.license is None:
            return None
        hint = vault.lookup("license-hint", document.license.hex())
        wanted = wanted.join(LicenseKey, LicenseKey.license_id == License.id).where(LicenseKey.hint == hint)
    elif isinstance(document, ActivationReceipt | ReturnReceipt):
        wanted = wanted.join(Activation, Activation.license_id == License.id).where(
            Activation.line == document.activation_id, Activation.generation == document.generation
        )
    else:
        return None
    return db.execute(wanted).scalars().first()
