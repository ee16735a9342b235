"""An emergency license in the hands of a program: its own key, marked wherever it shows, and over by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.models import Activation, Emergency, License, LicenseKey
from tests.actions.estate import Minted, pc
from tests.actions.test_emergencies import REFUSING
from tests.api.calling import Program, Visitor
from tests.api.conftest import Desk
from tests.api.running import Running
from tests.fixtures.clock import Clock

NOT_ACTIVATED, REFUSED = 6, 7


@pytest.fixture
def rules() -> str:
    return REFUSING


@pytest.fixture
def minted(running: Running, rules: str) -> Minted:
    """A license whose one seat is on a PC that is gone, under rules that refuse everything."""
    with running.estate() as estate:
        found = estate.mint(estate.article(rules=rules), estate.group(kind="vendor"))
        estate.run_on(found.license, pc(1), days=3)
    return found


def taken(running: Running, minted: Minted, words: str = "") -> tuple[Visitor, str, str]:
    """Somebody comes with the ticket, is refused, and takes one: the visitor, its page and its key."""
    visitor = Visitor(running.url)
    visitor.enter_with(minted.code)
    page = visitor.get(f"/licenses/{minted.license.public_id}?gone={gone(running)}")
    assert "/emergency" in page.text
    reply = visitor.post(f"/licenses/{minted.license.public_id}/emergency", words=words)
    assert reply.status == 303, reply.text
    with running.look() as db:
        one = db.execute(select(License).where(License.stands_for_id.is_not(None))).scalar_one()
        key = db.execute(select(LicenseKey).where(LicenseKey.license_id == one.id)).scalar_one()
        code = running.keyring.vault.open("license-key", key.cipher, key.lookup).decode()
    assert reply.headers["location"] == f"/licenses/{one.public_id}"
    return visitor, reply.headers["location"], code


def gone(running: Running) -> str:
    with running.look() as db:
        return str(db.execute(select(Activation.public_id)).scalar_one())


def test_online_it_is_a_license_of_its_own_and_says_what_it_is(
    running: Running, minted: Minted, desk: Callable[[str], Desk]
) -> None:
    refused = Program(running.url, minted.code).activate(pc(2))
    assert refused.error["code"] == "MACHINE_LIMIT_EXCEEDED" and refused.error["meta"]["emergency_until"] is None
    _, _, key = taken(running, minted)
    found = desk("DESK-77")
    assert found.run("activate", key) == (0, "Activated on DESK-77.")
    assert found.run("run") == (0, "Tessel CAD Pro runs on DESK-77. EMERGENCY LICENSE: it ends by itself.")
    program = Program(running.url, key)
    data = program.call("GET", "/me").json["data"]
    assert data["attributes"]["metadata"] == {"product": "CADPRO", "emergency": True}
    assert data["attributes"]["maxMachines"] == 1 and data["attributes"]["expiry"] is not None
    machine = program.call("GET", f"/machines/{found.machine.fingerprint}").json["data"]
    assert machine["attributes"]["metadata"]["emergency"] is True
    # The key of the license itself still finds its seat taken, and is told where help is.
    told = Program(running.url, minted.code).activate(pc(3)).error
    assert told["meta"]["emergency_until"] == data["attributes"]["expiry"]
    assert str(minted.license.public_id) in told["detail"].partition("stands in")[2]
    plain = Program(running.url, minted.code).call("GET", "/me").json["data"]
    assert "emergency" not in plain["attributes"]["metadata"]


def test_offline_by_request_file_and_import(
    running: Running, minted: Minted, desk: Callable[[str], Desk], tmp_path: Path
) -> None:
    visitor, _, key = taken(running, minted, "The stand opens at eight.")
    found = desk("SHOP-09")
    code, request = found.run("request", key.lower())
    assert code == 0
    place = visitor.post("/transfers", upload="", pasted=request).headers["location"]
    file = tmp_path / "license.lic"
    file.write_text(visitor.get(f"{place}/file").text)
    code, receipt = found.run("import", None, str(file))
    assert code == 0
    assert found.run("run") == (0, "Tessel CAD Pro runs on SHOP-09. EMERGENCY LICENSE: it ends by itself.")
    assert visitor.post(f"{place}/receipt", upload="", pasted=receipt).status == 303
    with running.look() as db:
        told = db.execute(select(Emergency)).scalar_one()
        assert (told.operation, told.code, told.words) == ("rehost", "allowance_exhausted", "The stand opens at eight.")


class TestAfterItsEnd:
    """The portal is a day behind, and the license is for two hours: a program of today finds its file too old."""

    @pytest.fixture
    def clock(self) -> Clock:
        return Clock(datetime.now(UTC).replace(microsecond=0) - timedelta(days=1))

    @pytest.fixture
    def rules(self) -> str:
        return REFUSING.replace('duration = "P7D"', 'duration = "PT2H"')

    def test_the_file_of_then_is_refused_and_no_new_one_is_given(
        self, running: Running, minted: Minted, desk: Callable[[str], Desk], tmp_path: Path, clock: Clock
    ) -> None:
        visitor, _, key = taken(running, minted)
        found = desk("SHOP-09")
        _, request = found.run("request", key)
        place = visitor.post("/transfers", upload="", pasted=request).headers["location"]
        file = tmp_path / "license.lic"
        file.write_text(visitor.get(f"{place}/file").text)
        code, said = found.run("import", None, str(file))
        assert code == NOT_ACTIVATED and "too old" in said
        clock.now = datetime.now(UTC).replace(microsecond=0)
        code, said = found.run("activate", key)
        assert code == REFUSED
        assert not (found.home / "license.lic").exists()
