"""Letters about demos: that one begins, that it ends soon, and that it has ended, with the way to buy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, exists, select
from sqlalchemy.orm import Session

from portal.actions.doing import Doing
from portal.actions.letters import can_be_written_to, zone_of
from portal.brand.stationery import Stationery, plain
from portal.files.vault import Vault
from portal.jobs import mail
from portal.models import Article, License, LicenseState, Model, Product, ReminderSent, User

KIND = "demos_end"
AHEAD = 3  # days before its end
# Nobody wants to hear of a trial that ended last month, when the portal was switched off meanwhile.
TOO_LATE = timedelta(days=7)
BATCH = 200


def granted(doing: Doing, user: User, license_: License, product: str, until: datetime) -> None:
    """The trial begins now."""
    if doing.stationery is not None:
        told = {"path": f"/licenses/{license_.public_id}/demo", "ends_at": until.isoformat()}
        _note(doing.stationery, doing.db, doing.vault, doing.now, user, "demo_granted", product, told)


def announce(stationery: Stationery, db: Session, now: datetime, vault: Vault, _: Mapping[str, Any]) -> None:
    """Tell of every trial that ends soon or has ended, once each."""
    soon = now + timedelta(days=AHEAD)
    days = case((License.ends_at <= now, 0), else_=AHEAD)
    told = exists().where(
        ReminderSent.license_id == License.id, ReminderSent.ends_at == License.ends_at, ReminderSent.days == days
    )
    due = (
        select(License, User, Product, days)
        .join(Article, Article.id == License.article_id)
        .join(Product, Product.id == Article.product_id)
        .join(User, User.id == License.user_id)
        .where(
            Article.model == Model.DEMO, License.state == LicenseState.REGISTERED, License.stands_for_id.is_(None),
            License.ends_at > now - TOO_LATE, License.ends_at <= soon, ~told,
        )  # fmt: skip
        .order_by(License.ends_at, License.id)
        .limit(BATCH)
    )
    for license_, user, product, turn in db.execute(due):
        if license_.ends_at is None:
            continue
        db.add(ReminderSent(license_id=license_.id, ends_at=license_.ends_at, days=turn, sent_at=now))
        facts = {
            "path": f"/licenses/{license_.public_id}",
            "ends_at": license_.ends_at.isoformat(),
            "is_used": license_.used > 0,
            "buy": stationery.brand.speaking(stationery.language(user.language)).buy_url(product.code) or None,
        }
        name = "demo_ending" if turn else "demo_ended"
        _note(stationery, db, vault, now, user, name, product.name, facts)


def _note(
    stationery: Stationery, db: Session, vault: Vault, now: datetime, user: User, name: str, product: str,
    facts: Mapping[str, object],
) -> None:  # fmt: skip
    if not can_be_written_to(user):
        return
    told = {"person": plain(user.name), "product": plain(product), **facts}
    draft = mail.Draft(name, stationery.language(user.language), zone_of(stationery, user).key, told)
    mail.note(db, vault, now, user, draft, stationery.sender)
