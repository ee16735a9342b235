"""What tells a demo from a real installation: a fact in its database, written with the first row of the world."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.models import Fact, Group, License, Product, RuleSet, User

KIND = "kind"
DEMO = "demo"


def is_demo(db: Session) -> bool:
    """Whether this database was made by `portal demo`."""
    return db.execute(select(Fact.value).where(Fact.name == KIND)).scalar() == DEMO


def is_empty(db: Session) -> bool:
    """Whether nobody lives in this database, and nothing was prepared for anybody."""
    return not any(db.scalar(select(exists().select_from(table))) for table in (User, Group, Product, RuleSet, License))


def mark(db: Session) -> None:
    db.add(Fact(name=KIND, value=DEMO))
