"""Cora sets up the sign-in of her company: provider, domains by mail, a try, the switches; and what is refused."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select, update

from portal.models import Event, Mail, ProviderDomain, Session
from portal.models import Provider as CompanyProvider
from tests.fixtures.client import Client, Served
from tests.fixtures.hostile import CLIENT, SECRET, Sent
from tests.fixtures.page import Page
from tests.oidc.conftest import Company
from tests.routes import mailbox


def path_of(served: Served, group: str = "brandt") -> str:
    return f"/groups/{served.village.groups[group]}/sign-in"


def provider_of(served: Served, group: str = "brandt") -> CompanyProvider | None:
    from portal.models import Group

    with served.database.reading() as db:
        mine = select(CompanyProvider).join(Group, Group.id == CompanyProvider.group_id)
        return db.execute(mine.where(Group.public_id == served.village.groups[group])).scalar()


@pytest.fixture
def cora(company: Company) -> Client:
    """Cora, before anything is set up."""
    browser = company.served.as_("cora")
    browser.post(f"{path_of(company.served)}/removal", status=303)
    return browser


def saved(cora: Client, company: Company, **changes: str) -> Page:
    form = {
        "name": "Brandt", "issuer": company.provider.url, "client_id": CLIENT, "client_secret": SECRET,
    } | changes  # fmt: skip
    return cora.post(path_of(company.served), form)


def with_domain(cora: Client, company: Company, domain: str = "brandt.example") -> str:
    """Enter a domain and confirm it with the code from the mail; returns the code."""
    path = path_of(company.served)
    assert cora.post(f"{path}/domains", {"domain": domain, "mailbox": "hostmaster"}).status == 303
    text = mailbox.mails(company.served, f"hostmaster@{domain}", "domain_code")[-1]
    code = re.search(r"^\s*([A-Z2-9]{5}-[A-Z2-9]{5})\s*$", text, re.M)
    assert code, text
    form = cora.get(path).forms("/proof")[0]
    assert cora.submit(form, code=code[1].lower().replace("-", " ")).status == 303
    return code[1]


def tried(cora: Client, company: Company) -> Page:
    page = cora.post(f"{path_of(company.served)}/try", status=200)
    asked = company.asked(page.headers["refresh"].partition("url=")[2])
    back = company.come_back(cora, asked)
    assert back.location == f"{path_of(company.served)}#trying"
    return cora.get(path_of(company.served))


def test_the_whole_way(company: Company, cora: Client) -> None:
    path = path_of(company.served)
    assert "Not set up yet" in cora.get(path).text
    assert saved(cora, company).location == path
    with_domain(cora, company)
    page = tried(cora, company)
    for told in ("It works.", company.provider.url, "new-person", "new.person@brandt.example", "yes"):
        assert told in page.text
    assert company.made()[1:] == (0, 0), "a try lets nobody in"
    cora.post(f"{path}/switch", {"on": "yes"}, status=303)
    row = provider_of(company.served)
    assert row is not None and row.is_on and row.tested_at
    company.key = str(row.public_id)
    assert company.sign_in().status == 303
    page = cora.get(f"/groups/{company.served.village.groups['brandt']}/activity")
    for told in ("was set to", "was mailed", "was confirmed", "it works", "switched on", "through the company sign-in"):
        assert told in page.text, told


def test_the_secret_is_sealed_and_shown_to_nobody(company: Company, cora: Client) -> None:
    saved(cora, company, client_secret="canary of a secret")
    row = provider_of(company.served)
    assert row is not None and row.client_secret and b"canary of a secret" not in row.client_secret
    assert "canary of a secret" not in cora.get(path_of(company.served)).body
    refused = saved(cora, company, client_secret="canary of a secret", name="")
    assert refused.status == 422 and "canary of a secret" not in refused.body
    kept = row.client_secret
    saved(cora, company, client_secret="", name="Another name")
    again = provider_of(company.served)
    assert again is not None and (again.name, again.client_secret) == ("Another name", kept)


@pytest.mark.parametrize("changes", [{"issuer": "http://127.0.0.1:1"}, {"client_id": "another"}])
def test_another_provider_has_to_be_tried_anew(company: Company, changes: dict[str, str]) -> None:
    cora, inside = company.served.as_("cora"), company.served.browser()
    company.sign_in(inside)
    saved(cora, company, **changes)
    row = provider_of(company.served)
    assert row is not None and not row.is_on and row.tested_at is None
    assert inside.get("/account", status=303).location.startswith("/sign-in"), "who came in through the old one is out"
    cora.post(f"{path_of(company.served)}/switch", {"on": "yes"}, status=422)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", "x" * 61), ("issuer", ""), ("issuer", "login.brandt.example"),
        ("issuer", "http://login.brandt.example"), ("issuer", "https://a@login.brandt.example"),
        ("issuer", "https://login.brandt.example/?a=b"), ("issuer", "https://login.brandt.example/#x"),
        ("issuer", "https://" + "x" * 400 + ".example"), ("issuer", "data:text/html,x"), ("issuer", "file:///etc"),
        ("client_id", ""), ("client_id", "x" * 300), ("client_id", "mit\tTab"), ("client_secret", "x" * 2_000),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_the_field(company: Company, cora: Client, field: str, value: str) -> None:
    page = saved(cora, company, **{field: value})
    assert page.status == 422 and page.root.all("input", name=field)[0].attrs.get("aria-invalid") == "true"
    assert provider_of(company.served) is None


class TestDomains:
    @pytest.mark.parametrize(
        "domain", ["", "brandt", "brandt.example/x", "a b.example", "-a.example", "ä.example", "x" * 260, "*.example"]
    )
    def test_what_is_no_domain_is_refused(self, company: Company, cora: Client, domain: str) -> None:
        saved(cora, company)
        page = cora.post(f"{path_of(company.served)}/domains", {"domain": domain, "mailbox": "postmaster"})
        assert page.status == 422
        assert not [one for one in mailbox.worked(company.served) if one.kind == "domain_code"]

    def test_only_mailboxes_that_speak_for_a_domain_are_written_to(self, company: Company, cora: Client) -> None:
        saved(cora, company)
        page = cora.post(f"{path_of(company.served)}/domains", {"domain": "brandt.example", "mailbox": "cora"})
        assert page.status == 422
        assert not [one for one in mailbox.worked(company.served) if one.kind == "domain_code"]

    def test_a_wrong_code_confirms_nothing_and_guessing_has_a_limit(self, company: Company, cora: Client) -> None:
        saved(cora, company)
        path = path_of(company.served)
        cora.post(f"{path}/domains", {"domain": "brandt.example", "mailbox": "postmaster"})
        form = cora.get(path).forms("/proof")[0]
        answers = [cora.submit(form, code=f"AAAAA-AAA{at:02}").status for at in range(11)]
        assert answers == [422] * 10 + [429]
        with company.served.database.reading() as db:
            assert db.execute(select(ProviderDomain.verified_at)).scalars().all().count(None) >= 1

    def test_a_code_counts_for_a_day_and_for_its_own_domain(self, company: Company, cora: Client) -> None:
        saved(cora, company)
        path = path_of(company.served)
        first = with_domain(cora, company, "one.example")
        cora.post(f"{path}/domains", {"domain": "two.example", "mailbox": "postmaster"})
        form = cora.get(path).forms("/proof")[0]
        assert cora.submit(form, code=first).status == 422
        text = mailbox.mails(company.served, "postmaster@two.example", "domain_code")[-1]
        company.served.clock.advance(hours=11)
        own = re.search(r"[A-Z2-9]{5}-[A-Z2-9]{5}", text)
        company.served.clock.advance(hours=13)
        again = company.served.as_("cora")
        assert own and again.submit(again.get(path).forms("/proof")[0], code=own[0]).status == 422

    def test_a_domain_belongs_to_one_customer(self, company: Company) -> None:
        """Brandt speaks for brandt.example; Linde has its code, and still does not get it."""
        lena = company.served.as_("lena")
        path = path_of(company.served, "linde")
        lena.post(f"{path}/domains", {"domain": "brandt.example", "mailbox": "postmaster"}, status=303)
        text = mailbox.mails(company.served, "postmaster@brandt.example", "domain_code")[-1]
        code = re.search(r"[A-Z2-9]{5}-[A-Z2-9]{5}", text)
        forms = lena.get(path).forms("/proof")
        answers = [lena.submit(form, code=code[0] if code else "") for form in forms]
        assert any("Another customer" in page.text or "find out whose" in page.text for page in answers)
        with company.served.database.reading() as db:
            owners = select(func.count()).where(
                ProviderDomain.domain == "brandt.example", ProviderDomain.verified_at.is_not(None)
            )
            assert db.execute(owners).scalar_one() == 1

    def test_a_second_mail_waits_its_turn(self, company: Company, cora: Client) -> None:
        saved(cora, company)
        ask = (f"{path_of(company.served)}/domains", {"domain": "brandt.example", "mailbox": "postmaster"})
        assert [cora.post(*ask).status for _ in range(2)] == [303, 422]
        company.served.clock.advance(minutes=6)
        assert cora.post(*ask).status == 303

    def test_the_last_domain_of_a_sign_in_that_is_on_stays(self, company: Company) -> None:
        cora = company.served.as_("cora")
        form = cora.get(path_of(company.served)).forms("/removal")[0]
        assert cora.submit(form).status == 422
        cora.post(f"{path_of(company.served)}/switch", {"on": "no"}, status=303)
        assert cora.submit(form).status == 303

    def test_no_mail_carries_a_line_of_its_sender(self, company: Company, cora: Client) -> None:
        saved(cora, company)
        with company.served.database.writing() as db:
            from portal.models import User

            db.execute(
                update(User).where(User.email == "cora@people.example").values(name="Cora\r\nBcc: all@people.example")
            )
        cora.post(f"{path_of(company.served)}/domains", {"domain": "brandt.example", "mailbox": "postmaster"})
        with company.served.database.reading() as db:
            mails = db.execute(select(Mail).where(Mail.kind == "domain_code")).scalars().all()
        assert len(mails) == 1 and "\n" not in (mails[0].subject or "")


class TestATry:
    def test_it_says_what_would_have_kept_the_person_out(self, company: Company, cora: Client) -> None:
        saved(cora, company)
        with_domain(cora, company)
        company.provider.claims = lambda said: said | {"email_verified": False}
        page = tried(cora, company)
        assert "not confirmed there" in page.text and "new-person" in page.text
        cora.post(f"{path_of(company.served)}/switch", {"on": "yes"}, status=422)

    def test_it_says_why_nothing_came_back(self, company: Company, cora: Client) -> None:
        saved(cora, company)
        company.provider.discovery = lambda _: Sent(b"gone", 404)
        assert cora.post(f"{path_of(company.served)}/try", status=303).location.endswith("#trying")
        page = cora.get(path_of(company.served))
        assert "does not answer" in page.text and "404" in page.text

    def test_its_answer_is_for_whoever_made_it(self, company: Company) -> None:
        """A member who got hold of the admin's way back has none of their own."""
        cora = company.served.as_("cora")
        page = cora.post(f"{path_of(company.served)}/try", status=200)
        asked = company.asked(page.headers["refresh"].partition("url=")[2])
        cora.http.cookies.set("session", company.served.as_("max").cookie("session") or "", domain="portal.test")
        assert company.come_back(cora, asked).status == 422

    def test_a_provider_inside_is_not_asked(self, company: Company, cora: Client) -> None:
        """Attack 19: an issuer at an address of the portal's own network."""
        for issuer in ("https://169.254.169.254", "https://localhost:1", "https://[::1]/"):
            saved(cora, company, issuer=issuer)
            cora.post(f"{path_of(company.served)}/try", status=303)
            assert "not on the internet" in cora.get(path_of(company.served)).text


