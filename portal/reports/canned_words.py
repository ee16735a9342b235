"""The words that a desk keeps at hand."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from portal.access import Actor, desks
from portal.models import CannedWords


@dataclass(frozen=True, slots=True)
class Canned:
    """An answer that is given often."""

    id: UUID
    language: str
    title: str
    words: str


def at_hand(db: Session, actor: Actor, language: str = "") -> tuple[Canned, ...]:
    """All of the actor's desks, those in this language first."""
    rows = db.execute(
        select(CannedWords.public_id, CannedWords.language, CannedWords.title, CannedWords.words)
        .where(CannedWords.group_id.in_([place.group_id for place in desks(actor)]))
        .order_by(case((CannedWords.language == language, 0), else_=1), CannedWords.language, CannedWords.title)
    )
    return tuple(Canned(*row) for row in rows)
