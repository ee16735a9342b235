"""`portal group`: the customers and dealers that the vendor enters by hand."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from portal.cli.asking import plainly, writing
from portal.cli.users import address_of
from portal.settings import from_environment

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from portal.models import Group

MOST_NAME = 200


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("group", help="customers and dealers")
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    add = verbs.add_parser("add", help="add a customer or a dealer, and invite its first admin by mail")
    add.add_argument("name")
    add.add_argument("--admin", required=True, metavar="EMAIL", help="who looks after it")
    add.add_argument("--dealer", action="store_true", help="a dealer, who sees the customers below")
    add.add_argument("--below", metavar="ID", help="the dealer it belongs to (the vendor)")
    add.set_defaults(run=plainly(add_command))
    show = verbs.add_parser("list", help="show them, those of a dealer below it")
    show.set_defaults(run=plainly(list_command))


def add_command(options: Any) -> int:
    """Add the group and put the invitation into the outbox; exit 1 where there is one of that name already."""
    from portal.access import Actor
    from portal.actions import customers
    from portal.actions.doing import Moment
    from portal.brand import load_brand
    from portal.brand.stationery import Stationery
    from portal.files import keyring
    from portal.models import GroupKind
    from portal.site import system_clock

    name, email = " ".join(options.name.split()), address_of(options.admin)
    if not 0 < len(name) <= MOST_NAME or email is None:
        print("A name of 1 to 200 characters and an e-mail address are needed.", file=sys.stderr)
        return 2
    settings = from_environment()
    vault = keyring.load(settings.keys).vault
    stationery = Stationery(load_brand(settings.brand), settings.url, settings.mail_from)
    with writing() as db:
        above = _above(db, options.below)
        if above is None:
            print("There is no such dealer. See `portal group list`.", file=sys.stderr)
            return 1
        doing = Moment(db, Actor(kind="vendor"), system_clock(), vault, stationery)
        kind = GroupKind.RESELLER if options.dealer else GroupKind.CUSTOMER
        group = customers.add(doing, above, kind, name, email)
        if group is None:
            print(f"{above.name} has a {name} already.", file=sys.stderr)
            return 1
        place = f"{settings.url}/groups/{group.public_id}"
    print(f"{name} is added: {place}. {email} is invited by mail.")
    return 0


def list_command(options: Any) -> int:
    """One line for each customer and dealer: its id, what it is, its name."""
    from sqlalchemy import select

    from portal.models import Group, GroupKind

    wanted = (GroupKind.RESELLER, GroupKind.CUSTOMER)
    with writing() as db:
        rows = select(Group.public_id, Group.kind, Group.name, Group.path).where(Group.kind.in_(wanted))
        for public_id, kind, name, path in db.execute(rows.order_by(Group.path)):
            word = "dealer" if kind == GroupKind.RESELLER else "customer"
            print(f"{public_id}  {word:<8}  {'  ' * (path.count('/') - 3)}{name}")
    return 0


def _above(db: Session, below: str | None) -> Group | None:
    """The vendor, or the dealer with this id."""
    from uuid import UUID

    from sqlalchemy import select

    from portal.models import Group, GroupKind

    if below is None:
        return db.execute(select(Group).where(Group.kind == GroupKind.VENDOR)).scalar()
    try:
        wanted = Group.public_id == UUID(below)
    except ValueError:
        return None
    return db.execute(select(Group).where(wanted, Group.kind == GroupKind.RESELLER)).scalar()
