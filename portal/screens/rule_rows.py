"""The rows of the rule form: counting, adding and removing them, and the field that a problem is said beside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from portal.rules import RuleFileError, RuleSet, load
from portal.rules.lines import Path
from portal.rules.writing import document as written
from portal.screens.rule_fields import ALWAYS, MOST_ROWS, ROWS, Fields, filled, is_field, text_of

_CHANGE = re.compile(rf"(add|remove)-({'|'.join(ROWS)})(?:-([0-9]{{1,2}}))?")
_NEW = {"allowance": {"limit": "1"}, "cooldown": {"after": "activate", "period": "30"}, "condition": {}}


def counted(sent: Mapping[str, str]) -> dict[str, int]:
    """How many rows of each kind were sent."""
    return {kind: sum(f"{kind}-{at}-{ALWAYS[kind]}" in sent for at in range(MOST_ROWS)) for kind in ROWS}


def changed(sent: Mapping[str, str], todo: str) -> Fields:
    """The form with one row more or one less; anything else that is asked for changes nothing."""
    rows, found = counted(sent), _CHANGE.fullmatch(todo)
    if found is None:
        return Fields(dict(sent), rows)
    kind = found[2]
    if found[1] == "add" and rows[kind] < MOST_ROWS:
        new = {f"{kind}-{rows[kind]}-{key}": value for key, value in _NEW[kind].items()}
        return Fields({**sent, **new}, rows | {kind: rows[kind] + 1})
    if found[1] == "remove" and found[3] and int(found[3]) < rows[kind]:
        return Fields(dict(_without(sent, kind, int(found[3]))), rows | {kind: rows[kind] - 1})
    return Fields(dict(sent), rows)


def led_to(todo: str, fields: Fields) -> str:
    """Where the eye goes after a row came or went: to the new one, or to the heading of its kind."""
    found = _CHANGE.fullmatch(todo)
    if found is None:
        return ""
    return f"{found[2]}-{fields.rows[found[2]] - 1}" if found[1] == "add" else f"kind-{found[2]}"


def _without(sent: Mapping[str, str], kind: str, gone: int) -> list[tuple[str, str]]:
    """The fields without those of one row; the rows behind it move up."""
    kept = []
    for name, value in sent.items():
        found = re.fullmatch(rf"{kind}-([0-9]+)-(.*)", name, re.DOTALL)
        if found is None:
            kept.append((name, value))
        elif (at := int(found[1])) != gone:
            kept.append((f"{kind}-{at - (at > gone)}-{found[2]}", value))
    return kept


def is_faithful(rules: RuleSet) -> bool:
    """Whether the form can say all that these rules say: a name with a comma in it would not come back as it is."""
    fields = filled(written(rules))
    always = {"allowance": "limit", "cooldown": "", "condition": "any"}
    sent = {f"{kind}-{at}-{ALWAYS[kind]}": always[kind] for kind in ROWS for at in range(fields.rows[kind])}
    try:
        again = load(text_of({**sent, **fields.values}))
    except RuleFileError:
        return False
    return _unordered(again) == _unordered(rules)


def _unordered(rules: RuleSet) -> RuleSet:
    """The same but for the order of roles, which means nothing."""
    conditions = (replace(one, roles=one.roles and tuple(sorted(one.roles))) for one in rules.conditions)
    return replace(rules, conditions=tuple(conditions))


def nearest(path: Path) -> str:
    """The field for a path of the document, or for what is closest around it; "" is the whole form."""
    while path:
        name = "-".join(map(str, path))
        if is_field(name) or len(path) == 1 or (len(path) == 2 and isinstance(path[1], int)):
            return name
        path = path[:-1]
    return ""
