"""Letters: who is told what by mail about a deed, in the transaction of the deed.

The holder of a license is told what happens with it, and whoever did it gets a confirmation. Only verified addresses
are written to; who holds nothing but a ticket has none.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select

from portal.actions.doing import Doing
from portal.brand.stationery import Stationery, Unwritten, plain
from portal.jobs import mail
from portal.models import Activation, Article, Device, License, Product, User

log = logging.getLogger("portal.mail")


def activated(doing: Doing, license_: License, activation: Activation) -> None:
    """A PC has the license now. One that had it before, and comes back, is no news."""
    if not _had_it_before(doing, activation):
        handed_over(doing, license_, activation)


def set_up_again(doing: Doing, license_: License, activation: Activation) -> None:
    """A PC that was reinstalled, or changed in parts, has its license back."""
    _tell_online(doing, license_, activation, is_again=True)


def handed_over(doing: Doing, license_: License, activation: Activation) -> None:
    """The seat that was kept for the next PC has found it."""
    _tell_online(doing, license_, activation, is_again=False)


def moved(doing: Doing, license_: License, old: Activation, new: Activation, reason: str | None) -> None:
    """The license left a PC that is gone, for another one or for the next that asks."""
    names = {"device": _name(doing, new.device_id), "old_device": _name(doing, old.device_id)}
    _tell(doing, license_, "moved", **names, reason=reason)


def transfer_waiting(doing: Doing, license_: License, activation: Activation) -> None:
    """A license file was handed out for a PC without a network; the receipt is still to come."""
    _tell(doing, license_, "transfer_waiting", device=_name(doing, activation.device_id))


def zone_of(stationery: Stationery, user: User) -> ZoneInfo:
    return ZoneInfo(user.time_zone) if user.time_zone else stationery.brand.zone


def _tell_online(doing: Doing, license_: License, activation: Activation, *, is_again: bool) -> None:
    # A file that goes to a PC without a network is told of by `transfer_waiting`, which says what is left to do.
    if activation.how != "offline":
        _tell(doing, license_, "activated", device=_name(doing, activation.device_id), is_again=is_again)


def _tell(doing: Doing, license_: License, name: str, **facts: object) -> None:
    stationery = doing.stationery
    if stationery is None:
        return
    product = None
    for user in _readers(doing, license_):
        product = product or _product(doing, license_)
        is_own_deed = user.id == doing.actor.user_id
        told = {
            "person": plain(user.name),
            "product": product,
            "path": f"/licenses/{license_.public_id}",
            "is_holder": user.id == license_.user_id,
            "actor": "you" if is_own_deed else _ACTORS.get(doing.actor.kind, "vendor"),
            "actor_name": plain(doing.actor.name) or None,
        } | facts
        try:
            language, zone = stationery.language(user.language), zone_of(stationery, user)
            letter = stationery.write(name, language, zone, doing.now, **told)
        except Unwritten:
            # Whoever moves a license in a hurry must not be stopped by a mail about it.
            log.exception("nobody is told of this by mail")
            return
        mail.post(doing.db, doing.vault, doing.now, user, letter)


# What the words for "by whom" know; whoever else acts, acts for the vendor.
_ACTORS = {"program": "program", "ticket": "ticket", "user": "person", "portal": "portal"}


def _readers(doing: Doing, license_: License) -> Iterator[User]:
    """Whom a deed on this license concerns and who can be written to, the holder first."""
    ids = dict.fromkeys(id for id in (license_.user_id, doing.actor.user_id) if id is not None)
    for user_id in ids:
        user = doing.db.get(User, user_id)
        if user is not None and can_be_written_to(user):
            yield user


def can_be_written_to(user: User) -> bool:
    return user.verified_at is not None and user.disabled_at is None and mail.is_address(user.email)


def _had_it_before(doing: Doing, activation: Activation) -> bool:
    earlier = exists().where(
        Activation.license_id == activation.license_id,
        Activation.device_id == activation.device_id,
        Activation.id != activation.id,
    )
    return bool(doing.db.execute(select(earlier)).scalar())


def _name(doing: Doing, device_id: int | None) -> str | None:
    return plain(doing.db.get_one(Device, device_id).name) if device_id is not None else None


def _product(doing: Doing, license_: License) -> str:
    return plain(
        doing.db.execute(
            select(Product.name)
            .join(Article, Article.product_id == Product.id)
            .where(Article.id == license_.article_id)
        ).scalar_one()
    )
