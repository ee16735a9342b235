"""`portal demo` as it is typed, and that its passwords open nothing elsewhere."""

from __future__ import annotations

import io
import json
from contextlib import closing
from pathlib import Path

import pytest

from portal.cli import main
from portal.cli.serving import refuse_demo_by_accident
from portal.db import migrate, open_database
from portal.demo import people
from portal.doors import passwords
from portal.settings import Settings, SettingsError, from_environment


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder that the command will use; it does not exist yet."""
    for name in ("PORTAL_DATABASE", "PORTAL_URL", "PORTAL_DEMO", "PORTAL_BRAND", "PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PORTAL_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def settings() -> Settings:
    return from_environment()


def test_it_prints_what_it_writes_and_twice_is_the_same(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 0
    first, text = capsys.readouterr().out, (data / "demo.json").read_text(encoding="utf-8")
    assert first.startswith("The demo world is made.")
    written = json.loads(text)
    assert written["url"] == "http://127.0.0.1:8000"
    for promised in [*(user["email"] for user in written["users"]), *(one["code"] for one in written["tickets"])]:
        assert promised in first
    assert main(["demo"]) == 0
    again = capsys.readouterr().out
    assert again.startswith("The demo world is there already") and again.split("\n", 1)[1] == first.split("\n", 1)[1]
    assert (data / "demo.json").read_text(encoding="utf-8") == text


def test_the_port_decides_the_address(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8123")
    assert main(["demo"]) == 0
    assert json.loads((data / "demo.json").read_text(encoding="utf-8"))["url"] == "http://127.0.0.1:8123"


def test_serving_is_a_demo_at_that_port(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served = []
    monkeypatch.setattr("portal.cli.serving.listen", lambda *arguments: served.append(arguments))
    assert main(["demo", "--serve", "--port", "8124"]) == 0
    ((with_settings, host, port),) = served
    assert (with_settings.demo, with_settings.url, host, port) == (True, "http://127.0.0.1:8124", "127.0.0.1", 8124)


def test_a_real_database_is_refused_with_a_sentence(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("four wooden ducks, late\n"))
    assert main(["user", "add", "boss@company.example", "--name", "The Boss"]) == 0
    assert main(["demo"]) == main(["demo", "--fresh"]) == 2
    assert "no demo is made in it" in capsys.readouterr().err
    assert not (data / "demo.json").exists() and not (data / "keys").exists()


def test_a_demo_is_served_only_when_asked_for_by_name(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["demo"]) == 0
    with pytest.raises(SettingsError, match="demo world"):
        refuse_demo_by_accident(settings())
    monkeypatch.setenv("PORTAL_DEMO", "yes")
    refuse_demo_by_accident(settings())


@pytest.mark.parametrize("key", ["vera", "eve", people.COLLEAGUES])
def test_its_passwords_open_nothing_outside_a_demo(key: str) -> None:
    stored, password = people.hashes()[key], people.password(key)
    assert passwords.matches(stored, password, demo=True)
    assert not passwords.matches(stored, password, demo=False)


@pytest.mark.parametrize("password", [people.password("eve"), "The DEMO of the Portal: eve, but longer"])
def test_nobody_can_be_given_one_of_them(
    data: Path, password: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data.mkdir()
    migrate(settings().database)
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    assert main(["user", "add", "boss@company.example", "--name", "The Boss"]) == 2
    assert "too easy to guess" in capsys.readouterr().err
    with closing(open_database(settings().database)) as database, database.reading() as db:
        assert db.connection().exec_driver_sql("SELECT count(*) FROM users").scalar() == 0
