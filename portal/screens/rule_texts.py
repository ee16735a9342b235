"""What a rule set says, in plain sentences, and how two of them differ in what people will read."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

from portal import rules
from portal.rules import Case, Entry, LicenseFacts, RuleSet
from portal.web import Visit
from portal.words.rules import sentences


@dataclass(frozen=True, slots=True)
class Change:
    """Sentences that give way to others; one of the two sides may be empty."""

    before: tuple[str, ...]
    after: tuple[str, ...]


def said(visit: Visit, rule_set: RuleSet) -> list[str]:
    """The sentences that the holder of one seat reads on the day of its activation."""
    first = Entry(at=visit.now, operation="activate", activation="first")
    case = Case(now=visit.now, operation="rehost", license=LicenseFacts(), ledger=(first,), evidence="declaration")
    return sentences(visit.lang, rules.explain(rule_set, case), visit.zone)


def changes(before: list[str], after: list[str]) -> list[Change]:
    """Which sentences change, in their order."""
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [
        Change(tuple(before[old:old_end]), tuple(after[new:new_end]))
        for tag, old, old_end, new, new_end in matcher.get_opcodes()
        if tag != "equal"
    ]
