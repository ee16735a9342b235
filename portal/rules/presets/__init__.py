"""Rule sets for the policies that the field really uses, each a TOML file to copy and change."""

from functools import cache
from importlib.resources import files

from portal.rules.loading import load
from portal.rules.sets import RuleSet

PRESETS = (
    "seed_default",
    "two_per_maintenance_year",
    "ninety_days_between_reassignments",
    "five_returns_in_48_hours",
    "never_back_to_a_left_device",
    "lifetime_cap_then_support",
    "trust_or_proof",
)


def preset_text(name: str) -> str:
    """The TOML document of a preset; KeyError where there is none of that name."""
    if name not in PRESETS:
        raise KeyError(name)
    return (files(__package__) / f"{name}.toml").read_text(encoding="utf-8")


@cache
def preset(name: str) -> RuleSet:
    """A preset as a rule set; KeyError where there is none of that name."""
    return load(preset_text(name), name=f"{name}.toml")
