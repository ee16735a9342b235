"""`portal products` and `portal tickets`: what a vendor sells, and the tickets it hands out."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

from portal.cli.asking import plainly, writing
from portal.settings import from_environment


def add_parser(commands: Any) -> None:
    products = commands.add_parser("products", help="products, their articles and the rules they follow")
    verbs = products.add_subparsers(metavar="VERB", required=True)
    apply = verbs.add_parser("apply", help="bring products and articles to what a file says")
    apply.add_argument("file", type=Path)
    apply.set_defaults(run=plainly(apply_command))
    tickets = commands.add_parser("tickets", help="tickets to hand out")
    verbs = tickets.add_subparsers(metavar="VERB", required=True)
    mint = verbs.add_parser("mint", help="mint tickets of an article into the vendor's pool")
    mint.add_argument("article", metavar="SKU")
    mint.add_argument("--count", type=int, default=1, help="how many tickets (1)")
    mint.add_argument("--quantity", type=int, help="seats of each license (the article's)")
    mint.add_argument("--order", help="the order they belong to")
    mint.set_defaults(run=plainly(mint_command))


def apply_command(options: Any) -> int:
    """Read a products file; all of it is applied, or nothing. Twice changes nothing."""
    from portal.actions import products
    from portal.files import keyring
    from portal.rules import RuleFileError
    from portal.site import system_clock

    try:
        wanted = products.read(tomllib.loads(options.file.read_text(encoding="utf-8")), options.file.parent)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, products.ProductsError) as problem:
        print(f"{options.file}: {problem}", file=sys.stderr)
        return 1
    except RuleFileError as problem:
        print(problem, file=sys.stderr)
        return 1
    keyring.load(from_environment().keys)  # without keys this is no portal's folder: nothing is begun in it
    with writing() as db:
        counts = products.apply(db, system_clock(), wanted)
    print(f"{counts.products} products and {counts.articles} articles; {counts.versions} new versions of rules.")
    return 0


def mint_command(options: Any) -> int:
    """Print the new tickets, one a line, and nothing else."""
    from sqlalchemy import select

    from portal.access import Actor
    from portal.actions import tickets
    from portal.actions.doing import Moment
    from portal.files import keyring
    from portal.models import Article, Group, GroupKind
    from portal.site import system_clock

    if not 1 <= options.count <= 10_000 or (options.quantity is not None and not 1 <= options.quantity <= 1_000_000):
        print("Mint 1 to 10,000 tickets of 1 to 1,000,000 seats each.", file=sys.stderr)
        return 2
    vault = keyring.load(from_environment().keys).vault
    with writing() as db:
        article = db.execute(select(Article).where(Article.sku == options.article)).scalar()
        vendor = db.execute(select(Group).where(Group.kind == GroupKind.VENDOR)).scalar()
        if article is None or vendor is None:
            what = f"no article {options.article!r}" if vendor else "no vendor yet; add its first administrator"
            print(f"There is {what}.", file=sys.stderr)
            return 1
        moment = Moment(db, Actor(kind="vendor"), system_clock(), vault)
        codes = [
            tickets.mint(moment, article, vendor, quantity=options.quantity, order_number=options.order)[2]
            for _ in range(options.count)
        ]
    print("\n".join(codes))
    return 0
