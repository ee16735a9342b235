"""The reminders of a group: naming an address, its reader's answer through the link of a mail, and taking it out."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from portal.jobs import mail
from portal.models import Mail, ReminderAddress
from tests.fixtures.client import Client, Served
from tests.fixtures.page import Page
from tests.routes.conftest import events

STRANGER = "buying@shop.example"


def place(served: Served, group: str = "brandt") -> str:
    return f"/groups/{served.village.groups[group]}/reminders"


def add(served: Served, cora: Client, email: str, **more: object) -> Page:
    form = cora.get(place(served)).form(place(served))
    return cora.submit(form, email=email, **more)  # type: ignore[arg-type]


def addresses(served: Served) -> dict[str, bool]:
    """Whom Brandt has named since, and whether they get reminders."""
    with served.database.reading() as db:
        rows = db.execute(select(ReminderAddress.email, ReminderAddress.confirmed_at)).all()
    return {email: at is not None for email, at in rows if not email.startswith("canary")}


def link(served: Served) -> str:
    """The link of the latest mail, as a path."""
    with served.database.reading() as db:
        written = db.execute(select(Mail).order_by(Mail.id.desc()).limit(1)).scalar_one()
        body = mail.letter_of(served.site.vault, served.site.stationery, written)
    assert body is not None
    found = re.search(r"http://portal\.test(/reminders/confirmation/[\w-]+)", body.text)
    assert found
    return found[1]


def test_a_stranger_says_yes_and_later_no(served: Served) -> None:
    cora, reader = served.as_("cora"), served.browser()
    assert "is named." in cora.follow(add(served, cora, STRANGER)).text
    assert addresses(served) == {STRANGER: False}
    gone = reader.get(link(served), status=303)
    assert gone.location == "/reminders/confirmation", "the token leaves the address"
    question = reader.get(gone.location)
    assert STRANGER in question.text and "canary-brandt machines" in question.text
    assert addresses(served) == {STRANGER: False}, "nothing happens by following a link"
    reader.submit(question.form("/reminders/confirmation"), status=303)
    assert addresses(served) == {STRANGER: True}
    assert "Gets the reminders" in cora.get(place(served)).text
    reader.submit(reader.get("/reminders/confirmation").form("/reminders/ending"), status=303)
    assert addresses(served) == {} and "Nothing to answer" in reader.get("/reminders/confirmation").text
    assert [events(served, f"reminder.{kind}") for kind in ("named", "confirmed", "ended")] == [1, 1, 1]


def test_a_stranger_may_say_no_at_once(served: Served) -> None:
    cora, reader = served.as_("cora"), served.browser()
    add(served, cora, STRANGER)
    reader.get(link(served), status=303)
    reader.submit(reader.get("/reminders/confirmation").form("/reminders/ending"), status=303)
    assert addresses(served) == {}


def test_a_colleague_gets_them_from_now_on(served: Served) -> None:
    cora = served.as_("cora")
    add(served, cora, "MAX@people.example ", status=303)
    assert addresses(served) == {"max@people.example": True}
    assert "canary-brandt Max" in cora.get(place(served)).text


def test_an_address_is_taken_out_once(served: Served) -> None:
    cora = served.as_("cora")
    add(served, cora, STRANGER)
    form = cora.get(place(served)).forms("/removal")[-1]
    cora.submit(form, status=303)
    cora.submit(form, status=404)
    assert addresses(served) == {} and events(served, "reminder.ended") == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "E-Mail"),
        ("nobody", "E-Mail"),
        ("a@b", "E-Mail"),
        ("a@b.example\nBcc: c@d.example", "E-Mail"),
        ("x" * 300 + "@b.example", "too long"),
        ("<b>@b.example", "E-Mail"),
        ("canary-brandt-reader@people.example", "named already"),
    ],
)
def test_a_strange_address_is_told_beside_the_field(served: Served, typed: str, said: str) -> None:
    cora = served.as_("cora")
    page = add(served, cora, typed, status=422)
    assert page.root.all("p", class_="error") and addresses(served) == {}
    assert said.lower() in page.root.all("p", class_="error")[0].text.lower()


@pytest.mark.parametrize("token", ["x", "x" * 4000, "%00", "..%2F", "' or 1=1 --", "%F0%9F%92%A9", "a b"])
def test_a_made_up_link_leads_nowhere(served: Served, token: str) -> None:
    browser = served.browser()
    answer = browser.get(f"/reminders/confirmation/{token}", status=None)
    assert answer.status in (303, 404)
    page = browser.get("/reminders/confirmation")
    assert "Nothing to answer" in page.text
    for path in ("/reminders/confirmation", "/reminders/ending"):
        assert browser.post(path, {}).status == 422
    assert events(served, "reminder.%") == 0


def test_the_link_of_one_address_does_nothing_to_another(served: Served) -> None:
    cora, reader = served.as_("cora"), served.browser()
    add(served, cora, STRANGER)
    mine = link(served)
    add(served, cora, "other@shop.example")
    reader.get(mine, status=303)
    reader.submit(reader.get("/reminders/confirmation").form("/reminders/confirmation"), status=303)
    assert addresses(served) == {STRANGER: True, "other@shop.example": False}


def test_only_admins_see_and_change_them(served: Served) -> None:
    for who, status in (("max", 403), ("dora", 403), ("rhea", 403), ("sid", 404), ("lena", 404)):
        assert served.as_(who).get(place(served), status=status).status == status
    assert served.as_("dora").get(place(served, "brandt-design")).status == 200
    assert served.browser().get(place(served), status=303).location.startswith("/sign-in")
