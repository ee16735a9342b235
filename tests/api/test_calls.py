"""Every call of a program, over a real socket: what it answers, how it is signed, and what it changes."""

import base64
import hashlib
import re
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import func, select

from portal.files import certificates
from portal.files.certificates import Kind
from portal.models import Activation, ActivationState, License
from tests.actions.estate import LONG_AGO, Minted, pc
from tests.api.calling import JSON_API, Program, Reply, send
from tests.api.running import Running


def used(running: Running, minted: Minted) -> int:
    with running.look() as db:
        return db.get_one(License, minted.license.id).used


def test_who_am_i(program: Program, minted: Minted) -> None:
    license_ = program.call("GET", "/me").json["data"]
    assert license_["id"] == str(minted.license.public_id)
    assert license_["attributes"]["key"] == minted.code
    assert license_["attributes"]["metadata"] == {"product": "CADPRO"}
    assert (license_["attributes"]["status"], license_["attributes"]["expiry"]) == ("ACTIVE", None)


def test_the_same_calls_live_below_an_account(program: Program) -> None:
    assert program.call("GET", "/accounts/anything/me").json == program.call("GET", "/me").json


@pytest.mark.parametrize("written", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} "])
def test_a_key_may_be_written_in_any_way(running: Running, minted: Minted, written) -> None:
    reply = Program(running.url, written(minted.code)).call("GET", "/me")
    assert reply.json["data"]["attributes"]["key"] == minted.code


def test_validating_says_what_is_missing(program: Program) -> None:
    def code(*given: str, **scope: object) -> str:
        meta = program.validate(*given, **scope).json["meta"]
        assert meta["valid"] is (meta["code"] == "VALID") and meta["detail"] and isinstance(meta["scope"], dict)
        return meta["code"]

    assert code("fp-1") == "NO_MACHINES"
    assert program.activate(pc(1)).status == 201
    assert code("fp-1") == code() == code("fp-1", entitlements=["MILL5"]) == "VALID"
    assert code("fp-2") == "NO_MACHINE"
    assert code("fp-1", product="OTHER") == "PRODUCT_SCOPE_MISMATCH"
    assert code("fp-1", entitlements=["MILL9"]) == "ENTITLEMENTS_MISSING"


def test_validating_by_id_gives_the_nonce_back(program: Program, minted: Minted) -> None:
    document = {"meta": {"nonce": 4711, "scope": {"fingerprint": "fp-1"}}}
    reply = program.call("POST", f"/licenses/{minted.license.public_id}/actions/validate", document)
    assert (reply.json["meta"]["nonce"], reply.json["meta"]["code"]) == (4711, "NO_MACHINES")


def test_a_seat_is_taken_once_and_returned_once(running: Running, program: Program, minted: Minted) -> None:
    machine = program.activate(pc(1), minted.license.public_id).json["data"]
    assert (machine["attributes"]["fingerprint"], machine["attributes"]["name"]) == ("fp-1", "DESK-1")
    assert program.activate(pc(1)).error["code"] == "FINGERPRINT_TAKEN"
    assert used(running, minted) == 1
    returned = program.call("DELETE", f"/machines/{machine['id']}")
    assert (returned.status, returned.body) == (204, b"")
    assert program.call("DELETE", f"/machines/{machine['id']}").error["code"] == "NOT_FOUND"
    assert used(running, minted) == 0


def test_a_reinstalled_pc_is_repaired_and_takes_no_second_seat(
    running: Running, program: Program, minted: Minted
) -> None:
    first = program.activate(pc(1)).json["data"]
    again = program.activate(pc(1, fingerprint="fp-1b", components=pc(1).components | {"disk": "D-new"}))
    assert again.status == 201
    metadata = again.json["data"]["attributes"]["metadata"]
    assert (metadata["activation"], metadata["generation"]) == (first["attributes"]["metadata"]["activation"], 2)
    assert program.call("GET", f"/machines/{first['id']}").status == 404
    assert used(running, minted) == 1


def test_a_full_license_says_who_waits_and_where_to_help(program: Program, running: Running, minted: Minted) -> None:
    assert [program.activate(pc(number)).status for number in (1, 2)] == [201, 201]
    refused = program.activate(pc(3))
    place = f"{running.url}/licenses/{minted.license.public_id}"
    assert (refused.status, refused.error["code"]) == (422, "MACHINE_LIMIT_EXCEEDED")
    assert "DESK-3 is waiting" in refused.error["detail"] and place in refused.error["detail"]
    meta = refused.error["meta"]
    assert (meta["code"], meta["portal"], meta["next_allowed_at"]) == ("seats_exhausted", place, None)
    assert meta["rule"] == "seats"


def test_a_machine_is_found_by_its_fingerprint_and_others_are_masked(program: Program, minted: Minted) -> None:
    ids = [program.activate(pc(number)).json["data"]["id"] for number in (1, 2)]
    assert program.call("GET", "/machines/fp-1").json["data"]["id"] == ids[0]
    listed = program.call("GET", f"/licenses/{minted.license.public_id}/machines?limit=100").json["data"]
    assert [one["attributes"]["fingerprint"] for one in listed] == ["fp-2", "fp-1…"]
    assert listed[1]["attributes"]["name"] == "DE…"


