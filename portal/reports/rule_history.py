"""What was published of a rule set, when, by whom and what for, and how two of its texts differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import RuleVersion, User

AROUND = 3  # lines that did not change, shown around those that did


@dataclass(frozen=True, slots=True)
class Published:
    """One version; `by` is None for what came from a file or a script."""

    number: int
    note: str | None
    at: datetime
    by: str | None
    rolled_back_from: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a comparison: `kind` is same, gone, come or skipped; `old` and `new` are its numbers, from 1."""

    kind: str
    text: str
    old: int | None = None
    new: int | None = None


def versions(db: Session, rule_set_id: int) -> list[Published]:
    """All versions, the one in force first."""
    rows = db.execute(
        select(
            RuleVersion.number, RuleVersion.note, RuleVersion.published_at, User.name, RuleVersion.rolled_back_from
        )
        .outerjoin(User, User.id == RuleVersion.published_by_id)
        .where(RuleVersion.rule_set_id == rule_set_id)
        .order_by(RuleVersion.number.desc())
    )
    return [Published(*row) for row in rows]


def text_of(db: Session, rule_set_id: int, number: int) -> str | None:
    """What a version says; None where there is none of that number."""
    return db.execute(
        select(RuleVersion.toml).where(RuleVersion.rule_set_id == rule_set_id, RuleVersion.number == number)
    ).scalar()


def difference(before: str, after: str) -> list[Line]:
    """Line by line what went and what came, with a few lines around; nothing where the texts are equal."""
    old, new = before.splitlines(), after.splitlines()
    found: list[Line] = []
    for group in SequenceMatcher(None, old, new).get_grouped_opcodes(AROUND):
        if group[0][1] or found:
            found.append(Line("skipped", ""))
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                found += [
                    Line("same", old[at], at + 1, new_from + at - old_from + 1) for at in range(old_from, old_to)
                ]
                continue
            found += [Line("gone", old[at], old=at + 1) for at in range(old_from, old_to)]
            found += [Line("come", new[at], new=at + 1) for at in range(new_from, new_to)]
    return found
