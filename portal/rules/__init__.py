"""The vendor's rules: pure functions that decide one request over frozen facts, and say why, what is left and when."""

from portal.rules.binding import match
from portal.rules.cases import read_case, write_answer
from portal.rules.credit import freed_at
from portal.rules.deciding import decide
from portal.rules.decision import CODES, Decision
from portal.rules.explaining import Statement, explain
from portal.rules.facts import (
    ActorFacts,
    Case,
    CaseError,
    DeviceFacts,
    Entry,
    LicenseFacts,
    RunningLicense,
)
from portal.rules.history import History
from portal.rules.ledger import Ledger
from portal.rules.loading import load
from portal.rules.presets import PRESETS, preset, preset_text
from portal.rules.reading import RuleFileError
from portal.rules.sets import OPERATIONS, Binding, Problem, RuleSet
from portal.rules.standing_in import standing_in

__all__ = [
    "CODES",
    "OPERATIONS",
    "PRESETS",
    "ActorFacts",
    "Binding",
    "Case",
    "CaseError",
    "Decision",
    "DeviceFacts",
    "Entry",
    "History",
    "Ledger",
    "LicenseFacts",
    "Problem",
    "RuleFileError",
    "RuleSet",
    "RunningLicense",
    "Statement",
    "decide",
    "explain",
    "freed_at",
    "load",
    "match",
    "preset",
    "preset_text",
    "read_case",
    "standing_in",
    "write_answer",
]
