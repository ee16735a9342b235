"""What a route answers: a page, a fragment, a redirect, a file or JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from portal.web import cookies, pages
from portal.web.visit import Visit

JSON_API = "application/vnd.api+json"


@dataclass(slots=True)
class Answer:
    """Bytes with a status; the wrapper adds what every answer carries."""

    body: bytes = b""
    status: int = 200
    media_type: str = "text/html"
    headers: dict[str, str] = field(default_factory=dict)


def page(visit: Visit, template: str, *, status: int = 200, part: str | None = None, **context: Any) -> Answer:
    """A rendered page, or for htmx its part: the very file that the page includes."""
    if "notice" not in context and visit.notice is None and not visit.htmx:
        visit.notice = pages.notice(visit, cookies.take_flash(visit))
    if status < 400:
        visit.refused = ""  # words about a refusal are no refusal
    name = part if part and visit.htmx else template
    return Answer(pages.render(visit, name, context).encode(), status)


def redirect(visit: Visit, path: str, notice: str | None = None, /, **params: Any) -> Answer:
    """On to another page (303), where the notice is said. `path` is one of ours."""
    if notice:
        cookies.flash(visit, notice, **params)
    if visit.htmx:
        return Answer(status=204, headers={"HX-Redirect": path})
    return Answer(status=303, headers={"Location": path})


def done(visit: Visit, path: str, notice: str, /, **params: Any) -> Answer:
    """A verb was done: show the page it belongs to, with a sentence."""
    return redirect(visit, path, notice, **params)


def swap(visit: Visit, notice: str, params: dict[str, Any], template: str, **context: Any) -> Answer:
    """A verb was done and htmx asked: the regions that changed, and the sentence in the place for news."""
    visit.notice = pages.notice(visit, (notice, params))
    return Answer(pages.render(visit, template, context).encode())


def file(body: bytes, name: str, media_type: str) -> Answer:
    """A download; its name is ours, never the user's."""
    return Answer(body, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def slowed(answer: Answer, seconds: int) -> Answer:
    """The same answer, for whoever has to wait: programs read there how long."""
    answer.headers["Retry-After"] = str(seconds)
    return answer


def json_answer(document: Any, status: int = 200, media_type: str = JSON_API) -> Answer:
    return Answer(msgspec.json.encode(document), status, media_type)
