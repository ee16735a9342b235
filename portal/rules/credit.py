"""When the seat of a returned activation is free again."""

from datetime import datetime

from portal.rules.facts import Case
from portal.rules.ledger import Ledger
from portal.rules.sets import RuleSet


def freed_at(rules: RuleSet, case: Case, activation: str) -> datetime | None:
    """The moment from which this activation holds no seat any more, by the rules of today.

    None while it is live or unknown; the last moment of the calendar where the return is never credited. Source:
    docs/rules.md, "credit".
    """
    lines = [line for line in Ledger.of(rules, case).seats if line.id == activation]
    return lines[-1].freed if lines else None
