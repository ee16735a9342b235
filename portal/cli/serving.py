"""`portal serve` and `portal worker`."""

from __future__ import annotations

import logging
import os
import socket
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from portal.cli.asking import plainly
from portal.settings import Settings, SettingsError, from_environment


def add_parser(commands: Any) -> None:
    serve = commands.add_parser("serve", help="serve the portal")
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
    add_port(serve)
    serve.set_defaults(run=plainly(serve_command))
    worker = commands.add_parser("worker", help="do what is due, in a process of its own")
    worker.set_defaults(run=plainly(worker_command))


def add_port(parser: Any) -> None:
    """The flag that names a port, else PORT does."""
    default = os.environ.get("PORT") or "8000"
    parser.add_argument("--port", type=port_of, default=default, help="the port (8000, or PORT)")


def port_of(typed: str) -> int:
    """The number of a port, for flags. Raises ValueError, which the command line tells."""
    if not 1 <= (port := int(typed)) <= 65535:
        raise ValueError
    return port


port_of.__name__ = "port"  # as it is called where it cannot be read


def run(app: Any, host: str, port: int, said: str) -> None:
    """Serve until stopped, and say so once the port is ours. Raises SettingsError where it is not."""
    import uvicorn

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as problem:
        reason = str(problem.strerror).partition(" (")[0]
        raise SettingsError(f"Nothing can listen on {host}:{port}: {reason}. Name another --port.") from problem
    # Signed answers carry their own Date. Which proxies to believe is a setting of the portal's; the server would
    # believe whoever is near.
    config = uvicorn.Config(
        app, log_level="warning", date_header=False, server_header=False, access_log=False, proxy_headers=False
    )
    with suppress(KeyboardInterrupt):
        print(said, flush=True)
        uvicorn.Server(config).run(sockets=[listener])


def serve_command(options: Any) -> int:
    """Migrate the database and serve until stopped."""
    settings = from_environment()
    listen(settings, options.host, options.port)
    return 0


def listen(settings: Settings, host: str, port: int) -> None:
    """Serve with these settings."""
    from portal.app import create_app
    from portal.db import migrate, open_database

    _log()
    open_database(settings.database).close()
    migrate(settings.database)
    refuse_demo_by_accident(settings)
    app = create_app(settings)
    is_local = urlsplit(settings.url).hostname in ("127.0.0.1", "localhost", "::1")
    place = "" if is_local else f" (listening on {host}:{port})"
    run(app, host, port, f"The portal answers at {settings.url}{place}")


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
