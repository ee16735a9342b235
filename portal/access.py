"""Who is asking, what they can see, and what they may do: one pure function, asked by guards, finders and pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from portal.models import Activation, Group, GroupKind, License, LicenseKey, Role, Transfer, WaitingDevice


class Stop(Exception):
    """Ends a request and undoes everything it did; `code` names the sentence that people read."""

    status = 400

    def __init__(self, code: str = "bad_request", **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class NotFound(Stop):
    """It does not exist, or the actor must not learn that it does."""

    status = 404

    def __init__(self, code: str = "not_found") -> None:
        super().__init__(code)


class Forbidden(Stop):
    """The actor sees the thing, but this is not theirs to do."""

    status = 403

    def __init__(self, code: str = "forbidden") -> None:
        super().__init__(code)


class Permission(StrEnum):
    VIEW = "view"  # see the license, its devices and its history
    USE = "use"  # activate, return, move, dismiss a waiting device
    SEE_TICKET = "see_ticket"  # read the ticket in full


@dataclass(frozen=True, slots=True)
class Place:
    """A group the actor belongs to, and as what."""

    group_id: int
    public_id: UUID
    name: str
    kind: str
    path: str
    role: str
    is_person: bool


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks: nobody known, a person, the holder of tickets, or a program with a license key."""

    kind: str = "anonymous"
    user_id: int | None = None
    public_id: UUID | None = None
    name: str = ""
    email: str = ""
    language: str | None = None
    time_zone: str | None = None
    places: tuple[Place, ...] = ()
    ticket_ids: tuple[int, ...] = ()
    license_id: int | None = None
    session_id: int | None = None
    expires_at: datetime | None = None
    seen_at: datetime | None = None

    @property
    def signed_in(self) -> bool:
        return self.kind in ("user", "ticket")

    @property
    def oversees(self) -> bool:
        """Whether they look after other people's licenses, as the vendor and resellers do."""
        return any(
            place.role == Role.ADMIN and place.kind in (GroupKind.VENDOR, GroupKind.RESELLER) for place in self.places
        )

    @property
    def role(self) -> str:
        """The role the rules speak of."""
        if self.kind == "user":
            return (
                "admin" if any(place.role == Role.ADMIN and not place.is_person for place in self.places) else "member"
            )
        return self.kind


ANONYMOUS = Actor()


@dataclass(frozen=True, slots=True)
class Owned:
    """What decides about a license: whose it is, in which group, and which tickets feed it."""

    user_id: int | None
    group_id: int
    path: str
    visible_to_group: bool
    ticket_ids: frozenset[int]
    license_id: int


def may(actor: Actor, permission: Permission, owned: Owned) -> bool:
    """Whether this actor may do this with a license that is owned so."""
    relation = _relation(actor, owned)
    if relation is None:
        return False
    if permission is Permission.VIEW:
        return True
    if permission is Permission.USE:
        return relation in ("holder", "admin", "member", "program")
    return relation in ("holder", "admin")


def _relation(actor: Actor, owned: Owned) -> str | None:
    """The closest way in which the actor has to do with the license, or None."""
    if actor.kind == "program":
        return "program" if actor.license_id == owned.license_id else None
    if actor.kind == "ticket":
        return "holder" if owned.ticket_ids.intersection(actor.ticket_ids) else None
    if actor.kind != "user":
        return None
    if owned.user_id is not None and owned.user_id == actor.user_id:
        return "holder"
    admins = [place for place in actor.places if place.role == Role.ADMIN and owned.path.startswith(place.path)]
    if any(place.group_id == owned.group_id or _inside_customer(place) for place in admins):
        return "admin"
    if owned.visible_to_group and any(place.group_id == owned.group_id for place in actor.places):
        return "member"
    return "above" if admins else None


def _inside_customer(place: Place) -> bool:
    """Resellers and the vendor see what hangs below them, but a customer's PCs are the customer's to move."""
    return place.kind in (GroupKind.CUSTOMER, GroupKind.DEPARTMENT)


