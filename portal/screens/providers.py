"""The page on which a customer sets up its own sign-in: the form, the domains, the last try, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from portal.access import GroupPermission, NotFound, group_for
from portal.actions.providers import MAILBOXES
from portal.doors.outside_rules import is_allowed_address
from portal.models import Group, GroupKind, Provider, ProviderDomain, Session
from portal.screens import company
from portal.screens.proving import fresh
from portal.web import Answer, Visit, page
from portal.web.pages import problem

FIELDS = ("name", "issuer", "client_id", "domain")


@dataclass(frozen=True, slots=True)
class Domain:
    """One line of the list of domains."""

    id: UUID
    domain: str
    mailbox: str
    asked_at: datetime
    verified_at: datetime | None


def group_of(visit: Visit, group_id: UUID) -> Group:
    """The customer whose sign-in this is; departments, dealers and private persons have none of their own."""
    group = group_for(visit.db, visit.actor, group_id, GroupPermission.MANAGE)
    if group.kind != GroupKind.CUSTOMER or group.is_person:
        raise NotFound
    return group


def group_to_change(visit: Visit, group_id: UUID) -> Group:
    """The same for whoever changes it, and has shown lately who they are: it decides who comes in."""
    group = group_of(visit, group_id)
    fresh(visit, path_of(group))
    return group


def provider_of(visit: Visit, group: Group) -> Provider:
    found = visit.db.execute(select(Provider).where(Provider.group_id == group.id)).scalar()
    if found is None:
        raise NotFound
    return found


def domain_of(visit: Visit, provider: Provider, domain_id: UUID) -> ProviderDomain:
    found = visit.db.execute(
        select(ProviderDomain)
        .where(ProviderDomain.public_id == domain_id, ProviderDomain.provider_id == provider.id)
        .with_for_update()
    ).scalar()
    if found is None:
        raise NotFound
    return found


def path_of(group: Group) -> str:
    return f"/groups/{group.public_id}/sign-in"


def is_issuer(visit: Visit, issuer: str) -> bool:
    """Whether a provider could be at this address."""
    return len(issuer) <= 300 and "?" not in issuer and is_allowed_address(issuer, visit.site.companies.reachable)


def shown(visit: Visit, group: Group, *, status: int = 200, code: str | None = None, at: UUID | None = None) -> Answer:
    """The page; with a code, why something was not done, beside its place or above all."""
    visit.place = path_of(group)
    row = visit.db.execute(select(Provider).where(Provider.group_id == group.id)).scalar()
    domains = _domains(visit, row) if row else []
    said = {"name": row.name, "issuer": row.issuer, "client_id": row.client_id} if row else {}
    typed = {name: visit.form.values[name][:500] for name in FIELDS if name in visit.form.values}
    errors = {name: problem(visit, told, {})[1] for name, told in visit.form.errors.items()}
    told = company.last_try(visit, str(row.public_id)) if row else None
    session = select(Session.provider).where(Session.id == visit.actor.session_id)
    return page(
        visit,
        "providers/show.html",
        status=status,
        group=group,
        provider=row,
        form=dict.fromkeys(FIELDS, "") | said | typed,
        errors=errors,
        domains=domains,
        mailboxes=[(name, f"{name}@") for name in MAILBOXES],
        wrong_code_at=at,
        told=told,
        told_problem=problem(visit, told.code, {}) if row and told and told.code != "ok" else None,
        step=_step(row, domains),
        is_through=row is not None and visit.db.execute(session).scalar() == str(row.public_id),
        places=_places(visit),
        problem=problem(visit, code, {}) if code else None,
    )


def _step(row: Provider | None, domains: list[Domain]) -> str:
    """What is to be done next; its button is the one that is filled."""
    if row is None:
        return "settings"
    if not any(one.verified_at for one in domains):
        return "domains" if not domains else "codes"
    if row.tested_at is None:
        return "trying"
    return "switch" if not row.is_on else ""


def _domains(visit: Visit, row: Provider) -> list[Domain]:
    wanted = (
        select(
            ProviderDomain.public_id, ProviderDomain.domain, ProviderDomain.mailbox, ProviderDomain.asked_at,
            ProviderDomain.verified_at,
        )
        .where(ProviderDomain.provider_id == row.id)
        .order_by(ProviderDomain.domain)
    )  # fmt: skip
    return [Domain(*found) for found in visit.db.execute(wanted)]


def _places(visit: Visit) -> dict[str, Any]:
    """What the provider has to be told of us."""
    url = visit.settings.url
    return {"back": company.place(visit), "farewell": f"{url}/sign-in/sso/logout", "after": f"{url}/sign-in"}
