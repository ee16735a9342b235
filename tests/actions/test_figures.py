"""Figures over time: the life of PCs with those that still run, what was refused, which seats were in use."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from portal.actions import activations, returns
from portal.actions.devices import Machine
from portal.models import Activation, License
from portal.reports.hindrances import hindrances
from portal.reports.lives import LEAST, Lives, lives, survival
from portal.reports.months import month_starts
from portal.reports.seats_over_time import seats_over_time
from portal.screens.charts import HEIGHT, WIDTH, chart, top_of
from tests.actions.estate import Estate, program

BERLIN = ZoneInfo("Europe/Berlin")


def machine(name: str, disk: str = "") -> Machine:
    parts = {part: f"{name}-{part}" for part in ("cpu", "board", "bios")}
    return Machine(f"{name}{disk}".lower(), parts | {"disk": disk or f"{name}-disk"}, name, "Windows 11")


def test_months_begin_where_the_vendor_is() -> None:
    months = month_starts(datetime(2026, 1, 31, 23, 30, tzinfo=UTC), BERLIN, 3)
    assert [f"{month:%Y-%m-%d %H:%M %Z}" for month in months] == [
        "2025-12-01 00:00 CET", "2026-01-01 00:00 CET", "2026-02-01 00:00 CET", "2026-03-01 00:00 CET",
    ]  # fmt: skip


def test_lives_that_go_on_are_neither_lost_nor_endless() -> None:
    # Of ten, two end in month 1, one is last seen in month 2, two end in month 3, five are last seen in month 4.
    found = survival(Counter({1: 2, 3: 2}), Counter({2: 1, 4: 5}))
    assert found == Lives(10, 4, pytest.approx((1.0, 1.0, 0.8, 0.8, 0.8 * 5 / 7, 0.8 * 5 / 7)), None)


@pytest.mark.parametrize(
    ("gone", "seen", "median"),
    [({0: 1}, {}, 1), ({2: 5, 9: 5}, {}, 3), ({}, {40: 3}, None), ({2: 1, 4: 1}, {3: 1}, 5)],
)
def test_the_median_is_the_month_in_which_half_are_gone(
    gone: dict[int, int], seen: dict[int, int], median: int | None
) -> None:
    assert survival(Counter(gone), Counter(seen)).median == median


def test_a_pc_lives_until_it_is_replaced_and_a_repair_is_no_end(estate: Estate) -> None:
    group = estate.group()
    license_ = estate.mint(estate.article(quantity=LEAST + 2), group).license
    for number in range(LEAST):
        estate.run_on(license_, machine(f"PC-{number}"), days=400)
    assert lives(estate.db, estate.now) == Lives(LEAST, 0, (1.0,) * 15, None)
    assert estate.run_on(license_, machine("PC-0", disk="another"), days=300).decision.as_ == "repair"
    live = select(Activation).where(Activation.ended_at.is_(None)).order_by(Activation.id).limit(2)
    lost, given_back = estate.db.execute(live).scalars().all()
    found = estate.db.get_one(License, license_.id)
    doing = estate.doing(program(found))
    assert activations.reactivate(doing, found, lost, None, reason="lost").allowed
    assert returns.give_back(doing, found, given_back).allowed
    after = lives(estate.db, estate.now)
    assert after is not None and (after.pcs, after.gone) == (LEAST, 1)
    assert after.shares[-2] == 1.0 and after.shares[-1] == pytest.approx(1 - 1 / LEAST)


def test_few_pcs_say_nothing(estate: Estate) -> None:
    license_ = estate.mint(estate.article(quantity=5), estate.group()).license
    estate.run_on(license_, machine("PC-1"), days=40)
    assert lives(estate.db, estate.now) is None


def test_what_was_refused_is_counted_by_reason_and_month(estate: Estate) -> None:
    group = estate.group()
    licenses = [estate.mint(estate.article(f"A-{number}"), group).license for number in range(2)]
    for license_ in licenses:
        license_.state = "revoked"
    months = month_starts(estate.now, BERLIN, 2)
    for license_, days in ((licenses[0], 0), (licenses[0], 0), (licenses[1], 32), (licenses[1], 90)):
        estate.run_on(license_, machine("PC"), days=days)
    (found,) = hindrances(estate.db, ["device.activated"], months)
    assert (found.kind, found.code, found.times, found.licenses) == ("device.activated", "license_revoked", 3, 2)
    assert found.by_month == (1, 2)
    assert hindrances(estate.db, ["device.moved"], months) == []


def test_seats_count_from_their_activation_until_their_end_and_only_ones_own(estate: Estate) -> None:
    vendor = estate.group("Vendor", kind="vendor")
    ours, theirs = estate.group("Ours", vendor), estate.group("Theirs", vendor)
    article = estate.article(quantity=9)
    mine, other = estate.mint(article, ours).license, estate.mint(article, theirs).license
    estate.run_on(mine, machine("A"), days=100)
    estate.run_on(mine, machine("B"), days=50)
    estate.run_on(other, machine("C"), days=100)
    found = estate.db.get_one(License, mine.id)
    seat = estate.db.execute(
        select(Activation).where(Activation.license_id == mine.id).order_by(Activation.id).limit(1)
    ).scalar_one()
    assert returns.give_back(estate.doing(program(found), days=20), found, seat).allowed
    moments = [estate.now - timedelta(days=days) for days in (120, 60, 30, 0)]
    assert [use.in_use for use in seats_over_time(estate.db, ours.path, moments)] == [(0, 1, 2, 1)]
    assert [use.in_use for use in seats_over_time(estate.db, vendor.path, moments)] == [(0, 2, 3, 2)]


@pytest.mark.parametrize(("values", "top"), [([], 2), ([3], 4), ([5], 6), ([7], 8), ([361], 400), ([2001], 4000)])
def test_the_scale_ends_at_a_round_number_above_everything(values: list[int], top: int) -> None:
    assert top_of(values) == top


def test_a_line_runs_from_edge_to_edge_and_stays_inside() -> None:
    drawn = chart([0, 5, 10], 10)
    assert drawn.line == f"M0 {HEIGHT} L{WIDTH / 2:g} {HEIGHT / 2:g} L{WIDTH} 0"
    assert drawn.area.startswith(drawn.line) and drawn.area.endswith("Z")
    assert drawn.grid == (0, HEIGHT / 2, HEIGHT)
    assert chart([4], 4).line == "M0 0"
