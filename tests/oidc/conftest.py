"""A portal whose customer Brandt has a sign-in of its own, and the provider that answers as it is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from sqlalchemy import func, select

from portal.doors.companies import SECRET, Companies
from portal.models import Event, Group, Identity, ProviderDomain, Session, User
from portal.models import Provider as CompanyProvider
from tests.fixtures import hostile
from tests.fixtures.client import Client, Served
from tests.fixtures.hostile import CLIENT, Provider
from tests.fixtures.page import Page

CODE = "a code"


@dataclass
class Company:
    """The portal, the provider, and the key under which the portal knows it."""

    served: Served
    provider: Provider
    key: str

    def set_out(self, browser: Client, path: str = "") -> dict[str, str]:
        """Leave for the provider; returns what the browser was sent away with."""
        sent = browser.get(path or f"/sign-in/sso/{self.key}", status=303)
        return self.asked(sent.location)

    def asked(self, address: str) -> dict[str, str]:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.provider.nonce = asked["nonce"]
        return asked

    def come_back(self, browser: Client, asked: dict[str, str], **said: str | None) -> Page:
        """Back with the provider's answer, but for these changes; None leaves a word out."""
        told = {"code": CODE, "state": asked["state"], "iss": self.provider.url} | said
        query = urlencode({name: value for name, value in told.items() if value is not None})
        return browser.get(f"/sign-in/sso/callback?{query}", status=None)

    def sign_in(self, browser: Client | None = None) -> Page:
        """All the way."""
        browser = browser or self.served.browser()
        return self.come_back(browser, self.set_out(browser))

    def made(self) -> tuple[int, int, int]:
        """How many people, identities and sign-ins through companies there are."""
        with self.served.database.reading() as db:
            counts = (User.id, Identity.id, select(Session.id).where(Session.provider.is_not(None)).subquery().c.id)
            return tuple(db.execute(select(func.count(one))).scalar_one() for one in counts)  # type: ignore[return-value]

    def user(self, email: str) -> User | None:
        with self.served.database.reading() as db:
            return db.execute(select(User).where(User.email == email)).scalar()

    def refusals(self) -> list[str | None]:
        with self.served.database.reading() as db:
            refused = select(Event.code).where(Event.kind == "session.refused").order_by(Event.id)
            return list(db.execute(refused).scalars())


@pytest.fixture
def company(served: Served) -> Iterator[Company]:
    """Brandt's provider is set up, tried and on, and speaks for brandt.example."""
    with hostile.provider_running(served.clock()) as provider:
        site = served.site
        served.app.state.site = replace(site, companies=Companies((), ("127.0.0.1",), site.vault))
        yield Company(served, provider, str(set_up(served, provider.url)))


def set_up(served: Served, issuer: str, *, group: str = "brandt", domain: str = "brandt.example") -> object:
    """Write down a provider that is on; returns its public id."""
    now, vault = served.clock(), served.site.vault
    with served.database.writing() as db:
        home = db.execute(select(Group).where(Group.public_id == served.village.groups[group])).scalar_one()
        row = db.execute(select(CompanyProvider).where(CompanyProvider.group_id == home.id)).scalar_one()
        row.name, row.issuer, row.client_id, row.is_on, row.tested_at = "Brandt sign-in", issuer, CLIENT, True, now
        row.client_secret = vault.seal(SECRET, hostile.SECRET.encode(), row.public_id.bytes)
        spoken = db.execute(select(ProviderDomain).where(ProviderDomain.provider_id == row.id)).scalar_one()
        spoken.domain, spoken.verified_at, spoken.verified_by = domain, now, "mail"
        return row.public_id
