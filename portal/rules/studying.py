"""A text on its way to become a rule set: what it says so far, what is wrong with it, and where."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.rules.lines import Lines, Path
from portal.rules.loading import load
from portal.rules.reading import RuleFileError
from portal.rules.sets import Problem, RuleSet

# A reason begins with the key it is about, which tells several keys of one line apart; or it misses one.
_KEY = re.compile(r"[a-z_]+")
_MISSING = re.compile(r"(the rule set|\[+[a-z_]+\]+)(?: ([a-z_]+))? needs ([a-z_]+)")


@dataclass(frozen=True, slots=True)
class Study:
    """`values` is the document as it stands, None for what is no TOML; `rules` is None while anything is wrong."""

    text: str
    values: Mapping[str, Any] | None
    rules: RuleSet | None
    problems: tuple[Problem, ...] = ()
    places: tuple[Path, ...] = ()  # for each problem the path it is about, () for the whole document


def study(text: str) -> Study:
    """Read a text that may be wrong, without giving up at the first mistake."""
    try:
        rules = load(text)
    except RuleFileError as wrong:
        problems = tuple(wrong.problems)
    else:
        return Study(text, tomllib.loads(text), rules, rules.warnings, _places(text, rules.warnings))
    try:
        values = tomllib.loads(text) if _is_syntax_fine(text, problems) else None
    except (ValueError, RecursionError):
        values = None
    return Study(text, values, None, problems, () if values is None else _places(text, problems))


def _is_syntax_fine(text: str, problems: tuple[Problem, ...]) -> bool:
    """What is too long or too deep was refused before it was read, and is not read here either."""
    return not any(problem.reason.startswith("the document is") for problem in problems)


def _places(text: str, problems: tuple[Problem, ...]) -> tuple[Path, ...]:
    lines = Lines(text)
    return tuple(_place(lines, problem) for problem in problems)


def _place(lines: Lines, problem: Problem) -> Path:
    """The path that a problem is about: what it misses or names, else the outermost of its line."""
    paths, missing = lines.at(problem.line), _MISSING.match(problem.reason)
    if missing and missing[1] == "the rule set":
        return (missing[3],)
    # The header of a table stands for the table, and not for all tables of its kind.
    tables = [path for path in paths if len(path) == 1 or isinstance(path[-1], int) or path[-1] == "accrual"]
    if missing:
        return (*tables[0], missing[3]) if tables else ()
    named = _KEY.match(problem.reason)
    for path in paths:
        if named and path[-1] == named[0]:
            return path
    return tables[0] if tables and len(tables) == len(paths) else paths[-1] if paths else ()
