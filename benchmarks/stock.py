"""The frame of the world that is measured: what is sold, by which rules, to which groups, and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from benchmarks.bulk import Put
from portal import rules
from portal.doors import passwords
from portal.rules import presets

PRODUCTS = (
    "Atlas CAD", "Borealis Mill", "Cirrus View", "Delta Draft", "Ember Render", "Fjord Flow", "Garnet Gauge",
    "Helix Simulation",
)  # fmt: skip
ARTICLES = (("perpetual", None), ("subscription", 365), ("subscription", 90))
PASSWORD = "a long password for measuring"
READER, GROUP = 1, 3  # the person with many licenses, and the group that owns them
CHUNK = 50_000


def made(number: int, now: datetime) -> UUID:
    """The `number`-th id that people see: as random as it need be, and in order, as a UUIDv7 is."""
    value = (int(now.timestamp() * 1000) << 80) + (number << 16) + (number * 40503 & 0xFFFF)
    value = value & ~(0xF << 76) | 7 << 76
    return UUID(int=value & ~(0x3 << 62) | 2 << 62)


def frame(put: Put, customers: int, now: datetime) -> None:
    """Products, articles, rules, the tree of groups, and one person in each customer's group."""
    folder = Path(presets.__file__).parent
    text = (folder / "seed_default.toml").read_text(encoding="utf-8")
    put("rule_sets", "id public_id name", [(1, made(1, now), rules.load(text).name)])
    put("rule_versions", "id rule_set_id number toml published_at", [(1, 1, 1, text, now)])
    put(
        "products",
        "id public_id code name created_at",
        [(at, made(at, now), name.lower().replace(" ", "-"), name, now) for at, name in enumerate(PRODUCTS, 1)],
    )
    put(
        "articles",
        "id public_id sku product_id rule_set_id name model quantity days features created_at",
        _articles(now),
    )
    put("groups", "id public_id parent_id path kind name is_person created_at", _groups(customers, now))
    put(
        "users",
        "id public_id email name password_hash created_at verified_at",
        _users(customers, now, passwords.hashed(PASSWORD)),
    )
    members = ((at, made(at, now), at, GROUP - 1 + at, "admin", now, now) for at in range(1, customers + 2))
    put("memberships", "id public_id user_id group_id role created_at accepted_at", members)


def email(user: int) -> str:
    return f"person-{user}@customers.example"


def article_of(number: int) -> int:
    """Licenses are of all articles in turn."""
    return number % (len(PRODUCTS) * len(ARTICLES)) + 1


def model_of(article: int) -> tuple[str, int | None]:
    return ARTICLES[(article - 1) % len(ARTICLES)]


def product_of(article: int) -> int:
    return (article - 1) // len(ARTICLES) + 1


def _articles(now: datetime) -> Iterator[tuple[Any, ...]]:
    for article in range(1, len(PRODUCTS) * len(ARTICLES) + 1):
        (model, days), product = model_of(article), product_of(article)
        name = f"{PRODUCTS[product - 1]}, {days or 'no end'}"
        yield article, made(article, now), f"SKU-{article}", product, 1, name, model, 1, days, ["basic", "export"], now


def _groups(customers: int, now: datetime) -> Iterator[tuple[Any, ...]]:
    yield 1, made(1, now), None, "/1/", "vendor", "Vendor", False, now
    yield 2, made(2, now), 1, "/1/2/", "reseller", "Reseller", False, now
    for group in range(GROUP, GROUP + customers + 1):
        yield group, made(group, now), 2, f"/1/2/{group}/", "customer", f"Customer {group}", False, now


def _users(customers: int, now: datetime, password_hash: str) -> Iterator[tuple[Any, ...]]:
    for user in range(1, customers + 2):
        yield user, made(user, now), email(user), f"Person {user}", password_hash, now, now
