"""TOML files of a brand: reading them strictly, so that every mistake is told with its file and line."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_TABLE = re.compile(r"\s*\[([^\[\]]+)\]\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)\s*=""")


class BrandError(Exception):
    """A brand that cannot be used; the text says in which file and line, and why."""


class Source:
    """One TOML file with its tables; `error` makes a reason a BrandError that names the line of a key."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.text = path.read_text(encoding="utf-8")
            self.tables: dict[str, Any] = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            raise BrandError(f"{path}: {error}") from error
        except (OSError, UnicodeDecodeError) as error:
            raise BrandError(f"{path} cannot be read: {error}") from error

    def convert(self, kind: type[T]) -> T:
        """The file as a msgspec struct; raises BrandError for unknown keys, missing keys and wrong types."""
        try:
            return msgspec.convert(self.tables, kind)
        except msgspec.ValidationError as error:
            reason, _, where = str(error).partition(" - at `$")
            keys = re.findall(r"\.(\w+)", where)
            if unknown := re.search(r"unknown field `(.*)`", reason):
                keys.append(unknown[1])
                reason = f"there is no key {unknown[1]!r}"
            raise self.error(reason, *keys) from error

    def error(self, reason: str, *keys: str) -> BrandError:
        named = f"{'.'.join(keys)}: " if keys else ""
        return BrandError(f"{self.path}:{self.line(*keys)}: {named}{reason}")

    def line(self, *keys: str) -> int:
        """The line of a key, given with the tables around it; 1 where it does not stand in the file.

        The innermost tables may be left out: msgspec does not name the keys of a table with free names.
        """
        table: list[str] = []
        for number, line in enumerate(self.text.splitlines(), start=1):
            if header := _TABLE.match(line):
                table = [_bare(part.strip()) for part in header[1].split(".")]
                if table == list(keys):
                    return number
            elif (key := _KEY.match(line)) and [*table[: len(keys) - 1], _bare(key[1])] == list(keys):
                return number
        return 1


def _bare(key: str) -> str:
    """A key without its quotes."""
    if key.startswith('"'):
        return next(iter(tomllib.loads(f"{key} = 0")))
    return key.strip("'")
