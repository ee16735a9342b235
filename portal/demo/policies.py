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
MILL_CHANGES = (
    (14, "Whoever is out of moves can ask us.", 'exhausted = "deny"', 'exhausted = "review"'),
    (29, "A week of grace: workshops are closed between the years.", 'grace = "P3D"', 'grace = "P7D"'),
)
MILL_FIRST = (47, "Machines are not moved every day.")
# What Vera is thinking about, and has asked the history about.
IDEA = ('every = "P1Y", max_balance = 2', 'every = "P2Y", max_balance = 1')


Change = tuple[int, str, str, str]


def versions() -> list[tuple[int, str, str]]:
    """The versions of the default rules, oldest first: months ago, note, text."""
    return _grown(preset_text("seed_default"), CHANGES, FIRST)


def mill_versions() -> list[tuple[int, str, str]]:
    """Those of the stricter rules of the one product that drives machines."""
    text = files(__package__).joinpath("mill.toml").read_text(encoding="utf-8")
    return _grown(text, MILL_CHANGES, MILL_FIRST)


def trials(*, are_approved: bool) -> str:
    """The rules of trials: those of a new product, and how long and on whose word one can try it."""
    name, approval = ("Trials on request", "vendor") if are_approved else ("Trials", "none")
    text = _replaced(preset_text("seed_default"), 'name = "Default"', f'name = "{name}"')
    emergency = text.index("[emergency]")  # nobody is stuck without a trial
    text = text[:emergency] + text[text.index("[ticket_sign_in]") :].replace("offer_emergency = true", "")
    return f'{text}\n[demo]\ndurations = ["P7D", "P14D", "P30D"]\napproval = "{approval}"\n'


def idea() -> str:
    """The default rules as Vera's draft has them."""
    before, after = IDEA
    return _replaced(preset_text("seed_default"), before, after)


def _grown(text: str, changes: tuple[Change, ...], first: tuple[int, str]) -> list[tuple[int, str, str]]:
    found = []
    for months, note, before, after in changes:
        found.append((months, note, text))
        text = _replaced(text, after, before)
    return [(*first, text), *reversed(found)]


def _replaced(text: str, what: str, by: str) -> str:
    if what not in text:
        raise ValueError(f"the rules of the demo do not say {what!r} any more")
    return text.replace(what, by, 1)
