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
_NO_ADDRESS = re.compile(r"""[\s"'`<>\\^{|}]""")
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
    brands: tuple[tuple[str, Path], ...] = ()  # further ones, each with the address that people reach it under
    demo: bool = False
    threads: int = 8
    proxies: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    worker: bool = True
    smtp: Smtp | None = None  # without one, mails wait in the outbox
    mail_from: str | None = None  # else the brand's address for support
    second_factor: frozenset[tuple[str, str]] = frozenset()  # of whom one is asked: kind of group, role
    sign_in: Path | None = None  # the file with the vendor's own sign-in providers
    reachable: tuple[str, ...] = ()  # hosts inside that the portal may ask all the same
    files_kept: int = 365  # days after the answer, for files that people sent to be looked at

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
    return Settings(
        data=data,
        url=url,
        database=_database(_text(environ, "PORTAL_DATABASE", f"sqlite:///{data / 'portal.db'}")),
        brand=_folder("PORTAL_BRAND", _text(environ, "PORTAL_BRAND", str(SHIPPED_BRAND))),
        brands=_brands(_text(environ, "PORTAL_BRANDS", ""), url),
        demo=_flag(environ, "PORTAL_DEMO", False),
        threads=_number(environ, "PORTAL_THREADS", 8, low=1, high=64),
        proxies=_networks(_text(environ, "PORTAL_TRUSTED_PROXIES", "")),
        worker=_flag(environ, "PORTAL_WORKER", True),
        smtp=_smtp(environ),
        mail_from=_mail_from(_text(environ, "PORTAL_MAIL_FROM", "")),
        second_factor=_roles(_text(environ, "PORTAL_SECOND_FACTOR", "")),
        sign_in=Path(sign_in).resolve() if (sign_in := _text(environ, "PORTAL_SIGN_IN", "")) else None,
        reachable=_hosts(_text(environ, "PORTAL_REACHABLE", "")),
        files_kept=_number(environ, "PORTAL_FILES_KEPT", 365, low=1, high=36_500),
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


def host_of(url: str) -> str:
    """The host of an address, with its port where it is not the usual one, as browsers send it."""
    parts = urlsplit(url.lower())
    return parts.netloc.removesuffix(":443" if parts.scheme == "https" else ":80")


def _url(value: str, name: str = "PORTAL_URL") -> str:
    try:
        parts = urlsplit(value)
        sound = parts.scheme in {"http", "https"} and parts.hostname and not parts.query and not parts.fragment
        sound = sound and not _NO_ADDRESS.search(value)
        _ = parts.port
    except ValueError:
        sound = False
    if not sound:
        raise SettingsError(
            f"{name} is {value!r}. Set it to the address people type, such as https://licenses.example."
        )
    return value.rstrip("/")


def _folder(name: str, value: str) -> Path:
    folder = Path(value).resolve()
    if not folder.is_dir():
        raise SettingsError(f"{name} names {folder}, which is not a folder. Name a brand folder or leave it unset.")
    return folder


def _brands(value: str, first: str) -> tuple[tuple[str, Path], ...]:
    """Pairs ADDRESS=FOLDER. All have the scheme of PORTAL_URL, for cookies are made for one or the other."""
    found: list[tuple[str, Path]] = []
    hosts = {host_of(first)}
    for pair in filter(None, map(str.strip, re.split(r"[,\n]", value))):
        address, sign, folder = pair.rpartition("=")
        if not sign or not address or not folder:
            raise SettingsError(
                f"PORTAL_BRANDS holds {pair!r}. Name pairs such as https://licenses.example=/etc/portal/brand."
            )
        url = _url(address, "PORTAL_BRANDS")
        parts = urlsplit(url)
        if parts.path or parts.scheme != urlsplit(first).scheme:
            raise SettingsError(
                f"PORTAL_BRANDS holds {url!r}. Name addresses without a path, all with http or all with https, as "
                "PORTAL_URL is."
            )
        if host_of(url) in hosts:
            raise SettingsError(f"PORTAL_BRANDS holds {url!r}, but that host has a brand already. Name each host once.")
        hosts.add(host_of(url))
        found.append((url, _folder("PORTAL_BRANDS", folder)))
    return tuple(found)


def _database(value: str) -> str:
    if value.startswith("postgres://"):
        value = "postgresql://" + value.removeprefix("postgres://")
    if value.startswith("postgresql://"):
        value = "postgresql+psycopg://" + value.removeprefix("postgresql://")
    if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingsError("PORTAL_DATABASE must start with sqlite:/// or postgresql://.")
    try:
        _ = urlsplit(value).port
    except ValueError as error:
        raise SettingsError("PORTAL_DATABASE must look like postgresql://user:password@host:5432/name.") from error
    return value


def _networks(value: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in value.split(",") if part.strip())
    except ValueError as error:
        raise SettingsError(f"PORTAL_TRUSTED_PROXIES holds no list of addresses or networks: {error}.") from error


def _roles(value: str) -> frozenset[tuple[str, str]]:
    named = [tuple(part.lower().split()) for part in value.split(",") if part.strip()]
    kinds, roles = ("vendor", "reseller", "customer", "department"), ("admin", "member")
    if wrong := next((one for one in named if len(one) != 2 or one[0] not in kinds or one[1] not in roles), None):
        raise SettingsError(
            f"PORTAL_SECOND_FACTOR holds {' '.join(wrong)!r}. "
            "List kinds of groups with a role, such as vendor admin, reseller admin."
        )
    return frozenset((kind, role) for kind, role in named)


def _hosts(value: str) -> tuple[str, ...]:
    hosts = tuple(part.strip().lower() for part in value.split(",") if part.strip())
    if wrong := next((host for host in hosts if not re.fullmatch(r"[a-z0-9._-]+|[0-9a-f:]+", host)), None):
        raise SettingsError(
            f"PORTAL_REACHABLE holds {wrong!r}, which is no host. List names such as sign-in.intern.example."
        )
    return hosts


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
