"""Serves the floors on the port that PORT names, with the portal's own database and keys."""

from __future__ import annotations

import asyncio
import os

import uvicorn
from litestar import Litestar, get

from benchmarks.floors import activation, password, recording
from portal.app import create_app
from portal.settings import from_environment


@get("/healthz", sync_to_thread=False)
def healthz() -> str:
    return "ok"


def main() -> None:
    settings = from_environment()
    portal = create_app(settings)
    site = portal.state.site
    pages = [
        asyncio.run(recording.page(portal, path, os.environ["BENCH_COOKIE"]))
        for path in os.environ["BENCH_PAGES"].split()
    ]
    routes = [*pages, activation.route(site), password.route(os.environ["BENCH_HASH"]), healthz]
    app = Litestar(route_handlers=routes, openapi_config=None, logging_config=None)
    uvicorn.run(app, port=int(os.environ["PORT"]), log_level="warning", date_header=False, access_log=False)


if __name__ == "__main__":
    main()
