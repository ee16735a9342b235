"""Demos: who had one already, and on which device. Both are known by keyed hashes only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class DemoClaim(Base):
    """One mailbox had a demo of this product, or of the one article alone; 0 stands for the whole product."""

    __tablename__ = "demo_claims"
    __table_args__ = (
        UniqueConstraint("product_id", "only_article_id", "mailbox"),
        Index("ix_demo_claims_domain", "product_id", "domain", "at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    only_article_id: Mapped[int] = mapped_column(Id, default=0)
    mailbox: Mapped[bytes] = mapped_column(LargeBinary(32))
    domain: Mapped[bytes | None] = mapped_column(LargeBinary(32))  # none where everybody has an address
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    license_id: Mapped[int] = mapped_column(ForeignKey("licenses.id"), index=True)
    at: Mapped[datetime]


class DemoDevice(Base):
    """One device ran a demo of this product, or of the one article alone."""

    __tablename__ = "demo_devices"
    __table_args__ = (UniqueConstraint("product_id", "only_article_id", "fingerprint"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    only_article_id: Mapped[int] = mapped_column(Id, default=0)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    license_id: Mapped[int] = mapped_column(ForeignKey("licenses.id"), index=True)
    at: Mapped[datetime]
