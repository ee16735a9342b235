"""`portal demo`: a believable world to look around in, and to serve."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from portal.cli import serving
from portal.cli.asking import plainly
from portal.settings import from_environment


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("demo", help="make the demo world, and serve it")
    parser.add_argument("--fresh", action="store_true", help="start over; the keys stay")
    parser.add_argument("--serve", action="store_true", help="serve it until stopped")
    serving.add_port(parser)
    parser.set_defaults(run=plainly(demo_command))


def demo_command(options: Any) -> int:
    """Make the demo world if it is missing, say who can sign in with what, and write the same to demo.json.

    Twice changes nothing. Exit 2, with nothing changed, if the database holds anything else than a demo.
    """
    from portal.demo import card, seeding
    from portal.site import system_clock

    settings = replace(from_environment({**os.environ, "PORT": str(options.port)}), demo=True)
    world, keys, is_made = seeding.seed(settings, system_clock(), fresh=options.fresh)
    path = card.write(settings.data, card.document(world, settings.url, keys.public_hex))
    print("The demo world is made." if is_made else "The demo world is there already; --fresh starts over.")
    print("\n".join(["", *card.lines(world, settings.url), "", f"Scripts find the same in {path}"]), flush=True)
    if options.serve:
        print(flush=True)
        serving.listen(settings, "127.0.0.1", options.port)
    return 0
