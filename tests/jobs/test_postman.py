"""How the postman talks to the mail server: encrypted, with a password, and to nobody it cannot trust."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal.jobs.postman import Postman
from portal.settings import Smtp
from tests.fixtures.mail import MailServer, mail_server_running
from tests.jobs.conftest import Outbox, empty

PASSWORD = "sesame-and-oil"

# Over TLS from the first byte the test server cannot know that it is encrypted, and says so.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for the loopback, and its key; who trusts the certificate trusts the server."""
    folder, key = tmp_path_factory.mktemp("tls"), ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a mail server")]), datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return public, private


@pytest.fixture
def encrypted(certificate: tuple[Path, Path]) -> Iterator[Callable[[str], MailServer]]:
    """Starts a server that takes mails only over TLS and from whoever knows the password."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)

    def checked(_server: object, _session: object, _envelope: object, _how: str, sent: LoginPassword) -> AuthResult:
        return AuthResult(success=sent == LoginPassword(b"portal", PASSWORD.encode()), handled=False)

    running = []

    def start(tls: str) -> MailServer:
        way = {"ssl_context": context} if tls == "tls" else {"tls_context": context, "require_starttls": True}
        # Over TLS from the first byte the server cannot know that it is encrypted.
        manager = mail_server_running(
            authenticator=checked, auth_required=True, auth_require_tls=tls == "starttls", **way
        )
        running.append(manager)
        return manager.__enter__()

    yield start
    for manager in running:
        manager.__exit__(None, None, None)


def postman(outbox: Outbox, server: MailServer, tls: str, password: str | None = PASSWORD) -> Postman:
    user = "portal" if password else None
    return Postman(outbox.site(), Smtp("127.0.0.1", server.port, tls, user, password))


@pytest.fixture
def trusting(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_it_sends_encrypted_and_with_its_password(
    outbox: Outbox, encrypted: Callable[[str], MailServer], tls: str, trusting: None
) -> None:
    server = encrypted(tls)
    outbox.post(2)
    empty(postman(outbox, server, tls))
    assert len(server.took) == 2 and outbox.states() == ["sent", "sent"]


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_it_tells_nothing_to_a_server_that_it_cannot_trust(
    outbox: Outbox, encrypted: Callable[[str], MailServer], tls: str
) -> None:
    server = encrypted(tls)
    outbox.post()
    empty(postman(outbox, server, tls))
    assert not server.took and outbox.states() == ["ready"]
    assert "CERTIFICATE_VERIFY_FAILED" in (outbox.rows()[0].problem or "")


def test_it_does_not_go_on_in_the_clear_where_tls_was_asked_for(outbox: Outbox) -> None:
    outbox.post()
    empty(postman(outbox, outbox.server, "starttls"))
    assert not outbox.server.took and outbox.states() == ["ready"]
    assert "STARTTLS" in (outbox.rows()[0].problem or "")


def test_a_wrong_password_keeps_the_mails_until_it_is_right(
    outbox: Outbox, encrypted: Callable[[str], MailServer], trusting: None, caplog: pytest.LogCaptureFixture
) -> None:
    server = encrypted("starttls")
    outbox.post()
    empty(postman(outbox, server, "starttls", "wrong-and-long"))
    assert outbox.states() == ["ready"] and "wrong-and-long" not in caplog.text
    outbox.clock.advance(minutes=1)
    empty(postman(outbox, server, "starttls"))
    assert outbox.states() == ["sent"]


def test_the_password_is_not_shown_with_the_settings(outbox: Outbox) -> None:
    settings = outbox.site().settings
    assert PASSWORD not in repr(replace(settings, smtp=Smtp("mail.example", 587, "starttls", "portal", PASSWORD)))
