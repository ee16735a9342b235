"""What the timeline says: one sentence per kind of event, and who did it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from portal.language import Language
from portal.words import company_events
from portal.words.parts import parts
from portal.words.rule_phrases import things

BOLD = frozenset({"device"})


def sentence(
    lang: Language, zone: ZoneInfo, kind: str, outcome: str, params: Mapping[str, Any]
) -> list[tuple[str, bool]]:
    """The event as pieces of text, with the name of the PC it is about in bold."""
    names = {name: str(value) for name, value in params.items()}
    names.setdefault("device", lang.gettext("a PC"))
    names.setdefault("from_device", lang.gettext("another PC"))
    names.setdefault("whom", names.get("person") or names.get("email", ""))
    if "grants" in params:
        names["things"] = things(lang, (params["grants"],))
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
    if params.get("emergency"):
        return lang.gettext("Issued as an emergency license")
    return lang.gettext("Issued, order %(order)s") if params.get("order") else lang.gettext("Issued")


def _merged(lang: Language, params: Mapping[str, Any]) -> str:
    if params.get("bought"):
        return lang.gettext("The product was bought; the trial goes on as the new license")
    return lang.gettext("Merged into a newer subscription")


def _activated(lang: Language, params: Mapping[str, Any]) -> str:
    if params.get("first"):
        return lang.gettext("Activated on %(device)s, the first time")
    return lang.gettext("Activated on %(device)s")


def _standing_rule(lang: Language, params: Mapping[str, Any]) -> str:
    if "keep_free" in params:
        return lang.gettext("Requests for %(product)s are granted at once while more than %(keep_free)s seats are free")
    return lang.gettext("Requests for %(product)s wait for an answer again")


def _batch_started(lang: Language, params: Mapping[str, Any]) -> str:
    n = int(params.get("count", 0))
    if params.get("of") == "take_back":
        return lang.ngettext("%(count)s seat is taken back in bulk", "%(count)s seats are taken back in bulk", n)
    if params.get("of") == "people":
        return lang.ngettext("%(count)s person is added in bulk", "%(count)s people are added in bulk", n)
    return lang.ngettext("%(count)s seat is assigned in bulk", "%(count)s seats are assigned in bulk", n)


def _shared(lang: Language, params: Mapping[str, Any]) -> str:
    if params.get("shared"):
        return lang.gettext("Everybody in the group can use the license now")
    return lang.gettext("Only its admins can use the license now")


def _seat_taken_back(lang: Language, params: Mapping[str, Any]) -> str:
    if params.get("left"):
        return lang.gettext("The seat of %(person)s was taken back; it is free when its program confirms")
    return lang.gettext("The seat of %(person)s was taken back")


def _seats_kept(lang: Language, params: Mapping[str, Any]) -> str:
    if "group" in params:
        return lang.gettext("Seats kept for %(group)s: %(count)s")
    return lang.gettext("Blocked seats: %(count)s")


def _role(lang: Language, params: Mapping[str, Any]) -> str:
    if params.get("role") == "admin":
        return lang.gettext("%(person)s is an admin now")
    return lang.gettext("%(person)s is a member now, and no admin any more")


def _joined(lang: Language, params: Mapping[str, Any]) -> str:
    if "provider" in params:
        return lang.gettext("%(person)s came in through the company sign-in")
    return lang.gettext("%(person)s came in with an invitation")


def _invited(lang: Language, params: Mapping[str, Any]) -> str:
    if "email" not in params:
        return lang.gettext("A link was made with which colleagues can come in")
    return lang.gettext("%(email)s was invited")


def _withdrawn(lang: Language, params: Mapping[str, Any]) -> str:
    if "email" not in params:
        return lang.gettext("A link with which colleagues could come in was withdrawn")
    return lang.gettext("The invitation of %(email)s was withdrawn")


def _restored(lang: Language, params: Mapping[str, Any]) -> str:
    if "email" not in params:
        return lang.gettext("A link with which colleagues can come in is good again")
    return lang.gettext("The invitation of %(email)s is good again")


def _lost(lang: Language, params: Mapping[str, Any]) -> str:
    if params.get("loss") == "stolen":
        return lang.gettext("%(device)s was reported stolen")
    if params.get("loss") == "broken":
        return lang.gettext("%(device)s was reported broken")
    return lang.gettext("%(device)s was reported lost")


def _exception_answered(lang: Language, params: Mapping[str, Any]) -> str:
    if params.get("said") == "grant":
        return lang.gettext("The exception was granted")
    if params.get("said") == "refuse":
        return lang.gettext("The exception was declined")
    return lang.gettext("The vendor asked back about the exception")


_DONE: dict[str, Callable[[Language, Mapping[str, Any]], str]] = {
    "license.issued": _issued,
    "license.registered": lambda lang, _: lang.gettext("Registered to an account"),
    "license.recalled": lambda lang, _: lang.gettext("Recalled; it ends on each PC at its next check"),
    "license.revoked": lambda lang, _: lang.gettext("Revoked"),
    "license.assigned": lambda lang, _: lang.gettext("The whole license was given to %(person)s"),
    "license.taken_back": lambda lang, _: lang.gettext("The whole license was taken back from %(person)s"),
    "license.shared": _shared,
    "license.merged": _merged,
    "license.overridden": lambda lang, _: lang.gettext(
        "%(things)s: %(amount)s more than the rules allow (%(reason)s)"
    ),
    "license.emergency": lambda lang, _: lang.gettext("An emergency license was handed out"),
    "demo.asked": lambda lang, _: lang.gettext("%(person)s asked for a trial of %(product)s"),
    "demo.granted": lambda lang, _: lang.gettext("A trial of %(product)s began, for %(person)s"),
    "demo.continued": lambda lang, _: lang.gettext("%(device)s goes on from its trial"),
    "license.prolonged": lambda lang, _: lang.gettext("Prolonged on %(device)s"),
    "device.activated": _activated,
    "device.waiting": lambda lang, _: lang.gettext("%(device)s asked for the license and waits"),
    "device.dismissed": lambda lang, _: lang.gettext("%(device)s was sent away: not one of yours"),
    "device.restored": lambda lang, _: lang.gettext("%(device)s waits again: it was sent away by mistake"),
    "device.moved": _moved,
    "device.repaired": lambda lang, _: lang.gettext("%(device)s was set up again; it is the same PC"),
    "device.confirmed": lambda lang, _: lang.gettext("%(device)s took over and runs"),
    "device.returned": lambda lang, _: lang.gettext("%(device)s gave its seat back"),
    "device.blocked": lambda lang, _: lang.gettext("Taken away from %(device)s"),
    "device.lapsed": lambda lang, _: lang.gettext("%(device)s was not heard of any more; its seat is free"),
    "device.lost": _lost,
    "device.found": lambda lang, _: lang.gettext("%(device)s turned up again and keeps its seat"),
    "return.asked": lambda lang, _: lang.gettext("%(device)s was asked to give its seat back"),
    "return.cancelled": lambda lang, _: lang.gettext("%(device)s keeps its seat after all"),
    "return.written": lambda lang, _: lang.gettext("A return request was written for %(device)s, to be carried there"),
    "file.issued": lambda lang, _: lang.gettext("A license file was written for %(device)s, to be carried there"),
    "file.imported": lambda lang, _: lang.gettext("%(device)s has its license file"),
    "state.mismatch": lambda lang, _: lang.gettext("A receipt for %(device)s did not fit; nothing was changed"),
    "membership.entered": lambda lang, _: lang.gettext("%(person)s was entered"),
    "membership.joined": _joined,
    "membership.role": _role,
    "membership.moved": lambda lang, _: lang.gettext("%(person)s belongs to %(department)s now"),
    "membership.suspended": lambda lang, _: lang.gettext("%(person)s was suspended"),
    "membership.resumed": lambda lang, _: lang.gettext("The suspension of %(person)s was ended"),
    "membership.ended": lambda lang, _: lang.gettext("%(person)s was removed"),
    "membership.sign_in_link": lambda lang, _: lang.gettext("%(person)s was handed a link to choose a password"),
    "invitation.made": _invited,
    "invitation.sent": lambda lang, _: lang.gettext("%(email)s was invited again"),
    "invitation.withdrawn": _withdrawn,
    "group.added": lambda lang, _: lang.gettext("%(group)s was added"),
    "group.renamed": lambda lang, _: lang.gettext("%(before)s is called %(group)s now"),
    "invitation.restored": _restored,
    "department.added": lambda lang, _: lang.gettext("The department %(department)s was added"),
    "request.made": lambda lang, _: lang.gettext("%(person)s asked for a seat of %(product)s"),
    "request.granted": lambda lang, _: lang.gettext("%(person)s got the seat of %(product)s they asked for"),
    "request.declined": lambda lang, _: lang.gettext("The request of %(person)s for %(product)s was declined"),
    "request.withdrawn": lambda lang, _: lang.gettext("%(person)s does not need the seat of %(product)s any more"),
    "request.restored": lambda lang, _: lang.gettext("%(person)s needs the seat of %(product)s after all"),
    "exception.asked": lambda lang, _: lang.gettext("The vendor was asked for an exception"),
    "exception.answered": _exception_answered,
    "support.asked": lambda lang, _: lang.gettext("A question was sent to the support"),
    "support.added": lambda lang, _: lang.gettext("Something was added to a question"),
    "support.closed": lambda lang, _: lang.gettext("A question was closed by whoever asked"),
    "case.closed": lambda lang, _: lang.gettext("A case was looked at and closed"),
    "standing_rule.set": _standing_rule,
    "reminder.named": lambda lang, _: lang.gettext("%(whom)s is to be reminded before licenses end"),
    "reminder.confirmed": lambda lang, _: lang.gettext("%(whom)s wants the reminders"),
    "reminder.ended": lambda lang, _: lang.gettext("%(whom)s gets no more reminders"),
    "batch.started": _batch_started,
    "batch.stopped": lambda lang, _: lang.gettext("The work in bulk was stopped after %(count)s"),
    "batch.undone": lambda lang, _: lang.gettext("The work in bulk is undone, %(count)s in all"),
    "seat.assigned": lambda lang, _: lang.gettext("A seat was assigned to %(person)s"),
    "seat.taken_back": _seat_taken_back,
    "seats.kept": _seats_kept,
    "seat.credited": lambda lang, _: lang.gettext("The seat of %(device)s is free again"),
    **company_events.DONE,
}
KINDS = frozenset(_DONE)


def _refused(lang: Language, zone: ZoneInfo, kind: str, params: Mapping[str, Any], names: dict[str, str]) -> str:
    moment = params.get("next_allowed_at")
    if isinstance(moment, datetime):
        names["date"] = lang.date(moment, zone)
    if (told := company_events.refused(lang, kind)) is not None:
        return told
    if kind == "membership.joined":
        return lang.gettext("An invitation was followed that did not hold")
    if kind.startswith("membership."):
        return lang.gettext("%(person)s is the last admin, and stays")
    if kind in ("device.moved", "device.repaired"):
        if "date" in names:
            if "device" in params:
                return lang.gettext("Move to %(device)s asked for; possible from %(date)s")
            return lang.gettext("Move asked for; possible from %(date)s")
        return lang.gettext("Move asked for; the rules do not allow it")
    if kind == "license.emergency":
        if "date" in names:
            return lang.gettext("An emergency license was asked for; possible from %(date)s")
        return lang.gettext("An emergency license was asked for; the rules do not allow it")
    if kind == "demo.granted":
        return lang.gettext("%(person)s asked for a trial of %(product)s, and did not get one")
    if kind == "license.overridden":
        return lang.gettext("More than the rules allow was asked for, and not granted")
    if kind in ("return.asked", "device.returned"):
        if "date" in names:
            return lang.gettext("Return of %(device)s asked for; possible from %(date)s")
        return lang.gettext("Return of %(device)s asked for; the rules do not allow it")
    if kind in ("seat.taken_back", "license.taken_back", "license.assigned"):
        if "date" in names:
            return lang.gettext("Somebody else was to get it; possible from %(date)s")
        return lang.gettext("Somebody else was to get it; the rules do not allow it")
    if kind == "seat.assigned":
        return lang.gettext("A seat for %(person)s was asked for; it was not possible")
    if kind == "seats.kept":
        return lang.gettext("Seats were to be kept; it was not possible")
    return lang.gettext("%(device)s asked for the license; the rules do not allow it")


def who(lang: Language, vendor: str, actor: str, name: str | None, reason: str | None) -> str:
    """Who did it, in the reader's eyes, with the reason they gave."""
    text = {
        "you": lang.gettext("by you"),
        "program": lang.gettext("by the program"),
        "ticket": lang.gettext("with the ticket"),
        "person": lang.gettext("by %(name)s") % {"name": name} if name else lang.gettext("by the owner"),
        "portal": lang.gettext("by the portal"),
        "above": lang.gettext("by the vendor or a dealer"),
        "anonymous": lang.gettext("by mail"),
    }.get(actor) or lang.gettext("by %(name)s") % {"name": vendor}
    told = {
        "hardware_failure": lang.gettext("broken"),
        "lost": lang.gettext("lost or stolen"),
        "sold": lang.gettext("sold or wiped"),
        "employee_left": lang.gettext("the person left"),
    }.get(reason or "")
    return lang.gettext("%(who)s: %(reason)s") % {"who": text, "reason": told} if told else text
