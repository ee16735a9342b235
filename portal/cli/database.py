"""`portal db`: bring the tables to what this version needs, and check the audit trail."""

from __future__ import annotations

from typing import Any

from portal.cli.asking import plainly
from portal.settings import from_environment


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("db", help="tables and audit trail")
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    verbs.add_parser("upgrade", help="bring the tables to this version").set_defaults(run=plainly(upgrade))
    verbs.add_parser("verify", help="check the chain of the audit trail").set_defaults(run=plainly(verify))


def upgrade(options: Any) -> int:
    """Run the missing migrations; doing it twice changes nothing."""
    from portal.db import migrate, open_database

    settings = from_environment()
    open_database(settings.database).close()
    migrate(settings.database)
    print("The tables are up to date.")
    return 0


def verify(options: Any) -> int:
    """Exit 0 when every seal fits its events, 1 when one does not."""
    from portal import audit
    from portal.db import open_database
    from portal.files import keyring

    settings = from_environment()
    vault = keyring.load(settings.keys).vault
    database = open_database(settings.database)
    try:
        with database.reading() as db:
            broken, waiting = audit.first_broken(db, vault.lookup), audit.unsealed(db)
    finally:
        database.close()
    print(
        f"Seal {broken} does not fit its events."
        if broken
        else f"The audit trail is whole; {waiting} events wait for their seal."
    )
    return 1 if broken else 0
