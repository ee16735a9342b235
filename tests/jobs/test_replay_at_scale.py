"""A replay of many operations: its cost for each of them, and the memory it takes, whatever their number."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select

from portal.actions import what_if
from portal.actions.what_if import Inquiry
from portal.db import new_id
from portal.models import Article, License, LicenseState, Operation
from portal.rules import preset_text
from tests.jobs.conftest import Ground
from tests.jobs.test_what_if import moves

OF_EACH = 50
# 100,000 operations within a minute of one processor.
MOST_SECONDS_EACH = 60 / 100_000
DRAFT = preset_text("seed_default").replace("limit = 3", "limit = 1")
KINDS = ("activate", "rehost", "repair", "return")


def article_of(ground: Ground, rules: str) -> int:
    with ground.estate() as estate:
        return estate.article(rules=rules).id


def fill(ground: Ground, article_id: int, licenses: int, *, owners: int) -> None:
    """So many licenses more with fifty operations each, written as rows."""
    with ground.estate() as estate:
        article = estate.db.get_one(Article, article_id)
        first = estate.db.execute(select(func.count(License.id))).scalar_one() + 1
        groups = [estate.group(f"Owner {first}-{number}").id for number in range(owners)]
        keys = {"product_id": article.product_id, "article_id": article.id}
        keys["rule_version_id"] = estate.version_in_force(article)
        made = [
            {
                "id": first + number, "public_id": new_id(estate.now), "article_id": article.id, "quantity": 3,
                "group_id": groups[number % owners], "state": LicenseState.REGISTERED, "created_at": estate.now,
            }
            for number in range(licenses)
        ]  # fmt: skip
        estate.db.execute(insert(License), made)
        rows = [row | keys for license_ in made for row in operations(license_, estate.now)]
        estate.db.execute(insert(Operation), rows)


def operations(license_: dict[str, object], now: datetime) -> Iterator[dict[str, object]]:
    line = uuid4()
    for number in range(OF_EACH):
        kind = KINDS[number % len(KINDS)]
        line = uuid4() if kind == "activate" else line
        parts = {part: f"{part}-{license_['id']}-{number // 3}" for part in ("board", "disk", "cpu")}
        yield {
            "license_id": license_["id"], "group_id": license_["group_id"], "operation": kind, "line": line,
            "at": now - timedelta(days=20 * (OF_EACH - number)), "actor": "program",
            "components": None if kind == "return" else parts,
            "evidence": "declaration" if kind == "rehost" else "online_ack",
        }  # fmt: skip


def seen(ground: Ground, inquiry: Inquiry) -> int:
    return sum(step.seen for step in what_if.replay(ground.database, inquiry))


@pytest.mark.parametrize("owners", [1, 10])
def test_a_hundred_thousand_would_take_less_than_a_minute(ground: Ground, owners: int) -> None:
    """By rules whose budget per device reaches across all licenses of an owner: each owner's are followed together."""
    inquiry = Inquiry(DRAFT, (article_of(ground, preset_text("seed_default")),))
    fill(ground, *inquiry.article_ids, 60, owners=owners)
    spent = []
    for _ in range(2):
        begun = time.process_time()
        assert seen(ground, inquiry) == 60 * OF_EACH
        spent.append(time.process_time() - begun)
    assert min(spent) < MOST_SECONDS_EACH * 60 * OF_EACH


def test_memory_does_not_grow_with_the_history(ground: Ground) -> None:
    """By rules that look at one license at a time, four times as many licenses take hardly more."""
    inquiry = Inquiry(moves(1), (article_of(ground, moves(3)),))
    fill(ground, *inquiry.article_ids, 50, owners=4)
    few = peak(ground, inquiry)
    fill(ground, *inquiry.article_ids, 150, owners=4)
    assert peak(ground, inquiry) < 2 * few


def peak(ground: Ground, inquiry: Inquiry) -> int:
    seen(ground, inquiry)  # what is built once is built
    tracemalloc.start()
    try:
        seen(ground, inquiry)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
