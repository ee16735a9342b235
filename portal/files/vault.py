"""Secrets at rest: what must be found again is kept as a keyed hash, what must be read again is sealed."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION_BYTES = 2
_NONCE_BYTES = 12
_TAG_BYTES = 16


class Unreadable(Exception):
    """A sealed secret cannot be opened: it was changed, belongs elsewhere, or its key is not here."""


@dataclass(frozen=True)
class VaultKeys:
    """The keys of a vault: pepper for look-ups, and AES-256 keys by version, of which `current` seals.

    The pepper has no versions: changing it would lose every look-up that is stored.
    """

    pepper: bytes = field(repr=False)
    sealing: Mapping[int, bytes] = field(repr=False)
    current: int

    def __post_init__(self) -> None:
        if len(self.pepper) != 32 or any(len(key) != 32 for key in self.sealing.values()):
            raise ValueError("the keys of the vault must have 32 bytes each")
        if any(not 0 < version < 1 << 16 for version in self.sealing):
            raise ValueError("the versions of the vault's keys must be numbers from 1 to 65535")
        if self.current not in self.sealing:
            raise ValueError(f"the vault's current key {self.current} is missing")


class Vault:
    """Hashes secrets for look-up and seals them for those who may read them again.

    `kind` names what the secret is ("ticket", "license_key", "mail"); equal secrets of different kinds have
    nothing in common, and what was sealed as one kind does not open as another.
    """

    def __init__(self, keys: VaultKeys) -> None:
        self._pepper = keys.pepper
        self._ciphers = {version: AESGCM(key) for version, key in keys.sealing.items()}
        self._current = keys.current
        self._lookups: dict[str, hmac.HMAC] = {}

    def lookup(self, kind: str, value: str) -> bytes:
        """Return 32 bytes that are always the same for this kind and value: HMAC-SHA256 under the pepper.

        The value is taken as it is; normalize it first.
        """
        begun = self._lookups.get(kind)
        if begun is None:
            of_kind = hmac.digest(self._pepper, b"lookup/" + _name(kind), "sha256")
            # Kinds are few, and to begin takes longer than to go on.
            begun = self._lookups[kind] = hmac.new(of_kind, digestmod="sha256")
        made = begun.copy()
        made.update(value.encode())
        return made.digest()

    def seal(self, kind: str, plaintext: bytes, bound: bytes = b"") -> bytes:
        """Encrypt with the current key (AES-256-GCM, random nonce) and return plaintext length + 30 bytes.

        `bound` ties the secret to its place, for example the id of its row, and is needed to open it.
        """
        nonce = secrets.token_bytes(_NONCE_BYTES)
        version = self._current.to_bytes(_VERSION_BYTES, "big")
        return version + nonce + self._ciphers[self._current].encrypt(nonce, plaintext, _context(kind, bound))

    def open(self, kind: str, blob: bytes, bound: bytes = b"") -> bytes:
        """Return what was sealed as this kind and bound to this place. Raises Unreadable."""
        version, rest = int.from_bytes(blob[:_VERSION_BYTES], "big"), blob[_VERSION_BYTES:]
        if len(rest) < _NONCE_BYTES + _TAG_BYTES:
            raise Unreadable("the sealed secret is too short")
        if version not in self._ciphers:
            raise Unreadable(f"the secret was sealed with key {version}, which is not among the keys")
        nonce, ciphertext = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
        try:
            return self._ciphers[version].decrypt(nonce, ciphertext, _context(kind, bound))
        except InvalidTag:
            raise Unreadable("the secret was changed or sealed for another place") from None

    def is_current(self, blob: bytes) -> bool:
        """Tell whether a sealed secret carries the current key's version, or waits to be sealed anew."""
        return int.from_bytes(blob[:_VERSION_BYTES], "big") == self._current


def _name(kind: str) -> bytes:
    if not kind or "\0" in kind:
        raise ValueError("a kind of secret needs a name without NUL")
    return kind.encode()


def _context(kind: str, bound: bytes) -> bytes:
    # A kind holds no NUL, so no other kind and place can give the same bytes.
    return b"sealed/" + _name(kind) + b"\0" + bound
