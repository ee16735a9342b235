"""Signed answers: the headers are exactly what a client rebuilds from request and body."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta, timezone

import pytest

from portal.files import keyring
from portal.files.signatures import sign_response

MOMENT = datetime(2026, 11, 22, 16, 48, 7, tzinfo=UTC)
TARGET = "/api/v1/machines/1/actions/check-out?encrypt=1&include=license"


@pytest.fixture(scope="module")
def ring(tmp_path_factory):
    return keyring.create(tmp_path_factory.mktemp("keys"))


def signature_in(headers: dict[str, str]) -> bytes:
    fields = dict(field.split("=", 1) for field in headers["Keygen-Signature"].split(", "))
    assert fields["algorithm"] == '"ed25519"' and fields["headers"] == '"(request-target) host date digest"'
    return base64.b64decode(fields["signature"].strip('"'))


@pytest.mark.parametrize("body", [b"", b'{"data":null}'])
def test_the_signature_covers_request_and_answer(ring, body):
    headers = sign_response(ring, "POST", TARGET, "portal.example:8443", MOMENT, body)
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    assert headers["Date"] == headers["Keygen-Date"] == "Sun, 22 Nov 2026 16:48:07 GMT"
    assert headers["Digest"] == headers["Keygen-Digest"] == f"sha-256={digest}"
    lines = [
        f"(request-target): post {TARGET}",
        "host: portal.example:8443",
        "date: Sun, 22 Nov 2026 16:48:07 GMT",
        f"digest: sha-256={digest}",
    ]
    assert ring.verify(signature_in(headers), "\n".join(lines).encode())
    assert f'keyid="{ring.current.id}"' in headers["Keygen-Signature"]


@pytest.mark.parametrize(
    "change",
    [
        {"method": "GET"},
        {"raw_target": TARGET + "&ttl=1"},
        {"host": "other.example"},
        {"date": MOMENT + timedelta(seconds=1)},
        {"body": b"other"},
    ],
)
def test_anything_else_has_another_signature(ring, change):
    given = {"method": "POST", "raw_target": TARGET, "host": "portal.example", "date": MOMENT, "body": b"{}"}
    first = signature_in(sign_response(ring, **given))
    assert first != signature_in(sign_response(ring, **given | change))


def test_the_date_is_in_greenwich(ring):
    berlin = MOMENT.astimezone(timezone(timedelta(hours=1)))
    assert sign_response(ring, "GET", "/", "h", berlin, b"")["Date"] == "Sun, 22 Nov 2026 16:48:07 GMT"
