"""Company sign-in: the providers that customers set up, the domains they speak for, and whom they know."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class Provider(Base):
    """A customer's own sign-in. `client_secret` is sealed and bound to the public id.

    Where it is the `only` one, members of the group come in through it and by no other door.
    """

    __tablename__ = "providers"
    __table_args__ = (CheckConstraint('not "only" or is_on', name="only"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    issuer: Mapped[str] = mapped_column(String(500), index=True)
    client_id: Mapped[str] = mapped_column(String(255))
    client_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    is_on: Mapped[bool] = mapped_column(default=False)
    only: Mapped[bool] = mapped_column(default=False)
    tested_at: Mapped[datetime | None]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]


class ProviderDomain(Base):
    """A domain that a provider speaks for, once whoever runs it has said so.

    `code` is a keyed hash of what was mailed to a mailbox of that domain.
    """

    __tablename__ = "provider_domains"
    __table_args__ = (
        UniqueConstraint("provider_id", "domain"),
        CheckConstraint("verified_by in ('mail', 'vendor')", name="verified_by"),
        Index(
            "uq_provider_domains_verified",
            "domain",
            unique=True,
            sqlite_where=text("verified_at is not null"),
            postgresql_where=text("verified_at is not null"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id", ondelete="CASCADE"))
    domain: Mapped[str] = mapped_column(String(253))
    mailbox: Mapped[str] = mapped_column(String(20))
    code: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    asked_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[str | None] = mapped_column(String(20))


class Identity(Base):
    """A person as a provider knows them: nothing but issuer and subject says who somebody is.

    `provider` is the key of the provider that vouched for them last.
    """

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    provider: Mapped[str] = mapped_column(String(64))
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
