"""Lanes: on SQLite one reader and one writer at a time, and nobody waits long for somebody slow."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from portal.web.lanes import PATIENCE, Lanes

Result = TypeVar("Result")


def run(journey: Coroutine[Any, Any, Result]) -> Result:
    """On a thread of its own: the driver of the browser keeps a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, journey).result()


class Road:
    """Who is on it at the moment, and how many were at most."""

    def __init__(self, lanes: Lanes) -> None:
        self.lanes, self.now, self.most = lanes, 0, 0

    async def drive(self, seconds: float, *, writes: bool = False) -> None:
        async with self.lanes.turn(writes=writes):
            self.now += 1
            self.most = max(self.most, self.now)
            await asyncio.sleep(seconds)
            self.now -= 1


def test_readers_go_one_after_the_other() -> None:
    async def rush() -> int:
        road = Road(Lanes())
        await asyncio.gather(*(road.drive(0.002) for _ in range(10)))
        return road.most

    assert run(rush()) == 1


def test_a_reader_and_a_writer_do_not_wait_for_each_other() -> None:
    async def both() -> int:
        road = Road(Lanes())
        await asyncio.gather(road.drive(0.01), road.drive(0.01, writes=True))
        return road.most

    assert run(both()) == 2


def test_nobody_waits_to_the_end_for_somebody_slow() -> None:
    async def behind() -> float:
        road = Road(Lanes())
        slow = asyncio.create_task(road.drive(5.0))
        await asyncio.sleep(0)
        begun = time.monotonic()
        await road.drive(0)
        slow.cancel()
        return time.monotonic() - begun

    assert PATIENCE / 2 < run(behind()) < 2.0


def test_a_turn_that_is_broken_off_is_over() -> None:
    async def again() -> int:
        road = Road(Lanes())
        broken = asyncio.create_task(road.drive(5.0))
        waiting = asyncio.create_task(road.drive(5.0))
        await asyncio.sleep(0)
        waiting.cancel()
        broken.cancel()
        await asyncio.gather(broken, waiting, return_exceptions=True)
        await asyncio.wait_for(road.drive(0), PATIENCE / 2)
        return road.most

    assert run(again()) >= 1
