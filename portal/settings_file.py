"""The settings file: `portal.env` in the data folder, one NAME="value" a line.

A start needs to know one folder then. The same file serves systemd as an EnvironmentFile. What stands in the
environment goes before it.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

NAME = "portal.env"
MOST = 65_536  # bytes

_LINE = re.compile(r"""(PORTAL_[A-Z_]+)=("(?:[^"\\]|\\["\\$`])*"|'[^']*'|[^\s"'#\\]*)[ \t]*""")


class Unreadable(ValueError):
    """A settings file that cannot be used; the text names file, line and reason."""


def read(folder: Path) -> dict[str, str]:
    """The settings that the file of this data folder makes, none without a file. Raises Unreadable."""
    path = folder / NAME
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise Unreadable(f"{path} can be read by others, and it may hold passwords. Run: chmod 600 {path}")
            text = file.read(MOST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}.") from error
    if len(text) > MOST:
        raise Unreadable(f"{path} is larger than {MOST} bytes. It should hold a few lines.")
    return parse(text, str(path))


def parse(text: bytes, name: str) -> dict[str, str]:
    """The settings of a file's content. Raises Unreadable with the number of the line."""
    try:
        lines = text.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise Unreadable(f"{name} is no text: {error.reason}.") from error
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None or "\0" in line:
            raise Unreadable(f'{name}:{number}: write a setting as PORTAL_NAME="value".')
        if match[1] in found:
            raise Unreadable(f"{name}:{number}: {match[1]} stands here twice.")
        found[match[1]] = _plain(match[2])
    return found


def write(folder: Path, settings: Mapping[str, str], comments: Mapping[str, str]) -> Path:
    """Write a new file for its owner alone; one that is there is never overwritten (FileExistsError)."""
    lines = ["# Settings of this portal; every other one has a default. The environment goes before this file."]
    for name, value in settings.items():
        lines += ["", f"# {comments[name]}", f"{name}={_quoted(value)}"]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / NAME
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return path


def _quoted(value: str) -> str:
    if any(not character.isprintable() for character in value):
        raise ValueError("a setting is one line of text")
    escaped = re.sub(r'(["\\$`])', r"\\\1", value)
    return f'"{escaped}"'


def _plain(written: str) -> str:
    if written.startswith('"'):
        return re.sub(r'\\(["\\$`])', r"\1", written[1:-1])
    return written.strip("'")
