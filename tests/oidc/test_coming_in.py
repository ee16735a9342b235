"""Coming in through a company: who is let in, who becomes what, and who stays out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session as Db

from portal.db import new_id
from portal.doors import sessions
from portal.models import Group, Identity, Mail, Membership, Session, User
from portal.models import Provider as CompanyProvider
from tests.fixtures.client import HERE, Client
from tests.oidc.conftest import Company, set_up

MAX = "max@brandt.example"


def claims(company: Company, **changes: object) -> None:
    company.provider.claims = lambda said: said | changes


def person(db: Db, name: str) -> User:
    return db.execute(select(User).where(User.email == f"{name}@people.example")).scalar_one()


def moved_to_the_domain(company: Company, name: str, **changes: object) -> str:
    """Somebody of the village gets an address of the company, and the provider knows it."""
    email = f"{name}@brandt.example"
    with company.served.database.writing() as db:
        user = person(db, name)
        user.email = email
        for field, value in changes.items():
            setattr(user, field, value)
    claims(company, email=email, sub=f"sub of {name}")
    return email


def memberships(company: Company, email: str) -> list[tuple[str, str]]:
    with company.served.database.reading() as db:
        rows = select(Group.kind, Membership.role).join(Membership, Membership.group_id == Group.id)
        found = db.execute(rows.join(User, User.id == Membership.user_id).where(User.email == email))
        return [(kind, role) for kind, role in found]


def test_somebody_new_becomes_a_member_by_coming_in(company: Company) -> None:
    browser = company.served.browser()
    asked = company.set_out(browser)
    assert {asked["response_type"], asked["code_challenge_method"]} == {"code", "S256"}
    assert {"openid", "email"} <= set(asked["scope"].split())
    page = company.come_back(browser, asked)
    assert (page.status, page.location) == (303, "/licenses")
    user = company.user("new.person@brandt.example")
    assert user is not None and (user.name, user.password_hash) == ("New Person", None) and user.verified_at
    assert memberships(company, user.email or "") == [("customer", "member")]
    assert "New Person" in browser.get("/licenses").text
    with company.served.database.reading() as db:
        session = db.execute(select(Session).where(Session.user_id == user.id)).scalar_one()
        assert (session.how, session.provider) == ("company", company.key)
        kinds = {"account.opened", "membership.joined", "company.connected", "session.opened"}
        assert kinds <= set(events(db, user.id))


def events(db: Db, user_id: int) -> list[str]:
    from portal.models import Event

    return list(db.execute(select(Event.kind).where(Event.actor_id == user_id)).scalars()) + list(
        db.execute(select(Event.kind).where(Event.kind == "membership.joined")).scalars()
    )


def test_the_second_time_it_is_the_same_person_whatever_their_address_is_now(company: Company) -> None:
    company.sign_in()
    before = company.made()
    claims(company, email="married.name@brandt.example", email_verified=False)
    assert company.sign_in().status == 303
    people, identities, _ = company.made()
    assert (people, identities) == before[:2]


def test_where_they_were_going_they_get(company: Company) -> None:
    browser = company.served.browser()
    asked = company.set_out(browser, f"/sign-in/sso/{company.key}?next=/account")
    assert company.come_back(browser, asked).location == "/account"


def test_the_door_remembers_it_for_them_and_forgets_it_once_they_are_there(company: Company) -> None:
    browser = company.served.browser()
    door = browser.follow(browser.get("/licenses?state=ready", status=303))
    browser.get("/help")
    sent = browser.submit(browser.get("/sign-in").form("/sign-in/sso"), work_email="new.person@brandt.example")
    way = company.asked(sent.root.one("main").all("a")[0].attrs["href"])
    assert company.come_back(browser, way).location == "/licenses?state=ready"
    assert door.status == 200 and browser.cookie("next") is None


@pytest.mark.parametrize("next_", ["//evil.example", "https://evil.example", "/\\evil.example", "/sign-out"])
def test_nobody_is_sent_elsewhere(company: Company, next_: str) -> None:
    browser = company.served.browser()
    asked = company.set_out(browser, f"/sign-in/sso/{company.key}?next={next_}")
    assert company.come_back(browser, asked).location == "/licenses"


def test_a_planted_session_is_not_taken_over(company: Company) -> None:
    eve = company.served.as_("eve")
    planted = eve.cookie("session")
    asked = company.set_out(eve)
    assert company.come_back(eve, asked).status == 303
    assert eve.cookie("session") not in (None, planted)
    assert company.served.holding(planted or "").get("/account", status=303).location.startswith("/sign-in")


class TestAnAccountThatIsThereAlready:
    def test_a_member_of_the_company_alone_is_connected_and_told(self, company: Company) -> None:
        email = moved_to_the_domain(company, "max")
        before = company.made()
        assert company.sign_in().status == 303
        assert company.made() == (before[0], before[1] + 1, before[2] + 1)
        with company.served.database.reading() as db:
            assert db.execute(select(Mail.kind).where(Mail.recipient == email)).scalars().all().count(
                "company_connected"
            ) == 1

    def test_an_address_alone_connects_nobody(self, company: Company) -> None:
        """Eve has an account with this address and nothing to do with the company."""
        moved_to_the_domain(company, "eve")
        before = company.made()
        page = company.sign_in()
        assert page.status == 422 and "with your password" in page.text
        assert company.made() == before

    def test_nor_one_who_belongs_to_another_company_too(self, company: Company) -> None:
        moved_to_the_domain(company, "max")
        with company.served.database.writing() as db:
            linde = db.execute(
                select(Group).where(Group.public_id == company.served.village.groups["linde"])
            ).scalar_one()
            user = db.execute(select(User).where(User.email == MAX)).scalar_one()
            db.add(
                Membership(
                    public_id=new_id(company.served.clock()), user_id=user.id, group_id=linde.id, role="member",
                    created_at=company.served.clock(), accepted_at=company.served.clock(),
                )
            )  # fmt: skip
        before = company.made()
        assert company.sign_in().status == 422 and company.made() == before

    def test_nor_one_whom_another_provider_knows(self, company: Company) -> None:
        """The same address from another issuer is another person until its owner says otherwise."""
        email = moved_to_the_domain(company, "max")
        with company.served.database.writing() as db:
            user = db.execute(select(User).where(User.email == email)).scalar_one()
            db.add(
                Identity(
                    public_id=new_id(company.served.clock()), user_id=user.id, provider="vendor",
                    issuer="https://login.elsewhere.example", subject="sub of max", created_at=company.served.clock(),
                )
            )  # fmt: skip
        before = company.made()
        assert company.sign_in().status == 422 and company.made() == before

    def test_nor_another_subject_with_the_same_address(self, company: Company) -> None:
        moved_to_the_domain(company, "max")
        company.sign_in()
        before = company.made()
        claims(company, email=MAX, sub="somebody else who got the address")
        assert company.sign_in().status == 422 and company.made() == before

    def test_when_its_owner_arrives_what_opened_it_before_dies(self, company: Company) -> None:
        """Attack 3: somebody made something of an account whose address nobody had verified."""
        email = moved_to_the_domain(company, "max", verified_at=None)
        with company.served.database.writing() as db:
            user = db.execute(select(User).where(User.email == email)).scalar_one()
            planted = sessions.open_for_user(db, user, company.served.clock(), agent="", address=HERE)
        assert company.served.holding(planted).get("/account").status == 200
        assert company.sign_in().status == 303
        found = company.user(email)
        assert found is not None and found.password_hash is None and found.verified_at is not None
        assert company.served.holding(planted).get("/account", status=303).location.startswith("/sign-in")


def suspended(db: Db, user: User) -> None:
    db.execute(update(Membership).where(Membership.user_id == user.id).values(suspended_at=user.created_at))


def left(db: Db, user: User) -> None:
    db.execute(update(Membership).where(Membership.user_id == user.id).values(ended_at=user.created_at))


def disabled(db: Db, user: User) -> None:
    user.disabled_at = user.created_at


def unanswered(db: Db, user: User) -> None:
    db.execute(update(Membership).where(Membership.user_id == user.id).values(accepted_at=None))


@pytest.mark.parametrize("shut_out", [suspended, left, disabled, unanswered])
@pytest.mark.parametrize("is_known", [False, True], ids=["first time", "known"])
def test_who_was_shut_out_stays_out(
    company: Company, shut_out: Callable[[Db, User], None], is_known: bool
) -> None:
    email = moved_to_the_domain(company, "max")
    if is_known:
        company.sign_in()
    with company.served.database.writing() as db:
        user = db.execute(select(User).where(User.email == email)).scalar_one()
        shut_out(db, user)
        db.execute(Session.__table__.delete())
    before = company.made()
    if is_known and shut_out is unanswered:
        return  # who is known there and never left may join again
    assert company.sign_in().status == 422
    assert company.made() == before


def test_a_provider_that_is_off_lets_nobody_in(company: Company) -> None:
    browser = company.served.browser()
    asked = company.set_out(browser)
    with company.served.database.writing() as db:
        db.execute(update(CompanyProvider).where(CompanyProvider.issuer == company.provider.url).values(is_on=False))
    assert company.come_back(browser, asked).status == 422
    company.served.browser().get(f"/sign-in/sso/{company.key}", status=404)
    assert company.made()[1:] == (0, 0)


class TestTheDoor:
    def test_a_work_address_leads_to_its_company(self, company: Company) -> None:
        browser = company.served.browser()
        page = browser.submit(
            browser.get("/sign-in").form("/sign-in/sso"), work_email="New.Person@Brandt.example", status=200
        )
        address = page.headers["refresh"].partition("url=")[2]
        asked = company.asked(address)
        assert asked["login_hint"] == "new.person@brandt.example"
        assert page.root.all("a", href=address), "whoever's browser does not go on by itself has a link"
        assert company.come_back(browser, asked).status == 303

    @pytest.mark.parametrize("typed", ["eve@people.example", "nobody@nowhere.example", "x@sub.brandt.example"])
    def test_any_other_address_gets_one_answer(self, company: Company, typed: str) -> None:
        browser = company.served.browser()
        page = browser.submit(browser.get("/sign-in").form("/sign-in/sso"), work_email=typed, status=422)
        assert "has set up its sign-in here" in page.text

    @pytest.mark.parametrize("typed", ["", "x", "x" * 300, "a\x00b@brandt.example", "a@b@brandt.example"])
    def test_what_is_no_address_is_said_beside_the_field(self, company: Company, typed: str) -> None:
        browser = company.served.browser()
        page = browser.submit(browser.get("/sign-in").form("/sign-in/sso"), work_email=typed)
        assert page.status in (400, 422)

    def test_looking_for_companies_has_a_limit(self, company: Company) -> None:
        browser = company.served.browser()
        form = browser.get("/sign-in").form("/sign-in/sso")
        answers = [browser.submit(form, work_email=f"x@domain{at}.example").status for at in range(31)]
        assert answers[:30] == [422] * 30 and answers[30] == 429

    def test_a_domain_that_nobody_confirmed_leads_nowhere(self, company: Company) -> None:
        set_up(company.served, "https://login.linde.example", group="linde", domain="linde.example")
        with company.served.database.writing() as db:
            from portal.models import ProviderDomain

            db.execute(update(ProviderDomain).where(ProviderDomain.domain == "linde.example").values(verified_at=None))
        browser = company.served.browser()
        page = browser.submit(browser.get("/sign-in").form("/sign-in/sso"), work_email="x@linde.example")
        assert page.status == 422


def signed_in(company: Company, name: str) -> Client:
    return company.served.as_(name)


class TestConnecting:
    def test_whoever_is_signed_in_connects_it_and_comes_in_with_it_from_then_on(self, company: Company) -> None:
        max_ = company.served.as_("max")
        claims(company, sub="sub of max", email="m.mustermann@brandt.example")
        page = max_.post("/account/company/connection", {"provider": company.key}, status=200)
        asked = company.asked(page.headers["refresh"].partition("url=")[2])
        assert company.come_back(max_, asked).location == "/account/security"
        before = company.made()
        assert company.sign_in().status == 303
        assert company.made() == (before[0], before[1], before[2] + 1)

    def test_the_answer_to_one_person_connects_nobody_else(self, company: Company) -> None:
        """Who is made to follow a link with somebody else's answer does not give their account away."""
        max_ = company.served.as_("max")
        page = max_.post("/account/company/connection", {"provider": company.key}, status=200)
        asked = company.asked(page.headers["refresh"].partition("url=")[2])
        max_.http.cookies.set("session", company.served.as_("cora").cookie("session") or "", domain="portal.test")
        assert company.come_back(max_, asked).status == 422
        assert company.made()[1] == 0

    def test_one_identity_opens_one_account(self, company: Company) -> None:
        company.sign_in()
        max_ = company.served.as_("max")
        page = max_.post("/account/company/connection", {"provider": company.key}, status=200)
        asked = company.asked(page.headers["refresh"].partition("url=")[2])
        before = company.made()
        assert company.come_back(max_, asked).status == 422
        assert company.made() == before

    def test_a_stranger_is_offered_nothing(self, company: Company) -> None:
        company.served.as_("sid").post("/account/company/connection", {"provider": company.key}, status=404)

    def test_disconnecting_ends_what_came_in_with_it(self, company: Company) -> None:
        browser = company.served.browser()
        company.sign_in(browser)
        with company.served.database.reading() as db:
            public_id = db.execute(select(Identity.public_id)).scalar_one()
        company.served.as_("max").post(f"/account/company/{public_id}/removal", status=404)
        other = company.served.browser()
        company.sign_in(other)
        browser.post(f"/account/company/{public_id}/removal", status=303)
        assert company.made()[1] == 0
        assert other.get("/account", status=303).location.startswith("/sign-in")


