"""How the vendor's rules grew."""

from __future__ import annotations

from portal.actions import rule_sets
from portal.demo import policies
from portal.demo.history import Stage, Story


def default(on: Stage) -> Story:
    """All versions but the first, which was there before anything was sold."""
    for months, note, text in policies.versions()[1:]:
        yield on.month(-months)
        rule_sets.publish(on.db, on.time, text, note=note, by=on.cast.people["vera"].id)


def mill(on: Stage) -> Story:
    """The same for the stricter rules."""
    for months, note, text in policies.mill_versions()[1:]:
        yield on.month(-months)
        rule_sets.publish(on.db, on.time, text, note=note, by=on.cast.people["vera"].id)


STORIES = (default, mill)
