"""Kept answers: a creating call with an Idempotency-Key is done once, and answered alike each time."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.files.vault import Vault
from portal.models import Answer

KEPT = timedelta(days=1)
LONGEST_KEY = 200


class OtherContent(Exception):
    """The same key came with another request."""


def digest(method: str, path: str, body: bytes) -> bytes:
    return hashlib.sha256(f"{method} {path}\n".encode() + body).digest()


def find(db: Session, vault: Vault, caller: str, key: str, request: bytes) -> tuple[int, bytes] | None:
    """The kept status and body, or None the first time; raises OtherContent."""
    kept = db.execute(select(Answer).where(Answer.key == vault.lookup("idempotency", f"{caller}\x00{key}"))).scalar()
    if kept is None:
        return None
    if kept.request_digest != request:
        raise OtherContent
    return kept.status, vault.open("answer", kept.body)


def keep(
    db: Session, vault: Vault, caller: str, key: str, request: bytes, now: datetime, status: int, body: bytes
) -> None:
    """Keep an answer in the transaction of the deed; answers carry secrets, so they are sealed."""
    db.add(
        Answer(
            key=vault.lookup("idempotency", f"{caller}\x00{key}"), request_digest=request, status=status,
            body=vault.seal("answer", body), created_at=now,
        )
    )  # fmt: skip
    db.flush()


def forget_old(db: Session, now: datetime) -> int:
    return db.execute(delete(Answer).where(Answer.created_at < now - KEPT)).rowcount
