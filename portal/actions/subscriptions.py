"""Subscriptions: a ticket activated on a device that runs the same product already adds its days to the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from portal import audit
from portal.access import lock_license
from portal.actions import devices, seats, terms
from portal.actions.devices import Machine
from portal.actions.doing import Doing
from portal.actions.ledger import Question
from portal.actions.seats import Outcome
from portal.audit import Happened
from portal.db import new_id
from portal.models import Activation, ActivationState, Article, Assignment, Device, License, LicenseState, Product
from portal.rules import Decision


def prolong(
    doing: Doing, new: License, machine: Machine, question: Question, decision: Decision, how: str = "online",
    through: Assignment | None = None,
) -> Outcome:  # fmt: skip
    """The running subscription and the new one become one license, the new one; the older is merged and gone.

    The days are added to the rest, so nothing is lost. Where the older one also runs on other devices, or people were
    assigned seats of it, the two cannot become one, and the new ticket belongs on another PC.
    """
    old = _running(doing, new, machine)
    if old is None or old.ends_at is None:
        return Outcome(_apart(decision))
    lock_license(doing.db, old.id, group_id=None)
    live = seats.live(doing, old)
    if len(live) != 1 or old.assigned or not seats.take(doing, new, question, through, how=how):
        return Outcome(_apart(decision))
    rest = new.ends_at - doing.now if new.ends_at else timedelta(days=new.starts_on_use_days or 0)
    terms.carry(doing.db, new, doing.now, old.ends_at + rest)
    before = Question(doing, old, machine.parts, activation=live[0])
    before.done("lapse", live[0])
    seats.end(doing, old, live[0], ActivationState.RETURNED)
    old.state, old.merged_into_id = LicenseState.MERGED, new.id
    audit.record(
        doing.db, doing.now, doing.actor, Happened.LICENSE_MERGED, group_id=old.group_id, license_id=old.id
    )  # fmt: skip
    device = devices.meet(doing, new, machine)
    activation = seats.begin(
        doing, new, new_id(doing.now), 1, device, seats.first_state(how), how,
        assignment_id=through.id if through else None,
    )  # fmt: skip
    question.done("activate", activation)
    devices.stop_waiting(doing, new, device)
    question.event(Happened.LICENSE_PROLONGED, activation, device=device.name)
    return Outcome(decision, activation, device=device)


def _running(doing: Doing, new: License, machine: Machine) -> License | None:
    """The subscription of the same product name that runs on this device, the one with the latest end."""
    name = select(Product.name).join(Article).where(Article.id == new.article_id).scalar_subquery()
    found = doing.db.execute(
        select(License, Device.components)
        .join(Activation, Activation.license_id == License.id)
        .join(Device, Device.id == Activation.device_id)
        .join(Article, Article.id == License.article_id)
        .join(Product, Product.id == Article.product_id)
        .where(
            License.group_id == new.group_id,
            License.id != new.id,
            License.stands_for_id.is_(None),
            Article.model == "subscription",
            Product.name == name,
            Activation.ended_at.is_(None),
        )
        .order_by(License.ends_at.desc())
    )
    return next((license_ for license_, components in found if components == machine.parts), None)


def _apart(decision: Decision) -> Decision:
    return replace(decision, outcome="deny", code="same_product_on_device", as_=None)
