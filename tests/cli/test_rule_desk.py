"""`portal rules apply` and `portal rules replay`: a file is put in force, or first asked what it would have changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.db import Database, migrate, open_database
from portal.files import keyring
from portal.models import License, Operation, RuleSet, RuleVersion
from portal.settings import from_environment
from portal.site import system_clock
from tests.actions.estate import Estate
from tests.cli.conftest import Run
from tests.jobs.test_what_if import History, moves


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    file = tmp_path / "moves.toml"
    file.write_text(moves(1), encoding="utf-8")
    return file


@contextmanager
def database(data: Path) -> Iterator[Database]:
    with closing(open_database(from_environment().database)) as database:
        yield database


@pytest.fixture
def license_(run: Run, data: Path) -> License:
    """A license that moved twice within a year, by rules that allow three."""
    assert run("keys", "create")[0] == 0
    migrate(from_environment().database)
    with database(data) as opened, opened.writing() as db:
        history = History(Estate(db, keyring.load(from_environment().keys).vault, system_clock()), moves(3))
        license_ = history.owned()
        assert [history.moved(license_, number, ago) for number, ago in ((2, 200), (3, 100))] == ["ok", "ok"]
    return license_


def test_apply_puts_a_file_in_force_once(run: Run, data: Path, license_: License, rules: Path) -> None:
    words = ("rules", "apply", str(rules), "--article", "CADPRO-1", "--note", "fewer moves")
    assert run(*words) == (0, "Moves: version 2 is in force for CADPRO-1.\n", "")
    code, out, _ = run(*words)
    assert (code, out) == (0, "Moves: nothing is different, no new version. In force for CADPRO-1.\n")
    with database(data) as opened, opened.reading() as db:
        versions = db.execute(select(RuleVersion.number, RuleVersion.note).order_by(RuleVersion.number)).all()
    assert [tuple(version) for version in versions] == [(1, None), (2, "fewer moves")]


def test_apply_prints_warnings_and_goes_on(run: Run, data: Path, license_: License, tmp_path: Path) -> None:
    file = tmp_path / "strict.toml"
    file.write_text(moves(0, "lifetime").replace("Moves", "Strict"), encoding="utf-8")
    code, out, err = run("rules", "apply", str(file), "--article", "CADPRO-1")
    assert (code, out) == (0, "Strict: version 1 is in force for CADPRO-1.\n")
    assert err.startswith(f"{file}:5: warning: ")


@pytest.mark.parametrize("text", [b"limt = 3\n", b"name = \n", b"\xff", b"name = 'x'\x00", b"[" * 10_000])
def test_apply_refuses_a_bad_file_by_line_and_changes_nothing(
    run: Run, data: Path, license_: License, tmp_path: Path, text: bytes
) -> None:
    file = tmp_path / "bad.toml"
    file.write_bytes(text)
    for words in (("apply", str(file)), ("replay", "--rules", str(file))):
        code, out, err = run("rules", *words, "--article", "CADPRO-1")
        assert (code, out) == (2, "")
        assert err.startswith(f"{file}:1: ")
    with database(data) as opened, opened.reading() as db:
        assert db.execute(select(RuleVersion.number)).scalars().all() == [1]
        assert db.execute(select(RuleSet.name)).scalars().all() == ["Moves"]


def test_an_article_or_day_that_is_none_is_said(run: Run, data: Path, license_: License, rules: Path) -> None:
    assert run("rules", "apply", str(rules), "--article", "NONE") == (2, "", "There is no article 'NONE'.\n")
    words = ("rules", "replay", "--rules", str(rules), "--article", "CADPRO-1", "--since")
    code, out, err = run(*words, "yesterday")
    assert (code, out) == (2, "") and "2026-01-01" in err
    assert run("rules", "replay", "--rules", "no-such-file.toml", "--article", "CADPRO-1")[:2] == (2, "")


def test_replay_prints_what_would_have_been_decided_differently(
    run: Run, data: Path, license_: License, rules: Path
) -> None:
    code, out, err = run("rules", "replay", "--rules", str(rules), "--article", "CADPRO-1")
    assert (code, err) == (0, "\r3 of 3\n")
    lines = out.splitlines()
    assert lines[0] == "1 of 3 would have been decided differently."
    assert lines[2].split() == ["rehost", "ok", "deny", "allowance_exhausted", "1", "1", "1"]
    assert str(license_.public_id) in lines[3] and "eve@example.com" in lines[3]
    with database(data) as opened, opened.reading() as db:
        assert db.execute(select(RuleVersion.number)).scalars().all() == [1]


def test_replay_as_json(run: Run, data: Path, license_: License, rules: Path) -> None:
    code, out, _ = run("rules", "replay", "--rules", str(rules), "--article", "CADPRO-1", "--json")
    told = json.loads(out)
    with database(data) as opened, opened.reading() as db:
        at = db.execute(select(Operation.at).order_by(Operation.at.desc())).scalar()
    assert code == 0 and at is not None
    assert (told["seen"], told["differing"]) == (3, 1)
    assert told["codes"] == [
        {"operation": "rehost", "then": "ok", "outcome": "deny", "now": "allowance_exhausted"}
        | {"count": 1, "licenses": 1, "users": 1}
    ]
    [finding] = told["findings"]
    assert (finding["license"], finding["user"]) == (str(license_.public_id), "eve@example.com")
    assert finding["then"] == {"outcome": "allow", "code": "ok"}
    assert finding["now"]["code"] == "allowance_exhausted" and finding["now"]["rule"] == "moves"
    assert finding["at"] == f"{at:%Y-%m-%dT%H:%M:%SZ}"


def test_replay_since_a_day(run: Run, data: Path, license_: License, rules: Path) -> None:
    day = f"{system_clock() - timedelta(days=50):%Y-%m-%d}"
    words = ("rules", "replay", "--rules", str(rules), "--article", "CADPRO-1", "--since", day)
    assert run(*words) == (0, "0 of 0 would have been decided differently.\n", "\r0 of 0\n")
