"""Which mails people want: some can be switched off by their readers, those about the safety of an account cannot."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.brand.choices import CHOICES, Choice
from portal.brand.stationery import Stationery
from portal.jobs import mail
from portal.models import MailSetting, User
from portal.words.mail_choices import labels
from tests.fixtures.client import Client, Served
from tests.fixtures.page import Page
from tests.fixtures.village import PASSWORD
from tests.routes.conftest import events
from tests.routes.mailbox import mails, worked

MAX = "max@people.example"


def choose(browser: Client, *wanted: str, htmx: bool = False) -> Page:
    changes: dict[str, str | None] = {one.value: "yes" if one in wanted else None for one in Choice}
    form = browser.get("/account").form("/account/mails")
    return browser.submit(form, status=204 if htmx else 303, htmx=htmx, **changes)


def give(served: Served, what: str = "unused") -> None:
    """A colleague gives Max a license."""
    thing = served.village.thing("brandt", what)
    served.as_("cora").post(f"/licenses/{thing.id}/assignment", {"person": MAX}, status=303)


def test_everything_is_on_until_somebody_chooses(served: Served, htmx: bool) -> None:
    browser = served.as_("max")
    boxes = browser.get("/account").form("/account/mails").all("input", type="checkbox")
    assert [box.attrs["name"] for box in boxes] == list(Choice) and all("checked" in box.attrs for box in boxes)
    done = choose(browser, "transfers", "reminders", htmx=htmx)
    page = browser.follow(done)
    boxes = page.form("/account/mails").all("input", type="checkbox")
    assert {box.attrs["name"] for box in boxes if "checked" in box.attrs} == {"transfers", "reminders"}
    assert "Your choice of mails is saved." in page.text and events(served, "account.changed") == 1
    choose(browser, *Choice)
    with served.database.reading() as db:
        assert set(db.execute(select(MailSetting.is_on)).scalars()) == {True}


def test_what_is_switched_off_is_not_mailed_to_that_person(served: Served) -> None:
    choose(served.as_("max"), "transfers")
    give(served)
    assert mails(served, MAX, "assigned") == []
    choose(served.as_("max"), "seats")
    give(served, "wait")
    assert len(mails(served, MAX, "assigned")) == 1


def test_one_persons_choice_is_nobody_elses(served: Served) -> None:
    choose(served.as_("cora"))
    give(served)
    assert len(mails(served, MAX, "assigned")) == 1


def test_mails_about_the_safety_of_an_account_are_always_sent(served: Served) -> None:
    choose(served.as_("max"))
    browser = served.browser().sign_in(MAX)
    form = browser.get("/account").form("/account/password")
    browser.submit(form, current=PASSWORD, password="seven yellow kites, early")
    assert {told.kind for told in worked(served)} >= {"new_sign_in", "password_changed"}


def test_what_one_may_do_without_says_where_to_switch_it_off_and_nothing_else_does(served: Served) -> None:
    """Each kind of mail that these deeds bring about, read as it leaves."""
    give(served)
    served.browser().sign_in(MAX)
    seen = set()
    for told in worked(served):
        letter = mail.letter_of(served.site.vault, served.site.stationery, told)
        assert letter is not None
        seen.add(told.kind)
        for text in (letter.text, letter.html):
            assert ("/account/mails" in text) == (told.kind in CHOICES), told.kind
    assert {"assigned", "new_sign_in"} <= seen
    last = letter_lines(served, "assigned")[-1]
    assert last == f"Choose which mails you get: {served.site.settings.url}/account/mails"


def letter_lines(served: Served, kind: str) -> list[str]:
    return [line for line in mails(served, MAX, kind)[-1].splitlines() if line]


def test_whoever_has_no_account_is_not_sent_to_one(served: Served) -> None:
    stationery: Stationery = served.site.stationery
    facts = {
        "person": None, "ends": [{"product": "CAD", "group": "Brandt", "quantity": 1, "ends_at": served.clock(),
                                  "is_maintenance": False, "days": 7, "path": None}],
        "more": 0, "stop": "/reminders/confirmation/x",
    }  # fmt: skip
    for is_named in (True, False):
        letter = stationery.write("reminder", "en", stationery.brand.zone, served.clock(), is_named=is_named, **facts)
        assert ("/account/mails" in letter.text) is not is_named
        assert ("/account/mails" in letter.html) is not is_named


@pytest.mark.parametrize("fields", [{"security": "yes"}, {"new_sign_in": "yes"}, {"seats": "yes", "user": "1"}])
def test_nothing_else_can_be_switched(served: Served, fields: dict[str, str]) -> None:
    assert served.as_("max").post("/account/mails", fields).status == 400
    with served.database.reading() as db:
        assert not db.execute(select(MailSetting)).first()


def test_nonsense_switches_off_and_never_breaks(served: Served) -> None:
    browser = served.as_("max")
    assert browser.post("/account/mails", {"seats": "x" * 5000, "transfers": ""}).status == 303
    assert browser.post("/account/mails", {"seats": "yes\x00"}).status == 400


def test_the_choice_is_kept_with_the_account(served: Served) -> None:
    choose(served.as_("max"), "seats")
    with served.database.reading() as db:
        user = db.execute(select(User.id).where(User.email == MAX)).scalar_one()
        kept = dict(db.execute(select(MailSetting.kind, MailSetting.is_on).where(MailSetting.user_id == user)).all())
    assert kept == {one.value: one == "seats" for one in Choice}


def test_each_choice_has_words_and_mails(served: Served) -> None:
    for language in served.site.languages.values():
        assert list(labels(language)) == list(Choice)
    assert set(CHOICES.values()) == set(Choice)
