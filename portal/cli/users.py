"""`portal user`: the first administrator of an installation."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from portal.cli.asking import plainly
from portal.settings import from_environment


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("user", help="people with a sign-in")
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    add = verbs.add_parser("add", help="add an administrator of the vendor")
    add.add_argument("email")
    add.add_argument("--name", required=True)
    add.set_defaults(run=plainly(add_command))


def add_command(options: Any) -> int:
    """Add a vendor administrator; the password is asked for, or read from standard input."""
    from sqlalchemy import select

    from portal.brand import load_brand
    from portal.db import migrate, new_id, open_database
    from portal.doors import passwords
    from portal.models import Group, GroupKind, Membership, Role, User
    from portal.site import system_clock

    settings = from_environment()
    brand = load_brand(settings.brand)
    email = options.email.strip().lower()
    if "@" not in email or len(email) > 254 or any(character.isspace() for character in email):
        print(f"{options.email!r} is no e-mail address.", file=sys.stderr)
        return 2
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    try:
        passwords.judge(password, names=(email, email.partition("@")[0], options.name, brand.name, brand.company))
    except passwords.Unfit as unfit:
        print(_REASONS[str(unfit)], file=sys.stderr)
        return 2
    secret = passwords.hashed(password)
    database, now = open_database(settings.database), system_clock()
    migrate(settings.database)
    try:
        with database.writing() as db:
            if db.execute(select(User.id).where(User.email == email)).scalar() is not None:
                print(f"{email} has a sign-in already.", file=sys.stderr)
                return 1
            vendor = db.execute(select(Group).where(Group.kind == GroupKind.VENDOR)).scalar()
            if vendor is None:
                vendor = Group(
                    public_id=new_id(now), path="/1/", kind=GroupKind.VENDOR, name=brand.company, created_at=now
                )
                db.add(vendor)
                db.flush()
                vendor.path = f"/{vendor.id}/"
            user = User(
                public_id=new_id(now),
                email=email,
                name=options.name,
                password_hash=secret,
                created_at=now,
                verified_at=now,
            )
            db.add(user)
            db.flush()
            db.add(
                Membership(
                    public_id=new_id(now), user_id=user.id, group_id=vendor.id, role=Role.ADMIN,
                    created_at=now, accepted_at=now,
                )
            )  # fmt: skip
    finally:
        database.close()
    print(f"{email} can sign in at {settings.url}.")
    return 0


_REASONS = {
    "password_too_short": "The password is too short: take at least 15 characters. A few words in a row are fine.",
    "password_too_long": "The password is too long: take at most 200 characters.",
    "password_known": "This password is too easy to guess: it is a name, or repeats itself.",
}
