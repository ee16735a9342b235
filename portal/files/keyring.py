"""The vendor's keys in one file: Ed25519 pairs that sign files and answers, and the keys of the vault."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from portal.files.vault import Vault, VaultKeys

FILE_NAME = "portal-keys.json"
_FORMAT = 1


class KeysUnusable(Exception):
    """The keys cannot be used; the text is one sentence for the person who starts the portal."""


class KeysMissing(KeysUnusable):
    """There is no key file yet."""


class KeyState(StrEnum):
    """What a signing key still does."""

    NEXT = "next"  # signs nothing yet: programs get to know its public half first
    CURRENT = "current"  # signs and verifies
    VERIFIES = "verifies"  # signed earlier files, which stay good
    RETIRED = "retired"  # what it signed is refused


@dataclass(frozen=True)
class SigningKey:
    """One Ed25519 pair; its id is derived from the public key."""

    private: Ed25519PrivateKey = field(repr=False)
    state: KeyState
    created: datetime

    @property
    def public(self) -> Ed25519PublicKey:
        return self.private.public_key()

    @property
    def public_hex(self) -> str:
        """The public key as 64 hexadecimal digits, as programs carry it."""
        return self.public.public_bytes_raw().hex()

    @cached_property
    def id(self) -> str:
        return hashlib.sha256(self.public.public_bytes_raw()).hexdigest()[:16]


class Keyring:
    """The signing keys, of which exactly one is current, and the vault."""

    def __init__(self, keys: Sequence[SigningKey], vault: Vault) -> None:
        current = [key for key in keys if key.state is KeyState.CURRENT]
        if len(current) != 1:
            raise KeysUnusable(f"Exactly one signing key must be current, but {len(current)} are.")
        self.current = current[0]
        self.keys = tuple(keys)
        self.vault = vault

    @property
    def public_hex(self) -> str:
        """The current public key as 64 hexadecimal digits."""
        return self.current.public_hex

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes of the current key's Ed25519 signature."""
        return self.current.private.sign(message)

    def verify(self, signature: bytes, message: bytes) -> SigningKey | None:
        """Return the key that made this signature, or None if none did that is not retired."""
        for key in self.keys:
            if key.state is not KeyState.RETIRED and _is_signed(key.public, signature, message):
                return key
        return None


def create(folder: Path, now: datetime | None = None) -> Keyring:
    """Make a signing key and the vault's keys, and write them to a new file that only its owner can read.

    The folder is made (0700) if it is missing. Raises KeysUnusable if there are keys already, which are never
    overwritten, or if the folder cannot be written to.
    """
    return place(folder, _new_keys(now or datetime.now(UTC)))


def place(folder: Path, text: str) -> Keyring:
    """Write the text of a key file where there is none yet; the same rules as for `create`."""
    path = folder / FILE_NAME
    keys = parse(text, str(path))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_once(path, text)
    except FileExistsError:
        raise KeysUnusable(f"There are keys in {path} already; they are never overwritten.") from None
    except OSError as error:
        raise KeysUnusable(f"The keys cannot be written to {path}: {error.strerror}.") from None
    return keys


def load(folder: Path) -> Keyring:
    """Read the keys from their file in this folder.

    Raises KeysMissing if there is none, KeysUnusable if others can read it or its content is wrong.
    """
    return parse(text_of(folder), str(folder / FILE_NAME))


def text_of(folder: Path) -> str:
    """The text of the key file in this folder; raises as `load` does where it cannot be read."""
    path = folder / FILE_NAME
    try:
        mode = path.stat().st_mode
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise KeysMissing(
            f"There are no keys in {path}. Name the data folder in PORTAL_DATA, begin one with `portal init`, or "
            "restore your copy."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise KeysUnusable(f"The keys in {path} cannot be read: {reason}.") from None
    if os.name == "posix" and mode & 0o077:
        raise KeysUnusable(f"The keys in {path} can be read by others; run: chmod 600 {path}")
    return text


def parse(text: str, origin: str = "the environment") -> Keyring:
    """Read the keys from the text of a key file, wherever it came from; origin is named in errors.

    Raises KeysUnusable; no error ever quotes the text.
    """
    try:
        content = json.loads(text)
        if content["format"] != _FORMAT:
            raise KeysUnusable(f"The keys in {origin} have a format that this version does not know.")
        keys = [_signing_key(entry) for entry in content["signing"]]
        return Keyring(keys, _vault(content["vault"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise KeysUnusable(f"The keys in {origin} are damaged or incomplete; restore your copy.") from None


def _signing_key(entry: dict[str, Any]) -> SigningKey:
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(entry["private"]))
    key = SigningKey(private, KeyState(entry["state"]), datetime.fromisoformat(entry["created"]))
    if entry["public"] != key.public_hex or entry["id"] != key.id:
        raise ValueError("the public key does not belong to the private one")
    return key


def _vault(content: dict[str, Any]) -> Vault:
    sealing = {entry["version"]: base64.b64decode(entry["key"], validate=True) for entry in content["keys"]}
    pepper = base64.b64decode(content["pepper"], validate=True)
    return Vault(VaultKeys(pepper, sealing, content["current"]))


def _new_keys(now: datetime) -> str:
    content = {
        "format": _FORMAT,
        "signing": [new_signing_key(KeyState.CURRENT, now)],
        "vault": {"pepper": _random_key(), "current": 1, "keys": [{"version": 1, "key": _random_key()}]},
    }
    return json.dumps(content, indent=2) + "\n"


def new_signing_key(state: KeyState, now: datetime) -> dict[str, str]:
    """A new pair, as the key file holds it."""
    key = SigningKey(Ed25519PrivateKey.generate(), state, now)
    return {
        "id": key.id,
        "state": key.state.value,
        "created": now.isoformat(timespec="seconds"),
        "public": key.public_hex,
        "private": key.private.private_bytes_raw().hex(),
    }


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _write_once(path: Path, text: str) -> None:
    """Write a file that appears whole or not at all, and never replaces another: links do not overwrite."""
    draft = _draft(path, text)
    try:
        os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    _settle(path.parent)


def replace(folder: Path, text: str) -> Keyring:
    """Put a changed key file in the place of the old one: at every moment there is the one or the other, whole."""
    path = folder / FILE_NAME
    keys = parse(text, str(path))
    try:
        draft = _draft(path, text)
        draft.replace(path)
        _settle(folder)
    except OSError as error:
        raise KeysUnusable(f"The keys cannot be written to {path}: {error.strerror}.") from None
    return keys


def _draft(path: Path, text: str) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    return draft


def _settle(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _is_signed(public: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        public.verify(signature, message)
    except InvalidSignature:
        return False
    return True
