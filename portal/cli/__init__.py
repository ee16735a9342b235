"""The command line: one file per noun; each command returns its exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Exit 0: done; 1: what was asked for is not so; 2: call or settings are wrong; 130: stopped."""
    wanted = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog="portal", description="The license portal.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    # Deciding a case must start fast and needs no database, so only the wanted command is imported.
    if wanted[:1] == ["rules"]:
        from portal.cli import rules

        further = rules.add_parser(commands)
        if wanted[1:2] not in (["check"], ["decide"]):
            from portal.cli import rule_desk

            rule_desk.add_to(further)
    else:
        from portal.cli import (
            blocklist,
            brand,
            database,
            demo,
            groups,
            init,
            keys,
            languages,
            products,
            serving,
            sign_in,
            users,
        )

        vendor = (users, groups, sign_in, products, brand, languages)
        for module in (init, serving, demo, database, keys, blocklist, *vendor):
            module.add_parser(commands)
        commands.add_parser("rules", help="check rule files, decide cases, and put rules in force", add_help=False)
    options = parser.parse_args(wanted)
    try:
        return int(options.run(options) or 0)
    except (KeyboardInterrupt, EOFError):  # whoever was asked does not want to go on
        print("\nStopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever read our words has heard enough, as in `portal demo | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def entry() -> None:
    sys.exit(main())
