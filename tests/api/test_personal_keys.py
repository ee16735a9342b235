"""A person's own key as programs present it: it opens that person's seats, and nothing of anybody else's."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

import pytest

from portal.actions import assignments, ledger, personal_keys
from portal.models import Activation, Assignment, License
from tests.actions.estate import Minted, pc
from tests.actions.pool import hold_kept_counters, pool_of
from tests.api.calling import Program, Reply, machine_document
from tests.api.running import Running


@dataclass
class Office:
    """Ada and Ben have a seat each, of a pool of four."""

    running: Running
    minted: Minted
    keys: dict[str, str]
    ids: dict[str, int]

    def program(self, name: str) -> Program:
        return Program(self.running.url, self.keys.get(name, self.minted.code))

    def take_back(self, name: str) -> str:
        with self.running.estate() as estate:
            license_ = estate.db.get_one(License, self.minted.license.id)
            ledger.hold(estate.db, license_.id)
            doing, seat = estate.doing(), estate.db.get_one(Assignment, self.ids[name])
            return assignments.take_back(doing, license_, seat, reason="employee_left").code

    def hold(self) -> None:
        with self.running.look() as db:
            hold_kept_counters(db, self.minted.license.id)


@pytest.fixture
def office(running_on_both: Running) -> Office:
    with running_on_both.estate() as estate:
        pool = pool_of(estate, quantity=4)
        seats = {name: pool.seat(pool.person(name)) for name in ("Ada", "Ben")}
        keys = {name: personal_keys.of(pool.by(), seat) or "" for name, seat in seats.items()}
        ids = {name: seat.id for name, seat in seats.items()}
    return Office(running_on_both, pool.minted, keys, ids)


def valid(program: Program, number: int) -> Reply:
    document = {"meta": {"scope": {"fingerprint": f"fp-{number}"}, "key": program.key}}
    return program.call("POST", "/licenses/actions/validate-key", document)


def test_the_license_looks_like_the_person_s_own(office: Office) -> None:
    shown = office.program("Ada").call("GET", "/me").json["data"]
    assert shown["id"] == str(office.minted.license.public_id)
    assert (shown["attributes"]["key"], shown["attributes"]["maxMachines"]) == (office.keys["Ada"], 1)
    pool = office.program("").call("GET", "/me").json["data"]["attributes"]
    assert (pool["key"], pool["maxMachines"]) == (office.minted.code, 4)


def test_each_key_sees_and_touches_its_own_machines_only(office: Office) -> None:
    ada, ben = office.program("Ada"), office.program("Ben")
    mine, other = ada.activate(pc(1)).json["data"], ben.activate(pc(2)).json["data"]
    license_id = office.minted.license.public_id
    assert [one["id"] for one in ada.call("GET", f"/licenses/{license_id}/machines").json["data"]] == [mine["id"]]
    for named in (other["id"], "fp-2"):
        assert ada.call("GET", f"/machines/{named}").status == 404
        assert ada.call("POST", f"/machines/{named}/actions/ping").status == 404
        assert ada.call("POST", f"/machines/{named}/actions/check-out").status == 404
        assert ada.call("DELETE", f"/machines/{named}").status == 404
    assert valid(ada, 1).json["meta"]["code"] == "VALID"
    assert valid(ada, 2).json["meta"]["code"] == "NO_MACHINE"
    assert valid(ben, 2).json["meta"]["code"] == "VALID"
    office.hold()


def test_a_second_pc_is_told_how_many_seats_the_person_has(office: Office) -> None:
    ada = office.program("Ada")
    ada.activate(pc(1))
    refused = ada.activate(pc(3))
    assert refused.status == 422 and "The one seat is in use" in refused.error["detail"]
    assert "DESK-3 is waiting" in refused.error["detail"]


def test_returning_frees_the_person_s_seat_for_the_next_pc(office: Office) -> None:
    ada = office.program("Ada")
    machine = ada.activate(pc(1)).json["data"]
    assert ada.call("DELETE", f"/machines/{machine['id']}").status == 204
    office.hold()
    assert ada.activate(pc(3)).status == 201
    office.hold()


def test_a_seat_that_was_taken_back_ends_at_the_next_check(office: Office) -> None:
    ada = office.program("Ada")
    ada.activate(pc(1))
    assert office.take_back("Ada") == "ok"
    told = valid(ada, 1).json
    assert (told["meta"]["code"], told["meta"]["valid"]) == ("SUSPENDED", False)
    assert told["data"]["attributes"]["status"] == "SUSPENDED"
    with office.running.look() as db:
        [activation] = db.query(Activation).all()
        assert activation.state == "returned" and db.get_one(License, office.minted.license.id).assigned == 1
    again = ada.activate(pc(1))
    assert (again.status, again.error["code"], again.error["meta"]["code"]) == (
        403, "LICENSE_SUSPENDED", "seat_taken_back",
    )  # fmt: skip
    office.hold()


def test_a_file_carries_the_key_it_was_asked_with_and_no_other(office: Office) -> None:
    for name, number in (("Ada", 1), ("", 2)):
        program = office.program(name)
        machine = program.activate(pc(number)).json["data"]
        reply = program.call("POST", f"/machines/{machine['id']}/actions/check-out")
        said = inside(reply.json["data"]["attributes"]["certificate"])
        keys = {"": office.minted.code, **office.keys}
        assert [one for one, key in keys.items() if key in said] == [name]


def inside(certificate: str) -> str:
    """What a file says that is not encrypted."""
    lines = [line for line in certificate.splitlines() if line and not line.startswith("-----")]
    return base64.b64decode(json.loads(base64.b64decode("".join(lines)))["enc"]).decode()


def test_an_idempotent_call_is_each_person_s_own(office: Office) -> None:
    sent = {"Idempotency-Key": "same"}
    first = office.program("Ada").call("POST", "/machines", machine_document(pc(1)), **sent)
    second = office.program("Ben").call("POST", "/machines", machine_document(pc(2)), **sent)
    assert (first.status, second.status) == (201, 201)
    assert first.json["data"]["id"] != second.json["data"]["id"]

