"""One visit: the request in plain values, who asks, and what a route may use."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.access import ANONYMOUS, Actor, Place
from portal.brand import Brand
from portal.brand.stationery import Stationery
from portal.files.vault import Vault
from portal.forms import Form
from portal.language import Language, choose
from portal.settings import Settings
from portal.site import Site
from portal.web import about, cookies
from portal.web.cookies import Cookies
from portal.web.navigation import Entry, entries, switchable


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as plain values, so that nothing below this line knows the framework."""

    method: str
    path: str
    target: str  # raw path and query, as sent
    query: str
    headers: dict[str, str]
    peer: str
    body: bytes = b""

    def cookie(self, name: str) -> str | None:
        return cookies.read(self.headers.get("cookie", ""), name)


@dataclass
class Visit:
    """What a route gets. `db` is None only where a route opens its own short units of work."""

    site: Site
    incoming: Incoming
    now: datetime
    db: Session = None  # type: ignore[assignment]
    actor: Actor = ANONYMOUS
    form: Form = field(default_factory=Form)
    cookies: Cookies = field(default_factory=Cookies)
    notice: dict[str, Any] | None = None
    place: str = ""  # the address of the page that answers a form; empty where it is the form's own address
    refused: str = ""  # the code of what this page refuses
    # What must be written whatever becomes of the request, each in its own short transaction, once its own has ended.
    after: list[Callable[[], object]] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return self.site.settings

    @property
    def brand(self) -> Brand:
        return self.site.brand

    @property
    def vault(self) -> Vault:
        return self.site.vault

    @property
    def stationery(self) -> Stationery:
        return self.site.stationery

    @property
    def path(self) -> str:
        return self.incoming.path

    @property
    def htmx(self) -> bool:
        return self.incoming.headers.get("hx-request") == "true"

    @cached_property
    def query(self) -> dict[str, str]:
        """The query's values; of a repeated name the first counts, and NUL never passes."""
        found: dict[str, str] = {}
        # Whatever stands beyond a bound was not written by a page of ours.
        for name, value in parse_qsl("&".join(self.incoming.query[:8000].split("&")[:50]), keep_blank_values=True):
            found.setdefault(name, value.replace("\x00", ""))
        return found

    @cached_property
    def lang(self) -> Language:
        """The reader's language: asked for in the address, kept in a cookie, the account's, or the browser's."""
        wanted = self.query.get("lang") or self.incoming.cookie("lang") or self.actor.language
        accepted = self.incoming.headers.get("accept-language")
        offered = self.site.brand.languages
        return self.site.languages[choose(accepted, wanted, offered, self.site.brand.default_language)]

    @cached_property
    def other_languages(self) -> list[tuple[str, str]]:
        others = (language for code, language in self.site.languages.items() if code != self.lang.code)
        return [(language.code, language.name) for language in others]

    def in_language(self, code: str) -> str:
        """The address of this same page in another language. A form's answer has none, so it names its page."""
        asked = self.query if self.incoming.method in ("GET", "HEAD") else {}
        return f"{self.place or quote(self.path)}?{urlencode({**asked, 'lang': code})}"

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.actor.time_zone) if self.actor.time_zone else self.site.brand.zone

    @cached_property
    def ways(self) -> tuple[Entry, ...]:
        """Where the masthead leads."""
        return entries(self)

    @cached_property
    def number(self) -> str:
        """What an error is called in the log and on its page."""
        return secrets.token_hex(4)

    @property
    def support(self) -> str:
        """Where help is asked for, with what is known of this page."""
        return about.of(self).address

    @property
    def switchable(self) -> tuple[Place, ...]:
        """The groups that the reader can switch between."""
        return switchable(self)

    @property
    def minutes_left(self) -> int:
        """How long the session still lasts, rounded up; 0 where nobody is signed in."""
        ends_at = self.actor.expires_at
        return -int((self.now - ends_at).total_seconds() // 60) if ends_at else 0

    @cached_property
    def csrf(self) -> str:
        return cookies.csrf_token(self)

    @cached_property
    def address(self) -> str:
        """Where the visitor comes from: the peer, or what a trusted proxy says, read from the right."""
        hops = [part.strip() for part in self.incoming.headers.get("x-forwarded-for", "").split(",") if part.strip()]
        address = self.incoming.peer
        while hops and self._is_proxy(address):
            address = hops.pop()
        return address

    @property
    def agent(self) -> str:
        return self.incoming.headers.get("user-agent", "")

    def _is_proxy(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in proxy for proxy in self.settings.proxies)
