"""Static files: read once, named after their content, compressed once, and kept by browsers for good."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from litestar import Request, route
from litestar.response.base import ASGIResponse

from portal.brand import Brand

SHIPPED = Path(__file__).resolve().parent.parent / "static"
FOREVER = "public, max-age=31536000, immutable"
# A logo is somebody else's file: opened by itself it must not run anything.
SAFE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@dataclass(frozen=True, slots=True)
class Asset:
    name: str
    hashed: str
    body: bytes
    packed: bytes
    media_type: str


def _asset(name: str, body: bytes) -> Asset:
    digest = hashlib.sha256(body).hexdigest()[:12]
    stem, dot, suffix = name.rpartition(".")
    hashed = f"{stem}.{digest}.{suffix}" if dot else f"{name}.{digest}"
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Asset(name, hashed, body, gzip.compress(body, 9, mtime=0), media_type)


@cache
def _shipped() -> tuple[Asset, ...]:
    """The portal's own files, which all brands share; a folder such as portal.css is one file for browsers."""
    files = {path.name: [path] if path.is_file() else sorted(path.iterdir()) for path in sorted(SHIPPED.iterdir())}
    return tuple(_asset(name, b"".join(part.read_bytes() for part in parts)) for name, parts in files.items())


class Shelf:
    """All static files of one brand by their hashed names; a brand's own files stand under `brand/`."""

    def __init__(self, brand: Brand) -> None:
        own = [_asset(f"brand/{name}", path.read_bytes()) for name, path in brand.assets.items()]
        files = [*_shipped(), *own, _asset("brand/brand.css", brand.stylesheet.encode())]
        self._assets = {asset.hashed: asset for asset in files}
        self._urls = {asset.name: f"/static/{asset.hashed}" for asset in files}

    def url(self, name: str) -> str:
        """The address of a file; a name that does not exist is a mistake in a template."""
        return self._urls[name]

    def has(self, name: str) -> bool:
        return name in self._urls

    def find(self, hashed: str) -> Asset | None:
        return self._assets.get(hashed)


@route(
    "/static/{name:path}", http_method=["GET", "HEAD"], opt={"area": "public", "writes": False}, sync_to_thread=False
)
def static_file(request: Request, name: str) -> ASGIResponse:
    asset = request.app.state.site.at(request.headers.get("host", "")).shelf.find(name.lstrip("/"))
    if asset is None:
        return _for(request, ASGIResponse(body=b"Not found\n", status_code=404, media_type="text/plain"))
    headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding", "Content-Security-Policy": SAFE}
    body = asset.body
    if "gzip" in request.headers.get("accept-encoding", "") and len(asset.packed) < len(body):
        body, headers = asset.packed, {**headers, "Content-Encoding": "gzip"}
    return _for(request, ASGIResponse(body=body, media_type=asset.media_type, headers=headers))


def _for(request: Request, response: ASGIResponse) -> ASGIResponse:
    response.is_head_response = request.method == "HEAD"
    return response
