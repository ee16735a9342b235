"""The vendor's rules, version by version; every decision names the version that made it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class RuleSet(Base):
    """A named set of rules; what it says stands in its versions."""

    __tablename__ = "rule_sets"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)


class RuleVersion(Base):
    """One published text of a rule set. The one with the highest number is in force; none is ever changed."""

    __tablename__ = "rule_versions"
    __table_args__ = (UniqueConstraint("rule_set_id", "number"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    rule_set_id: Mapped[int] = mapped_column(ForeignKey("rule_sets.id"))
    number: Mapped[int]
    toml: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(String(500))
    published_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    rolled_back_from: Mapped[int | None]  # the number of the version whose text came back


class RuleDraft(Base):
    """What somebody is writing: one draft for each rule set and person, so that nobody overwrites anybody.

    `base_number` is the version it was begun from, 0 for none; `edition` counts the times it was saved, so that a page
    left open in a second window is told.
    """

    __tablename__ = "rule_drafts"
    __table_args__ = (
        UniqueConstraint("rule_set_id", "made_by_id"),
        CheckConstraint("base_number >= 0", name="base_number"),
        CheckConstraint("edition >= 1", name="edition"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    rule_set_id: Mapped[int] = mapped_column(ForeignKey("rule_sets.id"))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    toml: Mapped[str] = mapped_column(Text)
    base_number: Mapped[int]
    edition: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
