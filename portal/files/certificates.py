"""License files and machine files: signed documents that a program verifies without a network."""

from __future__ import annotations

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

from portal.files.envelope import MISSHAPEN, SEALED, SIGNED, NotOneOfOurs, decode, encode, unwrap, wrap
from portal.files.keyring import Keyring, SigningKey

LEAST_TTL = 3600  # seconds; what a program may ask for at least
FOREVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)  # clients want a date even where nothing expires


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
    enc = encode(content) if secret is None else _encrypt(content, secret)
    signature = keyring.sign(f"{kind}/{enc}".encode())
    text = wrap(_name(kind), enc, signature, SIGNED if secret is None else SEALED)
    return Certificate(text, issued, until, ttl)


def open_file(
    keyring: Keyring, kind: Kind, text: str, *, secret: str | None = None, now: datetime | None = None
) -> Opened:
    """Verify a file and return what it says.

    The text must be exactly what `make` writes; only other line ends are forgiven, because browsers and mail
    change them. Without `now` an expired file is opened too. Raises FileRefused.
    """
    try:
        envelope = unwrap(_name(kind), text)
    except NotOneOfOurs:
        raise FileRefused(Flaw.MALFORMED) from None
    enc, is_sealed = envelope.enc, envelope.algorithm == SEALED
    if not is_sealed and envelope.algorithm != SIGNED:
        raise FileRefused(Flaw.MALFORMED)
    signed_by = keyring.verify(envelope.signature, f"{kind}/{enc}".encode())
    if signed_by is None:
        raise FileRefused(Flaw.NOT_GENUINE)
    try:
        document = json.loads(_decrypt(enc, secret) if is_sealed else decode(enc))
        meta = document["meta"]
        opened = Opened(
            document["data"],
            document["included"],
            datetime.fromisoformat(meta["issued"]),
            datetime.fromisoformat(meta["expiry"]),
            meta["ttl"],
            signed_by,
            is_sealed,
        )
    except MISSHAPEN:
        raise FileRefused(Flaw.MALFORMED) from None
    if now is not None and opened.ttl and now >= opened.expiry:
        raise FileRefused(Flaw.EXPIRED)
    return opened


def _name(kind: Kind) -> str:
    return f"{kind.upper()} FILE"


def _encrypt(content: bytes, secret: str) -> str:
    nonce = secrets.token_bytes(12)
    sealed = AESGCM(_key(secret)).encrypt(nonce, content, None)
    return ".".join(encode(part) for part in (sealed[:-16], nonce, sealed[-16:]))


def _decrypt(enc: str, secret: str | None) -> bytes:
    try:
        ciphertext, nonce, tag = (decode(part) for part in enc.split("."))
        return AESGCM(_key(secret or "")).decrypt(nonce, ciphertext + tag, None)
    except InvalidTag:
        raise FileRefused(Flaw.WRONG_SECRET) from None


def _key(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
