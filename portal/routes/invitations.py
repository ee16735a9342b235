"""Invitations into a group: making one by mail or as a link, sending it again, and withdrawing it."""

import re
from typing import Any
from uuid import UUID

from portal.access import Forbidden, GroupPermission, group_for, invitation_for, may_with
from portal.actions import invitations
from portal.jobs.mail import is_address
from portal.models import Group, Role
from portal.reports import groups
from portal.reports.filters import page_of
from portal.web import Answer, Area, Visit, done, endpoint, page
from portal.web.pages import problem

MOST_USES = 1_000
MOST_DOMAINS = 20
LASTS = ("7", "30", "90")
_DOMAIN = re.compile(r"(?=.{3,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
FIELDS = ("kind", "email", "name", "role", "language", "domains", "most", "days")


@endpoint.get("/groups/{group_id:uuid}/invitations", area=Area.ACCOUNT)
def index(visit: Visit, group_id: UUID) -> Answer:
    """Who is invited and has not come yet, and the links that are open."""
    return shown(visit, group_for(visit.db, visit.actor, group_id, GroupPermission.INVITE))


@endpoint.post("/groups/{group_id:uuid}/invitations", area=Area.ACCOUNT)
def make(visit: Visit, group_id: UUID) -> Answer:
    """Invite an address, or make a link that several may use."""
    visit.form.allow(*FIELDS)
    group = group_for(visit.db, visit.actor, group_id, GroupPermission.INVITE)
    kind = visit.form.one_of("kind", ("mail", "link"))
    if visit.form.errors:
        return shown(visit, group, status=422)
    return by_mail(visit, group) if kind == "mail" else by_link(visit, group)


def by_mail(visit: Visit, group: Group) -> Answer:
    form = visit.form
    email = form.text("email", most=254, code="email_invalid").lower()
    name = " ".join(form.values.get("name", "").split())
    # Whoever is above only sees to it that a customer has somebody who looks after it.
    may_manage = may_with(visit.db, visit.actor, GroupPermission.MANAGE, group)
    role = form.one_of("role", tuple(Role)) if may_manage else Role.ADMIN
    language = form.one_of("language", tuple(visit.site.languages))
    if len(name) > 200:
        form.errors["name"] = "field_too_long"
    if "email" not in form.errors and not is_address(email):
        form.errors["email"] = "email_invalid"
    if not form.errors:
        _, code = invitations.invite(visit, group, email, role=role, name=name or None, language=language)
        if code is None:
            return done(visit, path_of(group), "invited", email=email)
        form.errors["email"] = code
    return shown(visit, group, status=422)


def by_link(visit: Visit, group: Group) -> Answer:
    form = visit.form
    if not may_with(visit.db, visit.actor, GroupPermission.MANAGE, group):
        raise Forbidden
    domains = re.split(r"[\s,;]+", form.values.get("domains", "").lower().replace("@", "").strip())
    domains = list(dict.fromkeys(filter(None, domains)))
    if len(domains) > MOST_DOMAINS or not all(_DOMAIN.fullmatch(domain) for domain in domains):
        form.errors["domains"] = "domains_invalid"
    most = form.values.get("most", "").strip()
    if not (most.isascii() and most.isdigit() and len(most) <= 4 and 1 <= int(most) <= MOST_USES):
        form.errors["most"] = "uses_invalid"
    days = form.one_of("days", LASTS)
    if form.errors:
        return shown(visit, group, status=422)
    invitations.offer_link(visit, group, domains=domains, most=int(most), days=int(days))
    return done(visit, path_of(group), "link_made")


@endpoint.post("/groups/{group_id:uuid}/invitations/{invitation_id:uuid}/withdrawal", area=Area.ACCOUNT)
def withdraw(visit: Visit, group_id: UUID, invitation_id: UUID) -> Answer:
    """It opens nothing any more."""
    visit.form.allow()
    group, invitation = invitation_for(visit.db, visit.actor, group_id, invitation_id, GroupPermission.INVITE)
    invitations.withdraw(visit, invitation)
    undo = f"{path_of(group)}/{invitation_id}/restoration"
    return done(visit, path_of(group), "invitation_withdrawn", undo=undo)


@endpoint.post("/groups/{group_id:uuid}/invitations/{invitation_id:uuid}/restoration", area=Area.ACCOUNT)
def restore(visit: Visit, group_id: UUID, invitation_id: UUID) -> Answer:
    """It was withdrawn by mistake."""
    visit.form.allow()
    group, invitation = invitation_for(visit.db, visit.actor, group_id, invitation_id, GroupPermission.INVITE)
    is_back = invitations.restore(visit, invitation)
    return done(visit, path_of(group), "invitation_restored" if is_back else "undo_over")


@endpoint.post("/groups/{group_id:uuid}/invitations/{invitation_id:uuid}/resend", area=Area.ACCOUNT)
def resend(visit: Visit, group_id: UUID, invitation_id: UUID) -> Answer:
    """The same mail once more."""
    visit.form.allow()
    group, invitation = invitation_for(visit.db, visit.actor, group_id, invitation_id, GroupPermission.INVITE)
    code = invitations.send_again(visit, group, invitation)
    if code is not None:
        return shown(visit, group, status=422, code=code)
    return done(visit, path_of(group), "invited", email=invitation.email)


def path_of(group: Group) -> str:
    return f"/groups/{group.public_id}/invitations"


def shown(visit: Visit, group: Group, *, status: int = 200, code: str | None = None) -> Answer:
    visit.place = path_of(group)
    found = groups.invitations(visit.db, group, visit.now, page_of(visit.query))
    may_manage = may_with(visit.db, visit.actor, GroupPermission.MANAGE, group)
    heading, sentence = problem(visit, code, {}) if code else ("", "")
    context: dict[str, Any] = {
        "group": group,
        "found": found,
        "may_manage": may_manage,
        "links": [(one, address_of(visit, one)) for one in found.links] if may_manage else [],
        "form": {name: visit.form.values.get(name, "")[:2000] for name in FIELDS},
        "errors": {name: problem(visit, wrong, {})[1] for name, wrong in visit.form.errors.items()},
        "languages": [(tag, language.name) for tag, language in visit.site.languages.items()],
        "problem_heading": heading,
        "problem_sentence": sentence,
    }
    return page(visit, "invitations/index.html", status=status, **context)


def address_of(visit: Visit, link: groups.Open) -> str:
    """The link in writing: whoever looks after the group may hand it on again."""
    return f"{visit.settings.url}/invitation/{invitations.token_of(visit.vault, link)}"
