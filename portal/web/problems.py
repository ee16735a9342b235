"""Problems as programs read them: always JSON, always with a stable code, with the rules' decision beside it."""

from __future__ import annotations

from typing import Any

import msgspec

from portal.web.answers import JSON_API, Answer

TITLES = {
    400: "Bad request", 401: "Unauthorized", 403: "Forbidden", 404: "Not found", 405: "Method not allowed",
    409: "Conflict", 413: "Content too large", 422: "Unprocessable resource", 429: "Too many requests",
    500: "Internal server error", 503: "Service unavailable",
}  # fmt: skip


def answer(
    status: int, code: str, detail: str | None = None, *, meta: dict[str, Any] | None = None, pointer: str | None = None
) -> Answer:
    """One error. `detail` says it in words, because some programs show nothing else."""
    error: dict[str, Any] = {"title": TITLES[status], "detail": detail or TITLES[status], "code": code.upper()}
    if pointer:
        error["source"] = {"pointer": pointer}
    if meta:
        error["meta"] = meta
    return Answer(msgspec.json.encode({"errors": [error]}), status, JSON_API)
