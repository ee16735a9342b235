"""Where to go after sign-in: addresses of ours, and nothing that a browser could read as another host."""

from __future__ import annotations

HOME = "/licenses"


def known_path(path: str) -> str:
    """This address, if it is one of ours, or home."""
    is_ours = path.startswith("/") and not path.startswith("//") and "\\" not in path
    is_plain = path.isascii() and path.isprintable() and " " not in path
    return path if is_ours and is_plain and len(path) <= 500 and not path.startswith(("/sign-", "/api/")) else HOME
