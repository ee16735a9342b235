"""What every command that needs the installation does first: read the settings, and say plainly what is wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from portal.brand import BrandError
from portal.files.keyring import KeysUnusable
from portal.settings import SettingsError


def plainly(command: Callable[[Any], int]) -> Callable[[Any], int]:
    """Turn what an operator can mend into one sentence and exit code 2."""

    @wraps(command)
    def run(options: Any) -> int:
        try:
            return command(options)
        except (SettingsError, BrandError, KeysUnusable) as problem:
            print(problem, file=sys.stderr)
            return 2

    return run
