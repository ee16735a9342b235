"""The wrapper of every route: one thread call from the unit of work to the rendered answer."""

from __future__ import annotations

import asyncio
import gzip
import inspect
import logging
from collections.abc import Callable
from contextlib import nullcontext
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from litestar import Request
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse
from sqlalchemy.exc import DBAPIError

from portal import forms
from portal.access import Forbidden, Stop
from portal.db import is_worth_retrying
from portal.doors import passwords, sessions
from portal.doors.factors import is_due
from portal.web import cookies, errors
from portal.web.answers import Answer, redirect
from portal.web.paths import aim, known_path
from portal.web.visit import Incoming, Visit

log = logging.getLogger("portal.web")

FORM_LIMIT = 256 * 1024
TRIES = 3
GZIP_FROM = 600
GZIP_LEVEL = 5
PROOF, SECURITY = "/account/proof", "/account/security"
VARY = "HX-Request, Accept-Language, Cookie, Accept-Encoding"


class Area(StrEnum):
    """Whom a route is for. Everything finer is decided by finders and permissions."""

    MACHINE = "machine"  # whoever runs the portal: nobody is asked who they are, so no database is needed
    PUBLIC = "public"  # anybody
    SIGNED_IN = "signed_in"  # people and ticket sessions
    ACCOUNT = "account"  # people only
    PROGRAM = "program"  # programs with a license key
    PROVIDER = "provider"  # servers of sign-in providers: no form of ours, for what they send is signed


class Endpoint:
    """`@endpoint.get("/licenses")` makes a Litestar handler of a function that takes a Visit and path parameters."""

    def get(self, path: str, **options: Any) -> Callable[[Callable[..., Answer]], HTTPRouteHandler]:
        return self._route(path, ["GET", "HEAD"], **options)

    def post(self, path: str, **options: Any) -> Callable[[Callable[..., Answer]], HTTPRouteHandler]:
        return self._route(path, ["POST"], **options)

    def delete(self, path: str, **options: Any) -> Callable[[Callable[..., Answer]], HTTPRouteHandler]:
        return self._route(path, ["DELETE"], **options)

    def _route(
        self,
        path: str | list[str],
        methods: list[str],
        *,
        area: Area = Area.SIGNED_IN,
        writes: bool | None = None,
        own_units: bool = False,
        hashes: bool = False,
        talks: bool = False,
        early: bool = False,
        limit: int = FORM_LIMIT,
        fields: int = forms.MOST_FIELDS,
        serve: Callable[..., Answer] | None = None,
    ) -> Callable[[Callable[..., Answer]], HTTPRouteHandler]:
        """How a route is served.

        `writes` says it where the method misleads, `own_units` where a route opens its own short units of work,
        `hashes` where it hashes passwords, `talks` where it asks other servers: those have threads of their own, so
        that a rush at the door, or a server that is slow, leaves everybody else's pages quick. An `early` route serves
        people of whom a second factor is asked before they have one.
        """
        does_write = writes if writes is not None else methods[0] not in ("GET",)

        def wrap(view: Callable[..., Answer]) -> HTTPRouteHandler:
            plan = Plan(view, area, does_write, own_units, serve or serve_page, fields, early)

            async def handle(request: Request[Any, Any, Any], **named: Any) -> ASGIResponse:
                incoming, answer = await receive(request, limit)
                site = request.app.state.site.at(incoming.headers.get("host", ""))
                visit = Visit(site=site, incoming=incoming, now=site.clock())
                call = (plan.serve, visit, plan, named, answer)
                state, loop = request.app.state, asyncio.get_running_loop()
                if hashes or talks:
                    answer = await loop.run_in_executor(state.hashers if hashes else state.callers, _call, *call)
                elif site.database.sqlite:
                    async with state.lanes.turn(writes=does_write):
                        answer = await loop.run_in_executor(state.executor, _call, *call)
                else:
                    answer = await loop.run_in_executor(state.executor, _call, *call)
                return sent(visit, answer)

            return HTTPRouteHandler(
                path, http_method=methods, opt={"area": area, "writes": does_write}, status_code=200
            )(_signed_like(view, handle))

        return wrap


endpoint = Endpoint()


class Plan:
    """How one route is to be served."""

    __slots__ = ("area", "early", "fields", "own_units", "serve", "view", "writes")

    def __init__(
        self,
        view: Callable[..., Answer],
        area: Area,
        writes: bool,
        own_units: bool,
        serve: Callable[..., Answer],
        fields: int = forms.MOST_FIELDS,
        early: bool = False,
    ) -> None:
        self.view, self.area, self.writes, self.own_units, self.serve = view, area, writes, own_units, serve
        self.fields, self.early = fields, early


def _call(serve: Callable[..., Answer], visit: Visit, plan: Plan, named: dict[str, Any], early: Stop | None) -> Answer:
    return serve(visit, plan, named, early)


def _signed_like(view: Callable[..., Answer], handle: Callable[..., Any]) -> Callable[..., Any]:
    """Let Litestar see the path parameters of the wrapped function instead of **named."""
    wanted = [parameter for name, parameter in inspect.signature(view).parameters.items() if name != "visit"]
    keyword = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in wanted]
    request = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
    handle.__signature__ = inspect.Signature([request, *keyword], return_annotation=ASGIResponse)  # type: ignore[attr-defined]
    handle.__annotations__ = {
        "request": Request, **{parameter.name: parameter.annotation for parameter in wanted}, "return": ASGIResponse,
    }  # fmt: skip
    handle.__name__, handle.__module__, handle.__doc__ = view.__name__, view.__module__, view.__doc__
    return handle


