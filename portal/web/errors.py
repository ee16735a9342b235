"""Problems as pages: every one says what happened and what helps; the worst ones need neither session nor database."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from litestar import Request
from sqlalchemy.exc import DBAPIError, OperationalError

from portal.access import Stop
from portal.web import about, pages, problems
from portal.web.answers import Answer, slowed
from portal.web.visit import Incoming, Visit


class TooLarge(Stop):
    """A body over the route's limit in bytes."""

    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__("body_too_large", limit=f"{limit // 1024} kB")


class Stale(Stop):
    """A form of another session, or from another site: nothing is done."""

    status = 403

    def __init__(self) -> None:
        super().__init__("form_stale")


class Unproved(Stop):
    """Somebody else might sit at this browser by now: who it is has to be shown before this is done."""

    status = 303

    def __init__(self, place: str) -> None:
        super().__init__("proof_wanted")
        self.place = place


class Busy(Stop):
    """More sign-ins at once than the machine can check."""

    status = 503
    retry_after = 5

    def __init__(self) -> None:
        super().__init__("too_busy")


CODES = {400: "form_unreadable", 404: "page_gone", 405: "page_gone", 500: "internal_error", 503: "outage"}

CLIENT_CODES = {400: "BAD_REQUEST", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 500: "INTERNAL_ERROR"}


def page(visit: Visit, stop: Stop) -> Answer:
    """The page for a problem, in the reader's language; for htmx a notice in the page's own place."""
    heading, sentence = pages.problem(visit, stop.code, stop.params)
    if visit.incoming.method not in ("GET", "HEAD"):
        visit.place = visit.place or "/licenses"
    context = {"status": stop.status, "heading": heading, "sentence": sentence, "support": visit.support}
    if stop.code == "account_needed" and visit.actor.kind == "ticket":
        context |= {"way_href": f"/sign-in?next={safe_next(visit)}", "way_text": visit.lang.gettext("Sign in")}
    if visit.htmx:
        answer = _in_place(Answer(pages.render(visit, "errors/_problem.html", context).encode(), stop.status))
    else:
        answer = Answer(pages.render(visit, "errors/page.html", context).encode(), stop.status)
    if (retry_after := getattr(stop, "retry_after", None)) is not None:
        answer = slowed(answer, retry_after)
    return answer


def plain(visit: Visit, status: int) -> Answer:
    """The page that needs nothing but memory: no session, no database."""
    heading, sentence = pages.problem(visit, CODES[status], {})
    template = "errors/_problem.html" if visit.htmx else "errors/plain.html"
    number = visit.number if status == 500 else ""
    context = {
        "status": status, "heading": heading, "sentence": sentence, "number": number,
        "support": about.of(visit, number).address,
    }  # fmt: skip
    html = pages.render_plain(visit, template, context)
    answer = Answer(html.encode(), status, headers={"Retry-After": "10"} if status == 503 else {})
    return _in_place(answer) if visit.htmx else answer


def _in_place(answer: Answer) -> Answer:
    """For htmx a problem belongs where the page keeps its news, not where the deed would have shown."""
    answer.headers |= {"HX-Retarget": "#notices", "HX-Reswap": "innerHTML"}
    return answer


def unrouted(request: Request[Any, Any, Any], status: int) -> tuple[Visit, Answer]:
    """The answer where no route is: for programs in their form, for people a page that knows nobody."""
    scope = request.scope
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    site = request.app.state.site.at(headers.get("host", ""))
    path = scope["path"]
    query = scope.get("query_string", b"").decode("latin-1")
    incoming = Incoming(str(scope["method"]), path, path, query, headers, "")
    visit = Visit(site=site, incoming=incoming, now=site.clock())
    if path.startswith("/api/"):
        return visit, problems.answer(status, CLIENT_CODES[status])
    return visit, plain(visit, status)


def is_outage(error: DBAPIError) -> bool:
    """Whether the database could not be reached or could not take the work now; later it may."""
    return isinstance(error, OperationalError) or error.connection_invalidated


def safe_next(visit: Visit) -> str:
    """The address to come back to after sign-in, quoted for a query."""
    if visit.incoming.method not in ("GET", "HEAD"):
        return quote("/licenses", safe="/")
    return quote(visit.incoming.target, safe="/")
