"""Is this the same device? Compares the components of two fingerprints, the recorded one first."""

from collections.abc import Mapping

from portal.rules.sets import Binding


def match(binding: Binding, old: Mapping[str, str], new: Mapping[str, str]) -> int | None:
    """How well `new` matches the recorded `old`, or None where it is another device.

    The rank is the score where the rule set scores, else the number of equal components. Only the components
    that `old` has are compared, limited to those that the rule set names; with nothing to compare there is no
    match. `exact` wants both fingerprints identical, whatever the rule set names.
    """
    if binding.match == "exact":
        return len(old) if old and old == new else None
    named = binding.components
    compared = len(old) if named is None else sum(1 for name in named if name in old)
    if not compared:
        return None
    equal = [name for name, _ in old.items() & new.items() if named is None or name in named]
    count = len(equal)
    match binding.match:
        case "any":
            same = count >= 1
        case "two":
            same = count >= 2
        case "most":
            same = 2 * count > compared
        case "all":
            same = count == compared
        case _:
            count = sum(binding.weights.get(name, 0) for name in equal)
            same = count >= binding.score
    return count if same else None
