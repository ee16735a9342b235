"""The ledger that the rules read: every operation that was done, and the vendor's overrides. Nothing is deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class Operation(Base):
    """One ledger entry. The scope keys are those of the moment it was done, so that they never move."""

    __tablename__ = "operations"
    __table_args__ = (
        CheckConstraint("amount is null or amount >= 1", name="amount"),
        Index("ix_operations_group_id_operation", "group_id", "operation", "license_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    license_id: Mapped[int] = mapped_column(ForeignKey("licenses.id"), index=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    operation: Mapped[str] = mapped_column(String(20))
    line: Mapped[UUID | None]
    components: Mapped[dict[str, Any] | None]
    evidence: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(200))
    grants: Mapped[str | None] = mapped_column(String(20))
    amount: Mapped[int | None]
    actor: Mapped[str | None] = mapped_column(String(200))
    rule_version_id: Mapped[int | None] = mapped_column(ForeignKey("rule_versions.id"))
    undone_at: Mapped[datetime | None]  # from then on it counts as never done
