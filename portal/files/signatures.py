"""Signed answers: the headers by which a protected program knows that an answer came from the vendor."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime

from portal.files.keyring import Keyring


def sign_response(
    keyring: Keyring, method: str, raw_target: str, host: str, date: datetime, body: bytes
) -> dict[str, str]:
    """Return the headers that sign an answer with the current Ed25519 key.

    raw_target is path and query exactly as they came in the request line (percent-encoding untouched, "?"
    only if there was one), host the Host header as sent, date an aware moment, body the bytes as they leave
    (b"" for 204). The server must send no second Date header, and nothing on the way may change host, path,
    date or body.

    Source: the signature scheme of the public Keygen clients. Older ones read Date and Digest, newer ones
    Keygen-Date and Keygen-Digest; both pairs hold the same values.
    """
    http_date = format_datetime(date.astimezone(UTC), usegmt=True)
    digest = "sha-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()
    target = f"{method.lower()} {raw_target}"
    signed = f"(request-target): {target}\nhost: {host}\ndate: {http_date}\ndigest: {digest}"
    signature = base64.b64encode(keyring.sign(signed.encode("latin-1"))).decode()
    return {
        "Date": http_date,
        "Digest": digest,
        "Keygen-Date": http_date,
        "Keygen-Digest": digest,
        "Keygen-Signature": f'keyid="{keyring.current.id}", algorithm="ed25519", signature="{signature}", '
        'headers="(request-target) host date digest"',
    }
