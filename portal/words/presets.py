"""What the presets are called in the reader's language; the texts themselves are the vendor's to rewrite."""

from __future__ import annotations

from portal.language import Language
from portal.rules import preset


def preset_name(lang: Language, key: str) -> str:
    names = {
        "seed_default": lang.gettext("The default: one move more each year, at most two saved"),
        "two_per_maintenance_year": lang.gettext("Two moves per seat and maintenance year, pooled"),
        "ninety_days_between_reassignments": lang.gettext("90 days between two changes of the user"),
        "five_returns_in_48_hours": lang.gettext("Five returns in 48 hours"),
        "never_back_to_a_left_device": lang.gettext("30 days on a PC, and never back to one that was left"),
        "lifetime_cap_then_support": lang.gettext("Three moves in all, then ask"),
        "trust_or_proof": lang.gettext("Trust or proof: without proof the seat is free 14 days later"),
    }
    return names.get(key) or preset(key).name
