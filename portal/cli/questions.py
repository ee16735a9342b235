"""Questions to whoever sets a portal up: answered by a flag, at the terminal, or by what suits most."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

Check = Callable[[str], str | None]


class Unanswered(Exception):
    """Something has to be said and nobody is there to say it; the text names the flags."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, by its flag. `check` says in a sentence what is wrong with an answer; "" may be an answer."""

    flag: str
    text: str
    default: str | None = None
    check: Check = field(default=lambda _: None)
    is_secret: bool = False


def answered(question: Question, given: str | None) -> str:
    """The answer: what was given with the flag, else what is typed, else the default.

    Raises Unanswered where there is none, or where the one that was given cannot be used.
    """
    if given is not None:
        told = _plain(question, given)
        if reason := question.check(told):
            raise Unanswered(f"{question.flag}: {reason}")
        return told
    if not sys.stdin.isatty():
        if question.default is None:
            raise Unanswered(f"{question.flag} is missing: {question.text}.")
        return question.default
    while True:
        typed = _plain(question, _typed(question)) or question.default
        reason = "Please type an answer." if typed is None else question.check(typed)
        if question.is_secret and reason is None and getpass.getpass("Once more: ") != typed:
            reason = "The two are not the same."
        if typed is not None and reason is None:
            return typed
        print(f"  {reason}", file=sys.stderr)


def _plain(question: Question, typed: str) -> str:
    """An answer without blanks around it; those of a password belong to it."""
    return typed if question.is_secret else typed.strip()


def _typed(question: Question) -> str:
    if question.is_secret:
        return getpass.getpass(f"{question.text}: ")
    shown = f" [{question.default}]" if question.default else ""
    return input(f"{question.text}{shown}: ")
