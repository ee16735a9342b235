"""What tests of screens share: the verbs about a license, each with a page that offers it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import func, select

from portal.models import Event
from tests.fixtures.client import Served
from tests.fixtures.page import Element, Page


@dataclass(frozen=True, slots=True)
class Verb:
    """Where the form of a verb goes, which license offers it, and what else it must say."""

    name: str
    kind: str
    ending: str
    fields: tuple[tuple[str, str], ...] = ()

    def form(self, page: Page) -> Element:
        return page.forms(self.ending)[0]


VERBS = {
    verb.name: verb
    for verb in (
        Verb("move", "move", "/reactivation", (("reason", "broken"), ("gone", "yes"))),
        Verb("give", "give", "/activations"),
        Verb("dismiss", "wait", "/dismissal"),
        Verb("ask return", "active", "/return"),
        Verb("keep", "returning", "/return/cancellation"),
    )
}


@pytest.fixture(params=list(VERBS))
def verb(request: pytest.FixtureRequest) -> Verb:
    return VERBS[request.param]


@pytest.fixture(params=[False, True], ids=["plain", "htmx"])
def htmx(request: pytest.FixtureRequest) -> bool:
    return request.param


def events(served: Served, kind: str = "%") -> int:
    """How many events of this kind there are."""
    with served.database.reading() as db:
        return db.execute(select(func.count()).select_from(Event).where(Event.kind.like(kind))).scalar_one()
