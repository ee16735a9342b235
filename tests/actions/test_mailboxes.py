"""One mailbox is one mailbox, in however many ways it is written; and what counts as a company."""

from __future__ import annotations

from itertools import product

import pytest

from portal.actions.mailboxes import canonical, company


def spellings() -> list[str]:
    """Two hundred ways to write one mailbox."""
    locals_ = ["eve.muster", "Eve.Muster", "EVEMUSTER", "e.v.e.muster", "evemuster"]
    tags = ["", "+shop", "+a.b", "+1", "+Trial+again", "+7"]
    domains = ["gmail.com", "GMAIL.com", "googlemail.com", "Googlemail.Com", "gmail.com.", "ｇmail.com",
               "GoogleMail.com", "gmail.com。"]
    return [f"{local}{tag}@{domain}" for local, tag, domain in product(locals_, tags, domains)][:200]


def test_two_hundred_spellings_are_one_mailbox() -> None:
    ways = spellings()
    assert len(set(ways)) == 200
    assert {canonical(one) for one in ways} == {"evemuster@gmail.com"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Eve@Example.COM", "eve@example.com"), ("eve+x@example.com", "eve@example.com"),
        ("eve@bücher.example", "eve@xn--bcher-kva.example"), ("EVE@BÜCHER.example", "eve@bücher.example"),
        ("eve-trial@yahoo.com", "eve@yahoo.com"), ("e_v-e@protonmail.com", "eve@pm.me"),
        ("eve@me.com", "eve@icloud.com"), ('"eve"@example.com', "eve@example.com"),
    ],
)  # fmt: skip
def test_the_same_mailbox(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("e.ve@example.com", "eve@example.com"), ("eve@example.com", "eve@example.org"),
        ("eve-trial@example.com", "eve@example.com"), ("adam@gmail.com", "eve@gmail.com"),
        ("+tag@example.com", "+other@example.com"),
    ],
)  # fmt: skip
def test_two_mailboxes(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("eve@example.com", "example.com"), ("eve@mail.example.com", "example.com"),
        ("eve@a.b.example.co.uk", "example.co.uk"), ("eve@Example.COM.", "example.com"), ("eve@gmail.com", None),
        ("eve@googlemail.com", None), ("eve@web.de", None),
    ],
)  # fmt: skip
def test_the_company_behind_an_address(email: str, expected: str | None) -> None:
    assert company(email) == expected
