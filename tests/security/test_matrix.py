"""Every route, method and principal against the table in matrix.py; and the stranger at every door with every id."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from litestar.routes import HTTPRoute

from tests.fixtures.client import Client, Served
from tests.fixtures.homes import Home
from tests.fixtures.page import Page
from tests.fixtures.village import PLACES, Thing
from tests.security.matrix import FIELDS, MATRIX, MAY_READ, PRINCIPALS

ACCOUNT_PREFIX = "/api/v1/accounts/{account}"
_MARK = re.compile(r"canary-(\w+)")


def routes(served: Served) -> Iterator[tuple[str, str]]:
    """Each method and address the portal answers. OPTIONS and HEAD follow from the others."""
    for route in served.app.routes:
        assert isinstance(route, HTTPRoute), f"{route.path} is another kind of route"
        for method in sorted(route.methods - {"OPTIONS", "HEAD"}):
            yield method, route.path_format


def test_every_route_has_its_row_and_every_row_its_route(served: Served) -> None:
    plain = {f"{method} {path}" for method, path in routes(served) if not path.startswith(ACCOUNT_PREFIX)}
    assert plain == set(MATRIX)


def test_an_address_with_an_account_is_the_same_route(served: Served) -> None:
    by_path = {route.path_format: route for route in served.app.routes if isinstance(route, HTTPRoute)}
    for path, route in by_path.items():
        if path.startswith(ACCOUNT_PREFIX):
            twin = by_path[path.replace(ACCOUNT_PREFIX, "/api/v1")]
            assert _views(route) == _views(twin), path


def _views(route: HTTPRoute) -> set[object]:
    return {one.fn for one in route.route_handlers if one.http_methods != {"OPTIONS"}}


def enter(served: Served, who: str) -> Client:
    village = served.village
    if who in village.people:
        return served.as_(who)
    if who == "registered ticket":
        return registered_since(served, served.village.codes["free"])
    if who.endswith("ticket"):
        return served.with_(*(thing.code for thing in village.of("other" if "other" in who else "loose")))
    browser = served.browser()
    if who.endswith("program"):
        browser.http.headers["authorization"] = f"License {own_thing(served, who).code}"
    return browser


def registered_since(served: Served, code: str) -> Client:
    """A browser that came in with a ticket which somebody else registered a moment later."""
    browser, kim = served.with_(code), served.as_("kim")
    form = kim.get("/tickets/redemption").form("/tickets/redemption")
    assert kim.submit(form, tickets=code, confirmed="yes").status == 200
    return browser


def own_thing(served: Served, who: str) -> Thing:
    return served.village.thing("loose" if "other" in who else "eve", "active")


def about(served: Served, kind: str, place: str) -> Thing | Home | None:
    """What a cell of the table is about."""
    if not place:
        return None
    return served.village.homes[place] if kind == "home" else served.village.thing(place, kind)


def address(path: str, thing: Thing | Home | None, served: Served) -> str:
    village = served.village
    named = {
        "name": served.site.shelf.url("portal.css").removeprefix("/static/"), "token": "x" * 43, "number": "1",
        "side": "new", "key": "nobody", "identity_id": str(UUID(int=7)), "session_id": str(UUID(int=7)),
        "passkey_id": str(UUID(int=7)),
        "rule_set_id": str(village.drafted), "replay_id": str(village.replay), "words_id": str(village.canned),
    }  # fmt: skip
    return path.format(**named, **(thing.names if thing else {}))


def asked(
    browser: Client, method: str, path: str, thing: Thing | Home | None, served: Served, *, htmx: bool = False
) -> Page:
    """Ask as a browser or program would that means it: with a token, and with everything the form wants."""
    place = address(path, thing, served)
    if path.startswith("/api/"):
        attributes = {"fingerprint": served.village.thing("eve", "active").fingerprint}
        body = json.dumps({"data": {"attributes": attributes}, "meta": {"key": "XXXXX-XXXXX"}})
        return browser.ask(method, place, content=body if method == "POST" else None)
    if method == "GET":
        return browser.get(place, status=None, htmx=htmx)
    return browser.post(place, fields_of(f"{method} {path}", thing), htmx=htmx)


def fields_of(name: str, thing: Thing | Home | None) -> dict[str, str]:
    names = thing.names if thing else {}
    return {field: value.format(**names) for field, value in FIELDS.get(name, {}).items()}


@pytest.mark.parametrize("who", PRINCIPALS)
def test_each_may_do_what_the_table_says_and_nothing_else(served: Served, who: str) -> None:
    browser = enter(served, who)
    if who == "other program":  # a seat of its own under a fingerprint that the table's program has, too
        served.village.thing("eve", "active").fingerprint = own_thing(served, who).fingerprint
    wrong = []
    for name, (kind, cells) in MATRIX.items():
        method, path = name.split()
        for (principal, place), status in cells.items():
            if principal != who:
                continue
            page = asked(browser, method, path, about(served, kind, place), served)
            if str(page.status) != status:
                wrong.append(f"{name} {place}: {page.status} instead of {status}: {page.text[:120]}")
            if strange := set(_MARK.findall(page.body)) - MAY_READ[who]:
                wrong.append(f"{name} {place}: tells of {strange}")
            if "ticket" in who and _names_people(page, served):
                wrong.append(f"{name} {place}: names people")
    assert not wrong, "\n".join(wrong)


def _names_people(page: Page, served: Served) -> bool:
    return any(person.name in page.body or person.email in page.body for person in served.village.people.values())


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_sid_finds_nothing_at_any_address_with_any_id(served: Served, htmx: bool) -> None:
    sid = served.as_("sid")
    token = sid.token()
    things = list(served.village.things.values())
    assert {place for place, _ in served.village.things} > set(PLACES)
    wrong = []
    for name, (kind, _) in MATRIX.items():
        method, path = name.split()
        if not kind or path.startswith("/api/"):
            continue
        for thing in served.village.homes.values() if kind == "home" else things:
            place = address(path, thing, served).replace("None", thing.names["license_id"])
            fields = fields_of(name, thing)
            page = (
                sid.get(place, status=None, htmx=htmx)
                if method == "GET"
                else sid.post(place, fields, token=token, htmx=htmx)
            )
            if page.status != 404 or _MARK.search(page.body):
                wrong.append(f"{method} {place}: {page.status} {page.text[:200]}")
    assert not wrong, "\n".join(wrong)


def test_sid_finds_nothing_in_lists_and_searches(served: Served) -> None:
    sid = served.as_("sid")
    words = ["", "canary", "Chisel", "canary-eve-move-old", "canary-eve-order", "Rhea"]
    words += [thing.code for thing in served.village.things.values()][:5]
    for word in words:
        for path in ("/licenses", "/licenses.csv"):
            page = sid.ask("GET", path, params={"search": word})
            assert page.status == 200
            assert not _MARK.search(page.body.replace(word, ""))
            assert "Chisel" not in page.body.replace(word, "")


def test_options_tell_methods_and_nothing_else(served: Served) -> None:
    for _, path in routes(served):
        if "{" not in path:
            answer = served.browser().ask("OPTIONS", path)
            assert answer.status == 204 and not answer.body, path
