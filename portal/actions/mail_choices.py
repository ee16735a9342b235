"""Which mails a person wants."""

from __future__ import annotations

from collections.abc import Container

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal import audit
from portal.actions.doing import Doing
from portal.audit import Happened
from portal.brand.choices import Choice
from portal.models import MailSetting, User


def wanted(db: Session, user_id: int) -> set[Choice]:
    """What the person gets; whoever never chose gets everything."""
    off = select(MailSetting.kind).where(MailSetting.user_id == user_id, MailSetting.is_on.is_(False))
    unwanted = set(db.execute(off).scalars())
    return {one for one in Choice if one.value not in unwanted}


def choose(doing: Doing, wants: Container[Choice]) -> None:
    """From now on these and no others."""
    user = doing.db.execute(select(User).where(User.id == doing.actor.user_id).with_for_update()).scalar_one()
    doing.db.execute(delete(MailSetting).where(MailSetting.user_id == user.id))
    doing.db.add_all(MailSetting(user_id=user.id, kind=one.value, is_on=one in wants) for one in Choice)
    audit.record(doing.db, doing.now, doing.actor, Happened.ACCOUNT_CHANGED)
