"""What is read of a license for a list: its columns, and the tables they come from."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, select

from portal.models import Article, Group, License, Product, User

COLUMNS = (
    License.id, License.public_id, License.group_id, License.user_id, License.visible_to_group, License.quantity,
    License.used, License.overage, License.state, License.ends_at, License.starts_on_use_days,
    License.maintenance_until, License.waiting_until, License.seen_at, License.merged_into_id, Product.name,
    Article.model, Article.days, License.stands_for_id, Group.path, User.name.label("holder"),
)  # fmt: skip


class Found(NamedTuple):
    """Those columns of one license: a row of the driver's would look each of them up by name, again and again."""

    id: int
    public_id: UUID
    group_id: int
    user_id: int | None
    visible_to_group: bool
    quantity: int
    used: int
    overage: int
    state: str
    ends_at: datetime | None
    starts_on_use_days: int | None
    maintenance_until: datetime | None
    waiting_until: datetime | None
    seen_at: datetime | None
    merged_into_id: int | None
    product: str
    model: str
    days: int | None
    stands_for_id: int | None
    path: str
    holder: str | None


def joined(query: Select[Any]) -> Select[Any]:
    """The question about licenses, with their products."""
    return (
        query.select_from(License)
        .join(Article, Article.id == License.article_id)
        .join(Product, Product.id == Article.product_id)
    )


def listed() -> Select[Any]:
    """Licenses with all of these columns, in no order yet."""
    return (
        joined(select(*COLUMNS))
        .join(Group, Group.id == License.group_id)
        .outerjoin(User, User.id == License.user_id)
    )
