"""`portal blocklist`: the signed list of returned and replaced activations, to be carried to PCs without a network."""

from __future__ import annotations

from typing import Any

from portal.cli.asking import plainly
from portal.settings import from_environment


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("blocklist", help="print the signed list of activations that may not run any more")
    parser.set_defaults(run=plainly(show))


def show(options: Any) -> int:
    """Print the list of all products, signed with the current key."""
    from portal.db import open_database
    from portal.files import keyring, papers
    from portal.reports.blocked import block_list
    from portal.site import system_clock

    settings = from_environment()
    keys, database = keyring.load(settings.keys), open_database(settings.database)
    try:
        with database.reading() as db:
            print(papers.write(block_list(db, system_clock()), keys.sign), end="")
    finally:
        database.close()
    return 0
