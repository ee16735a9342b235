"""The way to a sign-in provider and back: what the browser carries meanwhile, and the pages on the way."""

from __future__ import annotations

import hmac
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from portal.actions import sessions as entering
from portal.actions.doing import Moment
from portal.actions.sessions import Happened
from portal.doors.companies import Provider
from portal.doors.sessions import Proof
from portal.files.vault import Unreadable
from portal.models import Identity, Session, User
from portal.models import Provider as CompanyProvider
from portal.screens.entry import admit
from portal.web import Answer, Visit, page
from portal.web.cookies import hidden, hide, put_down
from portal.web.pages import problem

if TYPE_CHECKING:
    from portal.doors.id_tokens import Claims, Farewell
    from portal.doors.openid import Said

log = logging.getLogger("portal.sign_in")

COOKIE, TRY = "company", "company-try"
ID_TOKEN = "id-token"
LASTS = 600
BACK = "/sign-in/sso/callback"


class Way(msgspec.Struct, frozen=True):
    """What a browser was sent away with: whatever comes back must fit it. `user_id` is who set out, if anybody."""

    provider: str
    purpose: str  # enter, connect, try or prove
    state: str
    nonce: str
    verifier: str
    next: str
    user_id: int | None


class Try(msgspec.Struct, frozen=True):
    """What a round trip brought back."""

    provider: str
    code: str
    reason: str = ""
    issuer: str = ""
    subject: str = ""
    email: str = ""
    is_verified: bool = False


def place(visit: Visit) -> str:
    """The address that providers send people back to."""
    return f"{visit.settings.url}{BACK}"


def set_out(visit: Visit, provider: Provider, purpose: str, next_: str, *, hint: str = "") -> Answer:
    """On to the provider. Raises Unreachable or Untrusted.

    After a form the browser would not follow a redirect to another host, so a page says where it goes, and goes on.
    """
    question = visit.site.companies.openid.begin(
        provider, place(visit), visit.now, hint=hint, asks_anew=purpose == "prove"
    )
    way = Way(
        provider.key, purpose, question.state, question.nonce, question.verifier, next_, visit.actor.user_id
    )
    hide(visit, COOKIE, msgspec.json.encode(way).decode(), LASTS)
    if visit.incoming.method == "GET":
        return Answer(status=303, headers={"Location": question.address})
    return onward(visit, question.address, provider.name)


def tried_to_set_out(
    visit: Visit, provider: Provider, purpose: str, next_: str, *, hint: str = ""
) -> tuple[str, object, Answer | None]:
    """The way to the provider; else the code and the reason of why there is none."""
    from portal.doors.id_tokens import Untrusted
    from portal.doors.outside import Unreachable

    try:
        return "ok", "", set_out(visit, provider, purpose, next_, hint=hint)
    except Unreachable as problem:
        return "company_unreachable", problem, None
    except Untrusted as problem:
        return "company_untrusted", problem, None


def sent(visit: Visit, provider: Provider, purpose: str, next_: str, *, hint: str = "") -> Answer:
    """On to the provider, or why that is not possible."""
    code, reason, answer = tried_to_set_out(visit, provider, purpose, next_, hint=hint)
    return answer or refused(visit, code, provider, reason=reason, next_=next_)


def onward(visit: Visit, address: str, name: str, *, is_leaving: bool = False) -> Answer:
    """A page that goes on to another host by itself."""
    visit.place = "/sign-in"
    answer = page(visit, "company/onward.html", address=address, name=name, is_leaving=is_leaving)
    answer.headers["Refresh"] = f"0; url={address}"
    return answer


def come_back(visit: Visit) -> Way | None:
    """What this browser was sent away with, if the answer that it brings belongs to it. It counts once."""
    kept = hidden(visit, COOKIE)
    put_down(visit, COOKIE)
    if kept is None:
        return None
    way = msgspec.json.decode(kept, type=Way)
    fits = hmac.compare_digest(way.state.encode(), visit.query.get("state", "").encode())
    is_same = way.purpose == "enter" or way.user_id == visit.actor.user_id is not None
    return way if fits and is_same else None


def refused(
    visit: Visit, code: str, provider: Provider | None, *, reason: object = "", next_: str = "", status: int = 422
) -> Answer:
    """Why nobody came in, what helps, and the record of it. The reason is for whoever runs the portal."""
    if reason:
        log.warning("sign-in through %s: %s", provider.issuer if provider else "nobody", reason)
    with visit.site.database.writing() as db:
        doing = Moment(db, visit.actor, visit.now, visit.vault)
        entering.refuse(doing, Happened.SESSION_REFUSED, code, address=visit.address)
    visit.place = "/sign-in"
    heading, sentence = problem(visit, code, {})
    again = f"/sign-in/sso/{provider.key}" if provider and provider.is_on else None
    return page(
        visit, "company/refused.html", status=status, heading=heading, sentence=sentence, again=again,
        is_to_connect=code == "company_connect_first", next=next_,
    )  # fmt: skip


