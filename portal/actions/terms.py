"""Time: terms are appended, never changed, and a license's dates repeat what they say."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from portal.models import License, Term, TermKind
from portal.rows import Ready

_BEGAN = Ready(
    select(func.max(Term.begins_at)).where(
        Term.license_id == bindparam("license"),
        Term.begins_at <= bindparam("now"),
        Term.ends_at > bindparam("now"),
        Term.kind != TermKind.PERPETUAL.value,
    )
)


def bought(
    db: Session,
    license_: License,
    now: datetime,
    *,
    days: int | None,
    ticket_id: int | None,
    seller_id: int | None = None,
) -> None:
    """Time that came with a ticket: without end, or so many days from the first use."""
    kind = TermKind.PERPETUAL if days is None else TermKind.USE
    db.add(Term(license_id=license_.id, ticket_id=ticket_id, seller_id=seller_id, kind=kind, days=days, created_at=now))


def maintenance(db: Session, license_: License, now: datetime, begins_at: datetime, ends_at: datetime) -> None:
    """Updates until a day; the license itself goes on after it."""
    db.add(
        Term(
            license_id=license_.id, kind=TermKind.MAINTENANCE, begins_at=begins_at, ends_at=ends_at, created_at=now
        )  # fmt: skip
    )


def fixed(db: Session, license_: License, now: datetime, ends_at: datetime, *, ticket_id: int) -> None:
    """Time that runs from now on, to this end."""
    db.add(
        Term(
            license_id=license_.id, ticket_id=ticket_id, kind=TermKind.USE, begins_at=now, ends_at=ends_at,
            created_at=now,
        )  # fmt: skip
    )
    settle(db, license_)


def begin(db: Session, license_: License, now: datetime) -> None:
    """The first use starts the days that were bought; later uses change nothing."""
    days = license_.starts_on_use_days
    if days is None:
        return
    db.add(
        Term(
            license_id=license_.id,
            kind=TermKind.USE,
            begins_at=now,
            ends_at=now + timedelta(days=days),
            created_at=now,
        )
    )
    settle(db, license_)


def carry(db: Session, license_: License, now: datetime, ends_at: datetime) -> None:
    """The rest of an older subscription and the new days run together, to this end."""
    db.add(Term(license_id=license_.id, kind=TermKind.USE, begins_at=now, ends_at=ends_at, created_at=now))
    settle(db, license_)


def began(db: Session, license_: License, now: datetime) -> datetime | None:
    """When the current term began: the subscription or maintenance year that runs now; None where none does."""
    if not any(end is not None and end > now for end in (license_.ends_at, license_.maintenance_until)):
        return None  # the license repeats the last end of either kind
    return _BEGAN.scalar(db, license=license_.id, now=now)


def settle(db: Session, license_: License) -> None:
    """Write into the license what its terms say: the only place that does."""
    db.flush()
    mine = Term.license_id == license_.id
    used = db.execute(select(func.max(Term.ends_at)).where(mine, Term.kind == TermKind.USE)).scalar()
    waiting = db.execute(
        select(func.sum(Term.days)).where(mine, Term.kind == TermKind.USE, Term.begins_at.is_(None))
    ).scalar()
    license_.ends_at = used
    license_.starts_on_use_days = waiting if used is None else None
    license_.maintenance_until = db.execute(
        select(func.max(Term.ends_at)).where(mine, Term.kind == TermKind.MAINTENANCE)
    ).scalar()
