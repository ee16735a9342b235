"""Reminders: naming whom a group wants reminded, their word that they want it, and the mails before something ends."""

from __future__ import annotations

import base64
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal import audit
from portal.actions.doing import Doing
from portal.audit import Happened
from portal.brand.stationery import Stationery, Unwritten, plain
from portal.db import new_id
from portal.files.vault import Vault
from portal.jobs import mail
from portal.models import COUNTS, Event, Group, Membership, ReminderAddress, ReminderSent, User
from portal.reports import endings
from portal.reports.admins import Reader
from portal.reports.endings import Ending

log = logging.getLogger("portal.mail")

KIND = "remind"
MOST = 20
SHOWN = 50
PLACE = "/reminders/confirmation"


def name(doing: Doing, group: Group, email: str, language: str) -> str | None:
    """Have this address reminded; returns the code of what stands in the way.

    A colleague with a verified address is reminded from now on. Anybody else is asked first, by mail, and reads
    nothing of the group's licenses until they said yes.
    """
    doing.db.execute(select(Group.id).where(Group.id == group.id).with_for_update())
    mine = select(ReminderAddress).where(ReminderAddress.group_id == group.id)
    if doing.db.execute(mine.where(ReminderAddress.email == email)).scalar() is not None:
        return "already_reminded"
    if _is_full(doing, group):
        return "too_many_addresses"
    colleague = _colleague(doing.db, group, email)
    row = ReminderAddress(
        public_id=new_id(doing.now),
        group_id=group.id,
        user_id=colleague.id if colleague else None,
        email=email,
        language=language,
        created_at=doing.now,
        created_by_id=doing.actor.user_id,
        confirmed_at=doing.now if colleague else None,
    )
    row.lookup = None if colleague else doing.vault.lookup("reminder-token", token_of(doing.vault, row.public_id))
    doing.db.add(row)
    audit.record(
        doing.db, doing.now, doing.actor, Happened.REMINDER_NAMED, group_id=group.id,
        person=colleague.name if colleague else None, email=None if colleague else email,
    )  # fmt: skip
    if not colleague:
        _ask(doing, group, row)
    return None


def confirm(doing: Doing, address: ReminderAddress) -> None:
    """Whoever reads this address wants the reminders. Twice is once."""
    if address.confirmed_at is None:
        address.confirmed_at = doing.now
        _note(doing, address, Happened.REMINDER_CONFIRMED)


def end(doing: Doing, address: ReminderAddress) -> None:
    """No reminders to this address any more."""
    doing.db.execute(delete(ReminderAddress).where(ReminderAddress.id == address.id))
    _note(doing, address, Happened.REMINDER_ENDED)


def token_of(vault: Vault, address: object) -> str:
    """The word that an address is confirmed or ended with: it follows from the address's id, under the pepper."""
    return base64.urlsafe_b64encode(vault.lookup("reminder-address", str(address))).decode().rstrip("=")


def by_token(db: Session, vault: Vault, token: str, *, lock: bool = False) -> ReminderAddress | None:
    wanted = select(ReminderAddress).where(ReminderAddress.lookup == vault.lookup("reminder-token", token))
    return db.execute(wanted.with_for_update() if lock else wanted).scalar()


def remind(stationery: Stationery, db: Session, now: datetime, vault: Vault, _: Mapping[str, Any]) -> None:
    """Tell of every end whose turn it is: one mail to each reader with all that concerns them, once for each turn."""
    found = endings.to_announce(db, now)
    readers = endings.readers(db, {one.path for one in found})
    letters: dict[Reader, list[Ending]] = {}
    for one in found:
        db.add(ReminderSent(license_id=one.license_id, ends_at=one.ends_at, days=one.days, sent_at=now))
        for reader in readers[one.path]:
            letters.setdefault(reader, []).append(one)
    for reader, ends in letters.items():
        _write(stationery, db, vault, now, reader, ends)


def _write(
    stationery: Stationery, db: Session, vault: Vault, now: datetime, reader: Reader, ends: list[Ending]
) -> None:
    if not mail.is_address(reader.email):
        return
    user = db.get_one(User, reader.user_id) if reader.user_id is not None else None
    stationery = stationery.of(user.brand if user else None)
    zone = ZoneInfo(reader.time_zone) if reader.time_zone else stationery.brand.zone
    try:
        letter = stationery.write(
            "reminder",
            stationery.language(reader.language),
            zone,
            now,
            person=plain(reader.name) or None,
            ends=[
                {
                    "product": plain(one.product),
                    "group": plain(one.group),
                    "quantity": one.quantity,
                    "ends_at": one.ends_at,
                    "is_maintenance": one.is_maintenance,
                    "days": max(1, -(-(one.ends_at - now) // timedelta(days=1))),
                    "path": f"/licenses/{one.id}" if user else None,
                }
                for one in sorted(ends, key=lambda one: one.ends_at)[:SHOWN]
            ],
            more=max(0, len(ends) - SHOWN),
            is_named=reader.address is not None,
            stop=None if user else f"{PLACE}/{token_of(vault, reader.address)}",
        )
    except Unwritten:
        log.exception("nobody is reminded by mail")
        return
    mail.post(db, vault, now, user or reader.email, letter)


def _ask(doing: Doing, group: Group, row: ReminderAddress) -> None:
    stationery = doing.stationery
    if stationery is None:
        return
    path = f"{PLACE}/{token_of(doing.vault, row.public_id)}"
    try:
        letter = stationery.write(
            "reminder_asked", stationery.language(row.language), stationery.brand.zone, doing.now,
            group=plain(group.name), actor_name=plain(doing.actor.name), path=path,
        )  # fmt: skip
    except Unwritten:
        log.exception("nobody is asked by mail")
        return
    mail.post(doing.db, doing.vault, doing.now, row.email, letter, is_secret=True)


def _colleague(db: Session, group: Group, email: str) -> User | None:
    """The person of this group, or below it, whose verified address this is."""
    return db.execute(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .join(Group, Group.id == Membership.group_id)
        .where(
            User.email == email,
            User.verified_at.is_not(None),
            User.disabled_at.is_(None),
            COUNTS,
            Group.path.startswith(group.path),
        )
        .limit(1)
    ).scalar()


def _is_full(doing: Doing, group: Group) -> bool:
    """So many addresses, or so many mails to strangers in a day, that one more would be a nuisance."""
    count = select(func.count()).select_from(ReminderAddress).where(ReminderAddress.group_id == group.id)
    lately = (
        select(func.count())
        .select_from(Event)
        .where(
            Event.group_id == group.id,
            Event.kind == Happened.REMINDER_NAMED,
            Event.at > doing.now - timedelta(days=1),
        )
    )
    return max(doing.db.execute(count).scalar_one(), doing.db.execute(lately).scalar_one()) >= MOST


def _note(doing: Doing, address: ReminderAddress, kind: Happened) -> None:
    user = doing.db.get(User, address.user_id) if address.user_id else None
    audit.record(
        doing.db, doing.now, doing.actor, kind, group_id=address.group_id,
        person=user.name if user else None, email=None if user else address.email,
    )  # fmt: skip
