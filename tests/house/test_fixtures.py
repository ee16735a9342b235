"""What holds for the fixtures: tests share nothing, and in CI nothing is left out quietly."""

import pytest
from sqlalchemy import inspect, text

from portal.db import Database
from tests.fixtures import need


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_has_a_database_of_its_own(database: Database, turn: str) -> None:
    assert not inspect(database.reader).has_table("left_behind")
    with database.writing() as session:
        session.execute(text("CREATE TABLE left_behind (turn TEXT)"))


def test_what_a_machine_lacks_is_skipped_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(need, "CI", False)
    with pytest.raises(pytest.skip.Exception, match="no such thing"):
        need.lacking("no such thing")


def test_what_a_machine_lacks_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(need, "CI", True)
    with pytest.raises(pytest.fail.Exception, match="no such thing"):
        need.lacking("no such thing")
