"""The commands around rule sets: check files, and decide cases. They need the rules alone, no database."""

import json
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from portal.rules import CaseError, RuleFileError, RuleSet, decide, load, read_case, write_answer


def add_parser(subparsers: Any) -> Any:
    """Add `rules check` and `rules decide`; each sets `run`, a function from the arguments to an exit code. What is
    returned takes further commands around rules.
    """
    rules = subparsers.add_parser("rules", help="check rule sets and try them on cases")
    commands = rules.add_subparsers(required=True, metavar="COMMAND")
    checking = commands.add_parser("check", help="read rule sets strictly and say what is wrong with them")
    checking.add_argument("files", nargs="+", type=Path, metavar="FILE")
    checking.set_defaults(run=lambda args: check(args.files))
    deciding = commands.add_parser("decide", help="decide one case, or one for each line of a file")
    deciding.add_argument("--rules", type=Path, metavar="FILE", help="the rule set, a TOML file")
    which = deciding.add_mutually_exclusive_group(required=True)
    which.add_argument("--case", type=Path, metavar="FILE", help="one case as JSON; - reads it from the input")
    which.add_argument("--cases", type=Path, metavar="FILE", help="JSON lines, one case each; - reads the input")
    deciding.set_defaults(run=lambda args: decide_command(args.rules, args.case, args.cases))
    return commands


def check(files: Iterable[Path]) -> int:
    """Print `file:line: reason` for everything wrong; 0 if all rule sets are good, else 1. Warnings keep the 0."""
    bad = False
    for file in files:
        try:
            rules = _rules(file)
        except _Unreadable as problem:
            bad = True
            print(problem)
        else:
            for warning in rules.warnings:
                print(f"{file}:{warning.line}: warning: {warning.reason}")
    return 1 if bad else 0


def decide_command(rules: Path | None, case: Path | None, cases: Path | None) -> int:
    """Print the decision of one case as JSON, or one line for each of many; 2 with nothing printed for bad input.

    A line of many that is no case answers `{"error": …}` and the rest goes on. A case may name its own rule set
    under `rules`: a path from here, or from the folder that the cases lie in.
    """
    try:
        given = None if rules is None else _rules(rules)
        if cases is not None:
            return _decide_many(given, cases)
        if case is None:
            raise _Unreadable("name a file with --case or --cases")
        print(_answer(_text(case), given, case.parent, _rules))
    except (_Unreadable, CaseError) as problem:
        print(f"portal rules decide: {problem}", file=sys.stderr)
        return 2
    return 0


def _decide_many(given: RuleSet | None, cases: Path) -> int:
    text, known = _text(cases), cache(_rules)
    for line in text.removesuffix("\n").split("\n") if text else ():
        print(_line(line, given, cases.parent, known))
    return 0


def _line(line: str, given: RuleSet | None, folder: Path, known: Callable[[Path], RuleSet]) -> str:
    try:
        return _answer(line, given, folder, known)
    except (_Unreadable, CaseError) as problem:
        return json.dumps({"error": str(problem)})


def _answer(text: str, given: RuleSet | None, folder: Path, known: Callable[[Path], RuleSet]) -> str:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise CaseError(f"this is no JSON: {problem}") from None
    case = read_case(value)
    rules = _rules_of(value.get("rules"), given, folder, known)
    return json.dumps(write_answer(decide(rules, case)))


def _rules_of(named: Any, given: RuleSet | None, folder: Path, known: Callable[[Path], RuleSet]) -> RuleSet:
    if named is None:
        if given is None:
            raise CaseError("the case names no rules, and --rules gives none")
        return given
    if not isinstance(named, str):
        raise CaseError("the case: rules must be the path of a rule set")
    path = Path(named)
    return known(path if path.exists() or path.is_absolute() else folder / path)


class _Unreadable(Exception):
    """A file that cannot be read, or a rule set that is refused; the text is for the person at the terminal."""


def _rules(file: Path) -> RuleSet:
    try:
        return load(_text(file), name=str(file))
    except RuleFileError as problem:
        raise _Unreadable(str(problem)) from None


def _text(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise _Unreadable(f"{file}:1: cannot be read: {problem.strerror}") from None
    except ValueError:
        raise _Unreadable(f"{file}:1: is not UTF-8 text") from None
