"""The settings: one frozen value from the environment and the settings file; a wrong one stops the start."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from portal import settings_file

SHIPPED_BRAND = Path(__file__).resolve().parent.parent / "branding"


class SettingsError(Exception):
    """A setting that cannot be used; its text says which and what to do."""


_ADDRESS = re.compile(r"""[^@\s<>"(),:;]+@[^@\s<>"(),:;]+\.[^@\s<>"(),:;.]+""")
SMTP_PORTS = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True, slots=True)
class Smtp:
    """The mail server that takes our mails. `tls` is starttls, tls from the first byte, or none."""

    host: str
    port: int
    tls: str = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the operator decides. Paths are absolute; `url` has no slash at its end."""

    data: Path
    url: str
    database: str
    brand: Path
    demo: bool = False
    threads: int = 8
    proxies: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    worker: bool = True
    smtp: Smtp | None = None  # without one, mails wait in the outbox
    mail_from: str | None = None  # else the brand's address for support

    @property
    def secure(self) -> bool:
        """Whether people reach the portal over https, so that cookies may insist on it."""
        return self.url.startswith("https://")

    @property
    def keys(self) -> Path:
        return self.data / "keys"


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; raises SettingsError with a sentence an operator can act on."""
    data = Path(_text(environ, "PORTAL_DATA", "data")).resolve()
    try:
        environ = {**settings_file.read(data), **environ}
    except settings_file.Unreadable as problem:
        raise SettingsError(str(problem)) from problem
    url = _url(_text(environ, "PORTAL_URL", f"http://127.0.0.1:{_text(environ, 'PORT', '8000')}"))
    brand = Path(_text(environ, "PORTAL_BRAND", str(SHIPPED_BRAND))).resolve()
    if not brand.is_dir():
        raise SettingsError(
            f"PORTAL_BRAND names {brand}, which is not a folder. Name a brand folder or leave it unset."
        )
    return Settings(
        data=data,
        url=url,
        database=_database(_text(environ, "PORTAL_DATABASE", f"sqlite:///{data / 'portal.db'}")),
        brand=brand,
        demo=_flag(environ, "PORTAL_DEMO", False),
        threads=_number(environ, "PORTAL_THREADS", 8, low=1, high=64),
        proxies=_networks(_text(environ, "PORTAL_TRUSTED_PROXIES", "")),
        worker=_flag(environ, "PORTAL_WORKER", True),
        smtp=_smtp(environ),
        mail_from=_mail_from(_text(environ, "PORTAL_MAIL_FROM", "")),
    )


def _text(environ: Mapping[str, str], name: str, default: str) -> str:
    """A value, or the content of the file that NAME_FILE names: secrets need not stand in the environment."""
    file = environ.get(f"{name}_FILE")
    if file is None:
        return environ.get(name) or default
    if name in environ:
        raise SettingsError(f"Both {name} and {name}_FILE are set. Keep one of them.")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}_FILE names {file}, which cannot be read: {error}.") from error


def _flag(environ: Mapping[str, str], name: str, default: bool) -> bool:
    value = _text(environ, name, "yes" if default else "no").lower()
    if value in {"1", "yes", "true", "on"}:
        return True
    if value in {"0", "no", "false", "off"}:
        return False
    raise SettingsError(f"{name} is {value!r}. Set it to yes or no.")


def _number(environ: Mapping[str, str], name: str, default: int, *, low: int, high: int) -> int:
    value = _text(environ, name, str(default))
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise SettingsError(f"{name} is {value!r}. Set it to a whole number from {low} to {high}.")
    return int(value)


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
        sound = parts.scheme in {"http", "https"} and parts.hostname and not parts.query and not parts.fragment
        _ = parts.port
    except ValueError:
        sound = False
    if not sound:
        raise SettingsError(
            f"PORTAL_URL is {value!r}. Set it to the address people type, such as https://licenses.example."
        )
    return value.rstrip("/")


def _database(value: str) -> str:
    if value.startswith("postgres://"):
        value = "postgresql://" + value.removeprefix("postgres://")
    if value.startswith("postgresql://"):
        return "postgresql+psycopg://" + value.removeprefix("postgresql://")
    if value.startswith(("sqlite:///", "postgresql+psycopg://")):
        return value
    raise SettingsError("PORTAL_DATABASE must start with sqlite:/// or postgresql://.")


def _networks(value: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in value.split(",") if part.strip())
    except ValueError as error:
        raise SettingsError(f"PORTAL_TRUSTED_PROXIES holds no list of addresses or networks: {error}.") from error


def _smtp(environ: Mapping[str, str]) -> Smtp | None:
    named = {name: _text(environ, f"PORTAL_SMTP_{name}", "") for name in ("HOST", "PORT", "USER", "PASSWORD", "TLS")}
    host, user, password = named["HOST"], named["USER"], named["PASSWORD"]
    if not host:
        if lone := next((name for name, value in named.items() if value), None):
            raise SettingsError(f"PORTAL_SMTP_{lone} is set, but PORTAL_SMTP_HOST is not. Set both, or neither.")
        return None
    if not re.fullmatch(r"[A-Za-z0-9._:-]+", host):
        raise SettingsError(f"PORTAL_SMTP_HOST is {host!r}. Set it to the name of a mail server, such as mail.example.")
    tls = named["TLS"] or "starttls"
    if tls not in SMTP_PORTS:
        raise SettingsError(f"PORTAL_SMTP_TLS is {tls!r}. Set it to starttls, tls or none.")
    if bool(user) != bool(password):
        raise SettingsError("Only one of PORTAL_SMTP_USER and PORTAL_SMTP_PASSWORD is set. Set both, or neither.")
    if user and tls == "none" and not _is_here(host):
        raise SettingsError(
            "PORTAL_SMTP_TLS is none, which would send PORTAL_SMTP_PASSWORD readable for everybody on the way. "
            "Set it to starttls or tls."
        )
    port = _number(environ, "PORTAL_SMTP_PORT", SMTP_PORTS[tls], low=1, high=65535)
    return Smtp(host, port, tls, user or None, password or None)


def _is_here(host: str) -> bool:
    """Whether a host is this very machine."""
    return host == "localhost" or host == "::1" or host.startswith("127.")


def _mail_from(value: str) -> str | None:
    if value and not (value.isascii() and value.isprintable() and _ADDRESS.fullmatch(value)):
        raise SettingsError(
            f"PORTAL_MAIL_FROM is {value!r}. Set it to one e-mail address, such as portal@mail.example."
        )
    return value or None
