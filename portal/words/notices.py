"""What is said after a deed: code and parameters become a notice in the reader's words."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from portal.language import Language


def notice(lang: Language, zone: ZoneInfo, code: str, params: dict[str, Any]) -> dict[str, Any] | None:
    """Tone, bold first sentence and the rest; None for a code that is not known (an old cookie)."""
    known = _SENTENCES.get(code)
    if known is None:
        return None
    tone, sentences = known
    strong, text = sentences(lang, params)
    return {"tone": tone, "strong": strong, "text": text}


def _moved(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    if params.get("to"):
        return (
            lang.gettext("Moved to %(device)s.") % {"device": params["to"]},
            lang.gettext("Its program starts at its next check, within a minute."),
        )
    return (
        lang.gettext("The seat is kept for your new PC."),
        lang.gettext("Start the program there and type your ticket: the next PC that asks gets the seat."),
    )


def _given(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("%(device)s has the seat.") % {"device": params["to"]},
        lang.gettext("Its program starts at its next check, within a minute."),
    )


def _return_asked(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("%(device)s is asked to return its seat.") % {"device": params["device"]},
        lang.gettext("The seat is free as soon as the program there confirms, at its next check."),
    )


def _seat_freed(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("The seat is free."), lang.gettext("The next PC that asks with this ticket gets it.")


def _return_cancelled(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("%(device)s keeps its seat.") % {"device": params["device"]}, ""


def _file_ready(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("The license file for %(device)s is ready.") % {"device": params["device"]},
        lang.gettext("Take it there, and bring the receipt back."),
    )


def _file_imported(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("%(device)s has its license file.") % {"device": params["device"]},
        lang.gettext("Nothing else is to do."),
    )


def _return_written(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("The return request for %(device)s is ready.") % {"device": params["device"]},
        lang.gettext("Take it there, and bring the receipt back. Until then nothing changes."),
    )


def _returned(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("%(device)s is returned.") % {"device": params["device"]},
        lang.gettext("Its receipt proves that the return was run there."),
    )


def _dismissed(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("%(device)s does not wait any more.") % {"device": params["device"]},
        lang.gettext("If it was not yours, somebody may know your ticket: write to us."),
    )


def _registered(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    n = int(params["count"])
    return (
        lang.ngettext("%(count)s ticket is registered.", "%(count)s tickets are registered.", n)
        % {"count": lang.number(n)},
        lang.gettext("From now on its licenses belong to your account."),
    )


def _signed_out(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("You are signed out."), ""


def _welcome(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    n = int(params["closed"])
    return (
        lang.ngettext("%(count)s ticket stayed closed.", "%(count)s tickets stayed closed.", n)
        % {"count": lang.number(n)},
        lang.gettext("The others are open below."),
    )


_SENTENCES = {
    "moved": ("ok", _moved),
    "given": ("ok", _given),
    "return_asked": ("wait", _return_asked),
    "seat_freed": ("ok", _seat_freed),
    "return_cancelled": ("ok", _return_cancelled),
    "dismissed": ("ok", _dismissed),
    "file_ready": ("ok", _file_ready),
    "file_imported": ("ok", _file_imported),
    "return_written": ("wait", _return_written),
    "returned": ("ok", _returned),
    "registered": ("ok", _registered),
    "signed_out": ("ok", _signed_out),
    "some_tickets_closed": ("wait", _welcome),
}
