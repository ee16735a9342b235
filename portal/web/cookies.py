"""Cookies: the session's, the visitor's before sign-in, the flash, the language; and the CSRF token bound to them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec
from itsdangerous import BadData, TimestampSigner
from itsdangerous.encoding import base64_decode, base64_encode

from portal.files.vault import Unreadable

if TYPE_CHECKING:
    from portal.files.vault import Vault
    from portal.web.visit import Visit

VISITOR_AGE = 12 * 3600
FLASH_AGE = 120
LANGUAGE_AGE = 365 * 24 * 3600
KNOWN_AGE = 400 * 24 * 3600  # browsers keep no cookie longer
MOST_KNOWN = 8
CARRIED_AGE = 1800


@dataclass
class Cookies:
    """The cookies an answer sets, in order."""

    lines: list[str] = field(default_factory=list)

    def put(self, name: str, value: str, *, secure: bool, age: int | None = None, script: bool = False) -> None:
        line = f"{name}={value}; Path=/; SameSite=Lax"
        line += "" if script else "; HttpOnly"
        line += "; Secure" if secure else ""
        line += "" if age is None else f"; Max-Age={age}"
        self.lines = [kept for kept in self.lines if not kept.startswith(f"{name}=")] + [line]

    def drop(self, name: str, *, secure: bool) -> None:
        self.put(name, "", secure=secure, age=0)


def read(header: str, name: str) -> str | None:
    """The value of a cookie, or None. Of a repeated name the first counts, as browsers send the closest path first."""
    for part in header.split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return None


def _named(visit: Visit, name: str) -> str:
    # Over plain http, on a developer's machine, browsers refuse the prefix.
    return f"__Host-{name}" if visit.settings.secure else name


def session_token(visit: Visit) -> str | None:
    return visit.incoming.cookie(_named(visit, "session"))


def give_session(visit: Visit, token: str) -> None:
    visit.cookies.put(_named(visit, "session"), token, secure=visit.settings.secure)
    visit.cookies.drop(_named(visit, "visitor"), secure=visit.settings.secure)


def take_session(visit: Visit) -> None:
    visit.cookies.drop(_named(visit, "session"), secure=visit.settings.secure)


def keep_language(visit: Visit, code: str) -> None:
    visit.cookies.put("lang", code, secure=visit.settings.secure, age=LANGUAGE_AGE)


def _signed(visit: Visit, purpose: str, text: str) -> str:
    """A text as a cookie that nobody else can write; everybody can read it."""
    return _signer(visit.site.vault, purpose).sign(base64_encode(text)).decode()


def _read(visit: Visit, purpose: str, value: str | None, age: int) -> str | None:
    """The text that was signed for this purpose, not longer ago than `age` seconds."""
    try:
        return base64_decode(_signer(visit.site.vault, purpose).unsign(value or "", max_age=age)).decode()
    except BadData:
        return None


@lru_cache(maxsize=64)
def _signer(vault: Vault, purpose: str) -> TimestampSigner:
    # Each purpose has a key of its own, so the library need not derive one at each signature.
    return TimestampSigner(vault.lookup("cookies", purpose), key_derivation="none", digest_method=hashlib.sha256)


def flash(visit: Visit, code: str, /, **params: Any) -> None:
    """Say this on the next page."""
    told = msgspec.json.encode((code, params)).decode()
    visit.cookies.put("flash", _signed(visit, "flash", told), secure=visit.settings.secure, age=FLASH_AGE)


def take_flash(visit: Visit) -> tuple[str, dict[str, Any]] | None:
    """What the last page wanted to have said; it is said once."""
    value = visit.incoming.cookie("flash")
    if not value:
        return None
    visit.cookies.drop("flash", secure=visit.settings.secure)
    told = _read(visit, "flash", value, FLASH_AGE)
    return msgspec.json.decode(told, type=tuple[str, dict[str, Any]]) if told is not None else None


def carry(visit: Visit, name: str, value: str) -> None:
    """Keep what a link of a mail held for half an hour, so that the address of the page that follows is clean."""
    visit.cookies.put(
        _named(visit, name), _signed(visit, name, value), secure=visit.settings.secure, age=CARRIED_AGE
    )


def carried(visit: Visit, name: str) -> str | None:
    """What a link held that was followed a moment ago."""
    return _read(visit, name, visit.incoming.cookie(_named(visit, name)), CARRIED_AGE)


def put_down(visit: Visit, name: str) -> None:
    visit.cookies.drop(_named(visit, name), secure=visit.settings.secure)


def hide(visit: Visit, name: str, value: str, age: int) -> None:
    """Keep something in the browser for so many seconds that nobody but us can read, its owner included."""
    until = int(visit.now.timestamp()) + age
    sealed = visit.vault.seal(f"cookie-{name}", f"{until} {value}".encode())
    hidden = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
    visit.cookies.put(_named(visit, name), hidden, secure=visit.settings.secure, age=age)


def hidden(visit: Visit, name: str) -> str | None:
    """What was hidden there, while its time lasts."""
    value = visit.incoming.cookie(_named(visit, name)) or ""
    try:
        sealed = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        until, _, plain = visit.vault.open(f"cookie-{name}", sealed).decode().partition(" ")
    except (ValueError, Unreadable):
        return None
    return plain if int(until) > visit.now.timestamp() else None


def knows(visit: Visit, name: str) -> bool:
    """Whether somebody came in with this browser before, into this account or with this ticket."""
    return _mark(visit, name) in _known(visit)


def remember(visit: Visit, name: str) -> None:
    """From now on this browser is one that the owner of the account, or the holder of the ticket, came in with."""
    mark = _mark(visit, name)
    marks = " ".join([mark, *(one for one in _known(visit) if one != mark)][:MOST_KNOWN])
    value = _signed(visit, "known", marks)
    visit.cookies.put(_named(visit, "known"), value, secure=visit.settings.secure, age=KNOWN_AGE)


def _known(visit: Visit) -> list[str]:
    value = visit.incoming.cookie(_named(visit, "known"))
    return (_read(visit, "known", value, KNOWN_AGE) or "").split() if value else []


def _mark(visit: Visit, name: str) -> str:
    return visit.site.vault.lookup("known-browser", name)[:16].hex()


def csrf_token(visit: Visit) -> str:
    """A fresh mask over the token, so that compressing pages tells nothing about it."""
    token = _csrf_of(_csrf_base(visit, make=True))
    mask = secrets.token_bytes(len(token))
    return base64.urlsafe_b64encode(mask + _masked(token, mask)).decode()


def is_genuine(visit: Visit, sent: str) -> bool:
    """Whether a posted form comes from a page of ours in the same session, and the browser says so too."""
    base = _csrf_base(visit, make=False)
    if base is None or not _is_same_origin(visit):
        return False
    try:
        raw = base64.urlsafe_b64decode(sent)
    except ValueError:
        return False
    token = _csrf_of(base)
    if len(raw) != 2 * len(token):
        return False
    return hmac.compare_digest(_masked(raw[: len(token)], raw[len(token) :]), token)


def _masked(token: bytes, mask: bytes) -> bytes:
    return (int.from_bytes(token) ^ int.from_bytes(mask)).to_bytes(len(token))


def _csrf_of(base: str) -> bytes:
    return hashlib.sha256(b"csrf\x00" + base.encode()).digest()


def _csrf_base(visit: Visit, *, make: bool) -> str | None:
    """What the token is bound to: the session, or a signed cookie that a visitor gets with the first form."""
    if visit.actor.signed_in and (token := session_token(visit)):
        return token
    name = _named(visit, "visitor")
    value = visit.incoming.cookie(name)
    base = _read(visit, "visitor", value, VISITOR_AGE) if value else None
    if base is None and make:
        base = secrets.token_urlsafe(24)
        visit.cookies.put(name, _signed(visit, "visitor", base), secure=visit.settings.secure)
    return base


def _is_same_origin(visit: Visit) -> bool:
    headers = visit.incoming.headers
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return True
    if origin == "null":
        return False
    # The page may be reached under another name than the configured one on a developer's machine.
    return urlsplit(origin).netloc in (urlsplit(visit.settings.url).netloc, headers.get("host"))
