"""Claiming tickets: somebody registers what lay in a customer's pool, and whoever looks after that pool is told."""

from __future__ import annotations

from collections.abc import Iterable

from portal.access import ids_of
from portal.actions import tickets
from portal.actions.doing import Doing
from portal.actions.letters import zone_of
from portal.brand.stationery import plain
from portal.files import tickets as codes
from portal.jobs import mail
from portal.models import Group, GroupKind, Ticket, User
from portal.reports.admins import closest_admins, kinds, ladder

KIND = "claimed"
MOST_READERS = 10  # a group may have many admins; one of them knows whether it is right
MOST_NAMED = 20


def claim_all(doing: Doing, wanted: Iterable[Ticket], group: Group) -> None:
    """Register these tickets to the person who asks, in one of their groups. They must be locked and judged good."""
    pools: dict[int, list[Ticket]] = {}
    for ticket in wanted:
        if ticket.registered_at is None:  # an emergency license came along with the one that it stands for
            pools.setdefault(ticket.group_id, []).append(ticket)
            tickets.register(doing, ticket, group)
    for pool_id, claimed in pools.items():
        _tell(doing, doing.db.get_one(Group, pool_id), group, claimed)


def _tell(doing: Doing, pool: Group, group: Group, claimed: list[Ticket]) -> None:
    """Whoever holds a ticket can claim it, so its purchaser learns of it, and can say that it was not meant to be."""
    # What lies at a dealer or the vendor is for sale: that it is claimed is no news there.
    if doing.stationery is None or pool.kind not in (GroupKind.CUSTOMER, GroupKind.DEPARTMENT):
        return
    is_outside = _customer(doing, pool) != _customer(doing, group)
    told = {
        "group": plain(pool.name),
        "is_outside": is_outside,
        "actor_name": None if is_outside else plain(doing.actor.name) or None,
        "tickets": [_line(doing, ticket) for ticket in claimed[:MOST_NAMED]],
        "count": len(claimed),
    }
    for reader in closest_admins(doing.db, pool.path)[:MOST_READERS]:
        if reader.user_id is None or reader.user_id == doing.actor.user_id or not mail.is_address(reader.email):
            continue
        user = doing.db.get_one(User, reader.user_id)
        own = doing.stationery.of(user.brand)
        draft = mail.Draft(
            KIND, own.language(user.language), zone_of(own, user).key, {"person": plain(user.name), **told}, own.host
        )
        mail.note(doing.db, doing.vault, doing.now, user, draft, own.sender)


def _customer(doing: Doing, group: Group) -> int:
    return ladder(group.path, kinds(doing.db, ids_of(group.path)))[-1]


def _line(doing: Doing, ticket: Ticket) -> dict[str, str]:
    code = tickets.code_of(doing.vault, ticket)
    return {"code": codes.masked(code), "product": plain(tickets.product_name(doing, ticket) or "")}
