"""The parts that sentences about rules are made of: operations, spans, proofs, roles and reasons in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from portal.language import Language


def things(lang: Language, operations: Iterable[str]) -> str:
    """Operations as the subject of a sentence, in the plural: "Returns and moves"."""
    names = {
        "activate": lang.gettext("activations"),
        "return": lang.gettext("returns"),
        "repair": lang.gettext("reinstallations"),
        "rehost": lang.gettext("moves"),
        "reassign": lang.gettext("changes of the user"),
        "demo": lang.gettext("trials"),
        "emergency": lang.gettext("emergency licenses"),
        "register": lang.gettext("registrations"),
    }
    subject = lang.list([names[operation] for operation in operations])
    return subject[:1].upper() + subject[1:]


def conditional(lang: Language, operation: str) -> str:
    """What you can do so and so often."""
    said = {
        "activate": lang.gettext("You can activate the license %(often)s."),
        "return": lang.gettext("You can return the license %(often)s."),
        "repair": lang.gettext("You can set up the same PC again %(often)s."),
        "rehost": lang.gettext("If your PC is gone you can move the license %(often)s."),
        "reassign": lang.gettext("You can give the license to somebody else %(often)s."),
        "demo": lang.gettext("You can try the product %(often)s."),
        "emergency": lang.gettext("You can get an emergency license %(often)s."),
        "register": lang.gettext("You can register the license %(often)s."),
    }
    return said[operation]


def how_often(lang: Language, params: Mapping[str, Any]) -> str:
    """So many times in such a span: "once a year", "3 times within 365 days"."""
    times = params["times"]
    counts = {"times": lang.number(times)}
    match params["kind"]:
        case "accrual" if params["period"] in _ONE:
            return _per_unit(lang, _ONE[params["period"]], times)
        case "calendar":
            return _per_unit(lang, params["unit"], times)
        case "accrual" | "rolling":
            counts["period"] = lang.duration(params["period"])
            said = lang.ngettext("once within %(period)s", "%(times)s times within %(period)s", times)
        case "term":
            said = lang.ngettext("once in each term", "%(times)s times in each term", times)
        case _:
            said = lang.ngettext("once in all", "%(times)s times in all", times)
    return said % counts


# A period of one unit is said without its number: once a year.
_ONE = {
    "P1Y": "year",
    "P12M": "year",
    "P3M": "quarter",
    "P1M": "month",
    "P1W": "week",
    "P7D": "week",
    "P1D": "day",
}


def once_a(lang: Language, period: str) -> str | None:
    """A period of one unit as a frequency; None where it needs its number."""
    return _per_unit(lang, _ONE[period], 1) if period in _ONE else None


def _per_unit(lang: Language, unit: str, times: int) -> str:
    said = {
        "year": lang.ngettext("once a year", "%(times)s times a year", times),
        "quarter": lang.ngettext("once a quarter", "%(times)s times a quarter", times),
        "month": lang.ngettext("once a month", "%(times)s times a month", times),
        "week": lang.ngettext("once a week", "%(times)s times a week", times),
        "day": lang.ngettext("once a day", "%(times)s times a day", times),
    }
    return said[unit] % {"times": lang.number(times)}


def numbered(lang: Language, operations: tuple[str, ...], total: int, more: str | None = None) -> str:
    """How many are left; `more` says whether the next one is "added" or "free" again at a date, or never (None)."""
    if operations == ("rehost",):
        if more == "added":
            return lang.ngettext(
                "You have %(left)s of %(total)s move left; the next one is added on %(date)s.",
                "You have %(left)s of %(total)s moves left; the next one is added on %(date)s.",
                total,
            )
        if more == "free":
            return lang.ngettext(
                "You have %(left)s of %(total)s move left; the next one is free again on %(date)s.",
                "You have %(left)s of %(total)s moves left; the next one is free again on %(date)s.",
                total,
            )
        return lang.ngettext(
            "You have %(left)s of %(total)s move left.", "You have %(left)s of %(total)s moves left.", total
        )
    if more == "added":
        return lang.gettext("%(left)s of %(total)s left; the next one is added on %(date)s.")
    if more == "free":
        return lang.gettext("%(left)s of %(total)s left; the next one is free again on %(date)s.")
    return lang.gettext("%(left)s of %(total)s left.")


def waiting(lang: Language, operation: str) -> str:
    """What has to wait, and for how long after what."""
    said = {
        "activate": lang.gettext("An activation is possible %(period)s after %(after)s."),
        "return": lang.gettext("A return is possible %(period)s after %(after)s."),
        "repair": lang.gettext("The same PC can be set up again %(period)s after %(after)s."),
        "rehost": lang.gettext("A move is possible %(period)s after %(after)s."),
        "reassign": lang.gettext("The license can go to somebody else %(period)s after %(after)s."),
        "demo": lang.gettext("A trial is possible %(period)s after %(after)s."),
        "emergency": lang.gettext("An emergency license is possible %(period)s after %(after)s."),
        "register": lang.gettext("A registration is possible %(period)s after %(after)s."),
    }
    return said[operation]


def since(lang: Language, operation: str) -> str:
    """What a wait is counted from."""
    said = {
        "activate": lang.gettext("the last activation"),
        "return": lang.gettext("the last return"),
        "repair": lang.gettext("the last reinstallation"),
        "rehost": lang.gettext("the last move"),
        "reassign": lang.gettext("the last change of the user"),
        "demo": lang.gettext("the last trial"),
        "emergency": lang.gettext("the last emergency license"),
        "register": lang.gettext("the last registration"),
    }
    return said[operation]


def needing(lang: Language, proof: str) -> str:
    """Which proof something needs."""
    said = {
        "declaration": lang.gettext("%(things)s need your word that the license is no longer used on the old PC."),
        "mail_code": lang.gettext("%(things)s need a code that we send you by e-mail."),
        "receipt": lang.gettext("%(things)s need the proof of return from the old PC."),
        "online_ack": lang.gettext("%(things)s need the old PC to confirm over the network."),
    }
    return said[proof]


def people(lang: Language, roles: Iterable[str]) -> str:
    """Who may ask, by their roles."""
    names = {
        "admin": lang.gettext("administrators"),
        "member": lang.gettext("members"),
        "ticket": lang.gettext("holders of the ticket"),
        "program": lang.gettext("the program itself"),
    }
    return lang.list([names[role] for role in roles])


def reason(lang: Language, code: str) -> str:
    """A reason that can be declared; one that only this vendor knows is shown as he wrote it."""
    names = {
        "hardware_failure": lang.gettext("the PC is broken"),
        "employee_left": lang.gettext("the user has left"),
        "lost": lang.gettext("the PC is lost or stolen"),
        "sold": lang.gettext("the PC was sold, scrapped or wiped"),
    }
    return names.get(code) or code.replace("_", " ")