def visible(actor: Actor) -> ColumnElement[bool]:
    """The licenses an actor can see, as a condition on License: every list and finder starts here."""
    if actor.kind == "program":
        return License.id == actor.license_id
    if actor.kind == "ticket":
        fed = select(LicenseKey.license_id).where(LicenseKey.ticket_id.in_(actor.ticket_ids))
        return License.id.in_(fed)
    if actor.kind != "user":
        return false()
    ways: list[ColumnElement[bool]] = [License.user_id == actor.user_id]
    trees = [place.path for place in actor.places if place.role == Role.ADMIN]
    if trees:
        ways.append(License.group_id.in_(select(Group.id).where(or_(*map(below, trees)))))
    mine = [place.group_id for place in actor.places]
    if mine:
        ways.append(and_(License.group_id.in_(mine), License.visible_to_group))
    return or_(*ways)


def below(path: str) -> ColumnElement[bool]:
    """The groups of this subtree, its root included."""
    # "/1/4/" up to but without "/1/40": the character after "/" is "0".
    return and_(Group.path >= path, Group.path < path[:-1] + "0")


def owned(db: Session, license_: License) -> Owned:
    """The facts about a license that decide who may do what."""
    path = db.execute(select(Group.path).where(Group.id == license_.group_id)).scalar_one()
    tickets = db.execute(select(LicenseKey.ticket_id).where(LicenseKey.license_id == license_.id)).scalars()
    return Owned(
        user_id=license_.user_id,
        group_id=license_.group_id,
        path=path,
        visible_to_group=license_.visible_to_group,
        ticket_ids=frozenset(ticket for ticket in tickets if ticket is not None),
        license_id=license_.id,
    )


def license_for(db: Session, actor: Actor, license_id: UUID, permission: Permission) -> License:
    """The license, if the actor sees it and may do this; invisible is 404, visible but not theirs to do is 403."""
    license_ = db.execute(select(License).where(License.public_id == license_id, visible(actor))).scalar()
    if license_ is None:
        raise NotFound
    if not may(actor, permission, owned(db, license_)):
        raise Forbidden
    return license_


def lock_license(db: Session, license_: License, *, wide: bool) -> None:
    """Hold the license, and before it its owner group where a budget reaches across licenses."""
    if wide:
        db.execute(select(Group.id).where(Group.id == license_.group_id).with_for_update())
    db.refresh(license_, with_for_update=True)


def activation_for(
    db: Session, actor: Actor, activation_id: UUID, permission: Permission
) -> tuple[License, Activation]:
    """The activation and its license, under the same rule as `license_for`; nothing is locked yet."""
    row = db.execute(
        select(License.public_id, Activation)
        .join(Activation, Activation.license_id == License.id)
        .where(Activation.public_id == activation_id, visible(actor))
    ).first()
    if row is None:
        raise NotFound
    return license_for(db, actor, row[0], permission), row[1]


def transfer_for(db: Session, actor: Actor, transfer_id: UUID, permission: Permission) -> tuple[License, Transfer]:
    """The transfer and its license, under the same rule as `license_for`; nothing is locked yet."""
    row = db.execute(
        select(License.public_id, Transfer)
        .join(Transfer, Transfer.license_id == License.id)
        .where(Transfer.public_id == transfer_id, visible(actor))
    ).first()
    if row is None:
        raise NotFound
    return license_for(db, actor, row[0], permission), row[1]


def waiting_for(db: Session, license_: License, waiting_id: UUID) -> WaitingDevice:
    """A device that waits for a seat of this license."""
    waiting = db.execute(
        select(WaitingDevice).where(WaitingDevice.public_id == waiting_id, WaitingDevice.license_id == license_.id)
    ).scalar()
    if waiting is None:
        raise NotFound
    return waiting
