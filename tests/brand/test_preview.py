"""The gallery shows the brand as its folder is now, or what is wrong with it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from portal.fitting.preview import HOME, Preview
from portal.fitting.room import opened
from tests.brand.test_checking import write


class Looking:
    """A browser that looks at a preview."""

    def __init__(self, preview: Preview) -> None:
        self.preview = preview

    def get(self, path: str) -> tuple[int, dict[str, str], str]:
        place, _, query = path.partition("?")
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        scope = {
            "type": "http", "method": "GET", "path": place, "raw_path": place.encode(), "query_string": query.encode(),
            "headers": [(b"host", b"127.0.0.1")], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
            "scheme": "http", "root_path": "", "http_version": "1.1", "state": {}, "asgi": {"version": "3.0"},
        }  # fmt: skip
        asyncio.run(self.preview(scope, receive, send))
        headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], headers, b"".join(part.get("body", b"") for part in sent[1:]).decode()


@pytest.fixture
def looking(folder: Path) -> Iterator[Looking]:
    with opened(folder) as room:
        yield Looking(Preview(room, folder))


def test_every_picture_of_the_gallery_opens_in_its_frame(looking: Looking) -> None:
    status, headers, gallery = looking.get(f"{HOME}?lang=de")
    assert status == 200 and "frame-src 'self'" in headers["content-security-policy"]
    assert '<html lang="de">' in gallery
    frames = [unescape(address) for address in re.findall(r'<iframe[^>]* src="([^"]+)"', gallery)]
    assert len(frames) > 30
    for address in frames:
        status, headers, text = looking.get(address)
        assert status == (404 if "nowhere" in address else 200), address
        assert 'lang="de"' in text and "frame-ancestors 'self'" in headers["content-security-policy"]
        assert "cid:" not in text, "a browser cannot look into the parts of a mail"
        assert "/sign-in?next=" not in text, f"{address} is seen by somebody who may not"
    for nothing in ("page?who=nobody&to=/licenses", "page?who=eve&to=https://evil.example/", "mail?name=../base"):
        assert looking.get(f"{HOME}/{nothing}")[0] == 404


def test_a_changed_file_shows_with_the_next_request(looking: Looking, folder: Path) -> None:
    assert "Tessel Works" in looking.get("/sign-in")[2]
    card = (folder / "brand.toml").read_text()
    write(folder, "brand.toml", card.replace('name = "Tessel Works"', 'name = "Chisel & Sons"'))
    assert "Chisel &amp; Sons" in looking.get("/sign-in")[2]
    write(folder, "brand.toml", card.replace("city", "colour"))
    status, _, text = looking.get(HOME)
    assert status == 500 and "brand.toml:5: colour: there is no key" in text
    write(folder, "brand.toml", card)
    assert looking.get(HOME)[0] == 200
