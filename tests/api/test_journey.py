"""Eve's journey with a real client: her PC is gone, and her license comes to run on the new one."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.actions.estate import LONG_AGO, Minted
from tests.api.calling import Visitor
from tests.api.conftest import Desk
from tests.api.running import Running, running_on
from tests.fixtures.server import Serve

Desks = Callable[[str], Desk]
OLD, NEW = "DESK-OLD", "DESK-77"


@pytest.fixture
def minted(running: Running) -> Minted:
    """A license with one seat."""
    with running.estate() as estate:
        return estate.mint(estate.article(), estate.group())


def license_page(running: Running, minted: Minted) -> tuple[Visitor, str]:
    visitor = Visitor(running.url)
    place = visitor.enter_with(minted.code).headers["location"]
    return visitor, place


def test_the_license_moves_from_the_old_pc_to_the_new_one(running: Running, minted: Minted, desk: Desks) -> None:
    old, new = desk(OLD), desk(NEW)
    with running.estate() as estate:
        assert estate.run_on(minted.license, old.machine, days=LONG_AGO.days).allowed
    assert old.run("activate", minted.code) == (0, f"Activated on {OLD}.")
    code, said = new.run("activate", minted.code)
    assert code == 3 and f"{NEW} is waiting" in said and running.url in said

    visitor, place = license_page(running, minted)
    page = visitor.get(place).text
    action = re.search(r'action="(/activations/[^"]+/reactivation)"', page)
    target = re.search(r'name="target" value="([^"]+)"', page)
    assert NEW in page and action and target
    moved = visitor.post(action[1], target=target[1], reason="lost", gone="yes")
    assert (moved.status, moved.headers["location"]) == (303, place)

    assert new.run("activate", minted.code) == (0, f"Activated on {NEW}.")
    assert new.run("run") == (0, f"Tessel CAD Pro runs on {NEW}.")
    assert old.run("check")[0] == 5
    assert old.run("run")[0] == 6
    assert "took over and runs" in visitor.get(place).text


def test_a_waiting_pc_simply_tries_again_once_the_old_one_returned(
    running: Running, minted: Minted, desk: Desks
) -> None:
    old, new = desk(OLD), desk(NEW)
    assert old.run("activate", minted.code)[0] == 0
    assert new.run("activate", minted.code)[0] == 3
    assert old.run("return") == (0, "Returned. The seat is free again.")
    assert new.run("activate", minted.code)[0] == 0


def test_a_return_asked_for_in_the_portal_happens_at_the_next_check(
    running: Running, minted: Minted, desk: Desks
) -> None:
    old, new = desk(OLD), desk(NEW)
    assert old.run("activate", minted.code)[0] == 0
    visitor, place = license_page(running, minted)
    action = re.search(r'action="(/activations/[^"]+/return)"', visitor.get(place).text)
    assert action
    assert visitor.post(action[1]).status == 303
    assert new.run("activate", minted.code)[0] == 3, "the click alone frees no seat"
    assert old.run("check")[0] == 5
    assert new.run("activate", minted.code)[0] == 0


def test_without_a_network_the_file_decides(serve: Serve, tmp_path: Path) -> None:
    with running_on("sqlite", serve) as running:
        with running.estate() as estate:
            minted = estate.mint(estate.article(), estate.group())
        own = Desk(running.url, running.keyring.public_hex, tmp_path / "home", OLD)
        assert own.run("activate", minted.code)[0] == 0
    away = replace(own, url="http://127.0.0.1:9")
    assert away.run("run") == (0, f"Tessel CAD Pro runs on {OLD}.")
    assert away.run("check")[0] == 8
    assert away.run("run")[0] == 0, "an unanswered check takes nothing away"
    assert replace(away, name=NEW).run("run")[0] == 4, "the file of another PC"
    assert replace(away, public_key="00" * 32).run("run")[0] == 4, "the file of another vendor"

    file = away.home / "license.lic"
    good = file.read_bytes()
    for at in range(100, len(good) - 40, len(good) // 5):
        file.write_bytes(good[:at] + (b"A" if good[at : at + 1] != b"A" else b"B") + good[at + 1 :])
        assert away.run("run")[0] == 4, f"changed at {at}"


@pytest.mark.parametrize("key", ["AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", "nonsense"])
def test_an_unknown_ticket_is_refused(running: Running, desk: Desks, key: str) -> None:
    code, said = desk(OLD).run("activate", key)
    assert code == 7 and "We do not know this license key" in said
