"""The card of a brand: brand.toml key by key, and what may stand in it."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterator
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from portal.brand.source import Source

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")
_EMAIL = re.compile(r"""[^@\s<>"]+@[^@\s<>"]+\.[^@\s<>".]+""")
_ADDRESS = re.compile(r"""https?://[^\s/\\<>"'][^\s\\<>"']*|/([^\s/\\<>"'][^\s\\<>"']*)?""")
_MAY_BE_EMPTY = {"register", "support_phone", "morning_email", "shop_url", "mail_logo"}

Keys = tuple[str, ...]
# What people can be asked for when they register, beyond their name.
Field = Literal["company", "phone", "street", "postcode", "city", "country"]


class Local(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What reads differently in one language; None keeps the value of the brand."""

    register: str | None = None
    help_url: str | None = None
    imprint_url: str | None = None
    privacy_url: str | None = None
    shop_url: str | None = None


class Card(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """brand.toml as it is written. docs/branding.md tells what each key means."""

    name: str
    company: str
    city: str
    address: tuple[str, ...]
    register: str = ""
    host: str
    support_email: str
    support_phone: str = ""
    morning_email: str = ""
    help_url: str
    imprint_url: str
    privacy_url: str
    shop_url: str = ""
    languages: tuple[str, ...]
    default_language: str
    time_zone: str
    doors: tuple[Literal["password", "company", "ticket"], ...] = ("password", "company", "ticket")
    registration: Literal["open", "closed"] = "open"
    accounts: Literal["address", "name", "both"] = "address"
    demos: Literal["open", "closed"] = "open"
    asks: tuple[Field, ...] = ()
    needs: tuple[Field, ...] = ()
    logo: str = "logo.svg"
    favicon: str = "favicon.svg"
    mail_logo: str = ""
    masthead_band: bool = False
    buy: dict[str, str] = {}
    local: dict[str, Local] = {}


def checked(source: Source, assets: Container[str], languages: Collection[str]) -> Card:
    """The card of brand.toml, with its pictures among `assets`, its languages among those that there are.

    Raises BrandError with file, line and reason.
    """
    card = source.convert(Card)
    for key in ("address", "languages", "doors"):
        if not getattr(card, key):
            raise source.error("must not be empty", key)
    for keys, value in _texts(card):
        if not value.strip() and keys[-1] not in _MAY_BE_EMPTY:
            raise source.error("must not be empty", *keys)
        if value and (reason := _objection(keys, value, assets)):
            raise source.error(reason, *keys)
    for code in card.languages:
        if code not in languages:
            raise source.error(f"{code!r} is not installed, only {', '.join(sorted(languages))}", "languages")
    if card.default_language not in card.languages:
        raise source.error("must be one of the languages", "default_language")
    for code in card.local:
        if code not in card.languages:
            raise source.error(f"{code!r} is not one of the languages", "local", code)
    return card


def _texts(card: Card) -> Iterator[tuple[Keys, str]]:
    """Every text on the card with the keys it stands under."""
    for key, value in msgspec.structs.asdict(card).items():
        if isinstance(value, str | tuple):
            yield from (((key,), text) for text in ([value] if isinstance(value, str) else value))
    yield from ((("buy", product), address) for product, address in card.buy.items())
    for code, local in card.local.items():
        told = msgspec.structs.asdict(local)
        yield from ((("local", code, key), text) for key, text in told.items() if text is not None)


def _objection(keys: Keys, value: str, assets: Container[str]) -> str | None:
    """Why a text cannot stand where it does, or None where it can."""
    if not value.isprintable():
        return "must be one line of plain text"
    if keys[-1].endswith("_url") or keys[0] == "buy":
        return None if _ADDRESS.fullmatch(value) else "must be a web address, or a path such as /imprint"
    match keys[-1]:
        case "support_email" | "morning_email":
            return None if _EMAIL.fullmatch(value) else "must be an e-mail address"
        case "host":
            return None if _HOST.fullmatch(value) else "must be a host name such as licenses.example.com"
        case "logo" | "favicon":
            return None if value in assets else "must be the name of a picture beside brand.toml"
        case "mail_logo":
            is_png = value in assets and value.endswith(".png")
            return None if is_png else "must be the name of a PNG beside brand.toml: mail programs show no SVG"
        case "time_zone":
            return None if _is_zone(value) else "must be a time zone such as Europe/Berlin"
    return None


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True
