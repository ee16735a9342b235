"""What the desk and those who ask it read: kinds, states, ages, and the entries of a ledger in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from portal.language import Language
from portal.words.rule_phrases import things


def kind(lang: Language, name: str) -> str:
    """What somebody asks for, as a heading."""
    return {
        "demo": lang.gettext("Demo"),
        "emergency": lang.gettext("Emergency license"),
        "exception": lang.gettext("Exception"),
        "support": lang.gettext("Question"),
    }.get(name, name)


def asked_for(lang: Language, operation: str) -> str:
    """What the rules refused, in the words of whoever asked."""
    return {
        "activate": lang.gettext("Activate one more PC"),
        "return": lang.gettext("Return the license"),
        "repair": lang.gettext("Set up the same PC again"),
        "rehost": lang.gettext("Move to another PC"),
        "reassign": lang.gettext("Give the license to somebody else"),
        "emergency": lang.gettext("An emergency license"),
    }.get(operation, operation)


def state(lang: Language, name: str, kind: str) -> str:
    """How a request stands."""
    return {
        "open": lang.gettext("Waits for an answer"),
        "asked_back": lang.gettext("Asked back"),
        "granted": lang.gettext("Answered") if kind == "support" else lang.gettext("Granted"),
        "refused": lang.gettext("Declined"),
    }.get(name, lang.gettext("Closed"))


def stamp(at: datetime | None, zone: ZoneInfo) -> str:
    """A moment as spreadsheets sort it, or nothing."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if at else ""


def age(lang: Language, spent: timedelta) -> str:
    """So long, in its largest unit: "3 days", "5 hours"."""
    if spent >= timedelta(days=1):
        return lang.duration(f"P{spent.days}D")
    if spent >= timedelta(hours=1):
        return lang.duration(f"PT{spent.seconds // 3600}H")
    return lang.duration(f"PT{max(0, int(spent.total_seconds())) // 60}M")


def entry(lang: Language, told: Mapping[str, Any]) -> str:
    """One entry of the ledger that a decision rested on."""
    operation = told["operation"]
    if operation == "override":
        said = lang.gettext("%(things)s: %(amount)s more than the rules allow (%(reason)s)")
        return said % {
            "things": things(lang, (told["grants"],)), "amount": lang.number(told.get("amount") or 1),
            "reason": told.get("reason") or "–",
        }  # fmt: skip
    said = {
        "activate": lang.gettext("Activated on a PC"),
        "return": lang.gettext("Returned"),
        "repair": lang.gettext("Set up again on the same PC"),
        "rehost": lang.gettext("Moved to another PC"),
        "reassign": lang.gettext("Given to somebody else"),
        "emergency": lang.gettext("Emergency license taken"),
        "demo": lang.gettext("Demo taken"),
        "register": lang.gettext("Registered to an account"),
        "refresh": lang.gettext("License file renewed"),
        "lapse": lang.gettext("Lapsed: the PC was not heard of any more"),
    }.get(operation, operation)
    proof = {
        "declaration": lang.gettext("on the person's word"),
        "mail_code": lang.gettext("with a code from a mail"),
        "receipt": lang.gettext("with a receipt"),
        "online_ack": lang.gettext("confirmed by the program"),
    }.get(told.get("evidence") or "")
    return f"{said}{lang.comma}{proof}" if proof else said


def moment(text: str) -> datetime:
    """A moment as it was kept with a decision."""
    return datetime.fromisoformat(text)


def facts(decision: Mapping[str, Any], product: str | None) -> dict[str, Any]:
    """What the words about a kept decision need; moments are moments again."""
    params = {name: _read(value) for name, value in decision["params"].items()}
    next_at = decision.get("next_allowed_at")
    return {
        **params, "rule": decision.get("rule"), "date": moment(next_at) if next_at else None, "as": decision.get("as"),
        "operation": decision["operation"], "product": product,
    }  # fmt: skip


def size(lang: Language, octets: int) -> str:
    """How large a file is."""
    return lang.gettext("%(number)s kB") % {"number": lang.number(max(1, octets // 1000))}


def month(lang: Language, text: str, zone: ZoneInfo) -> str:
    """A month such as 2026-11, written out."""
    return lang.month(date.fromisoformat(f"{text}-01"), zone, long=True)


def _read(value: Any) -> Any:
    if isinstance(value, str) and len(value) >= 19 and value[4:5] == "-" and value[10:11] == "T":
        try:
            return moment(value)
        except ValueError:
            return value
    return value
