"""What the vendor of the demo sells: products, articles, and the categories that rights are granted on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.actions import rule_sets
from portal.db import new_id
from portal.demo import policies
from portal.models import (
    Article,
    Category,
    Grant,
    Membership,
    Model,
    Product,
    Right,
    RuleVersion,
    User,
    category_articles,
)

PRODUCTS = {
    "CAD": ("tessel-cad-pro", "Tessel CAD Pro"),
    "MILL": ("tessel-cam-mill", "Tessel CAM Mill"),
    "VIEW": ("tessel-viewer", "Tessel Viewer"),
}
CATEGORIES = {"Design": ("CAD", "VIEW"), "Manufacturing": ("MILL",)}
PLAIN = {"CAD": ["model", "draw"], "MILL": ["2.5-axis"], "VIEW": ["view"]}
EVERYTHING = {"CAD": ["model", "draw", "sheet-metal"], "MILL": ["2.5-axis", "5-axis"], "VIEW": ["view", "measure"]}


@dataclass(frozen=True, slots=True)
class Plan:
    """An article to be; its SKU is made of the product's letters and this."""

    suffix: str
    name: str
    model: Model
    quantity: int = 1
    days: int | None = None
    of: tuple[str, ...] = ("CAD", "MILL", "VIEW")
    has_everything: bool = False


PLANS = (
    Plan("1", "1 seat", Model.PERPETUAL),
    Plan("3", "3 seats", Model.PERPETUAL, quantity=3),
    Plan("400", "Pool of 400 seats", Model.PERPETUAL, quantity=400, of=("CAD",), has_everything=True),
    Plan("S30", "30 days", Model.SUBSCRIPTION, days=30),
    Plan("S90", "90 days", Model.SUBSCRIPTION, days=90),
    Plan("S365", "365 days", Model.SUBSCRIPTION, days=365),
    Plan("DEMO", "30-day demo", Model.DEMO, days=30, has_everything=True),
    Plan("NFR", "Not for resale", Model.SUBSCRIPTION, days=365, of=("CAD", "MILL"), has_everything=True),
)


def publish_first_rules(db: Session, now: datetime, vera: User) -> dict[str, RuleVersion]:
    """The first version of all rule sets: articles need one to follow. Trials of what drives machines are looked at."""
    default, mill = (
        rule_sets.publish(db, now, text, note=note, by=vera.id)
        for _, note, text in (policies.versions()[0], policies.mill_versions()[0])
    )
    at_once, approved = (
        rule_sets.publish(db, now, policies.trials(are_approved=wait), note="How people try it.", by=vera.id)
        for wait in (False, True)
    )
    trials = {"CAD-DEMO": at_once, "MILL-DEMO": approved, "VIEW-DEMO": at_once}
    return {"CAD": default, "MILL": mill, "VIEW": default, **trials}


def stock(db: Session, now: datetime, rules: Mapping[str, RuleVersion]) -> dict[str, Article]:
    """Add products and articles; returns the articles by SKU."""
    articles: dict[str, Article] = {}
    for letters, (code, name) in PRODUCTS.items():
        product = Product(public_id=new_id(now), code=code, name=name, created_at=now)
        db.add(product)
        db.flush()
        for plan in PLANS:
            if letters not in plan.of:
                continue
            sku = f"{letters}-{plan.suffix}"
            articles[sku] = Article(
                public_id=new_id(now),
                sku=sku,
                product_id=product.id,
                rule_set_id=rules.get(sku, rules[letters]).rule_set_id,
                name=f"{name}, {plan.name}",
                model=plan.model,
                quantity=plan.quantity,
                days=plan.days,
                features=(EVERYTHING if plan.has_everything else PLAIN)[letters],
                options={"days": [7, 14, 30]} if plan.model is Model.DEMO else {},
                created_at=now,
            )
    db.add_all(articles.values())
    db.flush()
    return articles


def delegate(db: Session, now: datetime, articles: Mapping[str, Article], giver: User, taker: User) -> None:
    """Add the categories, and grant the reseller what she may do in them: all of one, little of the other."""
    categories = {}
    for name, letters in CATEGORIES.items():
        category = categories[name] = Category(public_id=new_id(now), name=name)
        db.add(category)
        db.flush()
        members = [article.id for sku, article in articles.items() if sku.partition("-")[0] in letters]
        db.execute(insert(category_articles), [{"category_id": category.id, "article_id": id_} for id_ in members])
    membership = db.execute(select(Membership).where(Membership.user_id == taker.id)).scalar_one()
    given = {"membership_id": membership.id, "granted_by_id": giver.id, "created_at": now}
    for right in Right:
        db.add(Grant(category_id=categories["Design"].id, right=right, **given))
    until = now + timedelta(days=5 * 365)
    db.add(
        Grant(
            category_id=categories["Manufacturing"].id, right=Right.CREATE, quantity=20, until=until, **given
        )  # fmt: skip
    )
    db.flush()
