"""A customer's own sign-in, set up by its admin: provider, domains, a try, and the switches."""

import re
from uuid import UUID

from portal.actions import providers as verbs
from portal.doors import limits
from portal.models import Group
from portal.screens import company
from portal.screens import providers as screens
from portal.web import Answer, Area, Visit, endpoint, redirect

_DOMAIN = re.compile(r"(?=.{3,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
PLACE = "/groups/{group_id:uuid}/sign-in"


@endpoint.get(PLACE, area=Area.ACCOUNT)
def show(visit: Visit, group_id: UUID) -> Answer:
    """How far it is, and what is to be done next."""
    return screens.shown(visit, screens.group_of(visit, group_id))


@endpoint.post(PLACE, area=Area.ACCOUNT)
def save(visit: Visit, group_id: UUID) -> Answer:
    """Who vouches for the people of this customer."""
    form = visit.form
    form.allow("name", "issuer", "client_id", "client_secret")
    group = screens.group_to_change(visit, group_id)
    name = " ".join(form.text("name", most=60).split())
    issuer = form.text("issuer", most=300)
    client_id = form.text("client_id", most=255)
    secret = form.values.get("client_secret", "")
    if len(secret) > 1_000 or not secret.isprintable():
        form.errors["client_secret"] = "field_too_long"
    if "issuer" not in form.errors and not screens.is_issuer(visit, issuer):
        form.errors["issuer"] = "issuer_invalid"
    if "client_id" not in form.errors and not (client_id.isascii() and client_id.isprintable()):
        form.errors["client_id"] = "field_missing"
    if form.errors:
        return screens.shown(visit, group, status=422)
    verbs.save(visit, group, name=name, issuer=issuer, client_id=client_id, client_secret=secret.strip() or None)
    return redirect(visit, screens.path_of(group), "provider_saved")


@endpoint.post(PLACE + "/domains", area=Area.ACCOUNT)
def add_domain(visit: Visit, group_id: UUID) -> Answer:
    """A code goes to a mailbox of the domain."""
    form = visit.form
    form.allow("domain", "mailbox")
    group = screens.group_to_change(visit, group_id)
    provider = screens.provider_of(visit, group)
    domain = form.text("domain", most=253).lower().rstrip(".").removeprefix("@")
    mailbox = form.one_of("mailbox", verbs.MAILBOXES)
    if "domain" not in form.errors and not _DOMAIN.fullmatch(domain):
        form.errors["domain"] = "domain_invalid"
    if not form.errors:
        subjects = [(limits.DOMAIN_MAIL, str(group.id))]
        visit.site.limits.check(visit.site.database, visit.now, subjects)
        visit.after.append(lambda: visit.site.limits.fail(visit.site.database, visit.now, subjects))
        code = verbs.ask_domain(visit, group, provider, domain, mailbox, visit.lang.code)
        if code is None:
            return redirect(visit, screens.path_of(group), "domain_asked", address=f"{mailbox}@{domain}")
        form.errors["domain"] = code
    return screens.shown(visit, group, status=422)


@endpoint.post(PLACE + "/domains/{domain_id:uuid}/proof", area=Area.ACCOUNT)
def prove_domain(visit: Visit, group_id: UUID, domain_id: UUID) -> Answer:
    """The code that came by mail."""
    visit.form.allow("code")
    group = screens.group_to_change(visit, group_id)
    provider = screens.provider_of(visit, group)
    row = screens.domain_of(visit, provider, domain_id)
    subjects = [(limits.DOMAIN_CODE, str(row.public_id))]
    visit.site.limits.check(visit.site.database, visit.now, subjects)
    typed = visit.form.text("code", most=40, code="domain_code_wrong")
    code = visit.form.errors.get("code") or verbs.prove_domain(visit, group, provider, row, typed)
    if code is not None:
        visit.form.errors["code"] = code
        visit.after.append(lambda: visit.site.limits.fail(visit.site.database, visit.now, subjects))
        return screens.shown(visit, group, status=422, at=domain_id)
    return redirect(visit, screens.path_of(group), "domain_verified", domain=row.domain)


@endpoint.post(PLACE + "/domains/{domain_id:uuid}/removal", area=Area.ACCOUNT)
def remove_domain(visit: Visit, group_id: UUID, domain_id: UUID) -> Answer:
    """The provider speaks for this domain no more."""
    visit.form.allow()
    group = screens.group_to_change(visit, group_id)
    provider = screens.provider_of(visit, group)
    row = screens.domain_of(visit, provider, domain_id)
    return answered(visit, group, verbs.remove_domain(visit, group, provider, row), "domain_removed")


@endpoint.post(PLACE + "/try", area=Area.ACCOUNT, own_units=True, talks=True)
def try_out(visit: Visit, group_id: UUID) -> Answer:
    """A round trip to the provider and back, which lets nobody in."""
    visit.form.allow()
    with visit.site.database.reading() as visit.db:
        group = screens.group_of(visit, group_id)
        provider = visit.site.companies.read(visit.db, screens.provider_of(visit, group))
    code, reason, answer = company.tried_to_set_out(visit, provider, "try", screens.path_of(group))
    if answer is not None:
        return answer
    company.keep_try(visit, provider, None, code, reason)
    return redirect(visit, f"{screens.path_of(group)}#trying")


@endpoint.post(PLACE + "/switch", area=Area.ACCOUNT)
def switch(visit: Visit, group_id: UUID) -> Answer:
    """On, or off."""
    visit.form.allow("on")
    group = screens.group_to_change(visit, group_id)
    on = visit.form.yes("on")
    code = verbs.switch(visit, group, screens.provider_of(visit, group), on=on)
    return answered(visit, group, code, "provider_on" if on else "provider_off")


@endpoint.post(PLACE + "/only", area=Area.ACCOUNT)
def insist(visit: Visit, group_id: UUID) -> Answer:
    """In no other way, or as people like."""
    visit.form.allow("only")
    group = screens.group_to_change(visit, group_id)
    only = visit.form.yes("only")
    code = verbs.insist(visit, group, screens.provider_of(visit, group), only=only)
    return answered(visit, group, code, "provider_only" if only else "provider_not_only")


@endpoint.post(PLACE + "/removal", area=Area.ACCOUNT)
def remove(visit: Visit, group_id: UUID) -> Answer:
    """Nobody comes in through it any more."""
    visit.form.allow()
    group = screens.group_to_change(visit, group_id)
    verbs.remove(visit, group, screens.provider_of(visit, group))
    return redirect(visit, screens.path_of(group), "provider_removed")


def answered(visit: Visit, group: Group, code: str | None, notice: str) -> Answer:
    """Back to the page; or the page again, with why it was not done."""
    if code is not None:
        return screens.shown(visit, group, status=422, code=code)
    return redirect(visit, screens.path_of(group), notice)
