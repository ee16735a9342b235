"""Budgets that reach across licenses: their owner group is held, so that two licenses cannot both take the last one."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from portal import rules
from portal.access import lock_license
from portal.actions.ledger import is_wide
from portal.db import Database
from portal.files import keyring
from portal.rules.presets import PRESETS, preset
from tests.actions.estate import DEFAULT, Estate, pc
from tests.fixtures.clock import Clock


def limited(scope: str) -> str:
    """One activation for everything within the scope."""
    return (
        f'name = "One per {scope}"\ntime_zone = "Europe/Berlin"\n[[allowance]]\noperations = ["activate"]\n'
        f'scope = "{scope}"\nlimit = 1\nwindow = "lifetime"\n'
    )


@pytest.mark.parametrize(
    ("scope", "wide"), [("license", False), ("product", True), ("group", True), ("user", True), ("device", True)]
)
def test_which_scopes_are_wide(scope: str, wide: bool) -> None:
    assert is_wide(rules.load(limited(scope))) is wide
    waits = '[[cooldown]]\nbefore = "rehost"\nafter = "rehost"\nperiod = "P1D"\n'
    assert is_wide(rules.load(f'name = "W"\ntime_zone = "Europe/Berlin"\n{waits}scope = "{scope}"\n')) is wide


def test_the_default_counts_reinstallations_per_device_and_so_is_wide() -> None:
    assert [name for name in PRESETS if is_wide(preset(name))] == ["seed_default"]


@pytest.mark.parametrize(("scope", "reached"), [("license", False), ("product", True), ("group", True)])
def test_what_a_budget_reaches(estate: Estate, scope: str, reached: bool) -> None:
    group, article = estate.group(), estate.article(rules=limited(scope))
    eve = estate.user("Eve", group)
    first, second = estate.own(article, eve, group).license, estate.own(article, eve, group).license
    assert estate.run_on(first, pc(1)).allowed
    assert estate.run_on(second, pc(2)).decision.code == ("allowance_exhausted" if reached else "ok")


def test_no_budget_reaches_into_another_group(estate: Estate) -> None:
    article = estate.article(rules=limited("product"))
    for name in ("Beispiel GmbH", "Muster AG"):
        group = estate.group(name)
        owner = estate.user(name.split()[0], group)
        assert estate.run_on(estate.own(article, owner, group).license, pc(1)).allowed


@pytest.mark.parametrize(("wide", "waits"), [(True, True), (False, False)])
def test_a_wide_budget_holds_the_other_licenses_of_the_group(
    postgresql_database: Database, keys: Path, clock: Clock, wide: bool, waits: bool
) -> None:
    with postgresql_database.writing() as db:
        estate = Estate(db, keyring.load(keys).vault, clock())
        group, article = estate.group(), estate.article(rules=DEFAULT)
        first, second = estate.mint(article, group).license, estate.mint(article, group).license
    with postgresql_database.writing() as one, postgresql_database.writing() as other:
        other.execute(text("SET LOCAL lock_timeout = 300"))
        group_id = first.group_id if wide else None
        lock_license(one, first.id, group_id=group_id)
        if waits:
            with pytest.raises(OperationalError, match="lock timeout"):
                lock_license(other, second.id, group_id=group_id)
            other.rollback()
        else:
            lock_license(other, second.id, group_id=group_id)


@pytest.mark.parametrize("scope", ["product", "group", "device"])
def test_strangers_in_one_pool_do_not_use_up_each_others_budget(estate: Estate, scope: str) -> None:
    pool, article = estate.group(), estate.article(rules=limited(scope))
    first, second = estate.mint(article, pool).license, estate.mint(article, pool).license
    assert estate.run_on(first, pc(1)).allowed
    assert estate.run_on(second, pc(1)).allowed
