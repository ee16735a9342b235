"""Commands for whoever runs a portal: keys, tables, the first administrator, settings that are wrong."""

from __future__ import annotations

import re
import socket
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from portal import audit
from portal.access import Actor
from portal.audit import Happened
from portal.db import Database, open_database
from portal.doors import passwords
from portal.doors.sessions import open_for_user
from portal.files import keyring
from portal.models import Authenticator, Event, Group, Mail, Membership, RecoveryCode, Session, User
from tests.cli.conftest import Run
from tests.fixtures.village import NOW

GOOD = "four wooden ducks, late\n"


def database(data: Path) -> Database:
    return open_database(f"sqlite:///{data / 'portal.db'}")


def test_keys_are_made_once_and_for_their_owner_alone(run: Run, data: Path) -> None:
    code, out, _ = run("keys", "create")
    assert code == 0
    public = re.search(r"Public key: ([0-9a-f]{64})$", out, re.MULTILINE)
    assert public
    files = {file: file.read_bytes() for file in (data / "keys").rglob("*") if file.is_file()}
    assert files and all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    assert run("keys", "public") == (0, public[1] + "\n", "")
    run("keys", "create")
    assert {file: file.read_bytes() for file in files} == files
    assert not any(content.decode("latin-1").strip() in out for content in files.values() if len(content) > 20)


def test_without_keys_a_command_says_what_to_do(run: Run) -> None:
    code, out, err = run("keys", "public")
    assert (code, out) == (2, "")
    assert err.startswith("There are no keys in ") and err.count("\n") == 1


def test_tables_are_made_and_twice_changes_nothing(run: Run, data: Path) -> None:
    assert run("db", "upgrade")[0] == 0
    before = (data / "portal.db").read_bytes()
    assert run("db", "upgrade") == (0, "The tables are up to date.\n", "")
    assert (data / "portal.db").read_bytes() == before


def test_the_first_administrator_comes_from_the_command_line(run: Run, data: Path) -> None:
    code, out, err = run("user", "add", " Ann@Vendor.example", "--name", "Ann", typed=GOOD)
    assert (code, err) == (0, "") and "ann@vendor.example can sign in at http://127.0.0.1:8000" in out
    with database(data).reading() as db:
        user, role, kind = db.execute(
            select(User, Membership.role, Group.kind)
            .join(Membership, Membership.user_id == User.id)
            .join(Group, Group.id == Membership.group_id)
        ).one()
    assert (user.email, role, kind) == ("ann@vendor.example", "admin", "vendor")
    assert passwords.matches(user.password_hash, GOOD.strip("\n"), demo=False)
    code, _, err = run("user", "add", "ann@vendor.example", "--name", "Ann", typed=GOOD)
    assert code == 1 and "has a sign-in already" in err
    assert run("user", "add", "bob@vendor.example", "--name", "Bob", typed=GOOD)[0] == 0
    with database(data).reading() as db:
        assert len(db.execute(select(Group.id)).all()) == 1, "there is one vendor"


@pytest.mark.parametrize(
    ("email", "typed", "said"),
    [
        ("ann", GOOD, "is no e-mail address"),
        ("a b@vendor.example", GOOD, "is no e-mail address"),
        ("ann@vendor.example", "short\n", "at least 15 characters"),
        ("ann@vendor.example", "x" * 300 + "\n", "at most 200 characters"),
        ("ann@vendor.example", "ann@vendor.example\n", "too easy to guess"),
        ("ann@vendor.example", "Tessel Works 2026\n", "too easy to guess"),
        ("ann@vendor.example", "", "at least 15 characters"),
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_is_made(
    run: Run, data: Path, email: str, typed: str, said: str
) -> None:
    code, out, err = run("user", "add", email, "--name", "Ann", typed=typed)
    assert (code, out) == (2, "") and said in err
    assert not (data / "portal.db").exists()


def test_whoever_lost_every_factor_comes_in_with_the_password_again(run: Run, data: Path) -> None:
    run("keys", "create")
    run("user", "add", "ann@vendor.example", "--name", "Ann", typed=GOOD)
    with database(data).writing() as db:
        ann = db.execute(select(User)).scalar_one()
        sealed = {"cipher": b"sealed", "created_at": NOW, "confirmed_at": NOW}
        db.add_all([Authenticator(user_id=ann.id, **sealed), RecoveryCode(user_id=ann.id, lookup=b"x", created_at=NOW)])
        open_for_user(db, ann, NOW, agent="", address="")
    assert run("user", "clear-factors", "bob@vendor.example")[0] == 1
    code, out, err = run("user", "clear-factors", " Ann@vendor.example")
    assert (code, err) == (0, "") and "removed: 1" in out
    with database(data).reading() as db:
        assert all(db.execute(select(table)).first() is None for table in (Authenticator, RecoveryCode, Session))
        assert db.execute(select(Event.kind)).scalars().all()[-1] == "factors.cleared"
        assert db.execute(select(Mail.kind)).scalars().all() == ["factor_changed"]


def test_the_audit_trail_is_checked(run: Run, data: Path) -> None:
    run("keys", "create")
    run("db", "upgrade")
    vault, base = keyring.load(data / "keys").vault, database(data)
    with base.writing() as db:
        for _ in range(3):
            audit.record(db, NOW, Actor(kind="portal"), Happened.SESSION_CLOSED)
    with base.writing() as db:
        audit.seal(db, NOW + timedelta(hours=1), vault.lookup)
    assert run("db", "verify") == (0, "The audit trail is whole; 0 events wait for their seal.\n", "")
    with base.writing() as db:
        db.execute(update(Event).where(Event.id == 2).values(outcome="refused"))
    assert run("db", "verify") == (1, "Seal 1 does not fit its events.\n", "")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORTAL_URL", "portal.example", "PORTAL_URL is 'portal.example'"),
        ("PORTAL_URL", "ftp://portal.example", "Set it to the address people type"),
        ("PORTAL_DATABASE", "mysql://x", "PORTAL_DATABASE must start with"),
        ("PORTAL_THREADS", "many", "PORTAL_THREADS is 'many'"),
        ("PORTAL_DEMO", "maybe", "PORTAL_DEMO is 'maybe'"),
        ("PORTAL_TRUSTED_PROXIES", "nobody", "PORTAL_TRUSTED_PROXIES"),
        ("PORTAL_BRAND", "/nowhere/at/all", "PORTAL_BRAND names"),
        ("PORTAL_DATABASE_FILE", "/nowhere/at/all", "PORTAL_DATABASE_FILE names"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    code, out, err = run("serve", "--port", "1")
    assert (code, out) == (2, "")
    assert said in err and err.count("\n") == 1


@pytest.mark.parametrize("words", [[], ["nonsense"], ["user"], ["db", "nonsense"], ["user", "add"]])
def test_a_command_that_does_not_exist_is_named(run: Run, words: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(*words)
    assert stopped.value.code == 2


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_port_that_cannot_be_is_refused(run: Run, capsys: pytest.CaptureFixture[str], port: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        run("serve", "--port", port)
    assert stopped.value.code == 2 and f"argument --port: invalid port value: '{port}'" in capsys.readouterr().err


def test_a_port_that_is_taken_is_named_before_anybody_is_sent_there(run: Run) -> None:
    run("keys", "create")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, out, err = run("serve", "--port", str(port))
    assert (code, out) == (2, "")
    assert err == f"Nothing can listen on 127.0.0.1:{port}: Address already in use. Name another --port.\n"