def test_features(program: Program, minted: Minted) -> None:
    [feature] = program.call("GET", f"/licenses/{minted.license.public_id}/entitlements").json["data"]
    assert (feature["attributes"]["code"], feature["relationships"]) == ("MILL5", {})


@pytest.mark.parametrize("encrypted", [True, False])
def test_both_kinds_of_file_open_with_their_own_secret(
    running: Running, program: Program, minted: Minted, encrypted: bool
) -> None:
    machine = program.activate(pc(1)).json["data"]["id"]
    asked = f"actions/check-out?include=entitlements{'&encrypt=1' if encrypted else ''}"
    for kind, path, secret in (
        (Kind.MACHINE, f"/machines/{machine}", minted.code + "fp-1"),
        (Kind.LICENSE, f"/licenses/{minted.license.public_id}", minted.code),
    ):
        file = program.call("POST", f"{path}/{asked}").json["data"]["attributes"]
        opened = certificates.open_file(
            running.keyring, kind, file["certificate"], secret=secret, now=running.portal.clock()
        )
        assert opened.is_encrypted is encrypted
        assert (opened.ttl, file["ttl"]) == (30 * 24 * 3600, 30 * 24 * 3600)
        codes = [one["attributes"]["code"] for one in opened.included if one["type"] == "entitlements"]
        assert codes == ["MILL5"]
    assert opened.data["id"] == str(minted.license.public_id)


@pytest.mark.parametrize(("wish", "seconds"), [(3600, 3600), (60, 3600), (10**9, 30 * 24 * 3600)])
def test_a_wished_ttl_only_shortens(program: Program, minted: Minted, wish: int, seconds: int) -> None:
    path = f"/licenses/{minted.license.public_id}/actions/check-out?ttl={wish}"
    assert program.call("POST", path).json["data"]["attributes"]["ttl"] == seconds


def test_a_machine_file_extends_the_lease(running: Running, program: Program) -> None:
    machine = program.activate(pc(1)).json["data"]["id"]
    program.call("POST", f"/machines/{machine}/actions/check-out")
    with running.look() as db:
        until = db.execute(select(Activation.lease_until)).scalar_one()
    assert (until - running.portal.clock()).days == 30


@pytest.mark.parametrize("call", ["ping", "check-out", "validate"])
def test_any_sign_of_life_confirms_a_hand_over(running: Running, program: Program, call: str) -> None:
    with running.estate() as estate:
        minted = estate.mint(estate.article("CADPRO-GIVEN"), estate.group("Other"))
        activation = estate.run_on(minted.license, pc(1)).activation
        assert activation
        activation.state, activation.confirmed_at = ActivationState.PENDING, None
    handed = Program(running.url, minted.code)
    if call == "validate":
        assert handed.validate("fp-1").json["meta"]["code"] == "VALID"
    else:
        assert handed.call("POST", f"/machines/fp-1/actions/{call}").status == 200
    with running.look() as db:
        assert db.get_one(Activation, activation.id).state == ActivationState.ACTIVE


@pytest.mark.parametrize("call", ["ping", "check-out", "validate"])
def test_any_sign_of_life_confirms_a_return_and_gets_nothing(running: Running, call: str) -> None:
    with running.estate() as estate:
        minted = estate.mint(estate.article(), estate.group())
        activation = estate.run_on(minted.license, pc(1), days=3).activation
        assert activation
        activation.state, activation.return_asked_at = ActivationState.RETURNING, estate.now
    leaving = Program(running.url, minted.code)
    if call == "validate":
        assert leaving.validate("fp-1").json["meta"]["code"] == "NO_MACHINES"
    else:
        assert leaving.call("POST", f"/machines/fp-1/actions/{call}").error["code"] == "NOT_FOUND"
    with running.look() as db:
        assert db.get_one(Activation, activation.id).state == ActivationState.RETURNED
    assert used(running, minted) == 0


def test_an_expired_license_validates_as_expired_and_gives_no_file(running: Running) -> None:
    with running.estate() as estate:
        minted = estate.mint(estate.article(model="subscription", days=30), estate.group())
        assert estate.run_on(minted.license, pc(1), days=LONG_AGO.days).allowed
    late = Program(running.url, minted.code)
    assert late.validate("fp-1").json["meta"]["code"] == "EXPIRED"
    assert late.call("POST", "/machines/fp-1/actions/check-out").error["code"] == "LICENSE_EXPIRED"
    assert late.activate(pc(2)).error["code"] == "LICENSE_EXPIRED"


