"""License and machine files: what is written opens again, and nothing else does."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.files import certificates, keyring
from portal.files.certificates import FileRefused, Flaw, Kind

NOW = datetime(2026, 11, 22, 16, 48, 7, 999, tzinfo=UTC)
MONTH = timedelta(days=30)
KEY = "L48HF-DU2AW-KZNNT-UJDBG-2TCCY"
SECRET = certificates.secret_of(KEY, "fingerprint")
DATA = {"type": "machines", "id": "1", "attributes": {"fingerprint": "fingerprint", "name": "Büro"}}


@pytest.fixture(scope="module")
def ring(tmp_path_factory):
    return keyring.create(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def other_ring(tmp_path_factory):
    return keyring.create(tmp_path_factory.mktemp("other"))


def write(ring, kind=Kind.MACHINE, data=DATA, expiry=NOW + MONTH, secret=SECRET, included=()):
    return certificates.make(ring, kind, data, issued=NOW, expiry=expiry, secret=secret, included=included)


def flaw_of(ring, text, kind=Kind.MACHINE, secret=SECRET, now=NOW) -> Flaw:
    with pytest.raises(FileRefused) as refusal:
        certificates.open_file(ring, kind, text, secret=secret, now=now)
    return refusal.value.flaw


def inner(text: str) -> dict:
    return json.loads(base64.b64decode("".join(text.split("\n")[1:-2])))


def outer(envelope: object, name="MACHINE") -> str:
    encoded = base64.b64encode(json.dumps(envelope, separators=(",", ":")).encode()).decode()
    lines = [encoded[at : at + 64] for at in range(0, len(encoded), 64)]
    return "\n".join([f"-----BEGIN {name} FILE-----", *lines, f"-----END {name} FILE-----", ""])


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("secret", [SECRET, None])
def test_what_is_written_opens_again(ring, kind, secret):
    written = write(ring, kind, secret=secret, included=[{"type": "licenses", "id": "2"}])
    opened = certificates.open_file(ring, kind, written.text, secret=secret, now=NOW)
    assert opened.data == DATA and opened.included == [{"type": "licenses", "id": "2"}]
    assert opened.issued == written.issued == NOW.replace(microsecond=0)
    assert opened.expiry == written.expiry and opened.ttl == written.ttl == 30 * 24 * 3600
    assert opened.signed_by.id == ring.current.id and opened.is_encrypted == (secret is not None)


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none()))
def test_any_content_survives(ring, data):
    written = write(ring, data=data)
    assert certificates.open_file(ring, Kind.MACHINE, written.text, secret=SECRET).data == data


def test_the_layout_is_that_of_the_public_clients(ring):
    text = write(ring).text
    lines = text.split("\n")
    assert [lines[0], *lines[-2:]] == ["-----BEGIN MACHINE FILE-----", "-----END MACHINE FILE-----", ""]
    assert all(len(line) == 64 for line in lines[1:-3])
    envelope = inner(text)
    assert list(envelope) == ["enc", "sig", "alg"] and envelope["alg"] == "aes-256-gcm+ed25519"
    assert [len(base64.b64decode(part)) for part in envelope["enc"].split(".")][1:] == [12, 16]
    assert ring.verify(base64.b64decode(envelope["sig"]), b"machine/" + envelope["enc"].encode())
    plain = inner(write(ring, secret=None).text)
    assert plain["alg"] == "base64+ed25519"
    assert json.loads(base64.b64decode(plain["enc"]))["meta"] == {
        "issued": "2026-11-22T16:48:07Z",
        "expiry": "2026-12-22T16:48:07Z",
        "ttl": 2592000,
    }


@pytest.mark.parametrize("secret", [SECRET, None])
def test_every_flipped_bit_is_refused(ring, secret):
    original = write(ring, secret=secret).text.encode()
    for bit in range(len(original) * 8):
        changed = bytearray(original)
        changed[bit // 8] ^= 1 << bit % 8
        assert flaw_of(ring, changed.decode("latin-1"), secret=secret)


def test_every_flipped_bit_of_the_content_is_not_genuine(ring):
    envelope = inner(write(ring).text)
    parts = [bytearray(base64.b64decode(part)) for part in envelope["enc"].split(".")]
    for part in parts:
        for bit in range(len(part) * 8):
            part[bit // 8] ^= 1 << bit % 8
            enc = ".".join(base64.b64encode(each).decode() for each in parts)
            assert flaw_of(ring, outer(envelope | {"enc": enc})) is Flaw.NOT_GENUINE
            part[bit // 8] ^= 1 << bit % 8


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: " " + text,
        lambda text: text + "x",
        lambda text: text.replace("\n", " \n", 1),
        lambda text: text.replace("MACHINE", "LICENSE"),
        lambda text: "".join(text.split("\n")),
        lambda text: text.replace("-----END", "\n-----END"),
        lambda text: outer(dict(sorted(inner(text).items()))),
        lambda text: outer(inner(text) | {"more": 1}),
        lambda text: outer(inner(text) | {"alg": "rsa"}),
        lambda text: outer(inner(text) | {"alg": 1}),
        lambda text: outer(inner(text) | {"enc": None}),
        lambda text: outer(inner(text) | {"sig": inner(text)["sig"] + "\n"}),
        lambda text: outer([1]),
        lambda text: outer(1),
        lambda text: text.split("\n")[0] + "\n" + base64.b64encode(b"[" * 9000).decode() + "\n\n",
        lambda text: "A" * 2_000_000,
    ],
)
def test_only_the_canonical_form_is_accepted(ring, change):
    assert flaw_of(ring, change(write(ring).text)) is Flaw.MALFORMED


@pytest.mark.parametrize(
    "change", [lambda t: t.replace("\n", "\r\n"), lambda t: t.rstrip("\n"), lambda t: t + "\n"]
)
def test_other_line_ends_are_forgiven(ring, change):
    text = change(write(ring).text)
    assert certificates.open_file(ring, Kind.MACHINE, text, secret=SECRET, now=NOW).data == DATA


def test_one_kind_is_not_accepted_as_the_other(ring):
    envelope = inner(write(ring, Kind.LICENSE).text)
    assert flaw_of(ring, outer(envelope)) is Flaw.NOT_GENUINE


def test_an_encrypted_file_does_not_pass_as_a_plain_one(ring):
    envelope = inner(write(ring).text)
    assert flaw_of(ring, outer(envelope | {"alg": "base64+ed25519"})) is Flaw.MALFORMED


def test_another_vendor_is_not_believed(ring, other_ring):
    assert flaw_of(ring, write(other_ring).text) is Flaw.NOT_GENUINE


@pytest.mark.parametrize("secret", [certificates.secret_of(KEY, "other PC"), KEY, "", None])
def test_another_device_or_key_cannot_open_it(ring, secret):
    assert flaw_of(ring, write(ring).text, secret=secret) is Flaw.WRONG_SECRET


def test_a_file_is_good_until_the_second_it_expires(ring):
    written = write(ring)
    last = written.expiry - timedelta(seconds=1)
    assert certificates.open_file(ring, Kind.MACHINE, written.text, secret=SECRET, now=last)
    assert flaw_of(ring, written.text, now=written.expiry) is Flaw.EXPIRED
    assert certificates.open_file(ring, Kind.MACHINE, written.text, secret=SECRET).expiry == written.expiry


def test_a_perpetual_file_never_expires(ring):
    written = write(ring, expiry=None)
    assert written.ttl == 0 and written.expiry == certificates.FOREVER
    late = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert certificates.open_file(ring, Kind.MACHINE, written.text, secret=SECRET, now=late).ttl == 0


@pytest.mark.parametrize("expiry", [NOW, NOW - MONTH])
def test_a_file_that_is_over_when_it_begins_is_not_written(ring, expiry):
    with pytest.raises(ValueError):
        write(ring, expiry=expiry)


def test_numbers_that_json_does_not_know_are_not_written(ring):
    with pytest.raises(ValueError):
        write(ring, data={"value": float("nan")})


@pytest.mark.parametrize(
    "document", [b"{", b"[]", b"7", b"[" * 2000, b'{"meta":{}}', b'{"meta":{"issued":1,"expiry":2,"ttl":3}}']
)
def test_a_signed_document_of_another_shape_is_refused(ring, document):
    enc = base64.b64encode(document).decode()
    sig = base64.b64encode(ring.sign(b"machine/" + enc.encode())).decode()
    assert flaw_of(ring, outer({"enc": enc, "sig": sig, "alg": "base64+ed25519"})) is Flaw.MALFORMED
