"""The weight of a page: its bytes and those of all it loads, as they come over the wire."""

from __future__ import annotations

import re

from benchmarks import client


def weight(port: int, request: bytes) -> dict[str, int]:
    """Bytes by address, compressed as the server sends them."""
    connection = client.Connection(port)
    try:
        page = connection.ask(request)
        found = {"the page": len(page.packed)}
        for address in sorted(set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.body.decode()))):
            found[address] = len(connection.ask(client.request("GET", address)).packed)
        return found
    finally:
        connection.close()
