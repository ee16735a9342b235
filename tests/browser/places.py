"""Every page in every state worth looking at, and the way there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from urllib.parse import urlsplit
from uuid import UUID

import pyotp
from playwright.sync_api import Page, Response
from sqlalchemy import select

from portal.actions import invitations, links, reminders
from portal.actions.links import Purpose
from portal.models import Article, Invitation, Loss, Model, ReminderAddress, RuleSet
from tests.browser.demo import Demo
from tests.browser.extras import stage
from tests.browser.steps import enter, open_with, sign_in
from tests.browser.unseen import unseen

Way = Callable[[Page, Demo], object]
NOBODY = UUID(int=1)


@dataclass(frozen=True, slots=True)
class Place:
    """A page as one person sees it; `who` is a person of the world, "ticket", or "" for whoever comes by."""

    who: str
    name: str
    go: Way


def at(path: str) -> Way:
    return lambda page, demo: page.goto(path)


def license_of(key: str, query: str = "") -> Way:
    return lambda page, demo: page.goto(demo.page_of(key) + query)


def wrong_password(page: Page, demo: Demo) -> None:
    page.goto("/sign-in")
    page.locator("#field-email").fill("eve.lindqvist@posteo.example")
    page.locator("#field-password").fill("not the password")
    page.locator("#door-password form[action='/sign-in'] button").click()
    page.locator("[aria-invalid]").wait_for()


def closed_tickets(page: Page, demo: Demo) -> None:
    page.goto("/sign-in")
    page.locator("#field-tickets").fill(f"{demo.code('full')}\n{demo.code('revoked')}\nL48HF-DU2AW-KZNNT-UJDBG-2TCCX")
    page.locator("#door-ticket button").click()
    page.locator(".told").wait_for()


def unconfirmed(page: Page, demo: Demo) -> None:
    page.goto(demo.page_of("eve_cad"))
    page.locator(".ask .button.filled").click()
    page.locator("[aria-invalid]").first.wait_for()


def which_is_gone(page: Page, demo: Demo) -> None:
    page.goto(demo.page_of("eve_viewer"))
    page.locator(".decision .ways .button").first.click()
    page.locator(".decision .ask").wait_for()


def paste(page: Page, demo: Demo, text: str) -> None:
    page.goto("/tickets/redemption")
    page.locator("#field-tickets").fill(text)
    page.locator("main form .button.filled").click()
    page.wait_for_load_state()


def pasted(*keys: str, prose: str = "") -> Way:
    return lambda page, demo: paste(page, demo, f"{prose} {' and '.join(demo.code(key) for key in keys)}")


def registered(page: Page, demo: Demo) -> None:
    paste(page, demo, demo.code("trial"))
    page.locator("main form .button.filled").click()
    page.locator("a.button.filled[href='/licenses']").wait_for()


def rule_set(demo: Demo, name: str = "Default") -> str:
    """The address of the rules of this name."""
    with demo.database.reading() as db:
        return f"/vendor/rules/{db.execute(select(RuleSet.public_id).where(RuleSet.name == name)).scalar_one()}"


def first(path: str, link: str) -> Way:
    """The page behind the first link of this kind."""

    def go(page: Page, demo: Demo) -> None:
        page.goto(path)
        page.goto(page.locator(link).first.get_attribute("href") or "")

    return go


def nothing_said(page: Page, demo: Demo) -> None:
    page.goto("/support")
    page.locator("form[action='/support'] button").last.click()
    page.locator("[aria-invalid]").wait_for()


def first_on(key: str) -> Way:
    """The PC that this license runs on, reported as gone."""
    return lambda page, demo: first(demo.page_of(key), "a[href$='/loss']")(page, demo)


def unreported(page: Page, demo: Demo) -> None:
    first_on("last_seat")(page, demo)
    page.locator(".loss .button.filled").click()
    page.locator("[aria-invalid]").first.wait_for()


def reported(page: Page, demo: Demo) -> None:
    """What came of the notebook on the train."""
    with demo.database.reading() as db:
        page.goto(f"/losses/{db.execute(select(Loss.public_id)).scalar_one()}")


def stands_in(key: str) -> Way:
    """The emergency license that stands in for this one."""
    return lambda page, demo: first(demo.page_of(key), ".stands-in a")(page, demo)


def asking(page: Page, demo: Demo) -> None:
    page.goto(demo.page_of("exhausted"))
    page.locator(".ask-vendor > summary").click()


def rules(ending: str = "") -> Way:
    return lambda page, demo: page.goto(rule_set(demo) + ending)


def wrong_rules(page: Page, demo: Demo) -> None:
    page.goto(rule_set(demo) + "/draft")
    text = page.locator("#field-text")
    text.fill(text.input_value().replace("limit = 3", "limit = -3").replace('"most"', '"mots"'))
    page.locator(".text-form .button").click()
    page.locator("#text-problems").wait_for()


def tried(page: Page, demo: Demo) -> None:
    page.goto(rule_set(demo) + "/try")
    page.locator("#real-license").fill(demo.code("exhausted"))
    page.locator("#real .button.filled").click()
    page.locator("#answer").wait_for()


def half_a_case(page: Page, demo: Demo) -> None:
    page.goto(rule_set(demo) + "/try")
    page.locator("#real .button.filled").click()
    page.locator("#trial [role=alert]").wait_for()


def without_words(page: Page, demo: Demo) -> None:
    first("/desk?kind=exception", ".queue th a")(page, demo)
    page.locator("#answer [value=refuse]").click()
    page.locator("[aria-invalid]").wait_for()


def closing_a_case(page: Page, demo: Demo) -> None:
    page.goto("/desk/cases")
    page.locator("#open summary").first.click()


def finished_run(page: Page, demo: Demo) -> None:
    page.goto(rule_set(demo))
    page.locator("#runs a").first.click()
    page.locator("#run").wait_for()


def of_brandt(ending: str = "") -> Way:
    return lambda page, demo: page.goto(f"/groups/{demo.world.groups['brandt'].public_id}{ending}")


def colleague(ending: str = "") -> Way:
    """The page of somebody who has a seat."""

    def go(page: Page, demo: Demo) -> None:
        of_brandt("/members?search=malte")(page, demo)
        address = page.locator(".roster th a").first.get_attribute("href")
        page.goto(f"{address}{ending}")

    return go


def seats_of(key: str, query: str = "") -> Way:
    return lambda page, demo: page.goto(f"{demo.page_of(key)}/seats{query}")


def ticked(page: Page, demo: Demo) -> None:
    seats_of("brandt_pool")(page, demo)
    for at in (1, 3, 4):
        page.locator("#people tbody input").nth(at).check()


def nobody_ticked(page: Page, demo: Demo) -> None:
    seats_of("brandt_pool")(page, demo)
    page.locator("[data-assign]").click()
    page.locator("#selection-problem").wait_for()


def no_table(page: Page, demo: Demo) -> None:
    of_brandt("/batches")(page, demo)
    page.locator("#bring .button.filled").click()
    page.locator("[role=alert]").wait_for()


def brought(page: Page, demo: Demo) -> None:
    of_brandt("/batches")(page, demo)
    people = "\n".join(
        f"{name}@brandt-maschinenbau.example" for name in ("luc.fontaine", "selin.aydin", "luc.fontaine")
    )
    page.locator("#field-kind").select_option("take_back")
    page.locator("#field-pasted").fill(f"{people}\nnobody@elsewhere.example\n")
    page.locator("#bring .button.filled").click()
    page.locator("#lines").wait_for()


def started(page: Page, demo: Demo) -> None:
    brought(page, demo)
    page.locator("#start .button.filled").click()
    page.locator(".running").wait_for()


def nobody_entered(page: Page, demo: Demo) -> None:
    of_brandt("/newcomers")(page, demo)
    page.locator("main form .button.filled").click()
    page.locator("[aria-invalid]").first.wait_for()


def declining(page: Page, demo: Demo) -> None:
    of_brandt("/requests")(page, demo)
    page.locator("#waiting details summary").first.click()
    page.locator("#waiting textarea").first.wait_for()


def no_address(page: Page, demo: Demo) -> None:
    of_brandt("/reminders")(page, demo)
    page.locator("#field-email").fill("nobody")
    page.locator("main form .button.filled").click()
    page.locator("[aria-invalid]").wait_for()


def unknown_company(page: Page, demo: Demo) -> None:
    page.goto("/sign-in")
    page.locator("#field-work_email").fill("somebody@nowhere.example")
    page.locator("#door-company form button").click()
    page.locator("[aria-invalid]").wait_for()


def tried_in_vain(page: Page, demo: Demo) -> None:
    of_brandt("/sign-in")(page, demo)
    page.locator("#trying button").click()
    page.locator("#trying .notice").wait_for()


def mailed(purpose: Purpose, address: str, who: str = "", **facts: object) -> Way:
    """Where the link of a mail leads that was just written."""

    def go(page: Page, demo: Demo) -> None:
        with stage(demo) as on:
            user = demo.world.people[who].id if who else None
            token = links.write(on.db, on.vault, on.time, purpose, user_id=user, **facts)
        page.goto(f"{address}/{token}")

    return go


def begin_trial(page: Page, demo: Demo) -> None:
    """The link of the mail that somebody without an account asked for."""
    with demo.database.reading() as db:
        article = str(db.execute(select(Article.public_id).where(Article.model == Model.DEMO)).scalars().first())
    facts = {"email": "nadja.neu@posteo.example", "language": "en", "article": article, "days": 14}
    mailed(Purpose.DEMO, "/demo", **facts)(page, demo)


def invited(page: Page, demo: Demo) -> None:
    """What stands behind the link of an invitation by mail."""
    with stage(demo) as on:
        sent = on.db.execute(select(Invitation).where(Invitation.email.is_not(None))).scalars().first()
        token = invitations.token_of(on.vault, sent)
    page.goto(f"/invitation/{token}")


def asked_for_reminders(page: Page, demo: Demo) -> None:
    """What somebody outside reads whose address an admin named."""
    email = "controlling@brandt-maschinenbau.example"
    with stage(demo) as on:
        reminders.name(on.person("cora"), on.cast.groups["brandt"], email, "en")
        named = on.db.execute(select(ReminderAddress).where(ReminderAddress.email == email)).scalar_one()
        token = reminders.token_of(on.vault, named.public_id)
    page.goto(f"/reminders/confirmation/{token}")


def link_made(page: Page, demo: Demo) -> None:
    of_brandt("/invitations")(page, demo)
    page.locator("#links form.narrowly .button").click()
    page.locator(".link-open").wait_for()


def no_file(page: Page, demo: Demo) -> None:
    page.goto(demo.page_of("eve_ready") + "/transfer")
    page.locator("main form .button.filled").click()
    page.locator("[aria-invalid]").first.wait_for()


def set_up_app(page: Page, demo: Demo) -> None:
    """From the picture for the camera to the recovery codes."""
    scan(page, demo)
    secret = "".join(page.locator("#secret").inner_text().split())
    page.locator("#field-code").fill(pyotp.TOTP(secret).at(demo.portal.clock()))
    page.locator("main .button.filled").click()
    page.locator(".codes").wait_for()


def scan(page: Page, demo: Demo) -> None:
    page.goto("/account/security")
    page.locator("form[action='/account/authenticator'] button").click()
    page.locator("#secret").wait_for()


def is_it_you(page: Page, demo: Demo) -> None:
    """What is asked before a dangerous deed of somebody who signed in a while ago."""
    demo.portal.clock.advance(minutes=11)
    page.goto("/account/proof?next=/account/security")


def second_step(page: Page, demo: Demo) -> None:
    """The code of the app, after the password of somebody who has one."""
    enter(page, demo, "anton")
    page.wait_for_url("**/licenses")
    set_up_app(page, demo)
    page.context.clear_cookies()
    enter(page, demo, "anton")
    page.wait_for_url("**/sign-in/second")


PLACES = (
    Place("", "sign-in", at("/sign-in")),
    Place("", "sign-in-wrong-password", wrong_password),
    Place("", "sign-in-closed-tickets", closed_tickets),
    Place("", "demo", at("/demo")),
    Place("", "demo-asked", at("/demo?asked=yes")),
    Place("", "demo-over", at("/demo/start")),
    Place("", "demo-begin", begin_trial),
    Place("", "password-forgotten", at("/password/forgot")),
    Place("", "password-asked", at("/password/forgot?asked=yes")),
    Place("", "password-new", mailed(Purpose.PASSWORD, "/password/reset", "eve")),
    Place("", "account-new", at("/register")),
    Place("", "account-asked", at("/register?asked=yes")),
    Place("", "account-complete", mailed(Purpose.WELCOME, "/register", email="n.neu@posteo.example", language="en")),
    Place("", "tickets-lost", at("/tickets/lost")),
    Place("", "tickets-asked", at("/tickets/lost?asked=yes")),
    Place("", "address-agreed", mailed(Purpose.OLD_ADDRESS, "/account/address/old", "eve", email="eve@posteo.example")),
    Place("", "invited", invited),
    Place("", "reminders-asked", asked_for_reminders),
    Place("", "sign-in-unknown-company", unknown_company),
    Place("", "sign-in-company-refused", at("/sign-in/sso/callback?state=x")),
    Place("", "error-no-such-page", at("/nowhere")),
    Place("", "parts", at("/dev/parts")),
    Place("", "reminders-nothing-to-answer", at("/reminders/confirmation")),
    Place("eve", "overview", at("/licenses")),
    Place("eve", "overview-by-end", at("/licenses?order=until")),
    Place("eve", "overview-no-match", at("/licenses?search=zeppelin")),
    Place("eve", "account", at("/account")),
    Place("eve", "security", at("/account/security")),
    Place("eve", "authenticator", scan),
    Place("eve", "transfers", at("/transfers")),
    Place("eve", "transfer", first("/transfers", "main a[href^='/transfers/']")),
    Place("eve", "transfer-new", license_of("eve_ready", "/transfer")),
    Place("eve", "transfer-no-file", no_file),
    Place("eve", "mailbox", at("/dev/mail")),
    Place("eve", "mail", first("/dev/mail", ".mails a")),
    Place("eve", "error-not-found", at(f"/licenses/{NOBODY}")),
    Place("eve", "license-move", license_of("eve_cad")),
    Place("eve", "license-move-unconfirmed", unconfirmed),
    Place("eve", "license-handed-over", license_of("eve_mill")),
    Place("eve", "license-returning", license_of("eve_mill_365")),
    Place("eve", "license-choices", license_of("eve_viewer")),
    Place("eve", "license-choices-chosen", which_is_gone),
    Place("eve", "license-ready", license_of("eve_ready")),
    Place("eve", "license-subscription", license_of("eve_subscription")),
    Place("eve", "license-ends-soon", license_of("eve_mill_90")),
    Place("eve", "license-expired", license_of("eve_demo")),
    Place("eve", "license-merged", license_of("eve_merged")),
    Place("eve", "ticket-printed", license_of("eve_cad", "/ticket")),
    Place("cora", "license-refused", license_of("exhausted")),
    Place("cora", "license-pool", license_of("brandt_mill")),
    Place("cora", "people", of_brandt("/members")),
    Place("cora", "people-no-match", of_brandt("/members?search=zeppelin")),
    Place("cora", "person", colleague()),
    Place("cora", "person-leaves", colleague("/removal")),
    Place("cora", "add-people", of_brandt("/newcomers")),
    Place("cora", "add-people-nobody", nobody_entered),
    Place("cora", "invitations", of_brandt("/invitations")),
    Place("cora", "invitations-link", link_made),
    Place("cora", "group", of_brandt()),
    Place("cora", "groups", at("/groups")),
    Place("cora", "company-sign-in", of_brandt("/sign-in")),
    Place("cora", "company-sign-in-tried", tried_in_vain),
    Place("cora", "requests", of_brandt("/requests")),
    Place("cora", "requests-declining", declining),
    Place("cora", "requests-own", at("/requests")),
    Place("cora", "reminders", of_brandt("/reminders")),
    Place("cora", "reminders-no-address", no_address),
    Place("cora", "activity", of_brandt("/activity")),
    Place("cora", "activity-no-match", of_brandt("/activity?person=zeppelin")),
    Place("cora", "license-ask-for-an-exception", asking),
    Place("cora", "shortcuts", at("/help/shortcuts")),
    Place("cora", "certificate", license_of("brandt_pool", "/certificate")),
    Place("cora", "pool", of_brandt("/pool")),
    Place("cora", "seats", seats_of("brandt_pool")),
    Place("cora", "seats-ticked", ticked),
    Place("cora", "seats-refused", nobody_ticked),
    Place("cora", "seats-no-match", seats_of("brandt_pool", "?search=zeppelin")),
    Place("cora", "in-bulk", of_brandt("/batches")),
    Place("cora", "in-bulk-no-table", no_table),
    Place("cora", "batch-preview", brought),
    Place("cora", "batch-at-work", started),
    Place("cora", "who-has-what", of_brandt("/assignments")),
    Place("cora", "who-has-what-no-match", of_brandt("/assignments?search=zeppelin")),
    Place("merle", "demo-waiting", at("/requests/demo")),
    Place("merle", "support", at("/support")),
    Place("merle", "support-about-a-page", at("/support?about=/licenses&code=NO_MACHINE&error=0a1b2c3d")),
    Place("merle", "question", first("/support", ".asks h3 a")),
    Place("merle", "question-empty", nothing_said),
    Place("merle", "license-give", license_of("full")),
    Place("merle", "license-kept", license_of("kept")),
    Place("merle", "license-recalled", license_of("recalled")),
    Place("merle", "loss", first_on("last_seat")),
    Place("merle", "loss-unconfirmed", unreported),
    Place("merle", "loss-reported", reported),
    Place("anton", "demo-running", first("/requests/demo", "main a[href$='/demo']")),
    Place("anton", "license-emergency", stands_in("school_cad")),
    Place("anton", "license-stood-for", license_of("school_cad")),
    Place("rhea", "overview-dealer", at("/licenses")),
    Place("rhea", "license-of-a-customer", license_of("school_cad")),
    Place("rhea", "groups-dealer", at("/groups")),
    Place("rhea", "group-dealer", lambda page, demo: page.goto(f"/groups/{demo.world.groups['cadhaus'].public_id}")),
    Place("rhea", "desk-dealer", at("/desk")),
    Place("rhea", "desk-dealer-question", first("/desk?state=all&kind=support", ".queue th a")),
    Place("rhea", "desk-dealer-figures", at("/desk/figures")),
    Place("vera", "overview-vendor", at("/licenses")),
    Place("vera", "license-vendor", license_of("exhausted")),
    Place("vera", "groups-vendor", at("/groups")),
    Place("vera", "insights", at("/vendor/insights")),
    Place("vera", "emergencies", at("/vendor/emergencies")),
    Place("vera", "emergencies-no-match", at("/vendor/emergencies?search=zeppelin")),
    Place("vera", "desk", at("/desk")),
    Place("vera", "desk-all", at("/desk?state=all")),
    Place("vera", "desk-no-match", at("/desk?search=zeppelin")),
    Place("vera", "desk-exception", first("/desk?kind=exception", ".queue th a")),
    Place("vera", "desk-question", first("/desk?state=all&kind=support", ".queue th a")),
    Place("vera", "desk-no-words", without_words),
    Place("vera", "desk-answered", first("/desk?state=granted&kind=exception", ".queue th a")),
    Place("vera", "desk-words", at("/desk/words")),
    Place("vera", "desk-cases", at("/desk/cases")),
    Place("vera", "desk-cases-closing", closing_a_case),
    Place("vera", "desk-figures", at("/desk/figures")),
    Place("vera", "rules", at("/vendor/rules")),
    Place("vera", "rules-new", at("/vendor/rules/new")),
    Place("vera", "rules-one", rules()),
    Place("vera", "rules-version", rules("/versions/3")),
    Place("vera", "rules-articles", rules("/articles")),
    Place("vera", "rules-draft", rules("/draft")),
    Place("vera", "rules-draft-wrong", wrong_rules),
    Place("vera", "rules-publication", rules("/publication")),
    Place("vera", "rules-try", rules("/try")),
    Place("vera", "rules-try-half", half_a_case),
    Place("vera", "rules-tried", tried),
    Place("vera", "rules-what-if", rules("/replays")),
    Place("vera", "rules-run", finished_run),
    Place("vera", "people-seen-from-above", of_brandt("/members")),
    Place("vera", "group-name", of_brandt("/name")),
    Place("sid", "help", at("/help")),
    Place("sid", "help-found", at("/help?q=license+expired")),
    Place("sid", "help-nothing", at("/help?q=xyzzy")),
    Place("sid", "overview-empty", at("/licenses")),
    Place("sid", "register", at("/tickets/redemption")),
    Place("sid", "register-nothing-found", lambda page, demo: paste(page, demo, "good morning")),
    Place("sid", "register-check", pasted("boxed", "imported")),
    Place("sid", "register-check-some", pasted("boxed", "full", prose="Dear Sid, here are your tickets:")),
    Place("sid", "register-done", registered),
    Place("ticket", "license-by-ticket", license_of("dead_pc_waiting")),
    Place("ticket", "overview-by-ticket", at("/licenses")),
    Place("ticket", "error-account-needed", at("/tickets/redemption")),
    Place("merle", "recovery-codes", set_up_app),
    Place("merle", "security-with-app", at("/account/security")),
    Place("merle", "proof", is_it_you),
    Place("", "second-step", second_step),
)  # fmt: skip


def everything(name: str) -> bool:
    return True


def tour(page: Callable[[], Page], demo: Demo, wants: Callable[[str], bool] = everything) -> Iterator[tuple[str, Page]]:
    """Go to each place whose name is wanted, with a new profile for each person; yields its name and the page.

    Whoever wants everything is told at the end if a page of the portal is in no place.
    """
    wanted = [place for place in PLACES if wants(place.name)]
    visited: set[str] = set()

    def note(response: Response) -> None:
        if response.request.resource_type == "document":
            visited.add(urlsplit(response.url).path)

    for who, places in groupby(wanted, attrgetter("who")):
        here = page()
        here.on("response", note)
        if who == "ticket":
            open_with(here, demo.code("dead_pc_waiting"))
        elif who:
            sign_in(here, demo, who)
        for place in places:
            place.go(here, demo)
            yield place.name, here
        here.context.close()
    assert wants is not everything or not unseen(visited), unseen(visited)
