"""Undo: what was sent away or withdrawn by mistake is there again with one click, for some minutes, and only
as long as nothing else has come of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from portal.access import Actor
from portal.actions import devices, invitations
from portal.actions.devices import Machine
from portal.actions.doing import Moment
from portal.actions.undoing import UNDOABLE
from portal.models import Activation, Device, Group, Invitation, License, Request, User, WaitingDevice
from tests.fixtures.client import Client, Portal, Served
from tests.fixtures.databases import PostgresqlCopies
from tests.fixtures.page import Element, Page
from tests.fixtures.village import VillageFill
from tests.routes.conftest import events

WORDS = "for the new machine"


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that can be undone: who does it where, the form of it, what is recorded, and whether it stands."""

    name: str
    who: str
    page: Callable[[Served], str]
    ending: str
    kind: str
    stands: Callable[[Served], bool]


def read(served: Served, statement: object) -> object:
    with served.database.reading() as db:
        return db.execute(statement).scalar_one()


def waits(served: Served) -> bool:
    waiting = served.village.thing("eve", "wait").waiting
    return read(served, select(WaitingDevice.ended_at).where(WaitingDevice.public_id == waiting)) is None


def is_asked(served: Served) -> bool:
    return read(served, select(Request.state).where(Request.words == WORDS)) == "open"


def invites(served: Served) -> bool:
    invitation = served.village.homes["brandt"].invitation_id
    return read(served, select(Invitation.withdrawn_at).where(Invitation.public_id == invitation)) is None


DEEDS = [
    Deed("dismissal", "eve", lambda served: served.village.thing("eve", "wait").page, "/dismissal",
         "device.restored", waits),
    Deed("request", "kim", lambda served: "/requests", "/withdrawal", "request.restored", is_asked),
    Deed("invitation", "cora", lambda served: f"/groups/{served.village.groups['brandt']}/invitations", "/withdrawal",
         "invitation.restored", invites),
]  # fmt: skip


@pytest.fixture(params=DEEDS, ids=[deed.name for deed in DEEDS])
def deed(request: pytest.FixtureRequest) -> Deed:
    return request.param


def way(served: Served, browser: Client, deed: Deed) -> Element:
    """The form of the deed; a request has to be made first."""
    page = browser.get(deed.page(served))
    if deed.name == "request":
        page = browser.follow(browser.submit(page.form("/requests/seat"), words=WORDS, status=303))
    return page.forms(deed.ending)[0]


def done(served: Served, browser: Client, deed: Deed, *, htmx: bool = False) -> Page:
    """It is done; returns the page that says so."""
    answer = browser.submit(way(served, browser, deed), htmx=htmx)
    assert not deed.stands(served)
    return answer if answer.status == 200 else browser.follow(answer)


def undo(page: Page) -> Element:
    return page.root.one("div", id="notices").one("form")


def test_it_stands_again_and_twice_is_once(served: Served, deed: Deed, htmx: bool) -> None:
    browser = served.as_(deed.who)
    form = undo(done(served, browser, deed, htmx=htmx))
    assert form.one("button").text == "Undo"
    served.clock.advance(seconds=UNDOABLE.total_seconds())
    page = browser.follow(browser.submit(form, status=303))
    assert deed.stands(served) and events(served, deed.kind) == 1
    assert "again" in page.root.one("div", id="notices").text
    assert "can no longer be undone" in browser.follow(browser.submit(form, status=303)).text
    assert deed.stands(served) and events(served, deed.kind) == 1
    assert not page.root.one("div", id="notices").all("form"), "what was undone is undone"


def test_after_some_minutes_it_stays_as_it_is(served: Served, deed: Deed) -> None:
    browser = served.as_(deed.who)
    form = undo(done(served, browser, deed))
    served.clock.advance(seconds=UNDOABLE.total_seconds() + 1)
    page = browser.follow(browser.submit(form, status=303))
    assert "can no longer be undone" in page.text and not deed.stands(served) and events(served, deed.kind) == 0


def test_what_was_not_done_cannot_be_undone(served: Served, deed: Deed) -> None:
    browser = served.as_(deed.who)
    before = way(served, browser, deed).attrs["action"]
    page = browser.follow(browser.post(before.replace(deed.ending, "/restoration"), status=303))
    assert "can no longer be undone" in page.text and deed.stands(served) and events(served, deed.kind) == 0


