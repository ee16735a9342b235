"""`portal sign-in`: what the vendor does by hand about the company sign-ins of customers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from portal.cli.asking import plainly, writing
from portal.settings import from_environment

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from portal.actions.doing import Moment
    from portal.models import Group, Provider


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("sign-in", help="company sign-ins of customers")
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    show = verbs.add_parser("list", help="show which customers have one, and their domains")
    show.set_defaults(run=plainly(list_command))
    confirm = verbs.add_parser("confirm", help="confirm that a domain is a customer's, as a code by mail would")
    confirm.add_argument("domain")
    confirm.add_argument("--group", required=True, metavar="ID", help="the customer, as in the address of its page")
    confirm.set_defaults(run=plainly(confirm_command))
    allow = verbs.add_parser("allow", help="let a customer's people in by other ways again")
    allow.add_argument("--group", required=True, metavar="ID", help="the customer, as in the address of its page")
    allow.set_defaults(run=plainly(allow_command))


def list_command(options: Any) -> int:
    """One line for each provider, one below it for each domain."""
    from sqlalchemy import select

    from portal.models import Group, Provider, ProviderDomain

    with writing() as db:
        for group, provider in db.execute(select(Group, Provider).join(Provider, Provider.group_id == Group.id)):
            word = "only way in" if provider.only else "on" if provider.is_on else "off"
            print(f"{group.public_id}  {group.name}  {provider.issuer}  {word}")
            mine = select(ProviderDomain).where(ProviderDomain.provider_id == provider.id)
            for row in db.execute(mine.order_by(ProviderDomain.domain)).scalars():
                print(f"    {row.domain}  {'confirmed' if row.verified_at else f'waits for {row.mailbox}'}")
    return 0


def confirm_command(options: Any) -> int:
    """Confirm a domain that the customer's admin has entered."""
    from sqlalchemy import select

    from portal.actions import providers
    from portal.models import ProviderDomain

    domain = options.domain.strip().lower()
    with writing() as db:
        found = _found(db, options.group)
        if found is None:
            return 1
        group, provider = found
        row = db.execute(
            select(ProviderDomain).where(ProviderDomain.provider_id == provider.id, ProviderDomain.domain == domain)
        ).scalar()
        if row is None:
            print(f"{group.name} has not entered {domain}. Its admin does that on its page first.", file=sys.stderr)
            return 1
        if row.verified_at is None and providers.confirm_domain(_moment(db), group, row, by="vendor"):
            print(f"{domain} was confirmed for another customer.", file=sys.stderr)
            return 1
    print(f"{domain} is confirmed for {group.name}.")
    return 0


def allow_command(options: Any) -> int:
    """End it that a customer's people come in through their company alone."""
    from portal.actions import providers

    with writing() as db:
        found = _found(db, options.group)
        if found is None:
            return 1
        providers.insist(_moment(db), *found, only=False)
    print(f"The people of {found[0].name} may come in by other ways than their company sign-in.")
    return 0


def _found(db: Session, group_id: str) -> tuple[Group, Provider] | None:
    from uuid import UUID

    from sqlalchemy import select

    from portal.models import Group, Provider

    try:
        wanted = Group.public_id == UUID(group_id)
    except ValueError:
        wanted = Group.name == group_id
    rows = db.execute(select(Group, Provider).join(Provider, Provider.group_id == Group.id).where(wanted)).all()
    if len(rows) != 1:
        print(f"There is no company sign-in of {group_id!r}. See `portal sign-in list`.", file=sys.stderr)
        return None
    return rows[0][0], rows[0][1]


def _moment(db: Session) -> Moment:
    from portal.access import Actor
    from portal.actions.doing import Moment
    from portal.files import keyring
    from portal.site import system_clock

    return Moment(db, Actor(kind="vendor"), system_clock(), keyring.load(from_environment().keys).vault)
