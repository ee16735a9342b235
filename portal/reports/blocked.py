"""Which generations of which activations may not run any more, as long as a file of theirs may still be good."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.files.documents import BlockList
from portal.models import Activation, ActivationState, Article, License

OVER = (ActivationState.REPLACED, ActivationState.REVOKED, ActivationState.RETURNED)


def block_list(db: Session, now: datetime, product_id: int | None = None) -> BlockList:
    """The list of one product, or of all: each activation up to and with its last generation that is over."""
    wanted = (
        select(Activation.line, func.max(Activation.generation))
        .where(
            Activation.ended_at.is_not(None),
            Activation.state.in_(OVER),
            or_(Activation.lease_until.is_(None), Activation.lease_until > now),
        )
        .group_by(Activation.line)
    )
    if product_id is not None:
        wanted = (
            wanted.join(License, License.id == Activation.license_id)
            .join(Article, Article.id == License.article_id)
            .where(Article.product_id == product_id)
        )
    return BlockList(issued=now, blocked={str(line): generation for line, generation in db.execute(wanted)})
