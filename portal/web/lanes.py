"""Lanes: on SQLite one request after the other, since threads that read rows side by side only stop each other."""

from __future__ import annotations

import asyncio
from types import TracebackType

PATIENCE = 0.05
"""Whoever takes longer than so many seconds lets the next one go beside it."""


class Lanes:
    """The lane of readers and that of writers: neither waits for the other."""

    def __init__(self) -> None:
        self._locks = {False: asyncio.Lock(), True: asyncio.Lock()}

    def turn(self, *, writes: bool) -> Turn:
        """`async with lanes.turn(...)`: wait for one's turn, and hold it for as long as the work takes."""
        return Turn(self._locks[writes])


class Turn:
    """One turn in a lane; it ends with the work, or with the others' patience."""

    __slots__ = ("_late", "_lock")

    def __init__(self, lock: asyncio.Lock) -> None:
        self._lock = lock
        self._late: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> None:
        await self._lock.acquire()
        self._late = asyncio.get_running_loop().call_later(PATIENCE, self._end)

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._late is not None:
            self._late.cancel()
            self._end()

    def _end(self) -> None:
        self._late = None
        self._lock.release()
