"""What is asked about an address: a known one and an unknown one are written down alike, and the worker looks it up."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from portal.actions.doing import Doing
from portal.files.vault import Vault
from portal.jobs import queue


def ask(doing: Doing, kind: str, email: str, language: str, **more: Any) -> None:
    """Somebody asks for a mail of this kind to this address. It costs the same whether the address is known or not."""
    sealed = base64.b64encode(doing.vault.seal(kind, email.lower().encode())).decode()
    queue.later(doing.db, kind, doing.now, email=sealed, language=language, **more)


def email_of(vault: Vault, kind: str, asked: Mapping[str, Any]) -> str:
    """The address that was asked about."""
    return vault.open(kind, base64.b64decode(asked["email"])).decode()
