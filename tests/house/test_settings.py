"""What holds for settings of the mail server: a wrong one stops the start with one sentence that names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.settings import SHIPPED_BRAND, SettingsError, Smtp, from_environment, host_of

HOST = {"PORTAL_SMTP_HOST": "mail.example"}
ACCOUNT = {"PORTAL_SMTP_USER": "portal", "PORTAL_SMTP_PASSWORD": "secret"}


def test_without_a_server_there_is_none() -> None:
    settings = from_environment({})
    assert settings.smtp is None and settings.mail_from is None


@pytest.mark.parametrize(
    ("environ", "smtp"),
    [
        (HOST, Smtp("mail.example", 587, "starttls")),
        (HOST | {"PORTAL_SMTP_TLS": "tls"}, Smtp("mail.example", 465, "tls")),
        (HOST | {"PORTAL_SMTP_TLS": "none"}, Smtp("mail.example", 25, "none")),
        (HOST | ACCOUNT | {"PORTAL_SMTP_PORT": "2525"}, Smtp("mail.example", 2525, "starttls", "portal", "secret")),
        (
            {"PORTAL_SMTP_HOST": "127.0.0.1", "PORTAL_SMTP_TLS": "none"} | ACCOUNT,
            Smtp("127.0.0.1", 25, "none", "portal", "secret"),
        ),
    ],
)
def test_a_server_is_read_with_its_usual_port(environ: dict[str, str], smtp: Smtp) -> None:
    assert from_environment(environ).smtp == smtp


def test_further_brands_are_pairs_of_an_address_and_a_folder(tmp_path: Path) -> None:
    told = f"https://a.example={SHIPPED_BRAND}\n https://B.example:8443/={tmp_path},"
    found = from_environment({"PORTAL_URL": "https://licenses.example", "PORTAL_BRANDS": told}).brands
    assert found == (("https://a.example", SHIPPED_BRAND), ("https://B.example:8443", tmp_path))
    assert [host_of(url) for url, _ in found] == ["a.example", "b.example:8443"]
    assert host_of("https://a.example:443") == host_of("http://a.example:80") == "a.example"


def test_the_password_may_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("from a file\n")
    environ = HOST | {"PORTAL_SMTP_USER": "portal", "PORTAL_SMTP_PASSWORD_FILE": str(file)}
    smtp = from_environment(environ).smtp
    assert smtp is not None and smtp.password == "from a file"


def test_files_that_people_sent_are_kept_for_so_many_days() -> None:
    assert from_environment({}).files_kept == 365
    assert from_environment({"PORTAL_FILES_KEPT": "30"}).files_kept == 30


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"PORTAL_FILES_KEPT": "0"}, "PORTAL_FILES_KEPT"),
        ({"PORTAL_FILES_KEPT": "a year"}, "PORTAL_FILES_KEPT"),
        ({"PORTAL_SMTP_PORT": "25"}, "PORTAL_SMTP_PORT"),
        (ACCOUNT, "PORTAL_SMTP_USER"),
        ({"PORTAL_SMTP_HOST": "https://mail.example"}, "PORTAL_SMTP_HOST"),
        ({"PORTAL_SMTP_HOST": "mail.example\r\nQUIT"}, "PORTAL_SMTP_HOST"),
        (HOST | {"PORTAL_SMTP_TLS": "yes"}, "PORTAL_SMTP_TLS"),
        (HOST | {"PORTAL_SMTP_PORT": "smtp"}, "PORTAL_SMTP_PORT"),
        (HOST | {"PORTAL_SMTP_PORT": "70000"}, "PORTAL_SMTP_PORT"),
        (HOST | {"PORTAL_SMTP_USER": "portal"}, "PORTAL_SMTP_PASSWORD"),
        (HOST | {"PORTAL_SMTP_PASSWORD": "secret"}, "PORTAL_SMTP_USER"),
        (HOST | ACCOUNT | {"PORTAL_SMTP_TLS": "none"}, "PORTAL_SMTP_TLS"),
        ({"PORTAL_SECOND_FACTOR": "admins"}, "PORTAL_SECOND_FACTOR"),
        ({"PORTAL_SECOND_FACTOR": "vendor admin, dealer admin"}, "PORTAL_SECOND_FACTOR"),
        ({"PORTAL_SECOND_FACTOR": "vendor owner"}, "PORTAL_SECOND_FACTOR"),
        ({"PORTAL_MAIL_FROM": "the portal"}, "PORTAL_MAIL_FROM"),
        ({"PORTAL_MAIL_FROM": "Portal <portal@mail.example>"}, "PORTAL_MAIL_FROM"),
        ({"PORTAL_MAIL_FROM": "a@mail.example\nBcc: b@mail.example"}, "PORTAL_MAIL_FROM"),
        ({"PORTAL_MAIL_FROM": "portal@müller.example"}, "PORTAL_MAIL_FROM"),
        ({"PORTAL_BRANDS": "/etc/portal/brand"}, "PORTAL_BRANDS"),
        ({"PORTAL_BRANDS": f"licenses.example={SHIPPED_BRAND}"}, "PORTAL_BRANDS"),
        ({"PORTAL_BRANDS": f"https://licenses.example={SHIPPED_BRAND}"}, "all with http or all with https"),
        ({"PORTAL_BRANDS": f"http://licenses.example/shop={SHIPPED_BRAND}"}, "without a path"),
        ({"PORTAL_BRANDS": "http://licenses.example=/nowhere"}, "PORTAL_BRANDS names"),
        ({"PORTAL_BRANDS": f"http://127.0.0.1:8000={SHIPPED_BRAND}"}, "Name each host once"),
        ({"PORTAL_BRANDS": f"http://a.example={SHIPPED_BRAND},http://A.example:80={SHIPPED_BRAND}"}, "each host once"),
        ({"PORTAL_BRAND": "/nowhere"}, "PORTAL_BRAND names"),
    ],
)
def test_a_wrong_setting_is_named_in_one_sentence(environ: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError) as stopped:
        from_environment(environ)
    assert named in str(stopped.value) and "\n" not in str(stopped.value)
    assert "secret" not in str(stopped.value)
