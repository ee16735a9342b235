"""Products: bringing what is sold, and the rules it follows, to what a file says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import rules
from portal.actions import rule_sets
from portal.db import new_id
from portal.models import Article, Model, Product, RuleSet, RuleVersion


class ProductsError(ValueError):
    """A products file that cannot be applied; the text says where and why."""


@dataclass(frozen=True, slots=True)
class WantedArticle:
    sku: str
    name: str
    model: str
    quantity: int
    days: int | None
    features: list[str]
    options: dict[str, Any]
    rules: str  # TOML


@dataclass(frozen=True, slots=True)
class WantedProduct:
    code: str
    name: str
    articles: list[WantedArticle] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Counts:
    products: int
    articles: int
    versions: int


def read(document: dict[str, Any], folder: Path) -> list[WantedProduct]:
    """The products of a TOML document; rule files are found beside it, presets by `preset:NAME`.

    Raises ProductsError for an unknown key or a wrong value, and RuleFileError for wrong rules.
    """
    _only(document, {"product"}, "the file")
    return [_product(one, folder) for one in _tables(document, "product", "the file")]


def _product(table: dict[str, Any], folder: Path) -> WantedProduct:
    where = f"product {table.get('code', '?')}"
    _only(table, {"code", "name", "article"}, where)
    articles = [_article(one, folder) for one in _tables(table, "article", where)]
    return WantedProduct(_text(table, "code", where), _text(table, "name", where), articles)


def _article(table: dict[str, Any], folder: Path) -> WantedArticle:
    where = f"article {table.get('sku', '?')}"
    _only(table, {"sku", "name", "model", "quantity", "days", "features", "options", "rules"}, where)
    model, days = table.get("model", "perpetual"), table.get("days")
    if model not in set(Model):
        raise ProductsError(f"{where}: model must be one of {', '.join(Model)}")
    if (model == Model.PERPETUAL) != (days is None):
        raise ProductsError(f"{where}: a perpetual article has no days, any other needs them")
    features = table.get("features", [])
    if not isinstance(features, list) or not all(isinstance(one, str) and one for one in features):
        raise ProductsError(f"{where}: features must be a list of names")
    return WantedArticle(
        sku=_text(table, "sku", where),
        name=_text(table, "name", where),
        model=str(model),
        quantity=_number(table.get("quantity", 1), "quantity", where),
        days=None if days is None else _number(days, "days", where),
        features=features,
        options=_options(table, model, where),
        rules=_rules(str(table.get("rules", "preset:seed_default")), folder, where),
    )


def _options(table: dict[str, Any], model: object, where: str) -> dict[str, Any]:
    """What may be chosen of a demo, and by how many people of one company."""
    options = table.get("options", {})
    if not isinstance(options, dict) or (options and model != Model.DEMO):
        raise ProductsError(f"{where}: [options] is a table of a demo article")
    _only(options, {"days", "per_company", "per_company_days"}, where)
    days = options.get("days")
    if options and (not isinstance(days, list) or not days):
        raise ProductsError(f"{where}: options.days must be a list of lengths, such as [7, 14, 30]")
    for one in days or ():
        _number(one, "options.days", where)
    for key in options.keys() - {"days"}:
        _number(options[key], f"options.{key}", where)
    return options


def _rules(name: str, folder: Path, where: str) -> str:
    try:
        preset = name.removeprefix("preset:")
        text = rules.preset_text(preset) if name.startswith("preset:") else (folder / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, KeyError) as problem:
        raise ProductsError(f"{where}: there are no rules {name!r}") from problem
    rules.load(text, name=name)
    return text


def apply(db: Session, now: datetime, wanted: list[WantedProduct]) -> Counts:
    """Add or change products and articles; rules whose text changed get a new version. Nothing is deleted."""
    versions = 0
    for product_ in wanted:
        product = db.execute(select(Product).where(Product.code == product_.code)).scalar()
        if product is None:
            product = Product(public_id=new_id(now), code=product_.code, name=product_.name, created_at=now)
            db.add(product)
        product.name = product_.name
        db.flush()
        for article_ in product_.articles:
            rule_set_id, is_new = _rule_set(db, now, article_.rules)
            versions += is_new
            _put(db, now, product, article_, rule_set_id)
    return Counts(len(wanted), sum(len(product.articles) for product in wanted), versions)


def _rule_set(db: Session, now: datetime, toml: str) -> tuple[int, bool]:
    name = rule_sets.parsed(toml).name
    latest = db.execute(
        select(RuleVersion)
        .join(RuleSet, RuleSet.id == RuleVersion.rule_set_id)
        .where(RuleSet.name == name)
        .order_by(RuleVersion.number.desc())
        .limit(1)
    ).scalar()
    if latest is not None and latest.toml == toml:
        return latest.rule_set_id, False
    return rule_sets.publish(db, now, toml).rule_set_id, True


def _put(db: Session, now: datetime, product: Product, wanted: WantedArticle, rule_set_id: int) -> None:
    article = db.execute(select(Article).where(Article.sku == wanted.sku)).scalar()
    if article is None:
        article = Article(public_id=new_id(now), sku=wanted.sku, created_at=now)
        db.add(article)
    article.product_id, article.rule_set_id = product.id, rule_set_id
    article.name, article.model, article.features = wanted.name, wanted.model, wanted.features
    article.options = wanted.options
    article.quantity, article.days = wanted.quantity, wanted.days
    db.flush()


def _only(table: dict[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(set(table) - known):
        raise ProductsError(f"{where}: unknown key {unknown[0]!r}")


def _tables(table: dict[str, Any], key: str, where: str) -> list[dict[str, Any]]:
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ProductsError(f"{where}: write [[{key}]] tables")
    return found


def _text(table: dict[str, Any], key: str, where: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip() or len(value) > 100 or not value.isprintable():
        raise ProductsError(f"{where}: {key} must be a text of at most 100 characters")
    return value


def _number(value: Any, key: str, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1_000_000:
        raise ProductsError(f"{where}: {key} must be a whole number from 1 to 1,000,000")
    return value
