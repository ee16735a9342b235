"""The envelope of everything signed that travels as text: BEGIN and END lines around what is said and who vouches."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

SEALED = "aes-256-gcm+ed25519"  # encrypted and signed
SIGNED = "base64+ed25519"
UNSIGNED = "base64"
LONGEST = 1_000_000  # characters; the files of the portal have a few thousand
MISSHAPEN = (ValueError, KeyError, TypeError, RecursionError)  # what reading a stranger's JSON can raise
_LINE = 64


class NotOneOfOurs(ValueError):
    """The text is no envelope of this name, or is not written exactly as the portal writes one."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an envelope holds; `enc` is text in base64, and the signature is empty where nobody signed."""

    enc: str
    signature: bytes
    algorithm: str


def wrap(name: str, enc: str, signature: bytes, algorithm: str) -> str:
    """Return the text of an envelope, in lines of 64 characters; name is that of its first and last line."""
    content = {"enc": enc, "sig": encode(signature), "alg": algorithm}
    inner = encode(json.dumps(content, separators=(",", ":")).encode())
    lines = [inner[at : at + _LINE] for at in range(0, len(inner), _LINE)]
    return "\n".join([f"-----BEGIN {name}-----", *lines, f"-----END {name}-----", ""])


def unwrap(name: str, text: str) -> Envelope:
    """Take an envelope apart. Writing it again must give the same text, so that it has one form only.

    Other line ends are forgiven, because browsers and mail change them. Raises NotOneOfOurs.
    """
    text = text.replace("\r\n", "\n").rstrip("\n") + "\n"
    try:
        content = json.loads(decode("".join(text[:LONGEST].split("\n")[1:-2])))
        enc, algorithm, signature = content["enc"], content["alg"], decode(content["sig"])
    except MISSHAPEN:
        raise NotOneOfOurs(name) from None
    if not isinstance(enc, str) or not isinstance(algorithm, str) or wrap(name, enc, signature, algorithm) != text:
        raise NotOneOfOurs(name)
    return Envelope(enc, signature, algorithm)


def encode(content: bytes) -> str:
    return base64.b64encode(content).decode()


def decode(text: str) -> bytes:
    """The bytes of standard base64 with padding; raises ValueError for every other way to write them."""
    content = base64.b64decode(text, validate=True)
    if encode(content) != text:
        raise binascii.Error("not the one way to write these bytes")
    return content
