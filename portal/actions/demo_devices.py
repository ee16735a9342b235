"""Devices that ran a demo: each has one of a product, and goes on where its demo was bought."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import bindparam, or_, select, update

from portal.access import lock_license
from portal.actions import demo_offers, seats, terms
from portal.actions.devices import Machine
from portal.actions.doing import Doing
from portal.actions.ledger import Question, nothing_to_decide
from portal.actions.rule_sets import InForce
from portal.actions.seats import Outcome
from portal.audit import Happened
from portal.models import (
    Activation,
    ActivationState,
    Article,
    DemoDevice,
    Device,
    License,
    LicenseKey,
    LicenseState,
    Model,
    Product,
)
from portal.rows import Ready

# Whoever buys soon after the end still has the program as it was; what ended long ago is no PC to count on.
GOES_ON = timedelta(days=30)

_is_recent = or_(License.ends_at.is_(None), License.ends_at > bindparam("since", type_=License.ends_at.type))
_DEMOS_ON = Ready(
    select(Activation.id, Activation.license_id)
    .join(License, License.id == Activation.license_id)
    .join(Article, Article.id == License.article_id)
    .join(Product, Product.id == Article.product_id)
    .where(
        Activation.device_id == bindparam("device"),
        Activation.ended_at.is_(None),
        Activation.assignment_id.is_(None),
        Article.model == Model.DEMO.value,
        License.stands_for_id.is_(None),
        License.state == LicenseState.REGISTERED.value,
        Product.name == bindparam("product"),
        _is_recent,
    )
    .limit(1)
)


def may_run(doing: Doing, license_: License, machine: Machine, in_force: InForce) -> bool:
    """Whether this device may run this demo: it has had none of this product under another license.

    The first demo that asks takes the device for itself; one that is over takes none any more.
    """
    only_article_id = demo_offers.counted_for(in_force.rules, in_force.article_id)
    fingerprint = doing.vault.lookup("demo-device", machine.fingerprint)
    had = doing.db.execute(
        select(DemoDevice.license_id).where(
            DemoDevice.product_id == in_force.product_id,
            DemoDevice.only_article_id == only_article_id,
            DemoDevice.fingerprint == fingerprint,
        )
    ).scalar()
    if had is None and license_.ends_at is not None and license_.ends_at > doing.now:
        doing.db.add(
            DemoDevice(
                product_id=in_force.product_id, only_article_id=only_article_id, fingerprint=fingerprint,
                license_id=license_.id, at=doing.now,
            )
        )  # fmt: skip
        doing.db.flush()
    return had in (None, license_.id)


def go_on(doing: Doing, new: License, device: Device, question: Question, how: str) -> Outcome | None:
    """The program of a bought license asks on a device that runs a demo of the product: the demo's activation becomes
    one of the bought license. None where there is no demo, or the rules do not let the new license start there."""
    if question.in_force.model == Model.DEMO:
        return None
    found = _DEMOS_ON.first(doing.db, device=device.id, product=question.in_force.product, since=doing.now - GOES_ON)
    if found is None:
        return None
    activation_id, demo_id = found
    activation, demo = doing.db.get_one(Activation, activation_id), lock_license(doing.db, demo_id, group_id=None)
    doing.db.refresh(activation, with_for_update=True)
    if activation.ended_at is not None or not _moved(doing, new, demo, activation, device, question, how):
        return None
    if how == "online":
        seats.confirm(doing, new, activation)
    return Outcome(nothing_to_decide(), activation, device=device)


def bought(doing: Doing, new: License) -> None:
    """A license was registered: demos of its product that the same person runs go on with it, wherever they run.

    The keys of a demo that is over with that open the new license, so that its program need not be told anything.
    """
    question = Question(doing, new, None)
    if question.in_force.model == Model.DEMO or new.stands_for_id is not None:
        return
    running = (
        select(Activation, License, Device)
        .join(License, License.id == Activation.license_id)
        .join(Device, Device.id == Activation.device_id)
        .join(Article, Article.id == License.article_id)
        .join(Product, Product.id == Article.product_id)
        .where(
            License.group_id == new.group_id,
            License.user_id == doing.actor.user_id,
            License.id != new.id,
            License.stands_for_id.is_(None),
            License.state == LicenseState.REGISTERED,
            Article.model == Model.DEMO,
            Product.name == question.in_force.product,
            Activation.ended_at.is_(None),
            Activation.assignment_id.is_(None),
            _is_recent,
        )
        .order_by(License.id, Activation.id)
    )
    for activation, demo, device in doing.db.execute(running, {"since": doing.now - GOES_ON}).all():
        lock_license(doing.db, demo.id, group_id=None)
        doing.db.refresh(activation, with_for_update=True)
        if activation.ended_at is not None:
            continue
        if any(one.device_id == device.id for one in seats.live(doing, new)):
            _leave(doing, demo, activation, device)
            seats.end(doing, demo, activation, ActivationState.RETURNED)
            _fold(doing, demo, new)
        else:
            _moved(doing, new, demo, activation, device, Question(doing, new, device.components), activation.how)


def _moved(
    doing: Doing, new: License, demo: License, activation: Activation, device: Device, question: Question, how: str
) -> bool:
    decision = question.decide("activate")
    if not decision.allowed or decision.as_ is not None or not seats.take(doing, new, question, how=how):
        return False
    _leave(doing, demo, activation, device)
    seats.free(doing, demo, activation)
    activation.license_id, activation.how = new.id, how
    doing.db.flush()
    question.done("activate", activation)
    terms.begin(doing.db, new, doing.now)
    question.event(Happened.DEMO_CONTINUED, activation, device=device.name)
    _fold(doing, demo, new)
    return True


def _leave(doing: Doing, demo: License, activation: Activation, device: Device) -> None:
    Question(doing, demo, device.components, activation=activation).done("lapse", activation)


def _fold(doing: Doing, demo: License, new: License) -> None:
    """A demo that runs nowhere any more has become the license that was bought, with all its keys."""
    if seats.live(doing, demo):
        return
    demo.state, demo.merged_into_id = LicenseState.MERGED, new.id
    doing.db.execute(update(LicenseKey).where(LicenseKey.license_id == demo.id).values(license_id=new.id))
    Question(doing, demo, None).event(Happened.LICENSE_MERGED, bought=True)