class TestOnlyThroughTheCompany:
    @pytest.fixture
    def insisting(self, company: Company) -> Company:
        with company.served.database.writing() as db:
            db.execute(update(CompanyProvider).where(CompanyProvider.issuer == company.provider.url).values(only=True))
        return company

    @pytest.mark.parametrize("name", ["max", "cora", "anna"])
    def test_a_password_lets_its_people_in_no_more(self, insisting: Company, name: str) -> None:
        browser = insisting.served.browser()
        form = browser.get("/sign-in").form("/sign-in")
        page = browser.submit(form, email=f"{name}@people.example", password="four wooden ducks, late")
        assert page.status == 403 and "sign-in of its own" in page.text
        assert browser.cookie("session") is None

    def test_nor_tells_a_wrong_one_whose_company_that_is(self, insisting: Company) -> None:
        browser = insisting.served.browser()
        form = browser.get("/sign-in").form("/sign-in")
        page = browser.submit(form, email="max@people.example", password="not the password", status=422)
        assert "sign-in of its own" not in page.text

    def test_other_people_are_as_free_as_before(self, insisting: Company) -> None:
        insisting.served.browser().sign_in("eve@people.example")
        insisting.served.browser().sign_in("vera@people.example")

    def test_its_own_sign_in_does(self, insisting: Company) -> None:
        assert insisting.sign_in().status == 303


