"""The vendor's own sign-in providers: one TOML file that the operator writes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec

from portal.doors.companies import Provider
from portal.settings import SettingsError

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_DOMAIN = re.compile(r"(?=.{3,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
NAMES_OF_OURS = frozenset({"again", "callback", "logout"})  # addresses that stand beside those of providers


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One provider as it is written. docs/operator.md tells what each key means."""

    name: str
    title: str
    issuer: str
    client_id: str
    client_secret_file: str = ""
    domains: tuple[str, ...] = ()


class File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    provider: tuple[Entry, ...] = ()


def read(path: Path | None) -> tuple[Provider, ...]:
    """The providers of the file. Raises SettingsError with a sentence an operator can act on."""
    if path is None:
        return ()
    try:
        file = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), File)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SettingsError(f"PORTAL_SIGN_IN names {path}, which cannot be used: {error}.") from error
    found = tuple(_provider(path, entry) for entry in file.provider)
    if len({one.key for one in found}) != len(found):
        raise SettingsError(f"PORTAL_SIGN_IN: two providers of {path} have the same name. Give each one of its own.")
    return found


def _provider(path: Path, entry: Entry) -> Provider:
    if not _NAME.fullmatch(entry.name) or entry.name in NAMES_OF_OURS:
        raise SettingsError(
            f"PORTAL_SIGN_IN: {entry.name!r} is no name for a provider. Take a short one such as tessel."
        )
    wrong = next((domain for domain in entry.domains if not _DOMAIN.fullmatch(domain)), None)
    if wrong is not None:
        raise SettingsError(f"PORTAL_SIGN_IN: {wrong!r} is no domain. Write it like company.example.")
    if not entry.issuer.startswith(("https://", "http://")) or not (entry.title and entry.client_id):
        raise SettingsError(f"PORTAL_SIGN_IN: the provider {entry.name} needs a title, an issuer and a client_id.")
    secret = ""
    if entry.client_secret_file:
        try:
            secret = (path.parent / entry.client_secret_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"PORTAL_SIGN_IN: the secret of {entry.name} cannot be read: {error}.") from error
    domains = frozenset(entry.domains) or None
    return Provider(entry.name, entry.title, entry.issuer, entry.client_id, secret, domains)
