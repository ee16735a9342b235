"""The certificate of a license: what an auditor wants to read of it, and nothing that opens it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, ids_of
from portal.files.vault import Vault
from portal.models import Article, Group, GroupKind, License
from portal.reports import overview
from portal.reports.shapes import Row


@dataclass(frozen=True, slots=True)
class Certificate:
    """A license on paper. `department` is where it lies inside of the customer that it is licensed to."""

    row: Row
    licensee: str
    department: str | None
    article: str
    number: str
    features: tuple[str, ...]
    order_number: str | None
    issued_at: datetime


def certificate(db: Session, vault: Vault, actor: Actor, license_: License, now: datetime) -> Certificate:
    found = db.execute(overview.columns_of(license_.id)).all()
    row = overview.rows(db, vault, actor, found, now)[0]
    article = db.execute(
        select(Article.name, Article.sku, Article.features).where(Article.id == license_.article_id)
    ).one()
    group, department = db.get_one(Group, license_.group_id), None
    if group.kind == GroupKind.DEPARTMENT and group.parent_id is not None:
        group, department = _customer(db, group), group.name
    return Certificate(
        row=row,
        licensee=group.name,
        department=department,
        article=article.name,
        number=article.sku,
        features=tuple(article.features),
        order_number=license_.order_number,
        issued_at=license_.created_at,
    )


def _customer(db: Session, department: Group) -> Group:
    """The closest group above that is no department."""
    return db.execute(
        select(Group)
        .where(Group.id.in_(ids_of(department.path)), Group.kind != GroupKind.DEPARTMENT)
        .order_by(Group.path.desc())
        .limit(1)
    ).scalar_one()
