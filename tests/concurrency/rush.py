"""Two hundred people at once who type wrong passwords, each from a network of their own: a program, run by a test."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from urllib.parse import urlencode

AT_ONCE = 200


async def one(number: int, port: int, token: str, cookie: str, until: float, told: Counter[str]) -> None:
    """Try again and again over one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    tries = 0
    while asyncio.get_running_loop().time() < until:
        tries += 1
        fields = {"csrf": token, "email": f"person{number}.{tries}@people.example", "password": "a wrong guess at it"}
        body = urlencode(fields).encode()
        head = (
            f"POST /sign-in HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncookie: {cookie}\r\n"
            f"x-forwarded-for: 10.{number}.{tries % 250}.9\r\ncontent-type: application/x-www-form-urlencoded\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        lines = answer.decode("latin-1").lower().split("\r\n")
        length = next(int(line.partition(":")[2]) for line in lines if line.startswith("content-length:"))
        await reader.readexactly(length)
        told[lines[0].split()[1]] += 1
    writer.close()


async def rush(port: int, token: str, cookie: str, seconds: float) -> Counter[str]:
    told: Counter[str] = Counter()
    until = asyncio.get_running_loop().time() + seconds
    await asyncio.gather(*(one(number, port, token, cookie, until, told) for number in range(AT_ONCE)))
    return told


if __name__ == "__main__":
    port, token, cookie, seconds = sys.argv[1:]
    print(json.dumps(asyncio.run(rush(int(port), token, cookie, float(seconds)))))
