"""The rules of a license as plain sentences: what you can do, how often, what is left and from when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from portal.language import Language
from portal.rules import Statement
from portal.words.rule_phrases import (
    conditional,
    how_often,
    needing,
    numbered,
    once_a,
    people,
    reason,
    since,
    things,
    waiting,
)

Params = Mapping[str, Any]


def sentences(lang: Language, statements: Iterable[Statement], zone: ZoneInfo) -> list[str]:
    """One paragraph for each statement, in the same order; dates are those of `zone`."""
    return [_SAY[statement.code](lang, statement.params, zone) for statement in statements]


def _return_free(lang: Language, params: Params, zone: ZoneInfo) -> str:
    if params["reuse_now"]:
        return lang.gettext(
            "You can return this license from the program at any time, and activate it on another PC right away."
        )
    return lang.gettext("You can return this license from the program at any time.")


def _return_credit(lang: Language, params: Params, zone: ZoneInfo) -> str:
    offline = params["way"] == "offline"
    if params["credit"] == "after":
        period = {"period": lang.duration(params["delay"])}
        if offline:
            return lang.gettext("After a return without a network the seat is free %(period)s later.") % period
        return lang.gettext("After a return the seat is free %(period)s later.") % period
    if params["credit"] == "lease_end":
        if offline:
            return lang.gettext(
                "After a return without a network the seat is free when the license file of that PC has run out."
            )
        return lang.gettext("After a return the seat is free when the license file of that PC has run out.")
    if offline:
        return lang.gettext("A return without a network does not free the seat.")
    return lang.gettext("A return does not free the seat.")


def _move_free(lang: Language, params: Params, zone: ZoneInfo) -> str:
    return lang.gettext("If your PC is gone you can move the license to another one at any time.")


def _repair_free(lang: Language, params: Params, zone: ZoneInfo) -> str:
    return lang.gettext("A reinstalled PC is the same PC. It takes no move.")


def _allowance(lang: Language, params: Params, zone: ZoneInfo) -> str:
    operations = params["operations"]
    if not params["times"] and not params["total"]:
        never = lang.gettext("%(things)s are possible only when the vendor grants one.")
        return never % {"things": things(lang, operations)}
    often = how_often(lang, params)
    if operations == ("rehost",) and params["evidence"] != "any":
        first = lang.gettext("If your PC is gone and cannot prove a return you can move the license %(often)s.")
    elif len(operations) == 1:
        first = conditional(lang, operations[0])
    else:
        first = lang.gettext("%(things)s count together: %(often)s.")
    about = {"often": often, "things": things(lang, operations)}
    return f"{first % about}{lang.gap}{_left(lang, params, zone)}"


def _left(lang: Language, params: Params, zone: ZoneInfo) -> str:
    """What is left, and when there will be more."""
    counts = {"left": lang.number(params["left"]), "total": lang.number(params["total"])}
    if params["next"] is None:
        return numbered(lang, params["operations"], params["total"]) % counts
    counts["date"] = lang.date(params["next"], zone)
    if params["kind"] == "accrual":
        return numbered(lang, params["operations"], params["total"], "added") % counts
    return numbered(lang, params["operations"], params["total"], "free") % counts


def _cooldown(lang: Language, params: Params, zone: ZoneInfo) -> str:
    period, after = lang.duration(params["period"]), since(lang, params["after"])
    said = [waiting(lang, params["before"]) % {"period": period, "after": after}]
    if params["until"]:
        said.append(lang.gettext("At present: from %(date)s.") % {"date": lang.date(params["until"], zone)})
    if params["reasons"]:
        reasons = lang.semicolon.join(reason(lang, code) for code in params["reasons"])
        said.append(
            lang.gettext("Nobody has to wait where one of these is the reason: %(reasons)s.") % {"reasons": reasons}
        )
    return lang.gap.join(said)


def _proof(lang: Language, params: Params, zone: ZoneInfo) -> str:
    return needing(lang, params["proof"]) % {"things": things(lang, (params["operation"],))}


def _condition(lang: Language, params: Params, zone: ZoneInfo) -> str:
    about = {"things": things(lang, params["operations"])}
    said = []
    if params["countries"]:
        about["countries"] = lang.comma.join(params["countries"])
        said.append(lang.gettext("%(things)s are possible only in these countries: %(countries)s."))
    if params["virtual_machine"] is False:
        said.append(lang.gettext("%(things)s are not possible on a virtual machine."))
    if params["virtual_machine"] is True:
        said.append(lang.gettext("%(things)s are possible only on a virtual machine."))
    if params["roles"]:
        about["roles"] = people(lang, params["roles"])
        said.append(lang.gettext("%(things)s are open only to: %(roles)s."))
    if params["never_back"]:
        said.append(lang.gettext("A PC that gave this license away does not get it again."))
    return lang.gap.join(said) % about


def _overage(lang: Language, params: Params, zone: ZoneInfo) -> str:
    seats = params["seats"]
    counts = {"seats": lang.number(seats)}
    if params["period"] is None:
        return (
            lang.ngettext(
                "%(seats)s seat more than the license has can be used.",
                "%(seats)s seats more than the license has can be used.",
                seats,
            )
            % counts
        )
    counts["period"] = lang.duration(params["period"])
    return (
        lang.ngettext(
            "%(seats)s seat more than the license has can be used for at most %(period)s.",
            "%(seats)s seats more than the license has can be used for at most %(period)s.",
            seats,
        )
        % counts
    )


def _lease(lang: Language, params: Params, zone: ZoneInfo) -> str:
    spans = {"ttl": lang.duration(params["ttl"]), "often": once_a(lang, params["ttl"])}
    if params["grace"] is None:
        if spans["often"]:
            return lang.gettext("The program checks in %(often)s.") % spans
        return lang.gettext("The program checks in every %(ttl)s.") % spans
    spans["grace"] = lang.duration(params["grace"])
    if spans["often"]:
        return lang.gettext("The program checks in %(often)s and runs %(grace)s longer without a network.") % spans
    return lang.gettext("The program checks in every %(ttl)s and runs %(grace)s longer without a network.") % spans


def _demo(lang: Language, params: Params, zone: ZoneInfo) -> str:
    durations = lang.comma.join(lang.duration(duration) for duration in params["durations"])
    once = lang.gettext("You can try the product once.")
    offered = lang.gettext("A trial can last: %(durations)s.") % {"durations": durations} if durations else ""
    asked = lang.gettext("The vendor approves each trial.") if params["approval"] == "vendor" else ""
    return lang.gap.join(filter(None, (once, offered, asked)))


def _emergency(lang: Language, params: Params, zone: ZoneInfo) -> str:
    first = lang.gettext("When nothing else helps there is an emergency license for %(period)s, %(often)s.")
    spans = {"period": lang.duration(params["duration"]), "often": how_often(lang, params)}
    return f"{first % spans}{lang.gap}{_left(lang, params, zone)}"


def _review(lang: Language, params: Params, zone: ZoneInfo) -> str:
    return lang.gettext("When nothing is left you can ask for an exception; the vendor answers.")


_SAY: dict[str, Callable[[Language, Params, ZoneInfo], str]] = {
    "return_free": _return_free,
    "return_credit": _return_credit,
    "move_free": _move_free,
    "repair_free": _repair_free,
    "allowance": _allowance,
    "cooldown": _cooldown,
    "proof": _proof,
    "condition": _condition,
    "overage": _overage,
    "lease": _lease,
    "demo": _demo,
    "emergency": _emergency,
    "review": _review,
}
