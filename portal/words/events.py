"""What the timeline says: one sentence per kind of event, and who did it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from portal.language import Language
from portal.words.parts import parts

BOLD = frozenset({"device"})


def sentence(
    lang: Language, zone: ZoneInfo, kind: str, outcome: str, params: Mapping[str, Any]
) -> list[tuple[str, bool]]:
    """The event as pieces of text, with the name of the PC it is about in bold."""
    names = {name: str(value) for name, value in params.items()}
    names.setdefault("device", lang.gettext("a PC"))
    names.setdefault("from_device", lang.gettext("another PC"))
    if outcome == "refused":
        return parts(_refused(lang, zone, kind, params, names), names, BOLD)
    say = _DONE.get(kind)
    return parts(say(lang, params) if say else kind, names, BOLD)


def _moved(lang: Language, params: Mapping[str, Any]) -> str:
    if "device" not in params:
        return lang.gettext("Moved away from %(from_device)s; the seat is kept for the next PC")
    if "from_device" not in params:
        return lang.gettext("Moved to %(device)s")
    return lang.gettext("Moved from %(from_device)s to %(device)s")


def _issued(lang: Language, params: Mapping[str, Any]) -> str:
    return lang.gettext("Issued, order %(order)s") if params.get("order") else lang.gettext("Issued")


def _activated(lang: Language, params: Mapping[str, Any]) -> str:
    if params.get("first"):
        return lang.gettext("Activated on %(device)s, the first time")
    return lang.gettext("Activated on %(device)s")


_DONE: dict[str, Callable[[Language, Mapping[str, Any]], str]] = {
    "license.issued": _issued,
    "license.registered": lambda lang, _: lang.gettext("Registered to an account"),
    "license.recalled": lambda lang, _: lang.gettext("Recalled; it ends on each PC at its next check"),
    "license.revoked": lambda lang, _: lang.gettext("Revoked"),
    "license.merged": lambda lang, _: lang.gettext("Merged into a newer subscription"),
    "license.prolonged": lambda lang, _: lang.gettext("Prolonged on %(device)s"),
    "device.activated": _activated,
    "device.waiting": lambda lang, _: lang.gettext("%(device)s asked for the license and waits"),
    "device.dismissed": lambda lang, _: lang.gettext("%(device)s was sent away: not one of yours"),
    "device.moved": _moved,
    "device.repaired": lambda lang, _: lang.gettext("%(device)s was set up again; it is the same PC"),
    "device.confirmed": lambda lang, _: lang.gettext("%(device)s took over and runs"),
    "device.returned": lambda lang, _: lang.gettext("%(device)s gave its seat back"),
    "device.blocked": lambda lang, _: lang.gettext("Taken away from %(device)s"),
    "device.lapsed": lambda lang, _: lang.gettext("%(device)s was not heard of any more; its seat is free"),
    "return.asked": lambda lang, _: lang.gettext("%(device)s was asked to give its seat back"),
    "return.cancelled": lambda lang, _: lang.gettext("%(device)s keeps its seat after all"),
    "return.written": lambda lang, _: lang.gettext("A return request was written for %(device)s, to be carried there"),
    "file.issued": lambda lang, _: lang.gettext("A license file was written for %(device)s, to be carried there"),
    "file.imported": lambda lang, _: lang.gettext("%(device)s has its license file"),
    "state.mismatch": lambda lang, _: lang.gettext("A receipt for %(device)s did not fit; nothing was changed"),
    "seat.credited": lambda lang, _: lang.gettext("The seat of %(device)s is free again"),
}
KINDS = frozenset(_DONE)


def _refused(lang: Language, zone: ZoneInfo, kind: str, params: Mapping[str, Any], names: dict[str, str]) -> str:
    moment = params.get("next_allowed_at")
    if isinstance(moment, datetime):
        names["date"] = lang.date(moment, zone)
    if kind in ("device.moved", "device.repaired"):
        if "date" in names:
            if "device" in params:
                return lang.gettext("Move to %(device)s asked for; possible from %(date)s")
            return lang.gettext("Move asked for; possible from %(date)s")
        return lang.gettext("Move asked for; the rules do not allow it")
    if kind in ("return.asked", "device.returned"):
        if "date" in names:
            return lang.gettext("Return of %(device)s asked for; possible from %(date)s")
        return lang.gettext("Return of %(device)s asked for; the rules do not allow it")
    return lang.gettext("%(device)s asked for the license; the rules do not allow it")


def who(lang: Language, vendor: str, actor: str, name: str | None, reason: str | None) -> str:
    """Who did it, in the reader's eyes, with the reason they gave."""
    text = {
        "you": lang.gettext("by you"),
        "program": lang.gettext("by the program"),
        "ticket": lang.gettext("with the ticket"),
        "person": lang.gettext("by %(name)s") % {"name": name} if name else lang.gettext("by the owner"),
        "portal": lang.gettext("by the portal"),
    }.get(actor) or lang.gettext("by %(name)s") % {"name": vendor}
    told = {
        "hardware_failure": lang.gettext("broken"),
        "lost": lang.gettext("lost or stolen"),
        "sold": lang.gettext("sold or wiped"),
    }.get(reason or "")
    return f"{text}: {told}" if told else text
