"""Brandt's own sign-in: Cora has set it up, one domain is confirmed, and it has not been tried yet."""

from __future__ import annotations

from sqlalchemy import select

from portal.actions import providers
from portal.demo.deeds import OutOfPlot
from portal.demo.history import Stage, Story
from portal.models import ProviderDomain

DOMAIN = "brandt-maschinenbau.example"


def signing_in(on: Stage) -> Story:
    """A provider, a domain that the vendor confirmed, and another one whose code is under way."""
    yield on.day(-2, "14:10")
    doing, brandt = on.person("cora"), on.cast.groups["brandt"]
    provider = providers.save(
        doing, brandt, name="Brandt", issuer=f"https://login.{DOMAIN}", client_id="license-portal",
        client_secret="the secret of the demo",
    )  # fmt: skip
    for domain, mailbox in ((DOMAIN, "postmaster"), ("brandt-service.example", "hostmaster")):
        if code := providers.ask_domain(doing, brandt, provider, domain, mailbox, "en"):
            raise OutOfPlot(code)
    own = select(ProviderDomain).where(ProviderDomain.provider_id == provider.id, ProviderDomain.domain == DOMAIN)
    providers.confirm_domain(doing, brandt, on.db.execute(own).scalar_one(), by="vendor")


STORIES = (signing_in,)
