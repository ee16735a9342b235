"""Somebody at a terminal: a real shell that is typed into, in which questions are answered as they come."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import time
from collections.abc import Mapping
from pathlib import Path

PROMPT = re.compile(r"<(\d+)> \Z")
PATIENCE = 200.0


class Terminal:
    """A shell in this folder that knows nothing of ours but where commands are."""

    def __init__(self, folder: Path, answers: Mapping[str, str]) -> None:
        self.answers = answers
        plain = {"HOME": str(folder), "PATH": os.environ["PATH"], "TERM": "dumb", "LANG": "C.UTF-8", "PS2": ""}
        self.pid, self.end = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            # A run of tests in the background does without Ctrl-C; somebody at a terminal does not.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            shell = ["bash", "--norc", "--noprofile", "-i"]
            os.execvpe("bash", shell, {**plain, "PS1": "<$?> "})
        self._until(PROMPT)
        self.type("stty -echo")

    def type(self, line: str) -> tuple[int, str]:
        """Run one command to its end, answering what it asks; returns its exit code and what it said."""
        self.begin(line)
        said = self._until(PROMPT)
        found = PROMPT.search(said)
        return int(found[1]) if found else -1, said[: found.start()] if found else said

    def begin(self, line: str, until: str = "") -> str:
        """Begin a command that goes on, and wait for what it says."""
        os.write(self.end, f"{line}\n".encode())
        return self._until(re.compile(until)) if until else ""

    def stop(self) -> int:
        """Press Ctrl-C; returns the exit code of what was running."""
        os.write(self.end, b"\x03")
        found = PROMPT.search(self._until(PROMPT))
        return int(found[1]) if found else -1

    def close(self) -> None:
        os.close(self.end)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    def _until(self, wanted: re.Pattern[str]) -> str:
        """What is said until this comes. A question that stands at the end meanwhile is answered, once."""
        said, answered, deadline = "", 0, time.monotonic() + PATIENCE
        while not wanted.search(said):
            assert time.monotonic() < deadline, f"nothing more is said after:\n{said}"
            if select.select([self.end], [], [], 0.1)[0]:
                said += os.read(self.end, 65536).decode("utf-8", "replace").replace("\r\n", "\n")
            elif (asked := said[answered:].rpartition("\n")[2]).endswith(": "):
                answer = next(self.answers[known] for known in self.answers if asked.startswith(known))
                os.write(self.end, f"{answer}\n".encode())
                answered = len(said)
        return said
