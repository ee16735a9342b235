"""What demo.json promises to scripts, and what the page of text tells people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from portal.demo import card
from portal.files import tickets as codes
from portal.settings import SettingsError
from tests.demo.conftest import Demo

URL = "http://127.0.0.1:8000"


def document(demo: Demo) -> dict:
    return card.document(demo.world, URL, demo.keys.public_hex)


def test_it_says_where_and_with_which_key(demo: Demo) -> None:
    found = document(demo)
    assert list(found) == ["url", "public_key", "users", "tickets"]
    assert found["url"] == URL and found["public_key"] == demo.keys.public_hex
    assert len(bytes.fromhex(found["public_key"])) == 32


def test_one_person_for_each_role(demo: Demo) -> None:
    users = document(demo)["users"]
    assert [user["role"] for user in users] == ["vendor", "reseller", "customer", "user", "stranger"]
    for user in users:
        assert set(user) == {"email", "password", "role"}
        assert user["email"].endswith(".example") and len(user["password"]) >= 15


def test_tickets_say_only_what_they_are(demo: Demo) -> None:
    found = document(demo)["tickets"]
    for ticket in found:
        assert set(ticket) == {"code", "product", "state", "free_seats"}
        assert ticket["product"] in {"tessel-cad-pro", "tessel-cam-mill", "tessel-viewer"}
    assert {ticket["state"] for ticket in found} == {"issued", "registered", "revoked"}
    assert all(ticket["free_seats"] == 0 for ticket in found if ticket["state"] == "revoked")
    foreign = [ticket["code"] for ticket in found if not codes.is_ours(ticket["code"])]
    assert len(foreign) == 1 and foreign[0].startswith("TW19-")


def test_whichever_fitting_ticket_a_script_takes_it_is_a_right_one(demo: Demo) -> None:
    """A ticket that is issued and full is on a dead PC; one that is registered with a single seat left is plain."""
    keys = {ticket.code: key for key, ticket in demo.world.tickets.items()}
    found = document(demo)["tickets"]
    dead = [keys[one["code"]] for one in found if one["state"] == "issued" and one["free_seats"] == 0]
    assert dead == ["dead_pc", "dead_pc_waiting"]
    last = [keys[one["code"]] for one in found if one["state"] == "registered" and one["free_seats"] == 1]
    assert last == ["last_seat", "eve_viewer"]
    unused = [keys[one["code"]] for one in found if one["state"] == "issued" and one["free_seats"] == 1]
    assert unused[0] == "boxed" and demo.world.licenses["boxed"].used == 0


def test_it_is_written_for_its_owner_only_and_once(tmp_path: Path, demo: Demo) -> None:
    path = card.write(tmp_path / "data", document(demo))
    first = path.stat()
    assert path.name == "demo.json" and first.st_mode & 0o777 == 0o600
    assert json.loads(path.read_text(encoding="utf-8")) == document(demo)
    assert card.write(tmp_path / "data", document(demo)).stat().st_ino == first.st_ino, "the same is not written again"
    path.chmod(0o644)
    assert card.write(tmp_path / "data", document(demo)).stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["demo.json"], "no draft stays behind"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, demo: Demo) -> None:
    (tmp_path / "data").write_text("a file, where a folder should be")
    with pytest.raises(SettingsError, match=r"demo\.json cannot be written"):
        card.write(tmp_path / "data", document(demo))


def test_people_read_the_same(demo: Demo) -> None:
    text = "\n".join(card.lines(demo.world, URL))
    for user in document(demo)["users"]:
        assert user["email"] in text and user["password"] in text
    for ticket in demo.world.tickets.values():
        assert ticket.code in text and ticket.shows in text
