"""The documents that travel to and from the portal by hand: canonical JSON, signed, in an envelope of text."""

import base64
import hashlib
import json
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from outcomes import Exit, Stop

LONGEST = 1_000_000


def write(kind: str, content: dict, key: Ed25519PrivateKey) -> str:
    """The signed text of a document such as "activation-request"."""
    document = {**content, "type": kind, "v": 1}
    plain = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    enc = base64.b64encode(plain).decode()
    signature = base64.b64encode(key.sign(f"{kind}/{enc}".encode())).decode()
    envelope = json.dumps({"enc": enc, "sig": signature, "alg": "base64+ed25519"}, separators=(",", ":"))
    body = base64.b64encode(envelope.encode()).decode()
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    name = kind.upper().replace("-", " ")
    return "\n".join([f"-----BEGIN {name}-----", *lines, f"-----END {name}-----", ""])


def kind_of(text: str) -> str:
    """What the first line says the text is, such as "return-request"; "" where it says nothing."""
    first = text.lstrip().partition("\n")[0].strip()
    if not first.startswith("-----BEGIN ") or not first.endswith("-----"):
        return ""
    return first.removeprefix("-----BEGIN ").removesuffix("-----").lower().replace(" ", "-")


def read(kind: str, text: str, public_key: str) -> dict:
    """What the vendor says in this document. Nothing is believed before the signature was verified."""
    envelope = _envelope(text)
    try:
        signature = base64.b64decode(envelope["sig"], validate=True)
        vendor = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        vendor.verify(signature, f"{kind}/{envelope['enc']}".encode())
        content = json.loads(base64.b64decode(envelope["enc"], validate=True))
        if (content["type"], content["v"]) != (kind, 1):
            raise ValueError
    except (InvalidSignature, ValueError, KeyError, TypeError, RecursionError):
        raise Stop(Exit.FILE_REFUSED, "This file is not from the vendor, or it was changed.") from None
    return content


def open_machine_file(text: str, secret: str) -> dict:
    """The document inside of an encrypted machine file; verify the file with the SDK first."""
    try:
        ciphertext, nonce, tag = (base64.b64decode(part, validate=True) for part in _envelope(text)["enc"].split("."))
        plain = AESGCM(hashlib.sha256(secret.encode()).digest()).decrypt(nonce, ciphertext + tag, None)
        return json.loads(plain)
    except (InvalidTag, ValueError, KeyError, AttributeError):
        raise Stop(Exit.FILE_REFUSED, "The license file was changed or belongs to another PC.") from None


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def key_id(key: Ed25519PrivateKey) -> str:
    return hashlib.sha256(key.public_key().public_bytes_raw()).hexdigest()[:16]


def now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _envelope(text: str) -> dict:
    try:
        lines = text[:LONGEST].strip().splitlines()
        envelope = json.loads(base64.b64decode("".join(lines[1:-1]), validate=True))
        if not all(isinstance(envelope[name], str) for name in ("enc", "sig", "alg")):
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Stop(Exit.FILE_REFUSED, "This is not a file of the portal, or not all of it.") from None
    return envelope
