"""Two customers, each the mirror image of the other: what an admin of one sends, sent again with every id of the other,
is never done and never answered with anything of the other's.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from portal.db import Base, open_database
from tests.fixtures.client import Portal, Served
from tests.fixtures.databases import SqliteCopies
from tests.fixtures.village import VillageFill
from tests.security.recording import SIDES, Recorded, ids_of, requests_of, things_of

MIRRORED = [("brandt", "linde"), ("linde", "brandt")]
# What may be written although nothing was done: that somebody asked, and that they were here.
NOTED = {"events", "sessions", "attempts"}
REFUSED = (400, 403, 404, 422)


def content(served: Served) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, but for those that tell of the asking."""
    with served.database.reading() as db:
        return {
            table.name: sorted((tuple(row) for row in db.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
            if table.name not in NOTED
        }


def refusal(request: Recorded, page: Any, mark: str) -> str | None:
    """What is wrong with this answer, if anything is."""
    asked = f"{request.method} {request.path} {request.fields}"
    if page.status not in REFUSED:
        return f"{asked}: {page.status}"
    if mark in page.body:
        return f"{asked}: tells {page.body[page.body.index(mark) - 80 :][:160]}"
    return None


@pytest.mark.parametrize(("own", "other"), MIRRORED)
def test_what_is_recorded_is_what_the_portal_does(
    served: Served, sqlite_copies: SqliteCopies, village_fill: VillageFill, own: str, other: str
) -> None:
    """With one's own ids each of them is answered: a request that was wrong anyway would prove nothing."""
    wrong, seen = [], set()
    for request in requests_of(served, own):
        with sqlite_copies.fresh(village_fill) as url, closing(open_database(url)) as database:
            served.app.state.site = replace(served.site, database=database)
            browser = served.as_(request.by)
            page = request.send(browser, browser.token())
        seen.add(page.status)
        if page.status not in (200, 303, 422) or f"canary-{other}" in page.body:
            wrong.append(f"{request.method} {request.path} {request.fields}: {page.status} {page.text[:200]}")
    assert not wrong, "\n".join(wrong)
    assert {200, 303} <= seen


@pytest.mark.parametrize(("own", "other"), MIRRORED)
def test_no_id_of_the_other_customer_does_or_tells_anything(served: Served, own: str, other: str) -> None:
    browsers, mark = {who: served.as_(who) for who in SIDES[own]}, f"canary-{other}"
    mine = [*ids_of(served, own).values(), *things_of(served, own).values()]
    # Products, and tickets that nobody has registered, are everybody's.
    shared = {ids_of(served, own)[name] for name in ("product_id", "free")}
    mine = [id_ for id_ in dict.fromkeys(mine) if id_ not in shared]
    foreign = dict.fromkeys([*ids_of(served, other).values(), *things_of(served, other).values()])
    foreign = [id_ for id_ in foreign if id_ not in shared]
    tokens = {who: browser.token() for who, browser in browsers.items()}
    before, wrong, asked = content(served), [], 0
    for request in requests_of(served, own):
        for id_ in foreign:
            for changed in request.with_other(mine, id_):
                asked += 1
                page = changed.send(browsers[request.by], tokens[request.by])
                if problem := refusal(changed, page, mark):
                    wrong.append(problem)
    assert not wrong, f"{len(wrong)} of {asked}\n" + "\n".join(wrong[:60])
    assert asked > 1500
    after = content(served)
    assert {name for name in before if before[name] != after[name]} == set()


@pytest.mark.parametrize("who", ["anna", "max", "dora", "cora", "rhea", "sid", "eve", "ticket"])
def test_nobody_reaches_the_other_customer_by_its_own_requests(served: Served, who: str) -> None:
    """The very requests of that customer's admin, whole, in the hands of everybody who has nothing to do with it."""
    village = served.village
    browser = served.with_(village.thing("loose", "active").code) if who == "ticket" else served.as_(who)
    before, token, wrong = content(served), browser.token(), []
    for request in requests_of(served, "linde"):
        for htmx in (False, True):
            if problem := refusal(request, request.send(browser, token, htmx=htmx), "canary-linde"):
                wrong.append(problem)
    assert not wrong, "\n".join(wrong)
    after = content(served)
    assert {name for name in before if before[name] != after[name]} == set()


def test_a_replay_that_succeeds_would_be_seen(portal: Portal) -> None:
    """The proof is no proof if it cannot fail: with the other's admin everything is done and told."""
    served = portal()
    lena, mark = served.as_("lena"), "canary-linde"
    token = lena.token()
    assert sum(bool(refusal(one, one.send(lena, token), mark)) for one in requests_of(served, "linde")) > 40
