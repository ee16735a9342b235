"""Changing the signing keys: preparing the next one, putting it in force, and retiring an old one."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from portal.files import keyring
from portal.files.keyring import Keyring, KeyState


class NoSuchKey(Exception):
    """No signing key has this id."""


class StillNeeded(Exception):
    """The key that signs now, or is to sign next, cannot be retired."""


def prepare(folder: Path, now: datetime) -> Keyring:
    """Make the key that signs next, if there is none yet, so that programs can be built with its public half."""
    content = _content(folder)
    if not _in_state(content, KeyState.NEXT):
        content["signing"].append(keyring.new_signing_key(KeyState.NEXT, now))
    return _written(folder, content)


def rotate(folder: Path, now: datetime) -> Keyring:
    """Sign with the prepared key, or with a new one, from now on. What older keys signed stays good."""
    content = _content(folder)
    for entry in _in_state(content, KeyState.CURRENT):
        entry["state"] = KeyState.VERIFIES.value
    following = _in_state(content, KeyState.NEXT)
    if following:
        following[0]["state"] = KeyState.CURRENT.value
    else:
        content["signing"].append(keyring.new_signing_key(KeyState.CURRENT, now))
    return _written(folder, content)


def retire(folder: Path, key_id: str) -> Keyring:
    """Refuse from now on what this key signed. Raises NoSuchKey or StillNeeded."""
    content = _content(folder)
    entry = next((one for one in content["signing"] if one["id"] == key_id), None)
    if entry is None:
        raise NoSuchKey(key_id)
    if entry["state"] in (KeyState.CURRENT, KeyState.NEXT):
        raise StillNeeded(key_id)
    entry["state"] = KeyState.RETIRED.value
    return _written(folder, content)


def _content(folder: Path) -> dict[str, Any]:
    text = keyring.text_of(folder)
    keyring.parse(text, str(folder / keyring.FILE_NAME))  # whatever is wrong with it is said before it is changed
    content: dict[str, Any] = json.loads(text)
    return content


def _in_state(content: dict[str, Any], state: KeyState) -> list[dict[str, Any]]:
    return [one for one in content["signing"] if one["state"] == state]


def _written(folder: Path, content: dict[str, Any]) -> Keyring:
    return keyring.replace(folder, json.dumps(content, indent=2) + "\n")
