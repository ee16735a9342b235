"""The wrapper of every call of a program: who calls, what is said, one transaction, signed answers, JSON errors."""

import logging
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import ColumnElement, bindparam, select, true
from sqlalchemy.exc import DBAPIError

from portal.access import ANONYMOUS, Actor, Stop, within
from portal.actions import ledger
from portal.actions.rule_sets import InForce
from portal.actions.tickets import key_lookup
from portal.doors import limits
from portal.doors.limits import TooMany
from portal.files.signatures import sign_response
from portal.jobs import answers
from portal.models import Activation, Assignment, License, LicenseKey
from portal.rows import Ready
from portal.web import Answer, Area, Visit
from portal.web.endpoint import Plan, endpoint, in_unit_of_work
from portal.web.errors import is_outage
from portal.web.pages import problem
from portal.web.problems import answer as error

log = logging.getLogger("portal.api")

LIMIT = 64 * 1024
LONGEST_KEY = 200

_OF_KEY = Ready(
    select(LicenseKey.license_id, LicenseKey.assignment_id).where(LicenseKey.lookup == bindparam("lookup"))
)


class BadCall(Stop):
    """A body that cannot be read; `pointer` says where, `detail` says why."""

    def __init__(
        self, detail: str, *, code: str = "BAD_REQUEST", status: int = 400, pointer: str | None = None
    ) -> None:
        super().__init__(code)
        self.detail, self.pointer, self.status = detail, pointer, status


class UnknownKey(BadCall):
    """A license key that nobody has, or not the one that is called for. What could be a guess `counts`."""

    def __init__(self, visit: Visit, *, counts: bool = False) -> None:
        super().__init__(visit.lang.gettext("We do not know this license key."), code="LICENSE_INVALID", status=401)
        self.counts = counts


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
        answer = counted(visit, lambda: in_unit_of_work(visit, plan, lambda: called(visit, plan, named)))
    except BadCall as bad:
        return error(bad.status, bad.code, bad.detail, pointer=bad.pointer)
    except TooMany as late:
        return _too_many(visit, late)
    except Stop as stop:
        return error(stop.status, _client_code(stop), visit.lang.colon.join(problem(visit, stop.code, stop.params)))
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


def called(visit: Visit, plan: Plan, named: dict[str, Any]) -> Answer:
    """The call itself, within its unit of work where it has one."""
    visit.actor = caller(visit)
    return once(visit, plan, named)


def caller(visit: Visit) -> Actor:
    """The license whose key is presented, or nobody."""
    scheme, _, key = visit.incoming.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "license":
        return ANONYMOUS
    return program(visit, key)


def program(visit: Visit, key: str) -> Actor:
    """A program with this key, which is the license's own or that of a person who was assigned a seat of it. Raises
    UnknownKey; guessing is limited per address and network."""
    if not 5 <= len(key) <= LONGEST_KEY or not key.isprintable():
        raise UnknownKey(visit)
    unit = visit.site.database.reading() if visit.db is None else nullcontext(visit.db)
    with unit as db:
        found = _OF_KEY.first(db, lookup=key_lookup(visit.vault, key))
    if found is None:
        raise UnknownKey(visit, counts=True)
    return Actor(kind="program", license_id=found[0], assignment_id=found[1])


def counted(visit: Visit, call: Callable[[], Answer]) -> Answer:
    """Guesses are counted against the address once the call is over: the count is a unit of work of its own."""
    try:
        return call()
    except UnknownKey as unknown:
        if unknown.counts:
            here = [(limits.KEY_ADDRESS, visit.address), (limits.TICKET_NETWORK, limits.network(visit.address))]
            with visit.site.limits.trial(visit.site.database, visit.now, here) as trial:
                trial.failed()
        raise


def own_license(visit: Visit, license_id: object = None) -> License:
    """The license of the calling key; any other id does not exist for it."""
    return _if_named(visit.db.get_one(License, own_id(visit)), license_id)


def held_license(visit: Visit, license_id: object = None) -> tuple[License, InForce]:
    """The same, held to the end of the call, and before it whatever its rules reach across; with these rules."""
    license_, in_force = ledger.hold(visit.db, own_id(visit))
    return _if_named(license_, license_id), in_force


def own_id(visit: Visit) -> int:
    """The number of the calling key's license; without a key there is none."""
    if visit.actor.license_id is None:
        raise BadCall("Send the license key as “Authorization: License …”.", code="LICENSE_INVALID", status=401)
    return visit.actor.license_id


def _if_named(license_: License, license_id: object) -> License:
    if license_id is not None and str(license_.public_id) != str(license_id):
        raise BadCall("There is nothing at this address.", code="NOT_FOUND", status=404)
    return license_


def own_assignment(visit: Visit) -> Assignment | None:
    """What the calling key was made for, where it is a person's own."""
    assignment_id = visit.actor.assignment_id
    return visit.db.get_one(Assignment, assignment_id) if assignment_id is not None else None


def reach(visit: Visit) -> ColumnElement[bool]:
    """The seats that the calling key is about: the license's own key is about all of them."""
    return within(visit.actor, Activation.assignment_id) if visit.actor.assignment_id is not None else true()


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
    held_license(visit)
    # Each person's own key is a caller of its own.
    of_person = f" {visit.actor.assignment_id}" if visit.actor.assignment_id is not None else ""
    caller_, request = f"license {visit.actor.license_id}{of_person}", _request_digest(visit)
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
    answer = error(429, "TOO_MANY_REQUESTS", visit.lang.colon.join(problem(visit, late.code, late.params)))
    answer.headers |= {
        "Retry-After": str(late.retry_after),
        "X-RateLimit-Window": "15m",
        "X-RateLimit-Count": str(limits.KEY_ADDRESS.most),
        "X-RateLimit-Limit": str(limits.KEY_ADDRESS.most),
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(int(visit.now.timestamp()) + late.retry_after),
    }
    return answer
