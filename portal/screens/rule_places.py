"""Where a rule stands on the desk of drafts, so that whoever changes it finds it at once."""

from __future__ import annotations

from portal.rules import RuleSet


def place_of(rules: RuleSet, name: str | None) -> str:
    """The anchor of the rule that decisions call so; "" where the draft has no place of its own for it."""
    for kind, found in (("allowance", rules.allowances), ("cooldown", rules.cooldowns)):
        for at, rule in enumerate(found):
            if name is not None and rule.rule == name:
                return f"#{kind}-{at}"
    return ""
