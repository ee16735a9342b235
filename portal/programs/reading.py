"""Reading what programs send: every value has its kind and its limit, and an error names the place."""

import re
from typing import Any

from portal.actions.devices import Machine
from portal.programs.calls import BadCall

LONGEST_FINGERPRINT = 300
LONGEST_NAME = 200
MOST_COMPONENTS = 32
_HEX = re.compile(r"[0-9a-f]{64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def at(document: Any, *path: str) -> Any:
    """The value at a path of objects, or None."""
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    return document


def text(value: Any, pointer: str, *, most: int, needed: bool = False) -> str | None:
    """A line of text without control characters; absent and empty are the same."""
    if value is None or value == "":
        if needed:
            raise BadCall(f"{pointer} is missing.", code="PARAMETER_MISSING", status=422, pointer=pointer)
        return None
    if not isinstance(value, str):
        raise BadCall(f"{pointer} must be a text.", code="PARAMETER_INVALID", status=422, pointer=pointer)
    if len(value) > most:
        raise BadCall(
            f"{pointer} is longer than {most} characters.", code="PARAMETER_INVALID", status=422, pointer=pointer
        )
    if _CONTROL.search(value) or not value.strip():
        raise BadCall(
            f"{pointer} holds characters that cannot be.", code="PARAMETER_INVALID", status=422, pointer=pointer
        )
    return value


def machine(document: dict[str, Any]) -> Machine:
    """The device of a POST machines: fingerprint, components, hostname or name, platform, cores."""
    attributes = at(document, "data", "attributes")
    if not isinstance(attributes, dict):
        raise BadCall("data.attributes is missing.", code="PARAMETER_MISSING", status=422, pointer="/data/attributes")
    base = "/data/attributes"
    fingerprint = text(attributes.get("fingerprint"), f"{base}/fingerprint", most=LONGEST_FINGERPRINT, needed=True)
    cores = attributes.get("cores")
    if cores is not None and (isinstance(cores, bool) or not isinstance(cores, int) or not 0 <= cores <= 100_000):
        raise BadCall(f"{base}/cores must be a number.", code="PARAMETER_INVALID", status=422, pointer=f"{base}/cores")
    name = text(attributes.get("name"), f"{base}/name", most=LONGEST_NAME)
    hostname = text(attributes.get("hostname"), f"{base}/hostname", most=LONGEST_NAME)
    return Machine(
        fingerprint=fingerprint or "",
        components=components(at(document, "data", "relationships", "components")),
        name=name or hostname,
        platform=text(attributes.get("platform"), f"{base}/platform", most=LONGEST_NAME),
        cores=cores or None,
        public_key=_public_key(at(attributes, "metadata", "device_public_key")),
    )


def _public_key(value: Any) -> bytes | None:
    if value is None:
        return None
    pointer = "/data/attributes/metadata/device_public_key"
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise BadCall(
            f"{pointer} must be 64 lower-case hexadecimal digits.",
            code="PARAMETER_INVALID",
            status=422,
            pointer=pointer,
        )
    return bytes.fromhex(value)


def components(value: Any) -> dict[str, str]:
    """Components as clients send them: a list of {"data": {"attributes": …}}, or {"data": [{"attributes": …}]}."""
    pointer = "/data/relationships/components"
    listed = at(value, "data") if isinstance(value, dict) else value
    if listed is None:
        return {}
    if not isinstance(listed, list) or len(listed) > MOST_COMPONENTS:
        raise BadCall(
            f"{pointer} must be a list of at most {MOST_COMPONENTS}.",
            code="PARAMETER_INVALID",
            status=422,
            pointer=pointer,
        )
    found: dict[str, str] = {}
    for index, item in enumerate(listed):
        attributes = at(item, "data", "attributes") or at(item, "attributes")
        here = f"{pointer}/{index}"
        name = text(at(attributes, "name"), f"{here}/name", most=60, needed=True)
        found[name or ""] = (
            text(at(attributes, "fingerprint"), f"{here}/fingerprint", most=LONGEST_FINGERPRINT, needed=True) or ""
        )
    return found


def number(query: dict[str, str], name: str, *, least: int, most: int) -> int | None:
    """A whole number of the query, brought into its bounds; absent or nonsense is None."""
    value = query.get(name, "")
    if not value.isascii() or not value.isdigit() or len(value) > 12:
        return None
    return max(least, min(most, int(value)))
