"""`portal serve` and `portal worker`."""

from __future__ import annotations

import logging
import os
from typing import Any
from urllib.parse import urlsplit

from portal.cli.asking import plainly
from portal.settings import Settings, SettingsError, from_environment


def add_parser(commands: Any) -> None:
    serve = commands.add_parser("serve", help="serve the portal")
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=int, default=os.environ.get("PORT") or "8000", help="the port (8000, or PORT)")
    serve.set_defaults(run=plainly(serve_command))
    worker = commands.add_parser("worker", help="do what is due, in a process of its own")
    worker.set_defaults(run=plainly(worker_command))


def serve_command(options: Any) -> int:
    """Migrate the database and serve until stopped."""
    settings = from_environment()
    listen(settings, options.host, options.port)
    return 0


def listen(settings: Settings, host: str, port: int) -> None:
    """Serve with these settings. Signed answers carry their own Date, so the server adds none."""
    import uvicorn

    from portal.app import create_app
    from portal.db import migrate, open_database

    _log()
    open_database(settings.database).close()
    migrate(settings.database)
    refuse_demo_by_accident(settings)
    app = create_app(settings)
    is_local = urlsplit(settings.url).hostname in ("127.0.0.1", "localhost", "::1")
    print(f"The portal answers at {settings.url}" + ("" if is_local else f" (listening on {host}:{port})"), flush=True)
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_level="warning",
        date_header=False,
        server_header=False,
        access_log=False,
        # Which proxies to believe is a setting of the portal's; the server would believe whoever is near.
        proxy_headers=False,
    )


def refuse_demo_by_accident(settings: Settings) -> None:
    """A demo's people and passwords are known to everybody: it must be asked for by name."""
    from portal.db import open_database
    from portal.demo.marks import is_demo

    database = open_database(settings.database)
    try:
        with database.reading() as db:
            holds_demo = is_demo(db)
    finally:
        database.close()
    if holds_demo and not settings.demo:
        raise SettingsError(
            "This database holds the demo world. Set PORTAL_DEMO=yes to serve it, or name another database."
        )
    if settings.demo and not holds_demo:
        raise SettingsError(
            "PORTAL_DEMO is set, but this database holds no demo world. Unset it, or run `portal demo` first."
        )


def worker_command(options: Any) -> int:
    """Empty the queue until stopped."""
    from portal.actions.workers import worker_of
    from portal.app import build_site

    _log()
    worker = worker_of(build_site(from_environment()))
    try:
        worker.run()
    except KeyboardInterrupt:
        worker.stop()
    return 0


def _log() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
