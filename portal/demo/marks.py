"""What tells a demo from a real installation: a fact in its database, written with the first row of the world."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models import Fact, License, User

KIND = "kind"
DEMO = "demo"


def is_demo(db: Session) -> bool:
    """Whether this database was made by `portal demo`."""
    return db.execute(select(Fact.value).where(Fact.name == KIND)).scalar() == DEMO


def is_empty(db: Session) -> bool:
    """Whether nobody and nothing lives in this database yet."""
    people = db.execute(select(func.count()).select_from(User)).scalar_one()
    return people == 0 and db.execute(select(func.count()).select_from(License)).scalar_one() == 0


def mark(db: Session) -> None:
    db.add(Fact(name=KIND, value=DEMO))
