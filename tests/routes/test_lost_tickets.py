"""Lost tickets: one page, one answer for everybody, and mails only to whom they belong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, func, select

from portal.actions.workers import worker_of
from portal.jobs import mail
from portal.models import Job, Mail, User
from tests.fixtures.client import Client, Served
from tests.fixtures.page import Page
from tests.routes.conftest import events

EVE, NOBODY = "eve@people.example", "nobody@people.example"


def ask(browser: Client, email: str, *, status: int = 303, htmx: bool = False) -> Page:
    return browser.submit(browser.get("/tickets/lost").form("/tickets/lost"), email=email, status=status, htmx=htmx)


def worked(served: Served) -> list[Mail]:
    """All mails, once the worker has done what is due."""
    worker = worker_of(served.site)
    worker.enlist()
    while worker.step():
        pass
    with served.database.reading() as db:
        return list(db.execute(select(Mail).order_by(Mail.id)).scalars())


@contextmanager
def statements(served: Served) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    seen: list[str] = []

    def asked(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    engines = {served.database.reader, served.database.writer}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", asked)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", asked)


def test_the_way_there_begins_at_the_ticket_door_and_in_the_empty_overview(served: Served) -> None:
    def leads(page: Page) -> list[str]:
        return [link.text for link in page.root.all("a", href="/tickets/lost")]

    assert leads(served.browser().get("/sign-in")) == ["I lost my ticket"]
    assert leads(served.as_("sid").get("/licenses")) == ["I lost my tickets"]
    assert served.as_("sid").get("/tickets/lost").form("/tickets/lost").fields["email"] == "sid@people.example"


def test_all_tickets_are_mailed_to_the_address_on_file(served: Served, htmx: bool) -> None:
    browser = served.browser()
    done = ask(browser, "  EVE@People.example", status=204 if htmx else 303, htmx=htmx)
    assert done.location == "/tickets/lost?asked=yes"
    assert browser.follow(done).heading == "Look into your mailbox"
    (told,) = worked(served)
    assert told.recipient == EVE and told.is_secret
    body = mail.body(served.site.vault, told)
    own = {thing.code for thing in served.village.of("eve")}
    strange = {thing.code for thing in served.village.things.values()} - own
    assert body is not None and all(code in body.text and code in body.html for code in own)
    assert not [code for code in strange if code in body.text + body.html]
    assert events(served, "tickets.mailed") == 1


def test_a_known_and_an_unknown_address_cost_and_say_the_same(served: Served) -> None:
    seen, said = [], []
    with served.database.writing() as db:
        db.execute(select(User).where(User.email == "kim@people.example")).scalar_one().verified_at = None
    for email in (EVE, NOBODY, "kim@people.example"):
        browser = served.browser()
        form = browser.get("/tickets/lost").form("/tickets/lost")
        with statements(served) as asked:
            done = browser.submit(form, email=email, status=303)
        seen.append(asked)
        kept = {name: value for name, value in done.headers.items() if name not in ("date", "set-cookie")}
        said.append((kept, done.body, browser.follow(done).text))
    assert seen[0] == seen[1] == seen[2] and len(seen[0]) > 3
    assert said[0] == said[1] == said[2]
    assert not [statement for statement in seen[0] if "users" in statement]
    assert [told.recipient for told in worked(served)] == [EVE]


def test_the_address_that_was_typed_lies_nowhere_in_the_clear_and_not_for_long(served: Served) -> None:
    ask(served.browser(), NOBODY)
    with served.database.reading() as db:
        (payload,) = db.execute(select(Job.payload).where(Job.kind == "lost_tickets")).scalars()
    assert "nobody" not in str(payload)
    worked(served)
    served.clock.advance(days=1, minutes=1)
    worked(served)
    with served.database.reading() as db:
        assert db.execute(select(func.count()).select_from(Job).where(Job.kind == "lost_tickets")).scalar_one() == 0


def test_asking_again_brings_one_mail_an_hour_and_the_same_answer(served: Served) -> None:
    for _ in range(3):
        assert ask(served.browser(), EVE).location == "/tickets/lost?asked=yes"
        served.clock.advance(minutes=16)
        assert len(worked(served)) == 1
    served.clock.advance(minutes=28)  # an hour after the mail was written
    ask(served.browser(), EVE)
    assert len(worked(served)) == 2


@pytest.mark.parametrize("email", [EVE, NOBODY])
def test_one_address_can_be_asked_about_five_times_in_a_quarter_of_an_hour(served: Served, email: str) -> None:
    for _ in range(5):
        ask(served.browser(), email)
    late = ask(served.browser(), email, status=429)
    assert int(late.headers["retry-after"]) > 0 and late.root.one("p", id="field-email-error").text
    assert late.form("/tickets/lost").fields["email"] == email
    ask(served.browser("203.0.113.9"), email)  # who asks from elsewhere is not locked out by it
    served.clock.advance(minutes=15, seconds=1)
    ask(served.browser(), email)


def test_one_visitor_can_ask_about_ten_addresses_and_a_network_about_forty(served: Served) -> None:
    for number in range(10):
        ask(served.browser(), f"somebody-{number}@people.example")
    ask(served.browser(), "somebody-else@people.example", status=429)
    for number in range(30):
        ask(served.browser(f"198.51.100.{100 + number}"), f"other-{number}@people.example")
    ask(served.browser("198.51.100.250"), "last@people.example", status=429)


@pytest.mark.parametrize("email", ["", "   ", "eve", "e" * 300 + "@people.example"])
def test_what_is_no_address_is_said_beside_the_field(served: Served, email: str, htmx: bool) -> None:
    page = ask(served.browser(), email, status=422, htmx=htmx)
    assert page.root.one("p", id="field-email-error").text
    assert worked(served) == []


def test_an_address_with_a_second_line_reaches_nobody(served: Served) -> None:
    browser = served.browser()
    form = browser.get("/tickets/lost").form("/tickets/lost")
    browser.submit(form, email=f"{EVE}\r\nBcc: sid@people.example", status=303)
    browser.submit(form, email=f"{EVE}, sid@people.example", status=303)
    assert worked(served) == []


def test_another_field_is_refused(served: Served) -> None:
    browser = served.browser()
    form = browser.get("/tickets/lost").form("/tickets/lost")
    browser.submit(form, email=EVE, to="sid@people.example", status=400)
    assert worked(served) == []


def test_the_mail_is_in_the_language_of_the_account_or_of_the_page(served: Served) -> None:
    ask(served.browser(accept_language="de"), EVE)
    with served.database.writing() as db:
        db.execute(select(User).where(User.email == "kim@people.example")).scalar_one().language = "en"
    ask(served.browser(accept_language="de"), "kim@people.example")
    assert [told.language for told in worked(served)] == ["de", "en"]
