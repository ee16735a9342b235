"""Documents on paper: written and signed as text that can be pasted, and read again without trusting anything."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from portal.files import canonical
from portal.files.documents import CLASSES, VERSION, Document, Type, from_json, to_json
from portal.files.envelope import SIGNED, UNSIGNED, NotOneOfOurs, decode, encode, unwrap, wrap

LONGEST = 128 * 1024  # characters of a pasted or uploaded document
_NAMES = {type_.upper().replace("-", " "): type_ for type_ in Type}
_BEGIN = re.compile(r"-----BEGIN ([A-Z ]{1,40})-----\r?\n")


class Flaw(StrEnum):
    """Why a text is no document; each is a code with words of its own."""

    EMPTY = "document_empty"
    TOO_LONG = "document_too_long"
    FOREIGN = "document_foreign"  # something else than a document of the portal
    MALFORMED = "document_malformed"  # begins like one, and is damaged, cut off or not in its one form
    VERSION = "document_version"  # written by a newer program


class DocumentRefused(Exception):
    """The text is not accepted; `type` and `digest` are known where at least the envelope is whole."""

    def __init__(self, flaw: Flaw, type_: Type | None = None, digest: bytes | None = None) -> None:
        super().__init__(flaw.value)
        self.flaw, self.type, self.digest = flaw, type_, digest


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as it came: what it says, and what still has to be verified against somebody's key."""

    type: Type
    document: Any  # one of the classes in documents.CLASSES
    enc: str
    signature: bytes

    @property
    def digest(self) -> bytes:
        """SHA-256 of what is signed: the same document has the same digest."""
        return _digest(self.type, self.enc)

    @property
    def is_signed(self) -> bool:
        return bool(self.signature)

    def is_signed_by(self, public_key: bytes | None) -> bool:
        """Whether the holder of this Ed25519 key (32 bytes) signed it as a document of its type."""
        if public_key is None:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(self.signature, _message(self.type, self.enc))
        except (InvalidSignature, ValueError):
            return False
        return True


def write(document: Document, sign: Callable[[bytes], bytes] | None) -> str:
    """The text of a document; `sign` makes an Ed25519 signature over a message, None leaves it unsigned."""
    content = {"v": VERSION, "type": document.type.value, **to_json(document)}
    enc = encode(canonical.encode(content))
    signature = sign(_message(document.type, enc)) if sign else b""
    return wrap(_name(document.type), enc, signature, SIGNED if sign else UNSIGNED)


def read(text: str) -> Paper:
    """Read a pasted document; blanks and lines around it do no harm. Raises DocumentRefused.

    Nothing is verified here: ask `is_signed_by` before believing a word.
    """
    text = text.strip()
    if not text:
        raise DocumentRefused(Flaw.EMPTY)
    if len(text) > LONGEST:
        raise DocumentRefused(Flaw.TOO_LONG)
    begun = _BEGIN.match(text)
    if begun is None or begun[1] not in _NAMES:
        raise DocumentRefused(Flaw.FOREIGN)
    type_ = _NAMES[begun[1]]
    try:
        envelope = unwrap(begun[1], text)
    except NotOneOfOurs:
        raise DocumentRefused(Flaw.MALFORMED, type_) from None
    digest = _digest(type_, envelope.enc)
    if envelope.algorithm != (SIGNED if envelope.signature else UNSIGNED):
        raise DocumentRefused(Flaw.MALFORMED, type_, digest)
    try:
        content = canonical.decode(decode(envelope.enc))
        if content.pop("v", None) != VERSION:
            raise DocumentRefused(Flaw.VERSION, type_, digest)
        if content.pop("type", None) != type_:
            raise DocumentRefused(Flaw.MALFORMED, type_, digest)
        document = from_json(CLASSES[type_], content)
    except (ValueError, TypeError):
        raise DocumentRefused(Flaw.MALFORMED, type_, digest) from None
    return Paper(type_, document, envelope.enc, envelope.signature)


def key_id(public_key: bytes) -> bytes:
    """What a public key goes by: the first eight bytes of its SHA-256."""
    return hashlib.sha256(public_key).digest()[:8]


def hint_of(normalized_key: str) -> bytes:
    """What a request calls a license by: SHA-256 of `license/` and the key without blanks and hyphens, in capitals.

    A key of the portal has 120 random bits, so nobody comes from the hash to the key.
    """
    return hashlib.sha256(b"license/" + normalized_key.encode()).digest()


def component_hash(value: str) -> bytes:
    """How a return receipt speaks of a component: the SHA-256 of its value."""
    return hashlib.sha256(value.encode()).digest()


def _name(type_: Type) -> str:
    return type_.upper().replace("-", " ")


def _message(type_: Type, enc: str) -> bytes:
    return f"{type_}/{enc}".encode()


def _digest(type_: Type, enc: str) -> bytes:
    return hashlib.sha256(_message(type_, enc)).digest()
