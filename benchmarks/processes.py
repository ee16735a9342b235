"""What the kernel says of processes: CPU time, memory, and the children they have."""

from __future__ import annotations

import os
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def cpu(pid: int) -> float:
    """Seconds of user and system time of a process and of its ended children."""
    fields = _fields(pid)
    return sum(map(int, fields[11:15])) / TICK


def memory(pid: int) -> int:
    """Bytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE


def family_cpu(pid: int) -> float:
    """Seconds of a process and of all its children, those that run and those that ended."""
    return cpu(pid) + sum(cpu(child) for child in _children(pid))


def parent(pid: int) -> int | None:
    """The parent of a process; None if there is no such process here."""
    try:
        return int(_fields(pid)[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


def _children(pid: int) -> list[int]:
    running = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [other for other in running if parent(other) == pid]


def _fields(pid: int) -> list[str]:
    """What /proc says after the name, which may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
