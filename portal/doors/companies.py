"""Sign-in providers of companies and of the vendor: who they are, and whose address leads to which."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from portal import models
from portal.access import Forbidden
from portal.files.vault import Vault
from portal.models import ProviderDomain

if TYPE_CHECKING:
    from portal.doors.openid import OpenId

SECRET = "provider-secret"


@dataclass(frozen=True, slots=True)
class Provider:
    """Somebody who vouches for people. `key` names it in addresses and sessions.

    A customer's provider vouches for its verified `domains` alone; the vendor's may be let vouch for any: None.
    """

    key: str
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    domains: frozenset[str] | None = frozenset()
    group_id: int | None = None
    is_on: bool = True

    def vouches_for(self, email: str) -> bool:
        """Whether an address is one that this provider may speak of."""
        return self.domains is None or email.rpartition("@")[2].lower() in self.domains


class CompanyOnly(Forbidden):
    """The person's company lets them in through its own sign-in alone."""

    def __init__(self) -> None:
        super().__init__("company_only")


class Companies:
    """All providers of this portal: the vendor's from the settings, the customers' from the database."""

    def __init__(self, vendor: tuple[Provider, ...], reachable: tuple[str, ...], vault: Vault) -> None:
        self.vendor, self.reachable, self._vault = vendor, reachable, vault

    @cached_property
    def openid(self) -> OpenId:
        """The conversation with them; what it needs is loaded when the first one begins."""
        from portal.doors.openid import OpenId

        return OpenId(self.reachable)

    def of_address(self, db: Db, email: str) -> Provider | None:
        """The provider that lets people with this address in: the one whose verified domain it is of."""
        domain = email.rpartition("@")[2].lower()
        row = db.execute(
            select(models.Provider)
            .join(ProviderDomain, ProviderDomain.provider_id == models.Provider.id)
            .where(ProviderDomain.domain == domain, ProviderDomain.verified_at.is_not(None), models.Provider.is_on)
        ).scalar()
        if row is not None:
            return self.read(db, row)
        return next((one for one in self.vendor if one.domains and domain in one.domains), None)

    def by_key(self, db: Db, key: str) -> Provider | None:
        """The provider of this key, whether it is switched on or not."""
        if (own := next((one for one in self.vendor if one.key == key), None)) is not None:
            return own
        try:
            public_id = UUID(key)
        except ValueError:
            return None
        row = db.execute(select(models.Provider).where(models.Provider.public_id == public_id)).scalar()
        return self.read(db, row) if row is not None else None

    def of_token(self, db: Db, issuer: object, audience: object) -> list[Provider]:
        """Whom a token could come from, by what it says of itself."""
        heard = [one for one in (audience if isinstance(audience, list) else [audience]) if isinstance(one, str)][:10]
        found = [one for one in self.vendor if one.issuer == issuer and one.client_id in heard]
        if isinstance(issuer, str) and heard:
            same = select(models.Provider).where(
                models.Provider.issuer == issuer[:500], models.Provider.client_id.in_(heard)
            )
            found += [self.read(db, row) for row in db.execute(same.limit(10)).scalars()]
        return found

    def read(self, db: Db, row: models.Provider) -> Provider:
        """A customer's provider, with its secret opened and the domains that are verified."""
        mine = select(ProviderDomain.domain).where(
            ProviderDomain.provider_id == row.id, ProviderDomain.verified_at.is_not(None)
        )
        secret = self._vault.open(SECRET, row.client_secret, row.public_id.bytes).decode() if row.client_secret else ""
        return Provider(
            str(row.public_id), row.name, row.issuer, row.client_id, secret,
            frozenset(db.execute(mine).scalars()), row.group_id, row.is_on,
        )  # fmt: skip
