"""Asking for a passphrase: from the environment or its file, from standard input, or from somebody at the terminal."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from portal.settings import SettingsError


class Mismatch(Exception):
    """What was typed the second time is something else."""


def passphrase(*, again: bool = False) -> str:
    """The passphrase; at a terminal it is asked for, with `again` twice. It is never shown. Raises Mismatch."""
    if given := os.environ.get("PORTAL_PASSPHRASE"):
        return given
    if file := os.environ.get("PORTAL_PASSPHRASE_FILE"):
        try:
            return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"PORTAL_PASSPHRASE_FILE names {file}, which cannot be read: {error}.") from error
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    typed = getpass.getpass("Passphrase: ")
    if again and getpass.getpass("Once more: ") != typed:
        raise Mismatch
    return typed
