"""Letters: who is told what by mail about a deed, in the transaction of the deed.

The holder of a license is told what happens with it, and whoever did it gets a confirmation. Only verified addresses
are written to; who holds nothing but a ticket has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from portal.actions.doing import Doing
from portal.brand.stationery import Stationery, plain
from portal.doors.entrants import Entrant
from portal.jobs import mail
from portal.models import Activation, Article, Assignment, Device, License, Loss, Product, User
from portal.rows import Ready


def activated(doing: Doing, license_: License, activation: Activation, product: str | None = None) -> None:
    """A PC has the license now. One that had it before, and comes back, is no news."""
    if not _had_it_before(doing, activation):
        handed_over(doing, license_, activation, product)


def set_up_again(doing: Doing, license_: License, activation: Activation) -> None:
    """A PC that was reinstalled, or changed in parts, has its license back."""
    _tell_online(doing, license_, activation, is_again=True)


def handed_over(doing: Doing, license_: License, activation: Activation, product: str | None = None) -> None:
    """The seat that was kept for the next PC has found it."""
    _tell_online(doing, license_, activation, is_again=False, product=product)


def moved(doing: Doing, license_: License, old: Activation, new: Activation, reason: str | None) -> None:
    """The license left a PC that is gone, for another one or for the next that asks."""
    names = {"device": _name(doing, new.device_id), "old_device": _name(doing, old.device_id)}
    _tell(doing, license_, new, "moved", **names, reason=reason)


def transfer_waiting(doing: Doing, license_: License, activation: Activation) -> None:
    """A license file was handed out for a PC without a network; the receipt is still to come."""
    _tell(doing, license_, activation, "transfer_waiting", device=_name(doing, activation.device_id))


def overridden(doing: Doing, license_: License, operation: str, amount: int, reason: str) -> None:
    """The vendor granted more than the rules do."""
    _tell(doing, license_, None, "overridden", operation=operation, amount=amount, reason=plain(reason))


def emergency(doing: Doing, license_: License, until: datetime, product: str) -> None:
    """Somebody who was stuck has an emergency license."""
    _tell(doing, license_, None, "emergency", product=product, until=until.isoformat())


def emergency_ends(doing: Doing, license_: License, stands_for: License) -> None:
    """An emergency license ends within a day."""
    until = license_.ends_at.isoformat() if license_.ends_at else ""
    _tell(
        doing, license_, None, "emergency_ends", until=until, stands_for=f"/licenses/{stands_for.public_id}",
        device=_name(doing, _runs_on(doing, license_)),
    )  # fmt: skip


def _runs_on(doing: Doing, license_: License) -> int | None:
    running = select(Activation.device_id).where(Activation.license_id == license_.id, Activation.ended_at.is_(None))
    return doing.db.execute(running.limit(1)).scalar()


def lost(doing: Doing, loss: Loss, device: str, held: Sequence[tuple[License, Activation]]) -> None:
    """A PC was reported as gone: whoever holds something on it, or reported it, reads what came of it."""
    stationery = doing.stationery
    if stationery is None:
        return
    mine: dict[int, list[tuple[License, Activation]]] = {}
    for license_, activation in held:
        for user_id in {_holder(doing, license_, activation), doing.actor.user_id} - {None}:
            mine.setdefault(user_id, []).append((license_, activation))
    for user_id, theirs in mine.items():
        user = _addressee(doing, user_id)
        if not can_be_written_to(user):
            continue
        told = {
            "person": plain(user.name),
            "device": plain(device),
            "kind": loss.kind,
            "until": (loss.reported_at + timedelta(hours=24)).isoformat(),
            "path": f"/losses/{loss.public_id}",
            "moved": [product_of(doing, one) for one, activation in theirs if activation.ended_at is not None],
            "stayed": [product_of(doing, one) for one, activation in theirs if activation.ended_at is None],
            "is_own_deed": user.id == doing.actor.user_id,
        }
        draft = mail.Draft("lost", stationery.language(user.language), zone_of(stationery, user).key, told)
        mail.note(doing.db, doing.vault, doing.now, user, draft, stationery.sender)


def new_sign_in(doing: Doing, user: Entrant, *, agent: str, network: str) -> None:
    """Somebody came in with a browser that was not seen at this account before."""
    stationery = doing.stationery
    if stationery is None or not can_be_written_to(user):
        return
    facts = {"person": plain(user.name), "agent": agent, "network": network}
    language, zone = stationery.language(user.language), zone_of(stationery, user).key
    draft = mail.Draft("new_sign_in", language, zone, facts, stationery.host)
    mail.note(doing.db, doing.vault, doing.now, user, draft, stationery.sender)


def zone_of(stationery: Stationery, user: Reader) -> ZoneInfo:
    return ZoneInfo(user.time_zone) if user.time_zone else stationery.brand.zone


def _tell_online(
    doing: Doing, license_: License, activation: Activation, *, is_again: bool, product: str | None = None
) -> None:
    # A file that goes to a PC without a network is told of by `transfer_waiting`, which says what is left to do.
    if activation.how != "offline":
        device = _name(doing, activation.device_id)
        _tell(doing, license_, activation, "activated", product=product, device=device, is_again=is_again)


def _tell(
    doing: Doing, license_: License, activation: Activation | None, name: str, *, product: str | None = None,
    **facts: object,
) -> None:  # fmt: skip
    if doing.stationery is None:
        return
    holder_id = _holder(doing, license_, activation)
    for user in _readers(doing, holder_id):
        stationery = doing.stationery.of(user.brand)
        product = plain(product or product_of(doing, license_))
        is_own_deed = user.id == doing.actor.user_id
        told = {
            "person": plain(user.name),
            "product": product,
            "path": f"/licenses/{license_.public_id}",
            "is_holder": user.id == holder_id,
            "actor": "you" if is_own_deed else _ACTORS.get(doing.actor.kind, "vendor"),
            "actor_name": plain(doing.actor.name) or None,
        } | facts
        # Whoever moves a license in a hurry must not wait for the writing of a mail about it, nor be stopped by it.
        language, zone = stationery.language(user.language), zone_of(stationery, user).key
        draft = mail.Draft(name, language, zone, told, stationery.host)
        mail.note(doing.db, doing.vault, doing.now, user, draft, stationery.sender)


# What the words for "by whom" know; whoever else acts, acts for the vendor.
_ACTORS = {"program": "program", "ticket": "ticket", "user": "person", "portal": "portal"}


def _holder(doing: Doing, license_: License, activation: Activation | None) -> int | None:
    """Whose seat this is: the person it was assigned to, or the holder of the license."""
    if activation is None or activation.assignment_id is None:
        return license_.user_id
    return doing.db.get_one(Assignment, activation.assignment_id).user_id


class Addressee(NamedTuple):
    """A person, as far as a letter has to know."""

    id: int
    name: str
    email: str | None
    language: str | None
    time_zone: str | None
    brand: str | None
    verified_at: datetime | None
    disabled_at: datetime | None


Reader = User | Addressee | Entrant
_READER = Ready(
    select(*(User.__table__.c[name] for name in Addressee._fields)).where(User.id == bindparam("user"))
)


def _addressee(doing: Doing, user_id: int) -> Addressee:
    return Addressee(*_READER.all(doing.db, user=user_id)[0])


def _readers(doing: Doing, holder_id: int | None) -> Iterator[Reader]:
    """Whom a deed concerns and who can be written to, the holder first."""
    ids = dict.fromkeys(id for id in (holder_id, doing.actor.user_id) if id is not None)
    for user_id in ids:
        user = _addressee(doing, user_id)
        if can_be_written_to(user):
            yield user


def can_be_written_to(user: Reader) -> bool:
    return user.verified_at is not None and user.disabled_at is None and mail.is_address(user.email)


_EARLIER = Ready(
    select(Activation.id)
    .where(
        Activation.license_id == bindparam("license"),
        Activation.device_id == bindparam("device"),
        Activation.id != bindparam("activation"),
    )
    .limit(1)
)


def _had_it_before(doing: Doing, activation: Activation) -> bool:
    this = {"license": activation.license_id, "device": activation.device_id, "activation": activation.id}
    return _EARLIER.first(doing.db, **this) is not None


def _name(doing: Doing, device_id: int | None) -> str | None:
    return plain(doing.db.get_one(Device, device_id).name) if device_id is not None else None


def product_of(doing: Doing, license_: License) -> str:
    article = doing.db.get_one(Article, license_.article_id)
    return plain(doing.db.get_one(Product, article.product_id).name)
