"""The headers of every answer, errors and static files included."""

from __future__ import annotations

from email.utils import format_datetime
from typing import TYPE_CHECKING

from litestar.types import Message, Scope

if TYPE_CHECKING:
    from portal.site import Site

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FIXED = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]


def complete(message: Message, scope: Scope, site: Site) -> None:
    """Add what is missing. The server adds no Date of its own: signed answers carry theirs."""
    if message["type"] != "http.response.start":
        return
    headers = message["headers"] = list(message.get("headers", []))  # type: ignore[index]
    present = {name.lower() for name, _ in headers}
    headers += [pair for pair in FIXED if pair[0] not in present]
    if b"content-security-policy" not in present:
        headers.append((b"content-security-policy", CSP.encode()))
    if b"date" not in present:
        headers.append((b"date", format_datetime(site.clock(), usegmt=True).encode()))
    if site.settings.secure:
        headers.append((b"strict-transport-security", b"max-age=63072000"))
