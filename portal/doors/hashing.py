"""argon2id in memory that is kept: in large pages, and given back when nobody has signed in for a while.

One hash sweeps through 19 MiB. The library would take them anew each time, in small pages, of which the processor
knows too few at once; in large ones the same hash takes a twentieth less.
"""

from __future__ import annotations

import hmac
import mmap
import secrets
from base64 import b64decode, b64encode
from collections import deque
from contextlib import suppress
from typing import Any, Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from argon2.low_level import Type, core, ffi

TIMES, KIB = 2, 19 * 1024
_FORM = f"$argon2id$v=19$m={KIB},t={TIMES},p=1"
_SALT, _DIGEST = 16, 32  # bytes
_LARGE = 2 * 2**20
_WHOLE = -(-KIB * 1024 // _LARGE) * _LARGE


class Hasher(PasswordHasher):
    """Hashes as the library does, and in kept memory; hashes of another form than today's are left to the library."""

    def __init__(self) -> None:
        super().__init__(time_cost=TIMES, memory_cost=KIB, parallelism=1, hash_len=_DIGEST, salt_len=_SALT)
        self._free: deque[Block] = deque()
        self._was_used = False

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        salt = salt or secrets.token_bytes(_SALT)
        return "$".join([_FORM, *map(_written, (salt, self._digest(password, salt)))])

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        if not isinstance(hash, str) or not hash.startswith(f"{_FORM}$"):
            return super().verify(hash, password)
        salt, digest = _parts(hash)
        if not hmac.compare_digest(self._digest(password, salt), digest):
            raise VerifyMismatchError
        return True

    def check_needs_rehash(self, hash: str | bytes) -> bool:
        return not (isinstance(hash, str) and hash.startswith(f"{_FORM}$")) and super().check_needs_rehash(hash)

    def rest(self) -> None:
        """To be called now and then: if nothing was hashed since the last time, the memory goes back."""
        if not self._was_used:
            self._free.clear()
        self._was_used = False

    def _digest(self, password: str | bytes, salt: bytes) -> bytes:
        self._was_used = True
        try:
            block = self._free.pop()
        except IndexError:  # all are in use, or none is kept
            block = Block()
        try:
            return block.digest(password.encode() if isinstance(password, str) else password, salt)
        finally:
            self._free.append(block)


class Block:
    """Memory for one hash at a time."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _WHOLE + _LARGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        with suppress(AttributeError, OSError):  # where the system has no large pages, small ones do
            self._memory.madvise(mmap.MADV_HUGEPAGE)
        whole = ffi.from_buffer(self._memory)
        begin = whole + -int(ffi.cast("uintptr_t", whole)) % _LARGE

        def give(place: Any, size: int) -> int:
            place[0] = ffi.cast("uint8_t *", begin)
            return 0 if size <= _WHOLE else -1

        self._give = ffi.callback("int(uint8_t **, size_t)", give, error=-1)
        # The library has overwritten it by then.
        self._take = ffi.callback("void(uint8_t *, size_t)", lambda place, size: None)

    def digest(self, password: bytes, salt: bytes) -> bytes:
        """The hash of today's form, as bytes."""
        made = ffi.new("uint8_t[]", _DIGEST)
        given, with_salt = ffi.new("uint8_t[]", password), ffi.new("uint8_t[]", salt)
        context = ffi.new("argon2_context *", {
            "out": made, "outlen": _DIGEST, "pwd": given, "pwdlen": len(password), "salt": with_salt,
            "saltlen": len(salt), "t_cost": TIMES, "m_cost": KIB, "lanes": 1, "threads": 1, "version": 19,
            "allocate_cbk": self._give, "free_cbk": self._take,
        })  # fmt: skip
        if (problem := core(context, Type.ID.value)) != 0:
            raise VerificationError(f"argon2 says {problem}")
        return bytes(ffi.buffer(made))


def _written(part: bytes) -> str:
    return b64encode(part).decode().rstrip("=")


def _parts(hash: str) -> tuple[bytes, bytes]:
    """The salt and the digest of a hash of today's form. Raises InvalidHashError."""
    try:
        parts = hash.removeprefix(f"{_FORM}$").split("$")
        salt, digest = (b64decode(part + "=" * (-len(part) % 4), validate=True) for part in parts)
    except ValueError as problem:
        raise InvalidHashError from problem
    if (len(salt), len(digest)) != (_SALT, _DIGEST):
        raise InvalidHashError
    return salt, digest
