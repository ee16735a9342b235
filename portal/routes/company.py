"""Company sign-in: on the way to a provider, back with its answer, and what a provider says when somebody leaves."""

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import GroupPermission, NotFound, group_for
from portal.actions import company as verbs
from portal.actions import providers as setting_up
from portal.actions import used_once
from portal.actions.doing import Moment
from portal.doors import limits
from portal.doors.companies import Provider
from portal.models import Group, Identity
from portal.models import Provider as CompanyProvider
from portal.screens import company as screens
from portal.screens.company import Way
from portal.screens.proving import fresh
from portal.web import Answer, Area, Visit, endpoint, json_answer, redirect
from portal.web.paths import known_path

if TYPE_CHECKING:
    from portal.doors.openid import Said

SECURITY = "/account/security"
LONGEST_TOLD = 32 * 1024


@endpoint.get("/sign-in/sso/{key:str}", area=Area.PUBLIC, own_units=True, talks=True)
def leave_for(visit: Visit, key: str) -> Answer:
    """To the provider, where the person proves who they are."""
    with visit.site.database.reading() as db:
        provider = visit.site.companies.by_key(db, key)
    if provider is None or not provider.is_on:
        raise NotFound
    return screens.sent(visit, provider, "enter", known_path(visit.query.get("next", "")))


@endpoint.get("/sign-in/sso/again", area=Area.ACCOUNT, own_units=True, talks=True)
def leave_again(visit: Visit) -> Answer:
    """To the provider that the person came in through, to prove once more who they are."""
    with visit.site.database.reading() as db:
        provider = visit.site.companies.by_key(db, visit.actor.provider or "")
    if provider is None:
        raise NotFound
    return screens.sent(visit, provider, "prove", known_path(visit.query.get("next", "")))


@endpoint.get(screens.BACK, area=Area.PUBLIC, writes=True, own_units=True, talks=True)
def come_back(visit: Visit) -> Answer:
    """Back from the provider: what it says is verified before anything is made of it."""
    way = screens.come_back(visit)
    with visit.site.database.reading() as db:
        provider = visit.site.companies.by_key(db, way.provider) if way else None
    if way is None or provider is None or not (provider.is_on or way.purpose == "try"):
        return screens.refused(visit, "company_start_again", None)
    with visit.site.database.writing() as db:
        is_first = used_once.use(moment(visit, db), "company-state", way.state)
    if not is_first:
        return screens.refused(visit, "company_start_again", provider)
    said, code, reason = screens.asked(visit, way, provider)
    if way.purpose == "try":
        return tried(visit, way, provider, said, code, reason)
    if said is None:
        return screens.refused(visit, code, provider, reason=reason, next_=way.next)
    match way.purpose:
        case "connect":
            return connected(visit, provider, said)
        case "prove":
            return proved(visit, way, provider, said)
    return entered(visit, way, provider, said)


def entered(visit: Visit, way: Way, provider: Provider, said: "Said") -> Answer:
    """In, or why not."""
    with visit.site.database.writing() as db:
        arrival = verbs.arrive(moment(visit, db), provider, said.claims)
        if arrival.user is not None:
            next_ = screens.admit_through(visit, db, arrival.user, provider, said, way.next)
    if arrival.user is None:
        return screens.refused(visit, arrival.code, provider, next_=way.next)
    return redirect(visit, next_)


def connected(visit: Visit, provider: Provider, said: "Said") -> Answer:
    """From now on this sign-in opens the reader's account."""
    with visit.site.database.writing() as db:
        code = verbs.connect(moment(visit, db), provider, said.claims)
    if code != "ok":
        return screens.refused(visit, code, provider, next_=SECURITY)
    return redirect(visit, SECURITY, "company_connected", company=provider.name)


def proved(visit: Visit, way: Way, provider: Provider, said: "Said") -> Answer:
    """The person is still who they were, as of just now."""
    with visit.site.database.writing() as db:
        is_proved = verbs.prove(moment(visit, db), said.claims)
    if not is_proved:
        return screens.refused(visit, "company_not_anew", provider, next_=way.next)
    return redirect(visit, way.next)


def tried(visit: Visit, way: Way, provider: Provider, said: "Said | None", code: str, reason: object) -> Answer:
    """What came of a try, beside the settings."""
    code = verbs.judged(provider, said.claims) if said else code
    with visit.site.database.writing() as db:
        row = db.execute(select(CompanyProvider).where(CompanyProvider.public_id == UUID(provider.key))).scalar_one()
        group = db.get_one(Group, row.group_id)
        group_for(db, visit.actor, group.public_id, GroupPermission.MANAGE)
        setting_up.tried(moment(visit, db), group, row, code)
    screens.keep_try(visit, provider, said.claims if said else None, code, reason)
    return redirect(visit, f"/groups/{group.public_id}/sign-in#trying")


@endpoint.post("/account/company/connection", area=Area.ACCOUNT, own_units=True, talks=True)
def connect(visit: Visit) -> Answer:
    """To a provider whose sign-in is to open this account, too."""
    visit.form.allow("provider")
    with visit.site.database.reading() as visit.db:
        offers = dict(screens.connected(visit)["company_offers"])
        key = visit.form.values.get("provider", "")
        provider = visit.site.companies.by_key(visit.db, key) if key in offers else None
    if provider is None:
        raise NotFound
    fresh(visit, SECURITY)
    return screens.sent(visit, provider, "connect", SECURITY)


@endpoint.post("/account/company/{identity_id:uuid}/removal", area=Area.ACCOUNT)
def disconnect(visit: Visit, identity_id: UUID) -> Answer:
    """It opens this account no more."""
    visit.form.allow()
    mine = select(Identity).where(Identity.public_id == identity_id, Identity.user_id == visit.actor.user_id)
    identity = visit.db.execute(mine).scalar()
    if identity is None:
        raise NotFound
    fresh(visit, SECURITY)
    code = verbs.disconnect(visit, identity)
    return redirect(visit, SECURITY, "company_disconnected" if code == "ok" else code)


@endpoint.post("/sign-in/sso/logout", area=Area.PROVIDER, own_units=True, talks=True, limit=LONGEST_TOLD)
def hear_farewell(visit: Visit) -> Answer:
    """A provider says that somebody has left: what it vouched for ends here, too."""
    companies = visit.site.companies
    token = visit.form.values.get("logout_token", "")
    subjects = [(limits.FAREWELL_ADDRESS, visit.address)]
    with visit.site.limits.trial(visit.site.database, visit.now, subjects) as trial:
        with visit.site.database.reading() as db:
            providers = companies.of_token(db, *screens.peeked(token))
        found = screens.farewell(visit, providers, token)
        if found is None:
            trial.failed()
    if found is None:
        return json_answer({"error": "invalid_request"}, 400, "application/json")
    provider, farewell = found
    with visit.site.database.writing() as db:
        is_new = verbs.part(moment(visit, db), provider, farewell)
    return json_answer({} if is_new else {"error": "invalid_request"}, 200 if is_new else 400, "application/json")


def moment(visit: Visit, db: Session) -> Moment:
    return Moment(db, visit.actor, visit.now, visit.vault, visit.stationery)
