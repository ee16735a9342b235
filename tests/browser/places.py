"""Every page in every state worth looking at, and the way there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from playwright.sync_api import Page
from sqlalchemy import select

from portal.models import Loss, RuleSet
from tests.browser.demo import Demo
from tests.browser.steps import open_with, sign_in

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


PLACES = (
    Place("", "sign-in", at("/sign-in")),
    Place("", "sign-in-wrong-password", wrong_password),
    Place("", "sign-in-closed-tickets", closed_tickets),
    Place("", "demo", at("/demo")),
    Place("", "demo-asked", at("/demo?asked=yes")),
    Place("", "demo-over", at("/demo/start")),
    Place("", "sign-in-unknown-company", unknown_company),
    Place("", "sign-in-company-refused", at("/sign-in/sso/callback?state=x")),
    Place("", "error-no-such-page", at("/nowhere")),
    Place("", "parts", at("/dev/parts")),
    Place("", "reminders-nothing-to-answer", at("/reminders/confirmation")),
    Place("eve", "overview", at("/licenses")),
    Place("eve", "overview-by-end", at("/licenses?order=until")),
    Place("eve", "overview-no-match", at("/licenses?search=zeppelin")),
    Place("eve", "security", at("/account/security")),
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
    Place("vera", "overview-vendor", at("/licenses")),
    Place("vera", "insights", at("/vendor/insights")),
    Place("vera", "emergencies", at("/vendor/emergencies")),
    Place("vera", "emergencies-no-match", at("/vendor/emergencies?search=zeppelin")),
    Place("vera", "desk", at("/desk")),
    Place("vera", "desk-all", at("/desk?state=all")),
    Place("vera", "desk-no-match", at("/desk?search=zeppelin")),
    Place("vera", "desk-exception", first("/desk?kind=exception", ".queue th a")),
    Place("vera", "desk-question", first("/desk?state=all&kind=support", ".queue th a")),
    Place("vera", "desk-words", at("/desk/words")),
    Place("vera", "desk-cases", at("/desk/cases")),
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
    Place("vera", "rules-tried", tried),
    Place("vera", "rules-what-if", rules("/replays")),
    Place("vera", "rules-run", finished_run),
    Place("vera", "people-seen-from-above", of_brandt("/members")),
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
)  # fmt: skip


def everything(name: str) -> bool:
    return True


def tour(page: Callable[[], Page], demo: Demo, wants: Callable[[str], bool] = everything) -> Iterator[tuple[str, Page]]:
    """Go to each place whose name is wanted, with a new profile for each person; yields its name and the page."""
    wanted = [place for place in PLACES if wants(place.name)]
    for who, places in groupby(wanted, attrgetter("who")):
        here = page()
        if who == "ticket":
            open_with(here, demo.code("dead_pc_waiting"))
        elif who:
            sign_in(here, demo, who)
        for place in places:
            place.go(here, demo)
            yield place.name, here
        here.context.close()
