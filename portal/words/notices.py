"""What is said after a deed: code and parameters become a notice in the reader's words."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from portal.language import Language
from portal.words import account_notices, company_notices, desk_notices, people_notices, undo_notices


def notice(lang: Language, zone: ZoneInfo, code: str, params: dict[str, Any]) -> dict[str, Any] | None:
    """Tone, bold first sentence, the rest, and where it is undone, if it can be; None for a code that is not known (an
    old cookie).
    """
    known = _SENTENCES.get(code)
    if known is None:
        return None
    tone, sentences = known
    strong, text = sentences(lang, params)
    said = {"tone": tone, "strong": strong, "text": text}
    return said | {"undo": params["undo"]} if "undo" in params else said


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


def _seat_asked(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("You asked for a seat of %(product)s.") % {"product": params["product"]},
        lang.gettext("You get a mail as soon as somebody answers."),
    )


def _seat_given(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("You have a seat of %(product)s.") % {"product": params["product"]},
        lang.gettext("You find it among your licenses, with the key for the program."),
    )


def _request_granted(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("%(person)s has a seat of %(product)s.") % params, lang.gettext("They are told by mail.")


def _request_declined(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    declined = lang.gettext("The request of %(person)s for %(product)s is declined.")
    return declined % params, lang.gettext("They are told by mail.")


def _request_withdrawn(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("The request is taken back."), ""


def _standing_rule_set(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("The rule for %(product)s is saved.") % {"product": params["product"]}, ""


def _reminder_named(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("%(email)s is named.") % {"email": params["email"]},
        lang.gettext("A colleague gets the reminders from now on; anybody else is asked by mail first."),
    )


def _reminder_ended(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("No more reminders go to %(email)s.") % {"email": params["email"]}, ""


def _seats_given(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    n, failed = int(params["count"]), int(params["failed"])
    told = lang.ngettext("%(count)s seat is assigned.", "%(count)s seats are assigned.", n)
    return told % {"count": lang.number(n)}, _failed(lang, failed) or lang.gettext("They are told by mail.")


def _seats_taken(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    n, failed = int(params["count"]), int(params["failed"])
    told = lang.ngettext("%(count)s seat is taken back.", "%(count)s seats are taken back.", n)
    freed = lang.gettext("A seat that runs on a PC is free once the program there has confirmed it.")
    return told % {"count": lang.number(n)}, _failed(lang, failed) or freed


def _failed(lang: Language, n: int) -> str:
    if not n:
        return ""
    told = lang.ngettext("%(count)s was not done; below it says why.", "%(count)s were not done; below it says why.", n)
    return told % {"count": lang.number(n)}


def _batch_prepared(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    n = int(params["count"])
    told = lang.ngettext("%(count)s line is read.", "%(count)s lines are read.", n)
    return told % {"count": lang.number(n)}, lang.gettext("Nothing is done yet: see what would happen, then start.")


def _batch_started(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("It has begun."), lang.gettext("You need not wait: it goes on if you leave.")


def _batch_stopping(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("It stops now."), lang.gettext("What was done stays done, until you undo it.")


def _batch_undoing(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("It is being undone."), lang.gettext("You need not wait: it goes on if you leave.")


def _seat_taken(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("The seat of %(person)s is free.") % params, lang.gettext("They are told by mail.")


def _seat_going(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("The seat of %(person)s was taken back.") % params,
        lang.gettext("It is free as soon as the program there confirms, at its next check."),
    )


def _license_handed_over(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("%(person)s has the license.") % params, lang.gettext("They are told by mail.")


def _license_taken_back(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("The license belongs to nobody."), lang.gettext("Its seats can be assigned one by one.")


def _license_shared(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("Everybody in the group can use the license."), ""


def _license_not_shared(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("Only its admins can use the license."), ""


def _seats_kept(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    if params["group"]:
        return lang.gettext("Seats kept for %(group)s: %(count)s.") % params, ""
    return lang.gettext("Blocked seats: %(count)s.") % params, ""


def _emergency_granted(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("Here is your emergency license."),
        lang.gettext("Type its key into the program; it works without a network too."),
    )


def _loss_reported(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("%(device)s is reported.") % {"device": params["device"]},
        lang.gettext("Below you see what came of each license."),
    )


def _loss_undone(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("%(device)s keeps its licenses.") % {"device": params["device"]},
        lang.gettext("What it cost is given back."),
    )


_SENTENCES = {
    "emergency_granted": ("wait", _emergency_granted),
    "loss_reported": ("ok", _loss_reported),
    "loss_undone": ("ok", _loss_undone),
    **account_notices.SENTENCES,
    **company_notices.SENTENCES,
    **desk_notices.SENTENCES,
    **people_notices.SENTENCES,
    **undo_notices.SENTENCES,
    "seat_taken": ("ok", _seat_taken),
    "seat_going": ("wait", _seat_going),
    "license_handed_over": ("ok", _license_handed_over),
    "license_taken_back": ("ok", _license_taken_back),
    "license_shared": ("ok", _license_shared),
    "license_not_shared": ("ok", _license_not_shared),
    "seats_kept": ("ok", _seats_kept),
    "seats_given": ("ok", _seats_given),
    "seats_taken": ("ok", _seats_taken),
    "batch_prepared": ("ok", _batch_prepared),
    "batch_started": ("ok", _batch_started),
    "batch_stopping": ("wait", _batch_stopping),
    "batch_undoing": ("wait", _batch_undoing),
    "seat_asked": ("ok", _seat_asked),
    "seat_given": ("ok", _seat_given),
    "request_granted": ("ok", _request_granted),
    "request_declined": ("ok", _request_declined),
    "request_withdrawn": ("ok", _request_withdrawn),
    "standing_rule_set": ("ok", _standing_rule_set),
    "reminder_named": ("ok", _reminder_named),
    "reminder_ended": ("ok", _reminder_ended),
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
