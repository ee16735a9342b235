"""`portal user`: the administrators of an installation, and the way back in for whoever lost every factor."""

from __future__ import annotations

import sys
from typing import Any

from portal.cli.asking import plainly, writing
from portal.cli.questions import Question, Unanswered, answered
from portal.settings import Settings, from_environment


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("user", help="people with a sign-in")
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    add = verbs.add_parser("add", help="add an administrator of the vendor")
    add.add_argument("email")
    add.add_argument("--name", required=True)
    add.set_defaults(run=plainly(add_command))
    clear = verbs.add_parser(
        "clear-factors", help="remove passkeys, authenticator app and recovery codes of somebody who lost them"
    )
    clear.add_argument("who", help="e-mail address or sign-in name")
    clear.set_defaults(run=plainly(clear_command))


def add_command(options: Any) -> int:
    """Add a vendor administrator; the password is asked for, or read from standard input."""
    settings = from_environment()
    email = address_of(options.email)
    if email is None:
        print(f"{options.email!r} is no e-mail address.", file=sys.stderr)
        return 2
    try:
        password = password_for(settings, email, options.name)
    except Unanswered as problem:
        print(problem, file=sys.stderr)
        return 2
    if not add_admin(settings, email, options.name, password):
        print(f"{email} has a sign-in already.", file=sys.stderr)
        return 1
    print(f"{email} can sign in at {settings.url}.")
    return 0


def clear_command(options: Any) -> int:
    """Let somebody in with the password alone again, whose identity the vendor has made sure of; they are told."""
    from sqlalchemy import select

    from portal.access import Actor
    from portal.actions import factors
    from portal.actions.doing import Moment
    from portal.brand import load_brand
    from portal.brand.stationery import Stationery
    from portal.files import keyring
    from portal.models import User
    from portal.site import system_clock

    settings = from_environment()
    vault = keyring.load(settings.keys).vault
    stationery = Stationery(load_brand(settings.brand), settings.url, settings.mail_from)
    with writing() as db:
        user = db.execute(select(User).where(User.is_at(options.who.strip().lower()))).scalar()
        if user is None:
            print(f"Nobody signs in as {options.who}.", file=sys.stderr)
            return 1
        doing = Moment(db, Actor(kind="portal"), system_clock(), vault, stationery)
        count = factors.clear(doing, user)
    print(f"{options.who} signs in with the password alone; removed: {count}. All their sign-ins have ended.")
    return 0


def address_of(typed: str) -> str | None:
    """An e-mail address as the portal keeps it, or None where it is none."""
    email = typed.strip().lower()
    sound = "@" in email and len(email) <= 254 and not any(character.isspace() for character in email)
    return email if sound else None


def password_for(settings: Settings, email: str, name: str) -> str:
    """The password of a new administrator, typed twice or the first line of standard input. Raises Unanswered."""
    asked = Question(
        "The password on standard input", f"Password for {email}",
        check=lambda password: _unfit(settings, email, name, password), is_secret=True,
    )  # fmt: skip
    return answered(asked, None if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n"))


def _unfit(settings: Settings, email: str, name: str, password: str) -> str | None:
    """Why this password cannot be taken, or None."""
    from portal.brand import load_brand
    from portal.doors import passwords

    brand = load_brand(settings.brand)
    try:
        passwords.judge(password, names=(email, email.partition("@")[0], name, brand.name, brand.company))
    except passwords.Unfit as problem:
        return _REASONS[str(problem)]
    return None


def add_admin(settings: Settings, email: str, name: str, password: str) -> bool:
    """Add the administrator to the vendor's group; False where the address has a sign-in already."""
    from portal.actions import founding
    from portal.brand import load_brand
    from portal.doors import passwords
    from portal.site import system_clock

    secret, now = passwords.hashed(password), system_clock()
    with writing() as db:
        root = founding.vendor(db, now, load_brand(settings.brand).company)
        return founding.add_admin(db, now, root, email=email, name=name, password_hash=secret) is not None


_REASONS = {
    "password_too_short": "The password is too short: take at least 15 characters. A few words in a row are fine.",
    "password_too_long": "The password is too long: take at most 200 characters.",
    "password_known": "This password is too easy to guess: it is a name, or repeats itself.",
}
