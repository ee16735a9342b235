"""The reference client, keygen-py, accepts our files and our signed answers, and refuses everything else."""

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import keygen_sh
import pytest
from keygen_sh.config import KeygenConfig, set_config
from keygen_sh.errors import KeygenError
from keygen_sh.license_file import LicenseFile
from keygen_sh.machine_file import MachineFile

from portal.files import certificates, keyring
from portal.files.certificates import Kind
from portal.files.signatures import sign_response

KEY = "L48HF-DU2AW-KZNNT-UJDBG-2TCCY"
SECRET = certificates.secret_of(KEY, "FP1")
STAMPS = {"created": "2026-11-22T16:48:00Z", "updated": "2026-11-22T16:48:00Z"}
LICENSE = {"type": "licenses", "id": "1", "attributes": {"key": KEY, "metadata": {}}, "relationships": {}}
MACHINE = {
    "type": "machines",
    "id": "2",
    "attributes": {"fingerprint": "FP1", "requireHeartbeat": False, "heartbeatStatus": "ALIVE", **STAMPS},
    "relationships": {},
}


@pytest.fixture(scope="module")
def ring(tmp_path_factory):
    return keyring.create(tmp_path_factory.mktemp("keys"))


def configure(public_key: str, url: str = "http://127.0.0.1:9/api") -> None:
    common = {"api_prefix": "v1", "api_version": "1.7", "account": "", "product": "CADPRO"}
    set_config(KeygenConfig(api_url=url, license_key=KEY, public_key=public_key, **common))


def write(ring, kind, data, secret, *, until=timedelta(days=30), included=()):
    now = datetime.now(UTC) - timedelta(days=1)
    expiry = None if until is None else now + until
    made = certificates.make(ring, kind, data, issued=now, expiry=expiry, included=included, secret=secret)
    return made.text


@pytest.mark.parametrize(("until", "ttl"), [(timedelta(days=30), 30 * 24 * 3600), (None, 0)])
def test_a_machine_file_is_accepted(ring, until, ttl):
    configure(ring.public_hex)
    text = write(ring, Kind.MACHINE, MACHINE, SECRET, until=until, included=[LICENSE])
    file = MachineFile.from_cert(SECRET, text)
    file.verify()
    content = file.decrypt(SECRET)
    assert (content.machine.fingerprint, content.license.key, content.ttl) == ("FP1", KEY, ttl)


def test_a_license_file_is_accepted(ring):
    configure(ring.public_hex)
    file = LicenseFile.build_from_cert(KEY, write(ring, Kind.LICENSE, LICENSE, KEY))
    file.verify()
    assert file.decrypt(KEY).license.key == KEY


@pytest.mark.parametrize(
    ("secret", "options", "error"),
    [
        (certificates.secret_of(KEY, "FP2"), {"included": [LICENSE]}, "DecryptionError"),
        (SECRET, {"included": [LICENSE], "until": timedelta(hours=2)}, "MachineFileExpired"),
        (SECRET, {"included": []}, "MachineFileInvalid"),
    ],
)
def test_a_machine_file_that_is_not_for_us_is_refused(ring, secret, options, error):
    configure(ring.public_hex)
    with pytest.raises(KeygenError, match=error):
        MachineFile.from_cert(secret, write(ring, Kind.MACHINE, MACHINE, SECRET, **options))


def test_a_machine_file_of_another_vendor_is_refused(ring):
    text = write(ring, Kind.MACHINE, MACHINE, SECRET, included=[LICENSE])
    configure("00" * 32)
    with pytest.raises(KeygenError, match="MachineFileNotGenuine"):
        MachineFile.from_cert(SECRET, text).verify()


@pytest.fixture
def portal(ring):
    """A server that answers each call with a signed license; `spoil` changes what it sends."""

    class Answer(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            meta = {"ts": STAMPS["created"], "valid": True, "detail": "", "code": "VALID", "scope": {}}
            content = {"data": LICENSE} if self.command == "GET" else {"data": LICENSE, "meta": meta}
            body = json.dumps(content).encode()
            now = datetime.now(UTC)
            headers = sign_response(ring, self.command, self.path, self.headers["Host"], now, body)
            headers, body = self.server.spoil(headers, body)
            self.send_response_only(200)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.spoil = lambda headers, body: (headers, body)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def validated(server) -> str:
    async def validate() -> str:
        return (await keygen_sh.validate(["FP1"], ["MILL5"])).key

    # A browser test may have left an event loop in this thread; the client gets a thread of its own.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(validate())).result()


def test_a_signed_answer_is_accepted(ring, portal):
    configure(ring.public_hex, f"http://127.0.0.1:{portal.server_port}/api")
    assert validated(portal) == KEY


@pytest.mark.parametrize(
    "spoil",
    [
        lambda headers, body: (headers, body.replace(b'"1"', b'"7"')),
        lambda headers, body: ({**headers, "Date": "Sun, 22 Nov 2026 16:48:00 GMT"}, body),
        lambda headers, body: ({k: v for k, v in headers.items() if k != "Keygen-Signature"}, body),
    ],
)
def test_a_spoiled_answer_is_refused(ring, portal, spoil):
    configure(ring.public_hex, f"http://127.0.0.1:{portal.server_port}/api")
    portal.spoil = spoil
    with pytest.raises(KeygenError, match="Unknown error"):
        validated(portal)


def test_an_answer_of_another_vendor_is_refused(portal):
    configure("00" * 32, f"http://127.0.0.1:{portal.server_port}/api")
    with pytest.raises(KeygenError, match="Unknown error"):
        validated(portal)
