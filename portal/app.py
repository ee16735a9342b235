"""The portal as one application: everything is built here, once, and nothing else builds anything."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException
from litestar.response.base import ASGIResponse
from litestar.types import Message, Scope

from portal.actions.workers import worker_of
from portal.brand import load_brand
from portal.brand.stationery import Stationery
from portal.db import open_database
from portal.doors import passwords, vendor_providers
from portal.doors.companies import Companies
from portal.doors.limits import Limits
from portal.files import keyring
from portal.routes import all_routes
from portal.settings import Settings, from_environment, host_of
from portal.site import Clock, Site, system_clock
from portal.web import assets, headers, pages
from portal.web.endpoint import sent
from portal.web.errors import unrouted
from portal.web.lanes import Lanes

log = logging.getLogger("portal")

CALLERS = 6  # threads that wait for servers of other people
REST = 3.0  # seconds


def build_site(settings: Settings, clock: Clock = system_clock) -> Site:
    """The parts of a portal with these settings; raises with one clear sentence where something is missing."""
    keys = keyring.load(settings.keys)
    writers: dict[str, Stationery] = {}
    site = Site(
        settings=settings,
        database=open_database(settings.database),
        keyring=keys,
        limits=Limits(keys.vault),
        companies=Companies(vendor_providers.read(settings.sign_in), settings.reachable, keys.vault),
        clock=clock,
        **dressed(settings.brand, settings, writers),
    )
    others = {}
    for url, folder in settings.brands:
        host, own = host_of(url), replace(settings, url=url, brand=folder)
        others[host] = replace(site, settings=own, **dressed(folder, own, writers, host))
    return replace(site, others=others)


def dressed(folder: Path, settings: Settings, writers: dict[str, Stationery], host: str = "") -> Mapping[str, Any]:
    """The parts of a site that one brand makes; the brands of a portal know each other's stationery by their hosts."""
    brand = load_brand(folder)
    shelf = assets.Shelf(brand)
    return {
        "brand": brand,
        "languages": dict(brand.spoken),
        "templates": pages.build(brand.loader(), shelf, brand.spoken),
        "shelf": shelf,
        "stationery": Stationery(brand, settings.url, settings.mail_from, host=host, writers=writers),
    }


def create_app(settings: Settings | None = None, clock: Clock = system_clock) -> Litestar:
    """The ASGI application. Migrations have run before; the worker starts and stops with it."""
    site = build_site(settings or from_environment(), clock)
    executor = ThreadPoolExecutor(site.settings.threads, thread_name_prefix="portal")
    hashers = ThreadPoolExecutor(passwords.AT_ONCE + 1, thread_name_prefix="portal-door")
    callers = ThreadPoolExecutor(CALLERS, thread_name_prefix="portal-call")
    worker = worker_of(site) if site.settings.worker else None

    @asynccontextmanager
    async def life(app: Litestar) -> AsyncIterator[None]:
        if worker:
            worker.start()
        # What was built at the start lives as long as the process; the collector need not look at it again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(10_000, 20, 50)
        resting = asyncio.create_task(_rest())
        try:
            yield
        finally:
            resting.cancel()
            if worker:
                worker.stop()
            executor.shutdown(wait=True)
            hashers.shutdown(wait=True)
            callers.shutdown(wait=True)
            site.database.close()

    async def before_send(message: Message, scope: Scope) -> None:
        headers.complete(message, scope, site)

    app = Litestar(
        route_handlers=all_routes(demo=site.settings.demo),
        lifespan=[life],
        before_send=[before_send],
        exception_handlers={HTTPException: _on_http_error, Exception: _on_error},
        openapi_config=None,
        logging_config=None,
        request_max_body_size=None,
    )
    app.state.site = site
    app.state.executor = executor
    app.state.hashers = hashers
    app.state.callers = callers
    app.state.lanes = Lanes()
    return app


async def _rest() -> None:
    """Hold no memory for hashing while nobody signs in."""
    while True:
        await asyncio.sleep(REST)
        passwords.rest()


class Ready(Response[bytes]):
    """An answer that is complete already, in the shape that error handlers must have."""

    def __init__(self, answer: ASGIResponse) -> None:
        super().__init__(b"")
        self.answer = answer

    def to_asgi_response(self, *_: Any, **__: Any) -> ASGIResponse:
        return self.answer


def _on_http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    status = error.status_code if error.status_code in (404, 405) else 400 if error.status_code < 500 else 500
    visit, answer = unrouted(request, status)
    if status == 500:
        log.error("error %s at %s", visit.number, visit.path, exc_info=error)
    if allowed := (error.headers or {}).get("allow"):
        answer.headers["Allow"] = allowed
    return Ready(sent(visit, answer))


def _on_error(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    visit, answer = unrouted(request, 500)
    log.error("error %s at %s", visit.number, visit.path, exc_info=error)
    return Ready(sent(visit, answer))
