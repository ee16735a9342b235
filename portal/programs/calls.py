"""The wrapper of every call of a program: who calls, what is said, one transaction, signed answers, JSON errors."""

import logging
from collections.abc import Callable
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import bindparam, select
from sqlalchemy.exc import DBAPIError

from portal.access import ANONYMOUS, Actor, Stop
from portal.actions import ledger
from portal.actions.tickets import key_lookup
from portal.doors import limits
from portal.doors.limits import TooMany
from portal.files.signatures import sign_response
from portal.jobs import answers
from portal.models import License, LicenseKey
from portal.web import Answer, Area, Visit
from portal.web.endpoint import Plan, endpoint, in_unit_of_work
from portal.web.errors import is_outage
from portal.web.pages import problem
from portal.web.problems import answer as error

log = logging.getLogger("portal.api")

LIMIT = 64 * 1024
LONGEST_KEY = 200

_OF_KEY = select(LicenseKey.license_id).where(LicenseKey.lookup == bindparam("lookup"))


class BadCall(Stop):
    """A body that cannot be read; `pointer` says where, `detail` says why."""

    def __init__(
        self, detail: str, *, code: str = "BAD_REQUEST", status: int = 400, pointer: str | None = None
    ) -> None:
        super().__init__(code)
        self.detail, self.pointer, self.status = detail, pointer, status


def get(path: str, **options: Any) -> Callable[[Callable[..., Answer]], HTTPRouteHandler]:
    return endpoint.get(_both(path), **_told(options))


def post(path: str, **options: Any) -> Callable[[Callable[..., Answer]], HTTPRouteHandler]:
    return endpoint.post(_both(path), **_told(options))


def delete(path: str, **options: Any) -> Callable[[Callable[..., Answer]], HTTPRouteHandler]:
    return endpoint.delete(_both(path), **_told(options))


def _both(path: str) -> list[str]:
    """Clients with an account send it in the path; there is only one vendor here, so any will do."""
    return [f"/api/v1{path}", f"/api/v1/accounts/{{account:str}}{path}"]


def _told(options: dict[str, Any]) -> dict[str, Any]:
    return {"area": Area.PROGRAM, "limit": LIMIT, "serve": serve, **options}


def serve(visit: Visit, plan: Plan, named: dict[str, Any], early: Stop | None) -> Answer:
    """Serve one call. Whatever goes wrong is JSON with a code and a sentence; what goes well is signed."""
    named.pop("account", None)
    try:
        if early is not None:
            raise early
        visit.actor = caller(visit)
        answer = in_unit_of_work(visit, plan, lambda: once(visit, plan, named))
    except BadCall as bad:
        return error(bad.status, bad.code, bad.detail, pointer=bad.pointer)
    except TooMany as late:
        return _too_many(visit, late)
    except Stop as stop:
        return error(stop.status, _client_code(stop), ": ".join(problem(visit, stop.code, stop.params)))
    except answers.OtherContent:
        return error(422, "IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key was used for another request.")
    except DBAPIError as broken:
        log.exception("database error at %s", visit.incoming.path)
        status = 503 if is_outage(broken) else 500
        return error(status, "UNAVAILABLE" if status == 503 else "INTERNAL_ERROR")
    except Exception:
        log.exception("error at %s", visit.incoming.path)
        return error(500, "INTERNAL_ERROR")
    return signed(visit, answer) if answer.status < 300 else answer


def caller(visit: Visit) -> Actor:
    """The license whose key is presented, or nobody. Unknown keys are counted against the address."""
    scheme, _, key = visit.incoming.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "license":
        return ANONYMOUS
    license_id = license_of(visit, key)
    if license_id is None:
        raise unknown_key(visit)
    return Actor(kind="program", license_id=license_id)


def unknown_key(visit: Visit) -> BadCall:
    return BadCall(visit.lang.gettext("We do not know this license key."), code="LICENSE_INVALID", status=401)


