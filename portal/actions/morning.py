"""The morning mail: what happened over night that the vendor should know of; and who is told that an emergency license
ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.actions import letters
from portal.actions.doing import Moment
from portal.brand.stationery import Stationery, plain
from portal.files.vault import Vault
from portal.jobs import mail
from portal.models import Emergency, License, Loss
from portal.reports import emergencies, losses

KIND, WARN_KIND = "morning", "emergency_ends"
HOUR = 6  # o'clock, where the vendor is
AHEAD = timedelta(days=1)
SHOWN = 50
BATCH = 200


def tell(stationery: Stationery, db: Session, now: datetime, vault: Vault, _: Mapping[str, Any]) -> None:
    """One mail each morning with the emergency licenses and the stolen PCs since the last; none where nothing was."""
    brand = stationery.brand
    here = now.astimezone(brand.zone)
    begins = here.replace(hour=HOUR, minute=0, second=0)
    if here < begins:
        return
    taken, stolen = emergencies.untold(db, begins), losses.untold(db, begins)
    if not taken and not stolen:
        return
    letter = stationery.write(
        KIND,
        stationery.language(None),
        brand.zone,
        now,
        taken=[_line(one) for one in taken[:SHOWN]],
        stolen=[
            {"device": plain(one.device), "group": plain(one.group), "at": one.at, "licenses": one.licenses}
            for one in stolen[:SHOWN]
        ],
        more=max(0, len(taken) - SHOWN) + max(0, len(stolen) - SHOWN),
        count=len(taken) + len(stolen),
        path="/vendor/emergencies",
    )
    mail.post(db, vault, now, brand.morning_email or brand.support_email, letter)
    db.execute(
        update(Emergency).where(Emergency.told_at.is_(None), Emergency.granted_at < begins).values(told_at=now)
    )
    db.execute(update(Loss).where(Loss.told_at.is_(None), Loss.reported_at < begins).values(told_at=now))


def warn(stationery: Stationery, db: Session, now: datetime, vault: Vault, _: Mapping[str, Any]) -> None:
    """Tell whoever has an emergency license a day before it ends; one that runs no longer than that needs no word."""
    due = db.execute(
        select(Emergency, License)
        .join(License, License.id == Emergency.license_id)
        .where(Emergency.warned_at.is_(None), License.ends_at > now, License.ends_at <= now + AHEAD)
        .order_by(Emergency.id)
        .limit(BATCH)
        .with_for_update(of=Emergency, skip_locked=True)
    ).all()
    for row, license_ in due:
        row.warned_at = now
        if license_.ends_at > row.granted_at + AHEAD:
            doing = Moment(db, Actor(kind="portal", user_id=row.user_id), now, vault, stationery)
            letters.emergency_ends(doing, license_, db.get_one(License, row.stands_for_id))


def _line(one: emergencies.Line) -> dict[str, Any]:
    return {
        "product": plain(one.product),
        "customer": plain(one.customer),
        "person": plain(one.person) if one.person else None,
        "at": one.granted_at,
        "refused": (one.operation, one.code, one.rule),
        "words": plain(one.words),
        "of_license": one.of_license,
    }
