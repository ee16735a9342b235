"""What holds for the vendor's own sign-in providers: a wrong file stops the start with one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.doors import vendor_providers
from portal.settings import SettingsError, from_environment

GOOD = """
[[provider]]
name = "acme"
title = "Acme account"
issuer = "https://login.acme.example"
client_id = "license-portal"
client_secret_file = "acme.secret"
domains = ["acme.example"]
"""


def read(tmp_path: Path, text: str) -> tuple[vendor_providers.Provider, ...]:
    (tmp_path / "acme.secret").write_text("a secret\n")
    (tmp_path / "sign-in.toml").write_text(text)
    settings = from_environment({"PORTAL_SIGN_IN": str(tmp_path / "sign-in.toml")})
    return vendor_providers.read(settings.sign_in)


def test_without_a_file_there_are_none() -> None:
    assert vendor_providers.read(from_environment({}).sign_in) == ()


def test_a_provider_is_read_with_its_secret(tmp_path: Path) -> None:
    (found,) = read(tmp_path, GOOD)
    assert (found.key, found.name, found.client_secret) == ("acme", "Acme account", "a secret")
    assert found.vouches_for("x@acme.example") and not found.vouches_for("x@elsewhere.example")
    assert "a secret" not in repr(found)


def test_without_domains_it_vouches_for_any(tmp_path: Path) -> None:
    (found,) = read(tmp_path, GOOD.replace('domains = ["acme.example"]', ""))
    assert found.vouches_for("x@elsewhere.example")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (GOOD.replace('"acme"', '"Acme"', 1), "Acme"),
        (GOOD.replace('"acme"', '"callback"', 1), "callback"),
        (GOOD.replace('"acme"', '"again"', 1), "again"),
        (GOOD + GOOD, "same name"),
        (GOOD.replace("https://", "ldap://"), "issuer"),
        (GOOD.replace("acme.secret", "missing.secret"), "secret"),
        (GOOD.replace('["acme.example"]', '["Acme Example"]'), "Acme Example"),
        (GOOD.replace("title", "titel"), "titel"),
        ("provider = 7", "PORTAL_SIGN_IN"),
        ("[[provider", "PORTAL_SIGN_IN"),
    ],
)
def test_a_wrong_file_is_told_in_one_sentence(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(SettingsError) as stopped:
        read(tmp_path, text)
    assert named in str(stopped.value) and "a secret" not in str(stopped.value)


@pytest.mark.parametrize("value", ["https://inside.example", "a b", "inside.example/path", "*"])
def test_only_hosts_are_named_as_reachable(value: str) -> None:
    with pytest.raises(SettingsError, match="PORTAL_REACHABLE"):
        from_environment({"PORTAL_REACHABLE": value})


def test_several_hosts_are_named_with_commas() -> None:
    assert from_environment({"PORTAL_REACHABLE": "Inside.example, 127.0.0.1,"}).reachable == (
        "inside.example", "127.0.0.1",
    )  # fmt: skip
