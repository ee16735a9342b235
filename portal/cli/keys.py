"""`portal keys`: make the keys of an installation, and show the public one that programs are built with."""

from __future__ import annotations

from typing import Any

from portal.cli.asking import plainly
from portal.settings import from_environment


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("keys", help="the keys of this installation")
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    verbs.add_parser("create", help="make them, once").set_defaults(run=plainly(create))
    verbs.add_parser("public", help="print the public key, 64 hexadecimal digits").set_defaults(run=plainly(public))


def create(options: Any) -> int:
    """Make signing key and vault keys in PORTAL_DATA/keys; existing ones are never overwritten."""
    from portal.files import keyring

    settings = from_environment()
    keys = keyring.create(settings.keys)
    print(f"The keys lie in {settings.keys}. Keep a copy in a safe place: without them tickets cannot be read.")
    print(f"Public key: {keys.public_hex}")
    return 0


def public(options: Any) -> int:
    """Print the current public key and nothing else."""
    from portal.files import keyring

    print(keyring.load(from_environment().keys).public_hex)
    return 0
