"""The logo at the head of mails: a PNG that travels inside each, for mail programs show no SVG and load nothing."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from portal.brand.pictures import HEAVIEST
from portal.brand.source import BrandError

HEIGHT, WIDEST = 32, 240  # pixels, as mails show it
SHARP = 2 * HEIGHT  # what a dense screen wants of it

_SIGNATURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


@dataclass(frozen=True, slots=True)
class MailLogo:
    """The picture with the size it is shown in. `cid` is its name within a mail, another one for another picture."""

    content: bytes
    width: int
    height: int
    cid: str

    @property
    def inline(self) -> str:
        """The picture as an address of its own, for a browser, which knows no parts of a mail."""
        return f"data:image/png;base64,{b64encode(self.content).decode()}"


def read(path: Path) -> MailLogo:
    """Raises BrandError where this is no PNG."""
    content = path.read_bytes()
    width, height = _size(content)
    if not width or not height:
        raise BrandError(f"{path}: this is no PNG, and mail programs show no other logo")
    shrunk = min(HEIGHT / height, WIDEST / width, 1)
    cid = f"logo.{hashlib.sha256(content).hexdigest()[:16]}@portal"
    return MailLogo(content, max(round(width * shrunk), 1), max(round(height * shrunk), 1), cid)


def problems(path: Path) -> Iterator[str]:
    """What is wrong with this picture at the head of a mail, as `path: reason`."""
    content = path.read_bytes()
    width, height = _size(content)
    if not width or not height:
        yield f"{path}: this is no PNG, and mail programs show no other logo"
    elif height < SHARP and width < 2 * WIDEST:
        yield f"{path}: it is {width} × {height} pixels and blurred in mails: make it {SHARP} high or more"
    if len(content) > HEAVIEST:
        size = f"{len(content) // 1024} kB"
        yield f"{path}: it weighs {size}, and every mail carries it: keep it under {HEAVIEST // 1024} kB"


def _size(content: bytes) -> tuple[int, int]:
    """Width and height in pixels; nothing of what is no PNG."""
    if not content.startswith(_SIGNATURE) or len(content) < len(_SIGNATURE) + 8:
        return 0, 0
    told = content[len(_SIGNATURE) :]
    return int.from_bytes(told[:4]), int.from_bytes(told[4:8])
