"""What is legal in a rule set but doubtful, above all one that leaves the owner of a dead PC no way at all."""

from dataclasses import replace

from portal.rules.reading import Table
from portal.rules.sets import PROOFS, Allowance, Problem, RuleSet
from portal.rules.windows import Lifetime

# What the owner of a PC that is gone can bring at most: nobody can run a return on it any more.
_LOST_PC_PROOF = "mail_code"


def warnings(rules: RuleSet, document: Table) -> RuleSet:
    """The same rule set with every warning, in order of lines."""
    notes = list(rules.warnings)
    if rules.escalation.offer_emergency and rules.emergency is None:
        line = _line(document, "escalation", "offer_emergency")
        notes.append(Problem(line, "offer_emergency has no effect without [emergency]"))
    if found := _no_way_with_a_lost_pc(rules, document):
        notes.append(found)
    return replace(rules, warnings=tuple(sorted(notes, key=lambda note: note.line)))


def _no_way_with_a_lost_pc(rules: RuleSet, document: Table) -> Problem | None:
    if rules.emergency is not None and rules.emergency.allowance.limit:
        return None
    law = "binding a license to a PC that dies is normally not permissible"
    wanted = rules.proof_for("rehost", _LOST_PC_PROOF).proof
    if PROOFS.index(wanted) > PROOFS.index(_LOST_PC_PROOF):
        line = _line(document, "evidence", "rehost")
        return Problem(line, f"a PC that is gone brings no {wanted}, and no emergency license helps out; {law}")
    if rules.escalation.exhausted == "review":
        return None
    for table, allowance in zip(document.tables("allowance"), rules.allowances, strict=True):
        if allowance in rules.allowances_for("rehost", _LOST_PC_PROOF) and _ends_for_good(allowance):
            reason = "once this is used up, the owner of a PC that is gone has no way left, no review and no emergency"
            return Problem(table.line(), f"{reason} license either; {law}")
    return None


def _ends_for_good(allowance: Allowance) -> bool:
    if allowance.accrual:
        return allowance.accrual.grant == 0
    return allowance.limit == 0 or isinstance(allowance.window, Lifetime)


def _line(document: Table, table: str, key: str) -> int:
    found = document.table(table)
    return found.line(key) if found else 1
