"""The PCs of the demo: each name always stands for the same machine, down to its components."""

from __future__ import annotations

import hashlib

from portal.actions.devices import Machine

PARTS = ("board", "disk", "cpu", "mac")


def pc(name: str, platform: str = "Windows 11", *, new: tuple[str, ...] = ()) -> Machine:
    """The PC of this name, as its program describes it; of the parts in `new` it has others than it came with."""
    parts = {part: _serial(f"{name}/{part}{'/new' * (part in new)}") for part in PARTS}
    whole = "".join(f"{part}={serial};" for part, serial in parts.items())
    return Machine(hashlib.sha256(whole.encode()).hexdigest(), parts, name, platform)


def _serial(of: str) -> str:
    return hashlib.sha256(of.encode()).hexdigest()[:16]
