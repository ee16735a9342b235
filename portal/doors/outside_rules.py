"""Where requests to other servers may go: which addresses count as public, and which hosts the operator named."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

LONGEST_ADDRESS = 2_000


def is_allowed_address(url: object, reachable: Iterable[str]) -> bool:
    """Whether a text is an address that may be asked: https, or http on this machine where the operator named it."""
    if not isinstance(url, str) or len(url) > LONGEST_ADDRESS or not url.isascii() or not url.isprintable():
        return False
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.password is not None or " " in url or "\\" in url:
        return False
    if parts.fragment or "#" in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in reachable and _is_loopback_name(host))


def _is_loopback_name(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the internet at large, and not to a network of ours or to this machine."""
    try:
        parsed: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        # Addresses that only wrap an older one lead where that one leads.
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo[1] if parsed.teredo else None)
        if inner is None and parsed in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return parsed.is_global and not (parsed.is_multicast or parsed.is_reserved or parsed.is_unspecified)


_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
