"""The documents that portal and program exchange where there is no network, and what each of them says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from portal.files.fields import FLAG, ID, MOMENT, NUMBER, Kind, digits, line, one_of, optional, said, table

VERSION = 1
MOST_COMPONENTS = 32
LONGEST_FINGERPRINT = 300
_NAME = optional(line(200))
_HASH = digits(32)
_KEY_ID = digits(8)
_MOST_BLOCKED = 10**7


class Type(StrEnum):
    """The kinds of documents; what is signed as one is never accepted as another."""

    ACTIVATION_REQUEST = "activation-request"
    ACTIVATION_RECEIPT = "activation-receipt"
    RETURN_REQUEST = "return-request"
    RETURN_RECEIPT = "return-receipt"
    BLOCK_LIST = "block-list"


def to_json(document: Any) -> dict[str, Any]:
    """The fields of a document as JSON values."""
    return {one.name: one.metadata["kind"].write(getattr(document, one.name)) for one in fields(document)}


def from_json(cls: Any, content: Any) -> Any:
    """The document with exactly these fields; raises ValueError or TypeError for any other, more or fewer."""
    if not isinstance(content, dict) or content.keys() != {one.name for one in fields(cls)}:
        raise ValueError("other fields")
    return cls(**{one.name: one.metadata["kind"].read(content[one.name]) for one in fields(cls)})


def _nested(cls: Any) -> Kind:
    return Kind(lambda value: from_json(cls, value), to_json)


@dataclass(frozen=True, slots=True)
class Held:
    """What the last license file said that a device imported: proof that it did."""

    activation_id: UUID = said(ID)
    generation: int = said(NUMBER)
    seq: int = said(NUMBER)
    head: bytes = said(_HASH)


@dataclass(frozen=True, slots=True)
class Environment:
    """What the program sees of a virtual machine around it, as far as it looks."""

    virtual_machine: bool | None = said(optional(FLAG))
    vm_generation_id: str | None = said(optional(line(100)))


@dataclass(frozen=True, slots=True)
class ActivationRequest:
    """A program without a network asks for a license file. `license` is the hash of the license key, never the key."""

    type: ClassVar = Type.ACTIVATION_REQUEST
    request_id: UUID = said(ID)
    product: str = said(line(100))
    license: bytes | None = said(optional(_HASH))
    fingerprint: str = said(line(LONGEST_FINGERPRINT))
    components: Mapping[str, str] = said(table(60, line(LONGEST_FINGERPRINT), MOST_COMPONENTS))
    device_name: str | None = said(_NAME)
    platform: str | None = said(_NAME)
    device_public_key: bytes | None = said(optional(digits(32)))
    imported: Held | None = said(optional(_nested(Held)))
    created: datetime = said(MOMENT)


@dataclass(frozen=True, slots=True)
class ActivationReceipt:
    """The program has imported the license file."""

    type: ClassVar = Type.ACTIVATION_RECEIPT
    request_id: UUID = said(ID)
    activation_id: UUID = said(ID)
    generation: int = said(NUMBER)
    seq: int = said(NUMBER)
    prev_head: bytes = said(_HASH)
    device_key_id: bytes = said(_KEY_ID)
    created: datetime = said(MOMENT)


@dataclass(frozen=True, slots=True)
class ReturnRequest:
    """The portal asks a device without a network to give its seat back; signed by the vendor."""

    type: ClassVar = Type.RETURN_REQUEST
    product: str = said(line(100))
    license_id: UUID = said(ID)
    activation_id: UUID = said(ID)
    generation: int = said(NUMBER)
    expected_seq: int = said(NUMBER)
    nonce: bytes = said(digits(16))
    not_after: datetime = said(MOMENT)
    created: datetime = said(MOMENT)


@dataclass(frozen=True, slots=True)
class ReturnReceipt:
    """A return was run on the device that holds the key. Components are SHA-256 hashes of their values."""

    type: ClassVar = Type.RETURN_RECEIPT
    license_id: UUID = said(ID)
    activation_id: UUID = said(ID)
    generation: int = said(NUMBER)
    seq: int = said(NUMBER)
    prev_head: bytes = said(_HASH)
    request_nonce: bytes = said(digits(16))
    device_key_id: bytes = said(_KEY_ID)
    components: Mapping[str, bytes] = said(table(60, _HASH, MOST_COMPONENTS))
    reason: str = said(one_of("requested", "uninstalled"))
    tombstone_digest: bytes = said(_HASH)
    environment: Environment = said(_nested(Environment))
    device_time: datetime = said(MOMENT)


@dataclass(frozen=True, slots=True)
class BlockList:
    """Which generations of which activations may not run any more: each up to and with this one."""

    type: ClassVar = Type.BLOCK_LIST
    issued: datetime = said(MOMENT)
    blocked: Mapping[str, int] = said(table(36, NUMBER, _MOST_BLOCKED))


Document = ActivationRequest | ActivationReceipt | ReturnRequest | ReturnReceipt | BlockList
CLASSES: dict[Type, type] = {
    cls.type: cls for cls in (ActivationRequest, ActivationReceipt, ReturnRequest, ReturnReceipt, BlockList)
}
