"""What is sold: products, their articles, and the categories that rights are granted on."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class Model(StrEnum):
    PERPETUAL = "perpetual"
    SUBSCRIPTION = "subscription"
    DEMO = "demo"


class Product(Base):
    """A piece of software. Programs name it by `code`; `name` is the merge key of subscriptions."""

    __tablename__ = "products"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    code: Mapped[str] = mapped_column(String(100), unique=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    created_at: Mapped[datetime]


class Article(Base):
    """A sellable configuration of a product, bound to the rule set that its licenses follow.

    `options` is what may be chosen of it, and how often: of a demo the `days`, and how many people of one company.
    """

    __tablename__ = "articles"
    __table_args__ = (
        CheckConstraint("model in ('perpetual', 'subscription', 'demo')", name="model"),
        CheckConstraint("quantity >= 1", name="quantity"),
        CheckConstraint("days is null or days >= 1", name="days"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    sku: Mapped[str] = mapped_column(String(100), unique=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    rule_set_id: Mapped[int] = mapped_column(ForeignKey("rule_sets.id"))
    name: Mapped[str] = mapped_column(String(200))
    model: Mapped[str] = mapped_column(String(20))
    quantity: Mapped[int] = mapped_column(default=1)
    days: Mapped[int | None]
    features: Mapped[list[str]] = mapped_column(default=list)
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    external_id: Mapped[str | None] = mapped_column(String(100), unique=True)
    created_at: Mapped[datetime]


class Category(Base):
    """A named set of articles: the unit of delegation."""

    __tablename__ = "categories"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)


category_articles = Table(
    "category_articles",
    Base.metadata,
    Column("category_id", Id, ForeignKey("categories.id"), primary_key=True),
    Column("article_id", Id, ForeignKey("articles.id"), primary_key=True),
)
