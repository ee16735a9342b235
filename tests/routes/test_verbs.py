"""What holds for every verb about a license: plain and with htmx, once, for its owner, and for nobody else."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from tests.fixtures.client import Served
from tests.routes.conftest import VERBS, Verb, events


def test_plain_it_leads_back_to_the_page_with_a_sentence(served: Served, verb: Verb) -> None:
    eve, page = served.as_("eve"), served.village.thing("eve", verb.kind).page
    done = eve.submit(verb.form(eve.get(page)), **dict(verb.fields), status=303)
    assert done.location == page
    told = eve.follow(done).root.one("div", id="notices")
    assert told.text, "the page says nothing of what was done"
    assert not eve.get(page).root.one("div", id="notices").text, "it is said twice"


def test_htmx_swaps_all_regions_of_the_page(served: Served, verb: Verb) -> None:
    eve, thing = served.as_("eve"), served.village.thing("eve", verb.kind)
    before = eve.get(thing.page)
    form = verb.form(before)
    done = eve.submit(form, **dict(verb.fields), status=200, htmx=True)
    regions = {one.attrs["id"] for one in done.root.walk() if "id" in one.attrs}
    wanted = {part.strip().lstrip("#") for part in form.attrs["hx-select-oob"].split(",")}
    assert wanted | {form.attrs["hx-target"].lstrip("#")} <= regions
    assert done.root.one("div", id="notices").text
    assert "<html" not in done.body
    after = eve.get(thing.page)
    for region in wanted - {"notices"}:
        assert done.root.one(id=region).text == after.root.one(id=region).text, f"#{region} is not what the page shows"
    assert before.root.one(id=f"seats-{thing.id}").text != after.root.one(id=f"seats-{thing.id}").text


def test_twice_is_once(served: Served, verb: Verb, htmx: bool) -> None:
    eve = served.as_("eve")
    form = verb.form(eve.get(served.village.thing("eve", verb.kind).page))
    first, second = (eve.submit(form, **dict(verb.fields), htmx=htmx) for _ in range(2))
    assert first.status == second.status == (200 if htmx else 303)


def test_twice_leaves_one_event(served: Served, verb: Verb) -> None:
    eve = served.as_("eve")
    form = verb.form(eve.get(served.village.thing("eve", verb.kind).page))
    before = events(served)
    eve.submit(form, **dict(verb.fields))
    once = events(served)
    eve.submit(form, **dict(verb.fields))
    assert before + 1 == once == events(served)


def test_a_stranger_learns_nothing_and_does_nothing(served: Served, verb: Verb, htmx: bool) -> None:
    eve, sid = served.as_("eve"), served.as_("sid")
    form = verb.form(eve.get(served.village.thing("eve", verb.kind).page))
    before = events(served)
    page = sid.submit(form, **dict(verb.fields), csrf=sid.token(), status=404, htmx=htmx)
    assert "canary" not in page.body
    assert events(served) == before


def test_whoever_only_looks_on_is_told_so(served: Served, verb: Verb) -> None:
    thing = served.village.thing("brandt", verb.kind)
    cora, rhea = served.as_("cora"), served.as_("rhea")
    form = verb.form(cora.get(thing.page))
    assert not any(rhea.get(thing.page).forms(other.ending) for other in VERBS.values()), "a verb is offered in vain"
    page = rhea.submit(form, **dict(verb.fields), csrf=rhea.token(), status=403)
    assert page.heading == "This is for others to do"


def test_signed_out_one_comes_to_the_door_and_back(served: Served, verb: Verb) -> None:
    eve = served.as_("eve")
    form = verb.form(eve.get(served.village.thing("eve", verb.kind).page))
    eve.http.cookies.clear()
    page = eve.submit(form, **dict(verb.fields), status=303)
    assert urlsplit(page.location).path == "/sign-in"
    assert parse_qs(urlsplit(page.location).query) == {"next": ["/licenses"]}
    assert eve.submit(form, **dict(verb.fields), htmx=True, status=204).location == page.location


def test_the_holder_of_its_ticket_may_do_it_too(served: Served, verb: Verb) -> None:
    thing = served.village.thing("loose", verb.kind)
    holder = served.with_(thing.code)
    done = holder.submit(verb.form(holder.get(thing.page)), **dict(verb.fields), status=303)
    assert done.location == thing.page


def test_its_form_needs_its_token(served: Served, verb: Verb) -> None:
    eve = served.as_("eve")
    form = verb.form(eve.get(served.village.thing("eve", verb.kind).page))
    page = eve.submit(form, **dict(verb.fields), csrf="", status=403)
    assert page.heading == "This page was open for a while"
    assert (
        eve.submit(form, **dict(verb.fields), csrf="x" * 86, htmx=True, status=403).headers["hx-retarget"] == "#notices"
    )
