"""License files and machine files: signed documents that a program verifies without a network."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.files.keyring import Keyring, SigningKey

LEAST_TTL = 3600  # seconds; what a program may ask for at least
FOREVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)  # clients want a date even where nothing expires
_ENCRYPTED = "aes-256-gcm+ed25519"
_PLAIN = "base64+ed25519"
_LINE = 64
_LONGEST = 1_000_000  # characters; the files of the portal have a few thousand
_MISSHAPEN = (ValueError, KeyError, TypeError, RecursionError)  # what reading a stranger's JSON can raise


class Kind(StrEnum):
    """Which of the two files; what is signed as one is not accepted as the other."""

    LICENSE = "license"
    MACHINE = "machine"


class Flaw(StrEnum):
    """Why a file is refused."""

    MALFORMED = "file_malformed"  # not a file of this kind, or not written exactly as the portal writes it
    NOT_GENUINE = "file_not_genuine"  # no key of the vendor's, or only a retired one, signed it
    WRONG_SECRET = "file_wrong_secret"  # genuine, but for another license key or another device
    EXPIRED = "file_expired"


class FileRefused(Exception):
    """A license or machine file is not accepted; `flaw` says why."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw


@dataclass(frozen=True)
class Certificate:
    """A file as it is handed out; ttl in seconds, 0 if it never expires (expiry is then FOREVER)."""

    text: str
    issued: datetime
    expiry: datetime
    ttl: int


@dataclass(frozen=True)
class Opened:
    """What a genuine file says, and which key signed it."""

    data: dict[str, Any]
    included: list[dict[str, Any]]
    issued: datetime
    expiry: datetime
    ttl: int
    signed_by: SigningKey
    is_encrypted: bool


def secret_of(license_key: str, fingerprint: str = "") -> str:
    """Return what encrypts a file: the license key, and for a machine file the fingerprint after it."""
    return license_key + fingerprint


def make(
    keyring: Keyring,
    kind: Kind,
    data: Mapping[str, Any],
    *,
    issued: datetime,
    expiry: datetime | None,
    included: Sequence[Mapping[str, Any]] = (),
    secret: str | None = None,
) -> Certificate:
    """Write and sign a file about `data`, a JSON:API resource, with the resources it includes.

    issued and expiry are aware moments, cut to whole seconds; expiry None means that the file never expires.
    With a secret (see secret_of) the document is encrypted, else anyone can read it. Clients refuse a machine
    file whose `included` lacks the license. Raises ValueError if expiry is not after issued.

    Source: the certificate format of the public Keygen clients.
    """
    issued = issued.astimezone(UTC).replace(microsecond=0)
    until = FOREVER if expiry is None else expiry.astimezone(UTC).replace(microsecond=0)
    if until <= issued:
        raise ValueError("a file must expire after it was issued")
    ttl = 0 if expiry is None else int((until - issued).total_seconds())
    meta = {"issued": _instant(issued), "expiry": _instant(until), "ttl": ttl}
    document = {"meta": meta, "data": data, "included": list(included)}
    content = json.dumps(document, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    enc = _encode(content) if secret is None else _encrypt(content, secret)
    signature = _encode(keyring.sign(f"{kind}/{enc}".encode()))
    text = _envelope(kind, enc, signature, _PLAIN if secret is None else _ENCRYPTED)
    return Certificate(text, issued, until, ttl)


def open_file(
    keyring: Keyring, kind: Kind, text: str, *, secret: str | None = None, now: datetime | None = None
) -> Opened:
    """Verify a file and return what it says.

    The text must be exactly what `make` writes; only other line ends are forgiven, because browsers and mail
    change them. Without `now` an expired file is opened too. Raises FileRefused.
    """
    enc, signature, algorithm = _parts(kind, text.replace("\r\n", "\n").rstrip("\n") + "\n")
    signed_by = keyring.verify(signature, f"{kind}/{enc}".encode())
    if signed_by is None:
        raise FileRefused(Flaw.NOT_GENUINE)
    try:
        document = json.loads(_decode(enc) if algorithm == _PLAIN else _decrypt(enc, secret))
        meta = document["meta"]
        opened = Opened(
            document["data"],
            document["included"],
            datetime.fromisoformat(meta["issued"]),
            datetime.fromisoformat(meta["expiry"]),
            meta["ttl"],
            signed_by,
            algorithm == _ENCRYPTED,
        )
    except _MISSHAPEN:
        raise FileRefused(Flaw.MALFORMED) from None
    if now is not None and opened.ttl and now >= opened.expiry:
        raise FileRefused(Flaw.EXPIRED)
    return opened


def _envelope(kind: Kind, enc: str, signature: str, algorithm: str) -> str:
    content = {"enc": enc, "sig": signature, "alg": algorithm}
    inner = _encode(json.dumps(content, separators=(",", ":")).encode())
    lines = [inner[at : at + _LINE] for at in range(0, len(inner), _LINE)]
    name = f"{kind.upper()} FILE"
    return "\n".join([f"-----BEGIN {name}-----", *lines, f"-----END {name}-----", ""])


def _parts(kind: Kind, text: str) -> tuple[str, bytes, str]:
    """Take the envelope apart. Writing it again must give the same text, so that a file has one form only."""
    lines = text[:_LONGEST].split("\n")
    try:
        envelope = json.loads(_decode("".join(lines[1:-2])))
        enc, sig, alg = envelope["enc"], envelope["sig"], envelope["alg"]
        signature = _decode(sig)
    except _MISSHAPEN:
        raise FileRefused(Flaw.MALFORMED) from None
    if alg not in (_ENCRYPTED, _PLAIN) or not isinstance(enc, str) or _envelope(kind, enc, sig, alg) != text:
        raise FileRefused(Flaw.MALFORMED)
    return enc, signature, alg


def _encrypt(content: bytes, secret: str) -> str:
    nonce = secrets.token_bytes(12)
    sealed = AESGCM(_key(secret)).encrypt(nonce, content, None)
    return ".".join(_encode(part) for part in (sealed[:-16], nonce, sealed[-16:]))


def _decrypt(enc: str, secret: str | None) -> bytes:
    try:
        ciphertext, nonce, tag = (_decode(part) for part in enc.split("."))
        return AESGCM(_key(secret or "")).decrypt(nonce, ciphertext + tag, None)
    except InvalidTag:
        raise FileRefused(Flaw.WRONG_SECRET) from None


def _key(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _encode(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _decode(text: str) -> bytes:
    content = base64.b64decode(text, validate=True)
    if _encode(content) != text:
        raise binascii.Error("not the one way to write these bytes")
    return content


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
