"""The floor of a sign-in: one verification of a password's hash, on a thread of its own."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from litestar import Response, post
from litestar.handlers import HTTPRouteHandler

from benchmarks.stock import PASSWORD
from portal.doors import passwords


def route(stored: str) -> HTTPRouteHandler:
    threads, hasher = ThreadPoolExecutor(passwords.AT_ONCE), PasswordHasher()

    @post("/sign-in", status_code=303)
    async def sign_in() -> Response[bytes]:
        loop = asyncio.get_running_loop()
        right = await loop.run_in_executor(threads, hasher.verify, stored, PASSWORD)
        return Response(b"", status_code=303 if right else 422)

    return sign_in