def test_nobody_else_undoes_it(served: Served, deed: Deed) -> None:
    form = undo(done(served, served.as_(deed.who), deed))
    for who in ("sid", "lena", "vito"):
        assert served.as_(who).post(form.attrs["action"]).status in (403, 404)
    assert served.browser().post(form.attrs["action"]).status in (303, 403)
    assert not deed.stands(served) and events(served, deed.kind) == 0


@pytest.mark.parametrize("since", ["asked again", "ran", "too many wait"])
def test_a_pc_of_which_something_came_since_stays_away(served: Served, since: str) -> None:
    eve, thing = served.as_("eve"), served.village.thing("eve", "wait")
    form = undo(done(served, eve, DEEDS[0]))
    with served.database.writing() as db:
        license_ = db.execute(select(License).where(License.public_id == thing.id)).scalar_one()
        waiting = db.execute(select(WaitingDevice).where(WaitingDevice.public_id == thing.waiting)).scalar_one()
        device = db.get_one(Device, waiting.device_id)
        doing = Moment(db, Actor(kind="program", license_id=license_.id), served.clock(), served.site.vault)
        if since == "asked again":
            assert devices.wait(doing, license_, devices.machine_of(device))
        elif since == "ran":
            there = db.execute(select(Activation).where(Activation.license_id == license_.id)).scalars().first()
            there.device_id, there.started_at = device.id, served.clock()
        else:
            for number in range(devices.MOST_WAITING):
                assert devices.wait(doing, license_, Machine(f"print {number}", {"cpu": str(number)}, f"PC {number}"))
    eve.submit(form, status=303)
    assert not waits(served) and events(served, "device.restored") == 0


def test_what_was_asked_for_again_is_not_asked_for_twice(served: Served) -> None:
    kim = served.as_("kim")
    form = undo(done(served, kim, DEEDS[1]))
    kim.submit(kim.get("/requests").form("/requests/seat"), words="once more", status=303)
    kim.submit(form, status=303)
    assert not is_asked(served) and events(served, "request.restored") == 0


def test_whoever_was_invited_again_has_one_invitation(served: Served) -> None:
    cora = served.as_("cora")
    page = done(served, cora, DEEDS[2])
    email = read(served, select(Invitation.email).where(Invitation.withdrawn_at.is_not(None)))
    (form,) = [one for one in page.forms("/invitations") if one.fields["kind"] == "mail"]
    cora.submit(form, email=str(email), status=303)
    cora.submit(undo(page), status=303)
    assert not invites(served) and events(served, "invitation.restored") == 0


def test_a_link_is_good_again_with_what_it_had_sent_and_nothing_else(served: Served) -> None:
    cora, before = served.as_("cora"), served.clock()
    with served.database.writing() as db:
        group = db.execute(select(Group).where(Group.public_id == served.village.groups["brandt"])).scalar_one()
        maker = db.execute(select(User).where(User.email == "cora@people.example")).scalar_one()
        doing = Moment(db, Actor(kind="user", user_id=maker.id), before, served.site.vault)
        link = invitations.offer_link(doing, group, domains=[], most=9, days=30)
        sent = [invitations.made(doing, group, email=f"{name}@x.example", link=link) for name in ("kept", "gone")]
        sent[1].withdrawn_at = before
        ids, place = [one.id for one in (link, *sent)], f"{DEEDS[2].page(served)}/{link.public_id}"
    served.clock.advance(seconds=60)
    page = cora.follow(cora.post(f"{place}/withdrawal", status=303))
    assert withdrawn(served, ids) == [True, True, True]
    cora.submit(undo(page), status=303)
    assert withdrawn(served, ids) == [False, False, True]


def withdrawn(served: Served, ids: list[int]) -> list[bool]:
    with served.database.reading() as db:
        return [db.get_one(Invitation, id_).withdrawn_at is not None for id_ in ids]


def test_the_same_on_postgresql(
    portal: Portal, postgresql_copies: PostgresqlCopies, village_fill: VillageFill
) -> None:
    fill = VillageFill(village_fill.keys)
    with postgresql_copies.fresh(fill) as url:
        served = portal(fill, PORTAL_DATABASE=url)
        for deed in DEEDS:
            browser = served.as_(deed.who)
            browser.submit(undo(done(served, browser, deed)), status=303)
            assert deed.stands(served), deed.name
        kim = served.as_("kim")
        made = kim.get("/requests").forms("/withdrawal")[0]
        form = undo(kim.follow(kim.submit(made, status=303)))
        kim.submit(kim.get("/requests").form("/requests/seat"), words="once more", status=303)
        kim.submit(form, status=303)
        assert not is_asked(served), "of two open requests for the same there is none"
