"""Where a sign-in came from is said as far as its address tells, and no further."""

from __future__ import annotations

import pytest

from portal.doors.limits import network
from portal.language import load_language
from portal.words.places import place


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1", "On the PC that the portal runs on"),
        ("::1", "On the PC that the portal runs on"),
        ("198.51.100.99", "In the network you are in now, 198.51.100.0/24"),
        ("192.168.178.20", "In a company's or home's own network, 192.168.178.0/24"),
        ("10.4.5.6", "In a company's or home's own network, 10.4.5.0/24"),
        ("fd12:3456:789a::1", "In a company's or home's own network, fd12:3456:789a::/48"),
        ("93.184.216.34", "Over the internet, network 93.184.216.0/24"),
        ("2a01:4f8:1::5", "Over the internet, network 2a01:4f8:1::/48"),
        ("", "An unknown network"),
        ("nonsense", "An unknown network"),
    ],
)
def test_a_network_in_words(address: str, said: str) -> None:
    assert place(load_language("en", {}), network(address), network("198.51.100.7")) == said