def asked(visit: Visit, way: Way, provider: Provider) -> tuple[Said | None, str, object]:
    """What the provider says of whoever came back; else the code and the reason of why nothing is believed."""
    from portal.doors.id_tokens import Untrusted
    from portal.doors.outside import Unreachable

    code = visit.query.get("code", "")
    if "error" in visit.query or not code:
        return None, "company_declined", repr(visit.query.get("error", "no code")[:100])
    try:
        said = visit.site.companies.openid.ask(
            provider, place(visit), visit.now, code=code[:2_000], nonce=way.nonce, verifier=way.verifier,
            said_issuer=visit.query.get("iss"),
        )  # fmt: skip
    except Unreachable as problem:
        return None, "company_unreachable", problem
    except Untrusted as problem:
        return None, "company_untrusted", problem
    return said, "ok", ""


def peeked(token: str) -> tuple[object, object]:
    """Issuer and audience that a token names, for finding out with whose keys it has to be verified."""
    from portal.doors import id_tokens

    try:
        said = id_tokens.peeked(token)
    except id_tokens.Untrusted:
        return None, None
    return said.get("iss"), said.get("aud")


def farewell(visit: Visit, providers: list[Provider], token: str) -> tuple[Provider, Farewell] | None:
    """Which of these providers really said so, and what."""
    from portal.doors.id_tokens import Untrusted
    from portal.doors.outside import Unreachable

    for provider in providers:
        try:
            return provider, visit.site.companies.openid.farewell(provider, token, visit.now)
        except (Unreachable, Untrusted) as problem:
            log.warning("logout through %s: %s", provider.issuer, problem)
    return None


def admit_through(visit: Visit, db: Db, user: User, provider: Provider, said: Said, next_: str) -> str:
    """Open a session for whom a provider vouched for, and remember what is needed to sign out there; returns where to
    go on."""
    # A customer's provider speaks for its people, but whether more than a password was shown only the vendor's own say.
    proof = Proof(
        "company", factor=provider.group_id is None and said.claims.is_strong, provider=provider.key,
        sso_sid=said.claims.sid, id_token=visit.vault.seal(ID_TOKEN, said.id_token.encode()),
    )  # fmt: skip
    return admit(visit, db, user, user.email or "", next_, proof=proof)


def end_of(visit: Visit) -> tuple[str, str] | None:
    """Where somebody who came in through a provider leaves it, and its name; None for everybody else."""
    from portal.doors.id_tokens import Untrusted
    from portal.doors.outside import Unreachable

    with visit.site.database.reading() as db:
        mine = select(Session.provider, Session.id_token).where(Session.id == visit.actor.session_id)
        key, id_token = db.execute(mine).first() or (None, None)
        provider = visit.site.companies.by_key(db, key) if key else None
    if provider is None:
        return None
    try:
        end = visit.site.companies.openid.published(provider.issuer, visit.now).end
        hint = {"id_token_hint": visit.vault.open(ID_TOKEN, id_token).decode()} if id_token else {}
    except (Unreachable, Untrusted, Unreadable):
        return None
    if end is None:
        return None
    told = hint | {"client_id": provider.client_id, "post_logout_redirect_uri": f"{visit.settings.url}/sign-in"}
    return f"{end}{'&' if '?' in end else '?'}{urlencode(told)}", provider.name


def keep_try(visit: Visit, provider: Provider, claims: Claims | None, code: str, reason: object) -> None:
    """What came of a try, for the page of the settings to show."""
    told = Try(provider.key, code, str(reason)[:200])
    if claims is not None:
        told = Try(
            provider.key, code, "", claims.issuer[:300], claims.subject, claims.email or "", claims.is_verified
        )
    hide(visit, TRY, msgspec.json.encode(told).decode(), LASTS)


def last_try(visit: Visit, provider_key: str) -> Try | None:
    """What came of the last try with this provider in this browser."""
    kept = hidden(visit, TRY)
    told = msgspec.json.decode(kept, type=Try) if kept else None
    return told if told is not None and told.provider == provider_key else None


def connected(visit: Visit) -> dict[str, Any]:
    """The company sign-ins of the reader's account, and those that they could connect."""
    rows = visit.db.execute(
        select(Identity.public_id, Identity.provider, Identity.issuer, Identity.created_at, Identity.used_at)
        .where(Identity.user_id == visit.actor.user_id)
        .order_by(Identity.created_at, Identity.id)
    ).all()
    trees = [int(part) for place in visit.actor.places for part in place.path.split("/") if part]
    own = select(CompanyProvider.public_id, CompanyProvider.name, CompanyProvider.issuer)
    near = visit.db.execute(own.where(CompanyProvider.group_id.in_(trees), CompanyProvider.is_on)).all()
    offered = [(str(public_id), name, issuer) for public_id, name, issuer in near]
    offered += [(one.key, one.name, one.issuer) for one in visit.site.companies.vendor]
    names = {key: name for key, name, _ in offered}
    issuers = {row.issuer for row in rows}
    return {
        "company_sign_ins": [(row, names.get(row.provider, row.issuer)) for row in rows],
        "company_offers": [(key, name) for key, name, issuer in offered if issuer not in issuers],
    }
