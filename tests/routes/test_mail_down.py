"""The mail server is away while people are in a hurry: nobody waits for it, and what was to be told is told later."""

from __future__ import annotations

from tests.fixtures.client import Portal
from tests.fixtures.mail import MailServer
from tests.routes.mailbox import delivered, link
from tests.routes.test_demos import NEW, ask, begin, choice, of_new, trials
from tests.routes.test_emergencies import take
from tests.routes.test_losses import report


def test_trials_emergencies_and_losses_go_on_and_every_mail_leaves_once_when_it_is_back(
    portal: Portal, mail_server: MailServer
) -> None:
    served = portal(**mail_server.settings)
    mail_server.stop()
    eve, village = served.as_("eve"), served.village
    ask(served)
    page = eve.get("/requests/demo")
    assert "Your trial of" in eve.follow(eve.submit(page.form("/requests/demo"), demo=choice(page), status=303)).text
    assert "Here is your emergency license." in eve.follow(take(eve, village.thing("eve", "refused"))).text
    assert eve.follow(report(eve, village.thing("eve", "active"), kind="stolen")).status == 200
    delivered(served)
    served.clock.advance(hours=23)
    delivered(served)
    assert mail_server.took == [] and len(trials(served)) == 1, "whoever has no account waits for the link alone"
    mail_server.start()
    served.clock.advance(minutes=45)
    delivered(served)
    told = [(mail["To"], mail["Subject"]) for mail in mail_server.mails if "sign" not in mail["Subject"].lower()]
    assert len(told) == len(set(told)) and len(mail_server.ids) == len(set(mail_server.ids))
    subjects = {subject for _, subject in told}
    assert {"Emergency license for Chisel CAD", "Your trial of Chisel Mill has begun"} <= subjects
    assert any(subject.endswith("was reported stolen") for subject in subjects)
    assert any("since yesterday" in subject for subject in subjects), "the vendor reads of it in the morning"
    (asked,) = [mail for mail in mail_server.mails if mail["To"] == NEW]
    browser = served.browser()
    page = browser.follow(browser.get(link(asked.get_body(("plain",)).get_content(), "/demo/"), status=303))
    begin(browser, page, **of_new())
    assert len(trials(served)) == 2
