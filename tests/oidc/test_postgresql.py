"""Company sign-in on PostgreSQL: coming in, being insisted on, leaving, and removing it all."""

from __future__ import annotations

from sqlalchemy import select, update

from portal.models import Provider as CompanyProvider
from portal.models import ProviderDomain
from tests.fixtures import hostile
from tests.fixtures.client import Portal
from tests.fixtures.databases import PostgresqlCopies
from tests.fixtures.hostile import signed
from tests.fixtures.village import VillageFill
from tests.oidc.conftest import Company, set_up
from tests.oidc.test_farewells import claims, tell


def test_the_same_on_postgresql(
    portal: Portal, postgresql_copies: PostgresqlCopies, village_fill: VillageFill
) -> None:
    fill = VillageFill(village_fill.keys)  # a village of its own, as its ids are others than those on SQLite
    with postgresql_copies.fresh(fill) as url:
        served = portal(fill, PORTAL_DATABASE=url, PORTAL_REACHABLE="127.0.0.1")
        with hostile.provider_running(served.clock()) as provider:
            company = Company(served, provider, str(set_up(served, provider.url)))
            provider.claims = lambda said: said | {"sid": "their sign-in there"}
            browser = served.browser()
            assert company.sign_in(browser).status == 303
            assert company.sign_in(browser).status == 303, "the second time it is the same person"
            with served.database.writing() as db:
                db.execute(update(CompanyProvider).where(CompanyProvider.issuer == provider.url).values(only=True))
            form = served.browser().get("/sign-in").form("/sign-in")
            other = served.browser()
            assert other.submit(form, email="max@people.example", password="x" * 20, csrf=other.token()).status == 422
            page = other.submit(
                form, email="max@people.example", password="four wooden ducks, late", csrf=other.token()
            )
            assert page.status == 403
            token = signed(claims(company), {"typ": "logout+jwt"})
            assert tell(company, token).status == 200 and tell(company, token).status == 400
            assert browser.get("/account", status=None).status == 303
            served.as_("cora").post(f"/groups/{served.village.groups['brandt']}/sign-in/removal", status=303)
            with served.database.reading() as db:
                gone = select(ProviderDomain.id).where(ProviderDomain.domain == "brandt.example")
                assert db.execute(gone).scalar() is None
