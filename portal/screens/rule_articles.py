"""The articles that were ticked on the page of a rule set, one by one or by their product."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import or_, select

from portal.access import Stop
from portal.models import Article, Product
from portal.web import Visit


def chosen(visit: Visit) -> list[Article]:
    """The ticked articles. A name that is no id is refused; an id that nothing has is passed over."""
    found: dict[str, list[UUID]] = {"article": [], "product": []}
    for name in visit.form.values.keys() - {"csrf"}:
        kind, _, text = name.partition("-")
        try:
            found[kind].append(UUID(text))
        except (KeyError, ValueError):
            raise Stop("form_unreadable") from None
    query = select(Article).join(Product, Product.id == Article.product_id)
    wanted = or_(Article.public_id.in_(found["article"]), Product.public_id.in_(found["product"]))
    return list(visit.db.execute(query.where(wanted).order_by(Article.id)).scalars())
