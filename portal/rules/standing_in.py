"""The rules as they hold for an emergency license, which stands in for one that they refuse something."""

from dataclasses import replace

from portal.rules.sets import RuleSet, Seats


def standing_in(rules: RuleSet) -> RuleSet:
    """What of `rules` an emergency license follows.

    Its one seat can be taken whatever else was used up, and it is stood for by no further license. Conditions, proofs
    and the lease hold as ever, and so do the limits of everything but activating.
    """
    limited = [replace(one, operations=one.operations - {"activate"}) for one in rules.allowances]
    return replace(
        rules,
        seats=Seats(),
        allowances=tuple(one for one in limited if one.operations),
        cooldowns=tuple(one for one in rules.cooldowns if one.before != "activate"),
        demo=None,
        emergency=None,
    )
