"""Licenses are held in one order by everybody, also when one changes hands while others wait for it."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.actions import ledger
from portal.models import Group, License, LicenseState
from tests.api.running import Running
from tests.concurrency.test_budgets import rules

PATIENCE = 2.0


def test_a_license_that_is_registered_while_somebody_waits_for_it(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running.estate() as estate:
        license_ = estate.mint(estate.article(rules=rules("activate", "group")), estate.group()).license
        license_id, group_id = license_.id, license_.group_id
    held, waits, has_it, has_group = (threading.Event() for _ in range(4))
    lock = ledger.lock_license

    def locked(db: Session, id_: int, *, group_id: int | None) -> License:
        found = lock(db, id_, group_id=group_id)
        if found.state == LicenseState.REGISTERED and group_id is None:  # whoever waited for the license alone
            has_it.set()
            has_group.wait(PATIENCE)
        return found

    monkeypatch.setattr(ledger, "lock_license", locked)

    def registers() -> str:
        with running.database.writing() as db:
            found, _ = ledger.hold(db, license_id)
            held.set()
            waits.wait(PATIENCE)
            time.sleep(0.3)
            found.state = LicenseState.REGISTERED
        return "registered"

    def had_waited() -> str:
        held.wait(PATIENCE)
        with running.database.writing() as db:
            waits.set()
            return ledger.hold(db, license_id)[0].state

    def comes_later() -> str:
        has_it.wait(PATIENCE)
        with running.database.writing() as db:
            db.execute(select(Group.id).where(Group.id == group_id).with_for_update())
            has_group.set()
            return ledger.hold(db, license_id)[0].state

    with ThreadPoolExecutor(3) as threads:
        deeds = [threads.submit(deed) for deed in (registers, had_waited, comes_later)]
        assert [deed.result(30) for deed in deeds] == ["registered"] * 3
