"""The mailbox of the demo: every mail as its reader sees it, and none of it outside of a demo."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from portal.actions.workers import worker_of
from portal.jobs import mail
from portal.models import Mail, User
from tests.fixtures.client import Portal, Served


@pytest.fixture
def demo(portal: Portal) -> Served:
    """A demo in which Eve asked for her tickets."""
    served = portal(PORTAL_DEMO="yes")
    browser = served.browser()
    browser.submit(browser.get("/tickets/lost").form("/tickets/lost"), email="eve@people.example", status=303)
    worker = worker_of(served.site)
    while worker.step():
        pass
    return served


def test_a_mail_is_listed_and_read_as_html_and_as_text(demo: Served) -> None:
    browser = demo.browser()
    link = browser.get("/dev/mail").root.one("a", lang="en")
    assert link.text == "Your tickets"
    page = browser.get(link.attrs["href"])
    code = demo.village.thing("eve", "move").code
    assert page.heading == "Your tickets" and code in page.root.one("pre").text
    assert "Waits for a mail server" in page.text
    frame = page.root.one("iframe")
    assert "allow-scripts" not in frame.attrs["sandbox"] and "allow-same-origin" not in frame.attrs["sandbox"]
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    inside = demo.browser().http.get(frame.attrs["src"])
    assert code in inside.text and inside.headers["content-security-policy"].startswith("default-src 'none';")
    assert "sandbox" in inside.headers["content-security-policy"]


def test_a_mail_whose_secret_is_gone_says_so(demo: Served) -> None:
    with demo.database.writing() as db:
        row = db.execute(select(Mail)).scalar_one()
        row.state, row.body = "sent", None
    page = demo.browser().get(f"/dev/mail/{row.public_id}")
    assert "its text was removed" in page.text and not page.root.all("iframe")
    demo.browser().get(f"/dev/mail/{row.public_id}/html", status=404)


def test_a_mail_waits_to_be_written_and_is_read_before(demo: Served) -> None:
    noted(demo, {"person": "Eve", "product": "CAD Pro", "path": "/licenses/1", "is_holder": True, "actor": "program"}
          | {"actor_name": None, "device": "DESK-1", "is_again": False})  # fmt: skip
    browser = demo.browser()
    link = browser.get("/dev/mail").root.all("a", lang="en")[0]
    assert link.text == "CAD Pro runs on DESK-1 now"
    assert "DESK-1 has a seat of CAD Pro now." in browser.get(link.attrs["href"]).root.one("pre").text


def test_a_mail_that_cannot_be_written_says_what_is_wrong(demo: Served) -> None:
    noted(demo, {"product": "<b>"})
    browser = demo.browser()
    link = browser.get("/dev/mail").root.all("a", lang="en")[0]
    assert link.text == "activated"
    page = browser.get(link.attrs["href"])
    assert "'activated' in 'en' cannot be written" in page.root.one("pre").text
    assert "<b>" not in demo.browser().http.get(page.root.one("iframe").attrs["src"]).text


def noted(demo: Served, facts: dict[str, object]) -> None:
    """Note a mail of these facts, newer than all others."""
    site = demo.site
    with demo.database.writing() as db:
        user = db.execute(select(User).where(User.email == "eve@people.example")).scalar_one()
        draft = mail.Draft("activated", "en", "Europe/Berlin", facts)
        mail.note(db, site.vault, site.clock(), user, draft, site.stationery.sender)


def test_an_empty_mailbox_says_what_fills_it(portal: Portal) -> None:
    browser = portal(PORTAL_DEMO="yes").browser()
    assert "No mail yet." in browser.get("/dev/mail").text
    browser.get(f"/dev/mail/{uuid4()}", status=404)


def test_the_foot_and_the_answer_lead_there_in_a_demo_only(demo: Served, portal: Portal) -> None:
    for served, count in ((demo, 2), (portal(), 0)):
        page = served.browser().get("/tickets/lost?asked=yes")
        assert len(page.root.all("a", href="/dev/mail")) == count


@pytest.mark.parametrize("place", ["/dev/mail", f"/dev/mail/{UUID(int=1)}", f"/dev/mail/{UUID(int=1)}/html"])
def test_outside_of_a_demo_there_is_nothing(served: Served, place: str) -> None:
    served.browser().get(place, status=404)
    served.as_("vera").get(place, status=404)
