"""Rows of the ledger and of licenses as the facts that rules take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from portal.models import Operation
from portal.rules import DeviceFacts, Entry, LicenseFacts

DeviceOf = Callable[[dict[str, str] | None], DeviceFacts | None]

# A wide budget reads all that its owner ever did, so these are columns and no entities.
COLUMNS = (
    Operation.at, Operation.operation, Operation.line, Operation.components, Operation.evidence, Operation.reason,
    Operation.license_id, Operation.product_id, Operation.article_id, Operation.group_id, Operation.user_id,
    Operation.grants, Operation.amount, Operation.actor,
)  # fmt: skip


def device_facts(components: dict[str, str] | None) -> DeviceFacts | None:
    return None if components is None else DeviceFacts(components=components)


def entry(
    at: datetime, operation: str, line: UUID | None, components: dict[str, str] | None, evidence: str | None,
    reason: str | None, license_: int, product: int, article: int, group: int, user: int | None, grants: str | None,
    amount: int | None, actor: str | None, *, device_of: DeviceOf = device_facts,
) -> Entry:  # fmt: skip
    return Entry(
        at=at,
        operation=operation,
        activation=str(line) if line else None,
        device=device_of(components),
        evidence=evidence,
        reason=reason,
        license=str(license_),
        product=str(product),
        article=str(article),
        group=str(group),
        user=str(user) if user else None,
        grants=grants,
        amount=amount or 0,
        actor=actor,
    )


def license_facts(
    id: int, quantity: int, state: str, term_begin: datetime | None, term_end: datetime | None, product: int,
    article: int, group: int, model: str,
) -> LicenseFacts:  # fmt: skip
    """What the rules learn of a license; its keys are those that its entries carry."""
    return LicenseFacts(str(id), quantity, state, term_begin, term_end, str(product), str(article), str(group), model)
