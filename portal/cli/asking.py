"""What every command that needs the installation does: read the settings, open the database, say plainly what is wrong.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import OperationalError

from portal.brand import BrandError
from portal.files.keyring import KeysUnusable
from portal.settings import SettingsError, from_environment

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from portal.db import Database


def plainly(command: Callable[[Any], int]) -> Callable[[Any], int]:
    """Turn what an operator can mend into one sentence and exit code 2."""

    @wraps(command)
    def run(options: Any) -> int:
        try:
            return command(options)
        except (SettingsError, BrandError, KeysUnusable) as problem:
            print(problem, file=sys.stderr)
        except OperationalError as problem:
            if problem.statement is not None:
                raise
            print(shut(problem), file=sys.stderr)
        return 2

    return run


def shut(problem: OperationalError) -> str:
    """The database cannot be reached, or takes no password of ours."""
    return f"The database does not let us in: {said(problem.orig or problem)}."


def said(problem: BaseException) -> str:
    """What went wrong, in the first line of whoever said it."""
    inner = getattr(problem, "reason", problem)
    reason = getattr(inner, "strerror", None) or getattr(inner, "smtp_error", None) or inner
    text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    return "".join(text.strip().splitlines()[:1]).rstrip(".") or type(problem).__name__


@contextmanager
def opened() -> Iterator[Database]:
    """The database of the settings, with its tables up to date."""
    from portal.db import migrate, open_database

    settings = from_environment()
    database = open_database(settings.database)
    migrate(settings.database)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def writing() -> Iterator[Session]:
    """One unit of work on it."""
    with opened() as database, database.writing() as db:
        yield db
