"""What mails speak of when a brand is tried on: one set of facts that fills every template, in two moods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from portal.brand.overrides import STOCK
from portal.brand.stationery import Letter, Stationery

AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36"


KINDS = {"lost": "stolen"}
# What a mail is never without, even at its shortest.
NEEDED = {
    "invited": ("until",), "password_reset": ("until",), "registration": ("until",), "demo": ("until",),
    "emergency": ("until",), "emergency_ends": ("until",), "lost": ("until",),
    "domain_code": ("actor_name", "actor_email"), "claimed": ("tickets",),
}  # fmt: skip


def names() -> list[str]:
    """Every mail that the portal writes, by the folder of its templates."""
    return sorted(path.name for path in (STOCK / "mail").iterdir() if path.is_dir())


def write(stationery: Stationery, name: str, language: str, now: datetime, *, is_short: bool = False) -> Letter:
    """One mail with the facts below. Raises brand.stationery.Unwritten."""
    zone: ZoneInfo = stationery.brand.zone
    return stationery.write(name, language, zone, now, **facts(now, name, is_short=is_short))


def facts(now: datetime, name: str, *, is_short: bool) -> Mapping[str, Any]:
    """`is_short` turns every flag and leaves out whatever may be missing."""
    flags = (
        "is_again", "is_holder", "is_new", "is_admin", "is_whole", "is_running", "is_named", "is_maintenance",
        "is_used", "is_reply", "is_own_deed", "is_outside",
    )  # fmt: skip
    said = {
        "person": "Eve Lindqvist", "asking": "Malte Anders", "email": "eve.lindqvist@posteo.example",
        "product": "CAD Pro", "device": "DESK-77", "old_device": "DESK-42", "group": "Brandt Maschinenbau",
        "path": "/licenses", "until": now + timedelta(days=1), "actor": "person", "actor_name": "Cora Brandt",
        "actor_email": "cora@brandt-maschinenbau.example", "operation": "rehost", "amount": 2,
        "reason": "lost" if name == "moved" else "A second PC broke within a month.",
        "agent": AGENT, "network": "198.51.100.0/24", "words": "For the new drawing office.", "more": 3,
        "tickets": [{"code": "L48HF-DU2AW-KZNNT-UJDBG-2TCCY", "product": "CAD Pro", "order_number": "20418"}],
        "ends": list(_ends(now)), "stop": "/reminders/confirmation/x", "ends_at": now + timedelta(days=3), "days": 14,
        "buy": "https://www.tessel.example/shop", "stands_for": "/licenses", "provider": "Brandt sign-in",
        "domain": "brandt-maschinenbau.example", "code": "48213", "change": "passkey_added", "passkey": "Notebook",
        "kind": KINDS.get(name, "exception"), "state": "asked_back", "moved": ["CAD Pro"], "stayed": ["Mill", "Viewer"],
        "count": 2, "taken": list(_taken(now)),
        "stolen": [{"device": "FALK-07", "group": "Falk", "licenses": 2, "at": now}],
    }  # fmt: skip
    left_out = {
        "actor_name": None, "actor_email": None, "until": None, "stop": None, "more": 0, "tickets": [], "buy": "",
        "moved": [], "stolen": [], "kind": "support", "state": "granted",
    }  # fmt: skip
    for fact in NEEDED.get(name, ()):
        del left_out[fact]
    if is_short:
        said |= {**left_out, "ends": said["ends"][:1]}
    return said | dict.fromkeys(flags, not is_short)


def _ends(now: datetime) -> Iterator[Mapping[str, Any]]:
    for days, product, is_maintenance in ((7, "CAD Pro", True), (30, "Mill", False)):
        yield {
            "product": product, "group": "Brandt Maschinenbau", "quantity": 12, "ends_at": now + timedelta(days=days),
            "is_maintenance": is_maintenance, "days": days, "path": None if is_maintenance else "/licenses",
        }  # fmt: skip


def _taken(now: datetime) -> Iterator[Mapping[str, Any]]:
    for person, words, of_license in (("Anton Weiss", "It does not start any more.", 2), ("", "", 1)):
        yield {
            "product": "CAD Pro", "customer": "Technology Lab", "person": person, "at": now, "words": words,
            "refused": ("rehost", "cooldown", "moves"), "of_license": of_license,
        }  # fmt: skip
