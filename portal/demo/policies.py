"""The vendor's rules in the demo, and how they came to be what they are, version by version."""

from __future__ import annotations

from importlib.resources import files

from portal.rules.presets import preset_text

# What each version brought, newest first: months ago, the note of whoever published it, and the text before and
# after. None of it touches moves, so that what the stories did then would be decided alike today.
CHANGES = (
    (2, "Whoever is out of moves can ask us.", 'exhausted = "deny"', 'exhausted = "review"'),
    (9, "A third reinstallation a year: new disks are common.", "limit = 2\n", "limit = 3\n"),
    (17, "Emergency licenses are offered.", "offer_emergency = false", "offer_emergency = true"),
    (25, "Two weeks of grace, for holidays.", 'grace = "P7D"', 'grace = "P14D"'),
    (33, "Files are good for 30 days instead of 14.", 'ttl = "P14D"', 'ttl = "P30D"'),
    (40, "The same PC may be set up again twice a year.", "limit = 1\n", "limit = 2\n"),
)
FIRST = (47, "What our support did by hand until now.")


def versions() -> list[tuple[int, str, str]]:
    """The versions of the default rules, oldest first: months ago, note, text."""
    text, found = preset_text("seed_default"), []
    for months, note, before, after in CHANGES:
        if after not in text:
            raise ValueError(f"the default rules do not say {after!r} any more")
        found.append((months, note, text))
        text = text.replace(after, before, 1)
    return [(*FIRST, text), *reversed(found)]


def mill() -> str:
    """The stricter rules of the one product that drives machines."""
    return files(__package__).joinpath("mill.toml").read_text(encoding="utf-8")