def test_a_slow_day_at_the_provider_is_no_error_here(company: Company) -> None:
    """Ten minutes are what the provider has published good for; after that it is asked again."""
    company.sign_in()
    company.provider.now = company.served.clock.advance(minutes=9)
    company.sign_in()
    assert company.provider.asked.count("/.well-known/openid-configuration") == 1
    company.provider.now = company.served.clock.advance(seconds=timedelta(minutes=2).total_seconds())
    company.sign_in()
    assert company.provider.asked.count("/.well-known/openid-configuration") == 2


class TestAskedAnew:
    """Before something dangerous: whoever came in through a company is asked there once more."""

    @pytest.fixture
    def inside(self, company: Company) -> Client:
        browser = company.served.browser()
        company.sign_in(browser)
        company.provider.now = company.served.clock.advance(minutes=11)
        return browser

    def again(self, company: Company, inside: Client, **said: object) -> tuple[int, dict[str, str]]:
        claims(company, **said)
        asked = company.set_out(inside, "/sign-in/sso/again?next=/account/security")
        return company.come_back(inside, asked).status, asked

    def remove(self, company: Company, inside: Client) -> str:
        with company.served.database.reading() as db:
            public_id = db.execute(select(Identity.public_id)).scalar_one()
        return inside.post(f"/account/company/{public_id}/removal", status=303).location

    def test_who_proves_it_anew_may_go_on(self, company: Company, inside: Client) -> None:
        assert self.remove(company, inside).startswith("/account/proof")
        status, asked = self.again(company, inside, auth_time=int(company.provider.now.timestamp()))
        assert (status, asked["prompt"], asked["max_age"]) == (303, "login", "0")
        assert self.remove(company, inside) == "/account/security"

    @pytest.mark.parametrize("ago", [None, 3_600, 301])
    def test_who_was_not_asked_there_may_not(self, company: Company, inside: Client, ago: int | None) -> None:
        said = {} if ago is None else {"auth_time": int(company.provider.now.timestamp()) - ago}
        assert self.again(company, inside, **said)[0] == 422
        assert self.remove(company, inside).startswith("/account/proof")

    def test_nor_whoever_else_signed_in_there(self, company: Company, inside: Client) -> None:
        now = int(company.provider.now.timestamp())
        assert self.again(company, inside, sub="somebody else", auth_time=now)[0] == 422
        assert self.remove(company, inside).startswith("/account/proof")
