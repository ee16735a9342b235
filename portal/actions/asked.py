"""What is asked about an address: a known one and an unknown one are written down alike, and the worker looks it up."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.actions.doing import Doing
from portal.brand.stationery import Stationery
from portal.files.vault import Vault
from portal.jobs import queue
from portal.models import Mail

HOUR = timedelta(hours=1)
MOST_AN_HOUR = 3


def ask(doing: Doing, kind: str, email: str, language: str, **more: Any) -> None:
    """Somebody asks for a mail of this kind to this address. It costs the same whether the address is known or not."""
    sealed = base64.b64encode(doing.vault.seal(kind, email.lower().encode())).decode()
    host = doing.stationery.host if doing.stationery else ""
    queue.later(doing.db, kind, doing.now, email=sealed, language=language, host=host, **more)


def answering(
    answer: Callable[[Stationery, Session, datetime, Vault, Mapping[str, Any]], None], stationery: Stationery
) -> Callable[[Session, datetime, Vault, Mapping[str, Any]], None]:
    """The job that answers a question on the stationery of the brand under which it was asked."""

    def run(db: Session, now: datetime, vault: Vault, question: Mapping[str, Any]) -> None:
        answer(stationery.of(question.get("host")), db, now, vault, question)

    return run


def too_often(db: Session, email: str, now: datetime, *kinds: str) -> bool:
    """Whether so many mails of these kinds went to this address within an hour that one more would be a nuisance."""
    recent = select(func.count()).where(Mail.recipient == email, Mail.kind.in_(kinds), Mail.created_at > now - HOUR)
    return db.execute(recent).scalar_one() >= MOST_AN_HOUR


def email_of(vault: Vault, kind: str, asked: Mapping[str, Any]) -> str:
    """The address that was asked about."""
    return vault.open(kind, base64.b64decode(asked["email"])).decode()
