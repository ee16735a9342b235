"""The keys under a passphrase, for a copy that may lie elsewhere: scrypt makes the key, AES-256-GCM closes the box."""

from __future__ import annotations

import json
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from portal.files.envelope import MISSHAPEN, decode, encode
from portal.files.keyring import KeysUnusable, parse

LEAST_PASSPHRASE = 15  # characters
_NAME = "license portal keys"
_COST, _BLOCK, _LANES = 2**17, 8, 1  # 128 MiB and about half a second for each guess
_DEAREST = 2**20


def seal(text: str, passphrase: str) -> str:
    """Return the text of a key file closed with a passphrase; raises ValueError for one under 15 characters."""
    if len(passphrase) < LEAST_PASSPHRASE:
        raise ValueError("the passphrase is too short")
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    head = {
        "name": _NAME, "format": 1, "kdf": "scrypt", "n": _COST, "r": _BLOCK, "p": _LANES, "salt": encode(salt),
        "cipher": "aes-256-gcm", "nonce": encode(nonce),
    }  # fmt: skip
    sealed = AESGCM(_key(passphrase, salt, _COST)).encrypt(nonce, text.encode(), _bound(head))
    return json.dumps({**head, "sealed": encode(sealed)}, indent=2) + "\n"


def open_(box: str, passphrase: str) -> str:
    """Return the text of the key file; raises KeysUnusable, for a wrong passphrase too. No error quotes a secret."""
    try:
        head = json.loads(box)
        sealed, salt, nonce = (decode(head[name]) for name in ("sealed", "salt", "nonce"))
        known = head["name"] == _NAME and head["format"] == 1 and head["kdf"] == "scrypt"
        cost, is_modest = head["n"], (head["r"], head["p"]) == (_BLOCK, _LANES)
        if not known or not is_modest or not isinstance(cost, int) or not 2 <= cost <= _DEAREST or cost & (cost - 1):
            raise ValueError("an unknown form")
    except MISSHAPEN:
        raise KeysUnusable("This is no export of keys, or it is damaged.") from None
    del head["sealed"]
    try:
        text = AESGCM(_key(passphrase, salt, cost)).decrypt(nonce, sealed, _bound(head)).decode()
    except (InvalidTag, ValueError):
        raise KeysUnusable("The passphrase does not fit, or the export is damaged.") from None
    parse(text, "the export")
    return text


def _key(passphrase: str, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost, r=_BLOCK, p=_LANES).derive(passphrase.encode())


def _bound(head: dict[str, object]) -> bytes:
    return json.dumps(head, sort_keys=True, separators=(",", ":")).encode()
