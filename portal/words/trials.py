"""What an answer of the rules means to whoever writes them, line by line."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from portal.language import Language
from portal.rules import Decision


def facts(lang: Language, zone: ZoneInfo, decision: Decision) -> list[tuple[str, str]]:
    """The parts of a decision that are there, each with its name."""
    found = [(lang.gettext("Answer"), decision.code)]
    if decision.rule:
        found.append((lang.gettext("Rule"), decision.rule))
    if decision.as_:
        found.append((lang.gettext("Counts as"), _as(lang, decision.as_)))
    if decision.remaining:
        left = (f"{name}{lang.colon}{lang.number(count)}" for name, count in decision.remaining.items())
        found.append((lang.gettext("Left before it"), lang.semicolon.join(left)))
    if decision.next_allowed_at:
        day = lang.date(decision.next_allowed_at, zone)
        said = lang.gettext("%(date)s, %(clock)s") % {"date": day, "clock": lang.clock(decision.next_allowed_at, zone)}
        found.append((lang.gettext("Possible from"), said))
    if decision.alternatives:
        ways = lang.list([_way(lang, way) for way in decision.alternatives])
        found.append((lang.gettext("What else helps"), ways))
    return found


def _as(lang: Language, what: str) -> str:
    return {
        "repair": lang.gettext("a reinstallation of the same PC"),
        "rehost": lang.gettext("a move to another PC"),
        "prolong": lang.gettext("more days for a running subscription"),
    }[what]


def _way(lang: Language, way: str) -> str:
    return {
        "wait": lang.gettext("wait"),
        "declare_reason": lang.gettext("give a reason"),
        "prove": lang.gettext("bring a proof"),
        "ask": lang.gettext("ask the vendor"),
        "emergency": lang.gettext("an emergency license"),
    }[way]


def operation(lang: Language, name: str) -> str:
    """What was asked for, as a heading of one case."""
    return {
        "activate": lang.gettext("Activation"),
        "return": lang.gettext("Return"),
        "repair": lang.gettext("Reinstallation"),
        "rehost": lang.gettext("Move"),
        "reassign": lang.gettext("Change of the user"),
        "demo": lang.gettext("Trial"),
        "emergency": lang.gettext("Emergency license"),
        "register": lang.gettext("Registration"),
    }[name]


def outcome(lang: Language, outcome: str, code: str) -> str:
    """An answer in a few words: allowed, or what was in the way, and whether somebody may ask."""
    if outcome == "allow":
        return lang.gettext("Allowed")
    said = code_name(lang, code)
    return lang.gettext("%(reason)s; may ask") % {"reason": said} if outcome == "review" else said


def code_name(lang: Language, code: str) -> str:
    """What was in the way, in a few words; a code of another part of the portal stands as it is."""
    names = {
        "ok": lang.gettext("Allowed"),
        "not_entitled": lang.gettext("Not entitled"),
        "license_revoked": lang.gettext("License revoked"),
        "license_merged": lang.gettext("License merged"),
        "license_expired": lang.gettext("License expired"),
        "not_offered": lang.gettext("Not offered"),
        "duration_not_offered": lang.gettext("Length not offered"),
        "condition_country": lang.gettext("Country"),
        "condition_virtual_machine": lang.gettext("Virtual machine"),
        "condition_role": lang.gettext("Role"),
        "condition_left_device": lang.gettext("PC was left before"),
        "same_product_on_device": lang.gettext("Same product on the PC"),
        "seats_exhausted": lang.gettext("All seats in use"),
        "no_activation": lang.gettext("No activation"),
        "cooldown": lang.gettext("Waiting time"),
        "allowance_exhausted": lang.gettext("Allowance used up"),
        "evidence_missing": lang.gettext("Proof missing"),
        "approval_required": lang.gettext("Approval needed"),
    }
    return names.get(code, code)