async def receive(request: Request[Any, Any, Any], limit: int) -> tuple[Incoming, Stop | None]:
    """The request as plain values; a body over the limit is not read to its end."""
    scope = request.scope
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.decode("latin-1"), value.decode("latin-1"))
    query = scope.get("query_string", b"").decode("latin-1")
    raw = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
    body, problem = bytearray(), None
    if scope["method"] not in ("GET", "HEAD"):
        announced = headers.get("content-length", "0")
        if announced.isdigit() and int(announced) > limit:
            problem = errors.TooLarge(limit)
        else:
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    problem = errors.TooLarge(limit)
                    break
    client = scope.get("client")
    incoming = Incoming(
        method=scope["method"], path=scope["path"], target=f"{raw}?{query}" if query else raw, query=query,
        headers=headers, peer=client[0] if client else "", body=b"" if problem else bytes(body),
    )  # fmt: skip
    return incoming, problem


def serve_page(visit: Visit, plan: Plan, named: dict[str, Any], early: Stop | None) -> Answer:
    """Serve a page or a form: guard, act, render, commit; every problem becomes a page."""
    try:
        if early is not None:
            raise early
        answer = in_unit_of_work(visit, plan, lambda: _guarded(visit, plan, named))
        _touch(visit)
        for write in visit.after:
            write()
        return answer
    except errors.Unproved as stop:
        return redirect(visit, f"{PROOF}?next={quote(stop.place, safe='/')}", stop.code)
    except Stop as stop:
        return errors.page(visit, stop)
    except passwords.TooBusy:
        return errors.page(visit, errors.Busy())
    except DBAPIError as error:
        log.exception("database error %s at %s", visit.number, visit.incoming.path)
        if errors.is_outage(error):
            return errors.plain(visit, 503)
        return errors.plain(visit, 500)
    except Exception:
        log.exception("error %s at %s", visit.number, visit.incoming.path)
        return errors.plain(visit, 500)


def in_unit_of_work(visit: Visit, plan: Plan, act: Callable[[], Answer]) -> Answer:
    """Run in one transaction that is committed before the answer leaves; a lost race with another one is run again."""
    database = visit.site.database
    for last in (False,) * (TRIES - 1) + (True,):
        unit = database.writing() if plan.writes else database.reading()
        try:
            with nullcontext() if plan.own_units else unit as db:
                visit.db = db  # type: ignore[assignment]
                return act()
        except DBAPIError as error:
            if last or not is_worth_retrying(error):
                raise
            visit.after.clear()
        finally:
            visit.db = None  # type: ignore[assignment]
    raise AssertionError("unreachable")


def _guarded(visit: Visit, plan: Plan, named: dict[str, Any]) -> Answer:
    if plan.area is not Area.MACHINE:
        _identify(visit)
    if visit.query.get("lang") in visit.site.languages:
        cookies.keep_language(visit, visit.query["lang"])
    # Before the form is looked at: whoever was signed out meanwhile is shown the door, not an error.
    if plan.area in (Area.SIGNED_IN, Area.ACCOUNT) and not visit.actor.signed_in:
        return redirect(visit, f"/sign-in?next={errors.safe_next(visit)}")
    if not plan.early and is_due(visit.actor, visit.settings.second_factor):
        if visit.incoming.method in ("GET", "HEAD"):
            aim(visit, known_path(visit.incoming.target))
        return redirect(visit, SECURITY, "factor_wanted")
    if visit.incoming.method == "POST":
        visit.form = forms.parse(visit.incoming.body, visit.incoming.headers.get("content-type", ""), plan.fields)
        if plan.area is not Area.PROVIDER and not cookies.is_genuine(visit, visit.form.values.get("csrf", "")):
            raise errors.Stale
    if plan.area is Area.ACCOUNT and visit.actor.kind != "user":
        raise Forbidden("account_needed")
    return plan.view(visit, **named)


def _identify(visit: Visit) -> None:
    token = cookies.session_token(visit)
    if not token:
        return
    if visit.db is not None:
        visit.actor = sessions.actor_of(visit.db, token, visit.now)
    else:
        with visit.site.database.reading() as db:
            visit.actor = sessions.actor_of(db, token, visit.now)


def _touch(visit: Visit) -> None:
    """Write the last use of the session, now and then, apart from the request's own work."""
    if visit.actor.session_id is not None and sessions.is_stale(visit.actor, visit.now):
        with visit.site.database.writing() as db:
            sessions.touch(db, visit.actor.session_id, visit.now)


def sent(visit: Visit, answer: Answer) -> ASGIResponse:
    """The framework's answer, with cookies, compression and the headers that depend on the visit."""
    headers = {"Cache-Control": "no-store", **answer.headers, "Vary": VARY}
    body = answer.body
    is_signed = "Keygen-Signature" in headers  # its digest is over the bytes as they are
    if len(body) > GZIP_FROM and not is_signed and "gzip" in visit.incoming.headers.get("accept-encoding", ""):
        body = packed(body)
        headers["Content-Encoding"] = "gzip"
    lines = [(b"set-cookie", line.encode("latin-1")) for line in visit.cookies.lines]
    response = ASGIResponse(
        body=body, status_code=answer.status, media_type=answer.media_type, headers=headers, encoded_headers=lines
    )
    # Said only now: HEAD has the headers of GET, its length included, and no body.
    response.is_head_response = visit.incoming.method == "HEAD"
    return response


def packed(body: bytes) -> bytes:
    """Compressed for the way, as every page is."""
    return gzip.compress(body, GZIP_LEVEL, mtime=0)