def license_of(visit: Visit, key: str) -> int | None:
    """The license this key belongs to; guessing is limited per address and network."""
    site = visit.site
    if not 5 <= len(key) <= LONGEST_KEY or not key.isprintable():
        return None
    with site.database.reading() as db:
        found = db.connection().execute(_OF_KEY, {"lookup": key_lookup(visit.vault, key)}).scalar()
    if found is None:
        here = [(limits.KEY_ADDRESS, visit.address), (limits.TICKET_NETWORK, limits.network(visit.address))]
        with site.limits.trial(site.database, visit.now, here) as trial:
            trial.failed()
    return found


def own_license(visit: Visit, license_id: object = None) -> License:
    """The license of the calling key; any other id does not exist for it."""
    if visit.actor.license_id is None:
        raise BadCall("Send the license key as “Authorization: License …”.", code="LICENSE_INVALID", status=401)
    license_ = visit.db.get_one(License, visit.actor.license_id)
    if license_id is not None and str(license_.public_id) != str(license_id):
        raise BadCall("There is nothing at this address.", code="NOT_FOUND", status=404)
    return license_


def lock(visit: Visit, license_: License) -> None:
    """Hold the license to the end of the call, and before it whatever its rules reach across."""
    ledger.hold(visit.db, license_)


def body(visit: Visit) -> dict[str, Any]:
    """The JSON object of a call; an empty body is an empty object."""
    if not visit.incoming.body:
        return {}
    try:
        document = msgspec.json.decode(visit.incoming.body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as unreadable:
        raise BadCall("The body is not readable JSON.") from unreadable
    if not isinstance(document, dict):
        raise BadCall("The body must be a JSON object.")
    return document


def once(visit: Visit, plan: Plan, named: dict[str, Any]) -> Answer:
    """A creating call with an Idempotency-Key is done once, and answered alike each time."""
    key = visit.incoming.headers.get("idempotency-key")
    if not key or visit.db is None or not plan.writes:
        return plan.view(visit, **named)
    if len(key) > answers.LONGEST_KEY or not key.isprintable():
        raise BadCall(f"An Idempotency-Key has at most {answers.LONGEST_KEY} plain characters.")
    # Twins of a call wait here for the first one, and then find its answer.
    lock(visit, own_license(visit))
    caller_, request = f"license {visit.actor.license_id}", _request_digest(visit)
    kept = answers.find(visit.db, visit.vault, caller_, key, request)
    if kept is not None:
        return Answer(kept[1], kept[0], "application/vnd.api+json")
    answer = plan.view(visit, **named)
    answers.keep(visit.db, visit.vault, caller_, key, request, visit.now, answer.status, answer.body)
    return answer


def _request_digest(visit: Visit) -> bytes:
    return answers.digest(visit.incoming.method, visit.incoming.target, visit.incoming.body)


def signed(visit: Visit, answer: Answer) -> Answer:
    incoming = visit.incoming
    answer.headers |= sign_response(
        visit.site.keyring, incoming.method, incoming.target, incoming.headers.get("host", ""), visit.now, answer.body
    )
    return answer


def _client_code(stop: Stop) -> str:
    return {404: "NOT_FOUND", 413: "CONTENT_TOO_LARGE", 403: "FORBIDDEN"}.get(stop.status, "BAD_REQUEST")


def _too_many(visit: Visit, late: TooMany) -> Answer:
    answer = error(429, "TOO_MANY_REQUESTS", " ".join(problem(visit, late.code, late.params)))
    answer.headers |= {
        "Retry-After": str(late.retry_after),
        "X-RateLimit-Window": "15m",
        "X-RateLimit-Count": str(limits.KEY_ADDRESS.most),
        "X-RateLimit-Limit": str(limits.KEY_ADDRESS.most),
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(int(visit.now.timestamp()) + late.retry_after),
    }
    return answer
