"""Recovery codes: ten at a time, shown once, each good once; what is stored of them opens nothing."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from portal.actions.doing import Doing
from portal.files.tickets import ALPHABET, normalize
from portal.files.vault import Vault
from portal.models import RecoveryCode

MANY = 10
GROUPS, GROUP = 4, 4  # 80 random bits


def make(doing: Doing, user_id: int) -> list[str]:
    """Ten new codes in writing, for the one page that shows them; those from before are worth nothing any more."""
    doing.db.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    made = [_written() for _ in range(MANY)]
    doing.db.add_all(
        RecoveryCode(user_id=user_id, lookup=_lookup(doing.vault, user_id, code), created_at=doing.now)
        for code in made
    )
    doing.db.flush()
    return made


def use(db: Session, vault: Vault, now: datetime, user_id: int, typed: str) -> bool:
    """Use a code up, however it was typed; False for one that is unknown, used, or somebody else's."""
    mine = (RecoveryCode.lookup == _lookup(vault, user_id, typed), RecoveryCode.used_at.is_(None))
    return bool(db.execute(update(RecoveryCode).where(*mine).values(used_at=now)).rowcount)


def left(db: Session, user_id: int) -> int:
    """How many codes the person still has."""
    mine = (RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return db.execute(select(func.count()).where(*mine)).scalar_one()


def forget(db: Session, user_id: int) -> None:
    """No code of this person opens anything any more."""
    db.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def _written() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))


def _lookup(vault: Vault, user_id: int, code: str) -> bytes:
    return vault.lookup("recovery-code", f"{user_id}:{normalize(code)}")
