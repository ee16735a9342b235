"""What holds for the demo world: its counters, terms and ledgers agree, as if people had lived in it."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import audit
from portal.actions import chores
from portal.db import Database, migrate, open_database
from portal.demo import world
from portal.files.keyring import Keyring
from portal.models import (
    Activation,
    Device,
    Event,
    Grant,
    Group,
    GroupKind,
    License,
    LicenseState,
    Membership,
    Operation,
    Product,
    RuleVersion,
    Term,
    User,
    WaitingDevice,
)
from tests.demo.conftest import NOW, Demo


def test_it_is_as_large_as_promised(demo: Demo) -> None:
    with demo.database.reading() as db:
        kinds = Counter(db.scalars(select(Group.kind)))
        assert kinds[GroupKind.VENDOR] == 1 and kinds[GroupKind.RESELLER] == 2
        assert kinds[GroupKind.CUSTOMER] == 5  # four, and the stranger's own
        assert db.scalar(select(func.count()).select_from(Product)) == 3
        brandt = demo.world.groups["brandt"]
        assert db.scalar(select(func.count()).where(Membership.group_id == brandt.id)) == 60
        below = db.scalars(select(Group.name).where(Group.path.startswith(brandt.path), Group.id != brandt.id))
        assert set(below) == {"Design", "Toolmaking", "Simulation"}
        assert db.scalar(select(func.count()).select_from(Grant)) == 4
    pool = demo.world.licenses["brandt_pool"]
    assert (pool.quantity, pool.used) == (400, 361)


def test_paths_follow_the_tree(demo: Demo) -> None:
    with demo.database.reading() as db:
        groups = {group.id: group for group in db.scalars(select(Group))}
    for group in groups.values():
        above = groups[group.parent_id].path if group.parent_id else "/"
        assert group.path == f"{above}{group.id}/"


def test_every_counter_counts_the_live_seats(demo: Demo) -> None:
    with demo.database.reading() as db:
        live = select(Activation.license_id, func.count()).where(Activation.ended_at.is_(None))
        seats = dict(db.execute(live.group_by(Activation.license_id)).all())
        for license_ in db.scalars(select(License)):
            assert license_.used == seats.get(license_.id, 0), license_.order_number


def test_the_ledger_knows_the_same_seats(demo: Demo) -> None:
    """What the rules will count agrees with what the pages show, but where the vendor took the seat away."""
    with demo.database.reading() as db:
        for license_ in db.scalars(select(License).where(License.state != LicenseState.REVOKED)):
            wanted = select(Operation).where(Operation.license_id == license_.id).order_by(Operation.at, Operation.id)
            open_lines = set()
            for row in db.scalars(wanted):
                if row.operation in ("return", "lapse"):
                    open_lines.remove(row.line)
                elif row.operation == "activate":
                    assert row.line not in open_lines
                    open_lines.add(row.line)
                elif row.operation not in ("override", "demo", "emergency"):  # about the license, and no seat of it
                    assert row.line in open_lines, f"{row.operation} of nothing"
            assert len(open_lines) == license_.used, license_.order_number


def test_dates_say_what_the_terms_say(demo: Demo) -> None:
    with demo.database.reading() as db:
        for license_ in db.scalars(select(License)):
            terms = db.scalars(select(Term).where(Term.license_id == license_.id)).all()
            ends = [term.ends_at for term in terms if term.kind == "use" and term.ends_at]
            bought = sum(term.days or 0 for term in terms if term.kind == "use" and not term.begins_at)
            assert license_.ends_at == max(ends, default=None), license_.order_number
            assert license_.starts_on_use_days == (None if ends else bought or None)
            maintenance = [term.ends_at for term in terms if term.kind == "maintenance"]
            assert license_.maintenance_until == max(filter(None, maintenance), default=None)


def test_waiting_pcs_are_noted_in_their_licenses(demo: Demo) -> None:
    with demo.database.reading() as db:
        until = select(WaitingDevice.license_id, func.max(WaitingDevice.until)).where(WaitingDevice.ended_at.is_(None))
        waits = dict(db.execute(until.group_by(WaitingDevice.license_id)).all())
        assert len(waits) == 3
        noted = select(License.id, License.waiting_until).where(License.waiting_until.is_not(None))
        assert dict(db.execute(noted).all()) == waits
        assert all(NOW < moment <= NOW + timedelta(days=1) for moment in waits.values())


def test_nothing_lies_in_the_future_or_before_its_own_beginning(demo: Demo) -> None:
    with demo.database.reading() as db:
        assert max(db.scalars(select(Event.at))) <= NOW
        assert max(db.scalars(select(Operation.at))) <= NOW
        assert max(filter(None, db.scalars(select(Activation.seen_at)))) <= NOW
        assert max(db.scalars(select(Device.seen_at))) <= NOW
        for one in db.scalars(select(Activation)):
            assert one.started_at <= (one.ended_at or NOW)
        born = select(License.created_at, Event.at).join(Event, Event.license_id == License.id)
        assert all(created <= at for created, at in db.execute(born))
        assert min(db.scalars(select(Event.at))) < NOW - timedelta(days=900), "years of history"


def test_every_decision_names_the_rules_of_its_day(demo: Demo) -> None:
    with demo.database.reading() as db:
        sets: dict[int, list[RuleVersion]] = {}
        for version in db.scalars(select(RuleVersion).order_by(RuleVersion.number)):
            sets.setdefault(version.rule_set_id, []).append(version)
        decided = db.execute(
            select(Operation.at, RuleVersion).join(RuleVersion, RuleVersion.id == Operation.rule_version_id)
        ).all()
        for at, version in decided:
            assert version.number == sum(1 for one in sets[version.rule_set_id] if one.published_at <= at)
        newest = max(sets.values(), key=len)[-1]
        assert (newest.number, newest.published_at) == (7, datetime(2026, 8, 31, 22, tzinfo=UTC))
        assert all(version.note for versions in sets.values() for version in versions)
        assert {version.published_by_id for versions in sets.values() for version in versions} == {
            demo.world.people["vera"].id
        }


def test_the_first_night_changes_nothing(demo: Demo) -> None:
    """No seat is overdue: what years of nightly runs would have freed is free."""
    with demo.database.writing() as db:
        before = _counted(db)
        chores.lapse(db, NOW, demo.keys.vault, {})
        assert _counted(db) == before


def test_its_trail_can_be_sealed_and_is_whole(demo: Demo) -> None:
    with demo.database.writing() as db:
        while audit.seal(db, NOW, demo.keys.vault.lookup):
            pass
        assert audit.unsealed(db) == 0 and audit.first_broken(db, demo.keys.vault.lookup) is None


def test_reading_it_again_finds_the_same(demo: Demo) -> None:
    with demo.database.reading() as db:
        assert world.read(db, demo.keys.vault, NOW) == demo.world


def test_whoever_is_gone_is_not_promised(demo: Demo) -> None:
    with demo.database.writing() as db:
        db.get_one(User, demo.world.people["vera"].id).disabled_at = NOW
        db.get_one(User, demo.world.people["sid"].id).password_hash = "a password of his own"
        db.flush()
        left = world.read(db, demo.keys.vault, NOW).people
    assert {"rhea", "cora", "eve"} <= set(left) and not {"vera", "sid"} & set(left)


@pytest.mark.parametrize(
    "now",
    [
        datetime(2027, 2, 28, 23, 0, tzinfo=UTC),  # midnight, the first of a month in the vendor's time
        datetime(2028, 2, 29, 22, 59, 59, tzinfo=UTC),  # the last second of a leap day
        datetime(2027, 3, 28, 1, 0, tzinfo=UTC),  # summer time begins
        datetime(2027, 10, 31, 0, 30, tzinfo=UTC),  # the hour that comes twice
    ],
)
def test_the_stories_play_on_any_day(tmp_path: Path, demo_keys: Keyring, now: datetime) -> None:
    with closing(_migrated(f"sqlite:///{tmp_path / 'portal.db'}")) as database, database.writing() as db:
        began = time.process_time()
        found = world.build(db, demo_keys, now)
        assert time.process_time() - began < 5
        assert found.licenses["eve_mill_90"].ends_at is not None
        left = found.licenses["eve_mill_90"].ends_at - now
        assert timedelta(days=11) < left <= timedelta(days=12)


def _counted(db: Session) -> tuple[dict[int, int], int]:
    used = dict(db.execute(select(License.id, License.used)).all())
    return used, db.scalar(select(func.count()).select_from(Operation)) or 0


def _migrated(url: str) -> Database:
    migrate(url)
    return open_database(url)
