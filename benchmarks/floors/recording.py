"""The floor of a page: the statements that the portal runs for it, on the bare driver, and its template from memory."""

from __future__ import annotations

from typing import Any

from litestar import Litestar, Response, get
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import event

from benchmarks.floors.raw import Raw
from portal import rows
from portal.web import pages
from portal.web.endpoint import packed

# The bare connection begins by itself.
OWN = ("BEGIN", "SET TRANSACTION")


async def page(portal: Litestar, path: str, cookie: str) -> HTTPRouteHandler:
    """Ask the portal for the page, twice so that it has warmed up; then a handler that does the same on bare parts."""
    database = portal.state.site.database
    statements: list[tuple[str, Any]] = []
    rendered: list[tuple[Any, ...]] = []

    def executed(_c: Any, _k: Any, statement: str, values: Any, _x: Any, _m: bool) -> None:
        if not statement.startswith(OWN):
            statements.append((statement, values))

    def render(*asked: Any) -> str:
        rendered.append(asked)
        return original(*asked)

    def run(form: rows.Form, cursor: Any, values: dict[str, Any]) -> list[Any]:
        statements.append((form.text, form.parameters(values)))
        return ran(form, cursor, values)

    original, pages.render = pages.render, render
    ran = rows.Form.run
    try:
        await _ask(portal, path, cookie)
        rendered.clear()
        event.listen(database.reader, "before_cursor_execute", executed)
        rows.Form.run = run  # type: ignore[method-assign]
        await _ask(portal, path, cookie)
        event.remove(database.reader, "before_cursor_execute", executed)
    finally:
        pages.render, rows.Form.run = original, ran  # type: ignore[method-assign]
    assert len(rendered) == 1 and statements, f"{path} was not answered with a page"
    asked, raw = rendered[0], Raw(portal.state.site.settings.database)

    @get(path, sync_to_thread=False, name=path)
    def bare() -> Response[bytes]:
        raw.begin(writes=False)
        for statement, values in statements:
            raw.replay(statement, values)
        raw.commit()
        body = packed(pages.render(*asked).encode())
        return Response(body, media_type="text/html", headers={"Content-Encoding": "gzip"})

    return bare


async def _ask(portal: Litestar, path: str, cookie: str) -> None:
    """One request, past any socket."""
    raw_path, _, query = path.partition("?")
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": raw_path, "root_path": "",
        "raw_path": raw_path.encode(), "query_string": query.encode(), "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 1), "headers": [(b"cookie", cookie.encode()), (b"accept-language", b"en")],
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        assert message.get("status", 200) == 200, f"{path} was answered with {message['status']}"

    await portal(scope, receive, send)  # type: ignore[arg-type]
