"""What programs with a network have of it: the signed block list, and device keys sent at activation."""

import pytest

from portal.actions import returns
from portal.db import new_id
from portal.files import papers
from portal.files.documents import Type
from portal.files.envelope import decode, unwrap
from portal.models import Product
from tests.actions.estate import Minted, pc
from tests.actions.estate import program as as_program
from tests.api.calling import Program, machine_document
from tests.api.running import Running


@pytest.fixture
def running(running_on_both: Running) -> Running:
    return running_on_both


def listed(running: Running, program: Program) -> dict[str, int]:
    reply = program.call("GET", "/blocklist")
    assert reply.status == 200 and reply.headers["keygen-signature"]
    text = reply.json["data"]["attributes"]["certificate"]
    paper = papers.read(text)
    assert paper.type is Type.BLOCK_LIST and paper.is_signed_by(running.keyring.current.public.public_bytes_raw())
    return dict(paper.document.blocked)


def test_what_was_returned_stands_on_the_block_list(running: Running, program: Program, minted: Minted) -> None:
    assert listed(running, program) == {}
    machine = program.activate(pc(1)).json["data"]
    program.activate(pc(2))
    assert listed(running, program) == {}
    assert program.call("DELETE", f"/machines/{machine['id']}").status == 204
    assert listed(running, program) == {machine["attributes"]["metadata"]["activation"]: 1}
    reply = program.call("GET", "/blocklist/file")
    assert reply.text.startswith("-----BEGIN BLOCK LIST-----")
    assert "blocklist.lic" in reply.headers["content-disposition"]


def test_the_list_is_for_those_with_a_key_and_of_their_product(running: Running, program: Program) -> None:
    assert Program(running.url, "GUESS-GUESS").call("GET", "/blocklist").status == 401
    assert minted_elsewhere(running) and listed(running, program) == {}


def minted_elsewhere(running: Running) -> bool:
    """A return of another product."""
    with running.estate() as estate:
        other = Product(public_id=new_id(estate.now), code="OTHER", name="Other", created_at=estate.now)
        estate.db.add(other)
        estate.db.flush()
        minted = estate.mint(estate.article(sku="OTHER-1", product_id=other.id), estate.group("Elsewhere"))
        seat = estate.run_on(minted.license, pc(9)).activation
        return returns.give_back(estate.doing(as_program(minted.license)), minted.license, seat).allowed


def with_key(program: Program, key: object):
    document = machine_document(pc(1))
    document["data"]["attributes"]["metadata"] = {"device_public_key": key}
    return program.call("POST", "/machines", document)


def test_a_device_key_is_taken_at_activation_and_its_state_stands_in_the_file(program: Program) -> None:
    machine = with_key(program, "ab" * 32).json["data"]
    assert "head" not in machine["attributes"]["metadata"], "only the file of the device itself tells its state"
    reply = program.call("POST", f"/machines/{machine['id']}/actions/check-out")
    text = reply.json["data"]["attributes"]["certificate"]
    content = decode(unwrap("MACHINE FILE", text).enc).decode()
    assert '"seq":1' in content and '"head":"' in content


@pytest.mark.parametrize("key", ["AB" * 32, "ab" * 31, 7, ["ab" * 32], ""])
def test_what_is_no_key_is_refused(program: Program, key: object) -> None:
    reply = with_key(program, key)
    assert (reply.status, reply.error["code"]) == (422, "PARAMETER_INVALID")
    assert reply.error["source"]["pointer"] == "/data/attributes/metadata/device_public_key"
