"""Invitations: made by an admin, followed by whoever got one, with a clear answer for every way it can be wrong."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import Select, select

from portal.jobs import mail
from portal.models import Event, Invitation, Mail, Membership, User
from tests.fixtures.client import Client, Served
from tests.fixtures.page import Page
from tests.fixtures.village import PASSWORD
from tests.routes.conftest import events
from tests.routes.test_people import group, mails, member, page_of

NEW = "new@people.example"


@pytest.fixture
def cora(served: Served) -> Client:
    return served.as_("cora")


def send(browser: Client, served: Served, where: str = "brandt", **fields: str) -> Page:
    """An invitation by mail."""
    address = f"{group(served, where)}/invitations"
    form = next(one for one in browser.get(address).forms("/invitations") if one.fields["kind"] == "mail")
    return browser.submit(form, **({"email": NEW} | fields))


def make_link(browser: Client, served: Served, **fields: str) -> Page:
    address = f"{group(served)}/invitations"
    form = next(one for one in browser.get(address).forms("/invitations") if one.fields["kind"] == "link")
    return browser.submit(form, **fields)


def address_in(served: Served, told: Mail) -> str:
    body = mail.letter_of(served.site.vault, served.site.stationery, told)
    assert body is not None
    return re.search(r"/invitation/[\w-]+", body.text)[0]  # type: ignore[index]


def address_of_link(page: Page) -> str:
    (field,) = [one for one in page.root.all("input") if "/invitation/" in one.attrs.get("value", "")]
    return "/invitation/" + field.attrs["value"].rpartition("/")[2]


def follow(browser: Client, address: str) -> Page:
    return browser.follow(browser.get(address, status=303))


def begin(browser: Client, page: Page, **fields: str) -> Page:
    return browser.submit(page.form("/invitation"), **({"name": "Nina Neu", "password": PASSWORD} | fields))


def user_of(served: Served, email: str) -> User | None:
    with served.database.reading() as db:
        return db.execute(select(User).where(User.email == email)).scalar()


def role_of(email: str) -> Select[tuple[str]]:
    return select(Membership.role).join(User, User.id == Membership.user_id).where(User.email == email)


def belongs(served: Served, email: str) -> bool:
    with served.database.reading() as db:
        found = select(Membership.id).join(User, User.id == Membership.user_id).where(User.email == email)
        return db.execute(found).first() is not None


def test_an_unknown_address_chooses_a_password_and_is_in(served: Served, cora: Client) -> None:
    listed = cora.follow(send(cora, served, name="Nina"))
    assert f"The invitation is on its way to {NEW}." in listed.text and "Good until" in listed.text
    browser = served.browser()
    page = follow(browser, address_in(served, mails(served)[0]))
    assert page.heading == "Join canary-brandt machines" and "canary-brandt Cora invites you." in page.text
    assert page.form("/invitation").fields["name"] == "Nina"
    inside = browser.follow(begin(browser, page))
    assert "You belong to canary-brandt machines now." in inside.text
    assert served.browser().sign_in(NEW).get("/licenses").status == 200
    assert events(served, "membership.joined") == 1 and events(served, "session.opened") == 2
    with served.database.reading() as db:
        assert db.execute(role_of(NEW)).scalar_one() == "member"


def test_following_the_link_does_nothing_and_leaves_a_clean_address(served: Served, cora: Client) -> None:
    send(cora, served)
    browser = served.browser()
    address = address_in(served, mails(served)[0])
    answer = browser.get(address, status=303)
    assert answer.location == "/invitation"
    browser.ask("HEAD", address)
    assert not belongs(served, NEW)
    page = browser.get("/invitation")
    assert address.rpartition("/")[2] not in page.body


def test_the_last_step_wants_a_name_and_a_good_password(served: Served, cora: Client) -> None:
    send(cora, served)
    browser = served.browser()
    page = follow(browser, address_in(served, mails(served)[0]))
    for fields, field in (
        ({"name": ""}, "name"), ({"name": "n" * 201}, "name"), ({"password": ""}, "password"),
        ({"password": "short"}, "password"), ({"password": "x" * 201}, "password"), ({"password": NEW}, "password"),
    ):  # fmt: skip
        wrong = begin(browser, page, **fields)
        assert wrong.status == 422 and wrong.root.one("p", id=f"field-{field}-error").text, fields
        assert wrong.form("/invitation").fields["password"] == ""
    assert user_of(served, NEW) is None
    assert browser.submit(page.form("/invitation"), name="N", password=PASSWORD, role="admin").status == 400


def test_a_known_address_signs_in_and_then_accepts_with_one_click(served: Served, cora: Client) -> None:
    send(cora, served, email="sid@people.example")
    browser = served.browser()
    page = follow(browser, address_in(served, mails(served)[0]))
    (way,) = page.root.one("main").all("a", href="/sign-in?next=/invitation")
    assert not page.forms("/invitation")
    door = browser.get(way.attrs["href"]).form("/sign-in")
    page = browser.follow(browser.submit(door, email="sid@people.example", password=PASSWORD))
    before = browser.cookie("session")
    inside = browser.follow(browser.submit(page.form("/invitation"), status=303))
    assert "You belong to canary-brandt machines now." in inside.text
    assert browser.cookie("session") not in (None, before)


def test_a_password_posted_for_a_known_address_changes_nothing(served: Served, cora: Client) -> None:
    send(cora, served, email="sid@people.example")
    browser = served.browser()
    follow(browser, address_in(served, mails(served)[0]))
    answer = browser.post("/invitation", {"name": "Mallory", "password": "another long password"})
    assert answer.status == 422
    served.browser().sign_in("sid@people.example")


def test_an_invitation_is_used_once(served: Served, cora: Client) -> None:
    send(cora, served)
    address = address_in(served, mails(served)[0])
    first, second = served.browser(), served.browser()
    form = follow(second, address)
    begin(first, follow(first, address))
    assert begin(second, form, name="Second").status == 422
    assert follow(served.browser(), address).heading == "This invitation is not good any more"
    found = user_of(served, NEW)
    assert found is not None and found.name == "Nina Neu"


def test_a_forwarded_invitation_does_not_let_another_account_in(served: Served, cora: Client) -> None:
    send(cora, served)
    sid = served.as_("sid")
    page = follow(sid, address_in(served, mails(served)[0]))
    assert page.heading == "This invitation is for another address" and NEW not in page.body
    assert sid.post("/invitation", {}).status == 422
    assert sid.get("/groups").text.count("canary-brandt") == 0


@pytest.mark.parametrize("fate", ["expired", "withdrawn", "nonsense", "none"])
def test_an_invitation_that_is_not_good_says_so_and_asks_for_nothing(served: Served, cora: Client, fate: str) -> None:
    send(cora, served)
    address = address_in(served, mails(served)[0])
    browser = served.browser()
    if fate == "expired":
        served.clock.advance(days=14)
    elif fate == "withdrawn":
        listed = cora.get(f"{group(served)}/invitations")
        newest = next(form for form in listed.forms("/withdrawal") if NEW in form.all("button")[0].attrs["aria-label"])
        assert "The invitation is withdrawn." in cora.follow(cora.submit(newest, status=303)).text
    page = browser.get("/invitation") if fate == "none" else follow(
        browser, "/invitation/" + "x" * 5000 if fate == "nonsense" else address
    )
    assert page.heading == "This invitation is not good any more"
    assert not page.root.one("main").all("form")
    assert browser.post("/invitation", {"name": "N", "password": PASSWORD}).status == 422
    assert browser.post("/invitation/address", {"email": NEW}).status == 422
    assert user_of(served, NEW) is None


def test_somebody_who_is_suspended_stays_out_whatever_they_follow(served: Served, cora: Client) -> None:
    make_link(cora, served, most="5", days="7")
    address = address_of_link(cora.get(f"{group(served)}/invitations"))
    page = follow(served.as_("susi"), address)
    assert page.heading == "You are suspended in this group"


def test_who_has_not_accepted_yet_is_let_in_by_an_invitation(served: Served, cora: Client) -> None:
    send(cora, served, email="ivan@people.example")
    ivan = served.as_("ivan")
    page = follow(ivan, address_in(served, mails(served)[0]))
    ivan.submit(page.form("/invitation"), status=303)
    assert member(served, "ivan").accepted_at is not None


def test_a_link_sends_an_invitation_to_the_address_that_is_typed(served: Served, cora: Client) -> None:
    listed = cora.follow(make_link(cora, served, domains="People.example, @other.example", most="2", days="7"))
    assert "For people.example and other.example" in listed.text and "0 of 2 used" in listed.text
    browser = served.browser()
    page = follow(browser, address_of_link(listed))
    form = page.form("/invitation/address")
    for email in ("", "nonsense", "x@elsewhere.example", "x@sub.people.example"):
        wrong = browser.submit(form, email=email, status=422)
        assert wrong.root.one("p", id="field-email-error").text
    assert mails(served) == []
    known = browser.follow(browser.submit(form, email="sid@people.example", status=303))
    unknown = browser.follow(browser.submit(form, email=NEW, status=303))
    assert known.text == unknown.text and known.heading == "Look into your mailbox"
    assert [one.recipient for one in mails(served)] == ["sid@people.example", NEW]
    begin(browser, follow(browser, address_in(served, mails(served)[1])))
    assert "1 of 2 used" in cora.get(f"{group(served)}/invitations").text


def test_a_link_is_no_way_to_flood_a_mailbox(served: Served, cora: Client) -> None:
    make_link(cora, served, most="5", days="7")
    address = address_of_link(cora.get(f"{group(served)}/invitations"))
    browser = served.browser()
    form = follow(browser, address).form("/invitation/address")
    for _ in range(5):
        browser.submit(form, email=NEW, status=303)
    late = browser.submit(form, email=NEW, status=429)
    assert int(late.headers["retry-after"]) > 0 and len(mails(served)) == 1


def test_somebody_of_the_domain_joins_by_link_with_one_click(served: Served, cora: Client) -> None:
    make_link(cora, served, domains="people.example", most="5", days="7")
    sid = served.as_("sid")
    page = follow(sid, address_of_link(cora.get(f"{group(served)}/invitations")))
    sid.submit(page.form("/invitation"), status=303)
    assert "canary-brandt machines" in sid.get("/groups").text


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"email": ""}, "email"), ({"email": "x"}, "email"), ({"email": "max@people.example"}, "email"),
        ({"email": "a@b.example\r\nBcc: c@d.example"}, "email"), ({"name": "n" * 201}, "name"),
        ({"role": "king"}, None), ({"language": "xx"}, None), ({"kind": "pigeon"}, None),
    ],
)  # fmt: skip
def test_an_invitation_that_cannot_be_sent_is_not(
    served: Served, cora: Client, fields: dict[str, str], field: str | None
) -> None:
    page = send(cora, served, **fields)
    assert page.status == 422
    if field:
        assert page.root.one("p", id=f"field-{field}-error").text
    assert mails(served) == [] and events(served, "invitation.%") == 0


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"domains": "not a domain!"}, "domains"), ({"domains": "a.b " * 30}, None),
        ({"domains": "localhost"}, "domains"),
        ({"domains": " ".join(f"d{n}.example" for n in range(21))}, "domains"), ({"most": "0"}, "most"),
        ({"most": "-1"}, "most"), ({"most": "1001"}, "most"), ({"most": "²"}, "most"), ({"days": "9999"}, None),
        ({"role": "admin"}, "role-is-not-used"),
    ],
)  # fmt: skip
def test_a_link_that_cannot_be_is_not_made(
    served: Served, cora: Client, fields: dict[str, str], field: str | None
) -> None:
    page = make_link(cora, served, **fields)
    with served.database.reading() as db:
        links = db.execute(select(Invitation).where(Invitation.email.is_(None))).scalars().all()
    if field == "role-is-not-used" or fields.get("domains", "").startswith("a.b"):
        assert [one.role for one in links] == ["member"]
        return
    assert page.status == 422 and not links
    if field:
        assert page.root.one("p", id=f"field-{field}-error").text


def test_it_is_sent_again_after_a_while(served: Served, cora: Client) -> None:
    send(cora, served)
    again = next(
        form for form in cora.get(f"{group(served)}/invitations").forms("/resend")
        if NEW in form.all("button")[0].attrs["aria-label"]
    )  # fmt: skip
    assert "It was sent just now" in cora.submit(again, status=422).text
    served.clock.advance(minutes=10)
    cora.submit(again, status=303)
    assert len(mails(served)) == 2
    assert address_in(served, mails(served)[0]) == address_in(served, mails(served)[1])


def test_a_dealer_invites_the_first_admin_of_a_customer_and_nobody_else(served: Served) -> None:
    rhea = served.as_("rhea")
    with served.database.writing() as db:
        found = db.execute(select(Membership).where(Membership.public_id == member(served, "cora").public_id))
        found.scalar_one().ended_at = served.clock() - timedelta(days=1)
    listed = rhea.get(f"{group(served)}/invitations")
    assert "canary-brandt-guest" not in listed.text or "Guest" in listed.text
    assert not [form for form in listed.forms("/invitations") if form.fields["kind"] == "link"]
    rhea.post(f"{group(served)}/invitations", {"kind": "link", "most": "5", "days": "7"}, status=403)
    done = send(rhea, served, role="member")
    assert done.status == 303
    browser = served.browser()
    begin(browser, follow(browser, address_in(served, mails(served)[-1])))
    with served.database.reading() as db:
        assert db.execute(role_of(NEW)).scalar_one() == "admin"
    rhea.get(f"{group(served)}/invitations", status=403)


def test_an_entered_person_finishes_the_account_and_has_the_role_it_was_entered_with(
    served: Served, cora: Client
) -> None:
    form = cora.get(f"{group(served)}/newcomers").form(f"{group(served)}/members")
    cora.submit(form, name="Nina", email=NEW, role="admin", status=303)
    browser = served.browser()
    begin(browser, follow(browser, address_in(served, mails(served)[0])), name="Nina Neu")
    assert browser.get(f"{group(served)}/members").heading == "People"
    assert "Nina Neu" in cora.get(page_of(served, "max").rpartition("/")[0] + "?search=nina").text


def test_the_token_is_in_no_log_and_no_event(served: Served, cora: Client, caplog: pytest.LogCaptureFixture) -> None:
    send(cora, served)
    address = address_in(served, mails(served)[0])
    follow(served.browser(), address)
    token = address.rpartition("/")[2]
    assert token not in caplog.text
    with served.database.reading() as db:
        assert token not in str([event.details for event in db.execute(select(Event)).scalars()])