def test_an_idempotency_key_gives_the_same_answer_and_refuses_other_content(
    running: Running, program: Program, minted: Minted
) -> None:
    first = program.activate(pc(1), Idempotency_Key="once")
    again = program.activate(pc(1), Idempotency_Key="once")
    assert (again.status, again.body) == (201, first.body)
    other = program.activate(pc(2), Idempotency_Key="once")
    assert (other.status, other.error["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert used(running, minted) == 1


def test_an_idempotency_key_belongs_to_its_license(running: Running, program: Program) -> None:
    with running.estate() as estate:
        other = estate.mint(estate.article("CADPRO-OTHER"), estate.group("Other"))
    first = program.activate(pc(1), Idempotency_Key="once")
    second = Program(running.url, other.code).activate(pc(1), Idempotency_Key="once")
    assert second.status == 201 and second.json["data"]["id"] != first.json["data"]["id"]


def is_signed(running: Running, reply: Reply, method: str, target: str) -> bool:
    """As the public clients check it, with the old pair of headers and with the new one."""
    names = {"keyid", "algorithm", "signature", "headers"}
    parts = dict(re.findall(r'(\w+)="([^"]*)"', reply.headers["Keygen-Signature"]))
    assert set(parts) == names and parts["headers"] == "(request-target) host date digest"
    assert reply.headers.get_all("Date") == [reply.headers["Keygen-Date"]]
    assert reply.headers["Digest"] == reply.headers["Keygen-Digest"]
    assert reply.headers["Digest"] == "sha-256=" + base64.b64encode(hashlib.sha256(reply.body).digest()).decode()
    host = running.url.removeprefix("http://")
    signed = f"(request-target): {method} {target}\nhost: {host}\ndate: {reply.headers['Date']}\n"
    signed += f"digest: {reply.headers['Digest']}"
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(running.keyring.public_hex))
    try:
        key.verify(base64.b64decode(parts["signature"]), signed.encode())
    except InvalidSignature:
        return False
    return True


def test_good_answers_are_signed_for_exactly_this_question(running: Running, program: Program) -> None:
    reply = program.call("GET", "/me?a=%41&b")
    assert is_signed(running, reply, "get", "/api/v1/me?a=%41&b")
    assert not is_signed(running, reply, "get", "/api/v1/me?a=A&b")
    assert not is_signed(running, reply, "post", "/api/v1/me?a=%41&b")
    machine = program.activate(pc(1)).json["data"]["id"]
    returned = program.call("DELETE", f"/machines/{machine}")
    assert is_signed(running, returned, "delete", f"/api/v1/machines/{machine}")


def test_signed_answers_are_never_compressed(running: Running, program: Program) -> None:
    reply = program.call("GET", "/me", Accept_Encoding="gzip")
    assert reply.headers["Content-Encoding"] is None and is_signed(running, reply, "get", "/api/v1/me")


def test_without_a_key_nothing_is_told(running: Running, minted: Minted) -> None:
    place = f"/api/v1/licenses/{minted.license.public_id}"
    for method, path in (("GET", "/api/v1/me"), ("GET", place), ("POST", f"{place}/actions/validate")):
        reply = send(running.url, method, path, {"Content-Type": JSON_API}, b"{}" if method == "POST" else None)
        assert (reply.status, reply.error["code"]) == (401, "LICENSE_INVALID")


def test_what_belongs_to_another_license_does_not_exist(running: Running, program: Program) -> None:
    with running.estate() as estate:
        other = estate.mint(estate.article("CADPRO-OTHER"), estate.group("Other"))
        foreign = estate.run_on(other.license, pc("foreign")).activation
        assert foreign
    license_, machine = other.license.public_id, foreign.public_id
    for method, path in (
        ("GET", f"/licenses/{license_}"),
        ("GET", f"/licenses/{license_}/machines"),
        ("GET", f"/licenses/{license_}/entitlements"),
        ("POST", f"/licenses/{license_}/actions/validate"),
        ("POST", f"/licenses/{license_}/actions/check-out"),
        ("GET", f"/machines/{machine}"),
        ("GET", "/machines/fp-foreign"),
        ("POST", f"/machines/{machine}/actions/ping"),
        ("POST", f"/machines/{machine}/actions/check-out"),
        ("DELETE", f"/machines/{machine}"),
        ("GET", f"/machines/{uuid4()}"),
    ):
        reply = program.call(method, path, {} if path.endswith("validate") else None)
        assert (reply.status, reply.error["code"]) == (404, "NOT_FOUND"), path
    assert program.activate(pc(1), license_).error["code"] == "NOT_FOUND"
    with running.look() as db:
        live = select(func.count()).select_from(Activation).where(Activation.ended_at.is_(None))
        assert db.execute(live).scalar_one() == 1


def test_another_key_in_the_body_than_in_the_header_is_refused(running: Running, program: Program) -> None:
    with running.estate() as estate:
        other = estate.mint(estate.article("CADPRO-OTHER"), estate.group("Other"))
    reply = program.call("POST", "/licenses/actions/validate-key", {"meta": {"key": other.code, "scope": {}}})
    assert (reply.status, reply.error["code"]) == (401, "LICENSE_INVALID")
