"""What the demo world lacks for some pages: PCs that wait in other ways, and more licenses than fit on a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select

from portal.actions import tickets
from portal.demo.deeds import Lot
from portal.demo.history import Cast, Stage
from portal.demo.machines import pc
from portal.demo.people import actors
from portal.files import keyring
from portal.models import Article, Group, License, Ticket, User
from tests.browser.demo import Demo


@contextmanager
def stage(demo: Demo) -> Iterator[Stage]:
    """The running world as a stage; what is done there is committed at the end of the block."""
    vault = keyring.load(demo.portal.settings.keys).vault
    with demo.database.writing() as db:
        groups = {key: db.get_one(Group, place.id) for key, place in demo.world.groups.items()}
        users = {key: db.get_one(User, person.id) for key, person in demo.world.people.items()}
        articles = {article.sku: article for article in db.scalars(select(Article))}
        cast = Cast(users, actors(users, groups), groups, articles)
        yield Stage(db, vault, demo.portal.clock(), cast)


def lot(on: Stage, demo: Demo, key: str) -> Lot:
    ticket, license_ = demo.world.tickets[key], demo.world.licenses[key]
    return Lot(on, on.db.get_one(Ticket, ticket.id), on.db.get_one(License, license_.id))


def let_more_wait(demo: Demo) -> None:
    """One PC waits where a seat is free by now, and one where it is open which PC is gone."""
    with stage(demo) as on:
        full, viewer = lot(on, demo, "full"), lot(on, demo, "eve_viewer")
        full.knock(pc("FALK-09"))
        full.give_back("FALK-01")
        viewer.activate(pc("NB-EVE"))
        viewer.knock(pc("NB-STUDIO"))


def sell_more(demo: Demo, count: int) -> None:
    """Eve registers so many more licenses."""
    with stage(demo) as on:
        for _ in range(count):
            ticket, _, _ = tickets.mint(on.person("eve"), on.cast.articles["VIEW-1"], on.cast.groups["eve"])
            tickets.register(on.person("eve"), ticket, on.cast.groups["eve"])