class TestOnlyThroughIt:
    def test_who_did_not_come_in_through_it_cannot_insist(self, company: Company) -> None:
        """Else the last admin could shut herself out."""
        cora = company.served.as_("cora")
        page = cora.post(f"{path_of(company.served)}/only", {"only": "yes"}, status=422)
        assert "come in through the company sign-in yourself" in page.text
        row = provider_of(company.served)
        assert row is not None and not row.only

    def test_who_did_can_and_everybody_else_is_out(self, company: Company) -> None:
        served, max_, eve = company.served, company.served.as_("max"), company.served.as_("eve")
        cora = served.as_("cora")
        with served.database.writing() as db:
            mine = select(func.max(Session.id)).scalar_subquery()
            db.execute(update(Session).where(Session.id == mine).values(how="company", provider=company.key))
        cora.post(f"{path_of(served)}/only", {"only": "yes"}, status=303)
        assert max_.get("/account", status=303).location.startswith("/sign-in")
        assert cora.get("/account").status == 200 and eve.get("/account").status == 200
        cora.post(f"{path_of(served)}/switch", {"on": "no"}, status=303)
        row = provider_of(served)
        assert row is not None and not row.only and not row.is_on


def test_switching_it_off_signs_out_whoever_came_in_through_it(company: Company) -> None:
    inside, cora = company.served.browser(), company.served.as_("cora")
    company.sign_in(inside)
    cora.post(f"{path_of(company.served)}/switch", {"on": "no"}, status=303)
    assert inside.get("/account", status=303).location.startswith("/sign-in")
    assert company.served.browser().get(f"/sign-in/sso/{company.key}", status=404)


def test_a_refusal_leaves_only_its_event(company: Company, cora: Client) -> None:
    saved(cora, company)
    cora.post(f"{path_of(company.served)}/domains", {"domain": "brandt.example", "mailbox": "postmaster"})
    form = cora.get(path_of(company.served)).forms("/proof")[0]
    cora.submit(form, code="WRONG-WRONG")
    with company.served.database.reading() as db:
        refused = select(Event.code).where(Event.kind == "domain.verified", Event.outcome == "refused")
        assert db.execute(refused).scalars().all() == ["domain_code_wrong"]
