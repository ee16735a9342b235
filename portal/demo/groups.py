"""The groups of the demo: a vendor, two resellers, four customers with their departments, and a stranger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.actions import groups as actions
from portal.models import Group, GroupKind


@dataclass(frozen=True, slots=True)
class Plan:
    """A group to be: `number` is what the vendor's own books call it, and how it is found again."""

    key: str
    number: str
    name: str
    kind: GroupKind
    parent: str | None
    is_person: bool = False


GROUPS = (
    Plan("vendor", "10000", "Tessel Works GmbH", GroupKind.VENDOR, None),
    Plan("cadhaus", "10010", "CAD-Haus Nord GmbH", GroupKind.RESELLER, "vendor"),
    Plan("reinhardt", "10011", "Reinhardt Systems", GroupKind.RESELLER, "cadhaus"),
    Plan("brandt", "10120", "Brandt Maschinenbau GmbH", GroupKind.CUSTOMER, "vendor"),
    Plan("design", "10120-1", "Design", GroupKind.DEPARTMENT, "brandt"),
    Plan("toolmaking", "10120-2", "Toolmaking", GroupKind.DEPARTMENT, "brandt"),
    Plan("simulation", "10120-3", "Simulation", GroupKind.DEPARTMENT, "brandt"),
    Plan("office", "10141", "Ingenieurbüro Falk", GroupKind.CUSTOMER, "reinhardt"),
    Plan("school", "10156", "Technology Lab, Lise-Meitner-Schule", GroupKind.CUSTOMER, "cadhaus"),
    Plan("eve", "10203", "Eve Lindqvist", GroupKind.CUSTOMER, "vendor", is_person=True),
    Plan("sid", "10204", "Sid Keller", GroupKind.CUSTOMER, "vendor", is_person=True),
)


def found(db: Session, now: datetime) -> dict[str, Group]:
    """Add the groups, parents first."""
    groups: dict[str, Group] = {}
    for plan in GROUPS:
        above = groups[plan.parent] if plan.parent else None
        groups[plan.key] = actions.found(
            db, now, above, plan.kind, plan.name, is_person=plan.is_person, external_id=plan.number
        )
    return groups
