"""Passwords: what opens, what does not, and that a demo's words never open a real portal."""

from __future__ import annotations

import threading

import pytest

from portal.doors import passwords
from portal.doors.passwords import Unfit, hashed, judge, matches

GOOD = "four wooden ducks, late"


def test_the_right_password_opens_and_others_do_not() -> None:
    stored = hashed(GOOD)
    assert stored.startswith("$argon2id$") and GOOD not in stored
    assert matches(stored, GOOD, demo=False)
    for wrong in ("", GOOD.upper(), GOOD + " ", "x" * 5000):
        assert not matches(stored, wrong, demo=False)
    assert hashed(GOOD) != stored, "two people with one password can be told by it"


@pytest.mark.parametrize("stored", [None, "", "demo:", "no hash", "$argon2id$v=19$m=1,t=1,p=1$x$y"])
def test_what_is_no_hash_opens_nothing(stored: str | None) -> None:
    for password in ("", GOOD):
        assert not matches(stored, password, demo=True)
        assert not matches(stored, password, demo=False)


def test_a_demo_password_opens_a_demo_only() -> None:
    stored = hashed(GOOD, demo=True)
    assert matches(stored, GOOD, demo=True)
    assert not matches(stored, GOOD, demo=False)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "password_too_short"), ("x" * 201, "password_too_long"), ("a" * 20, "password_known"),
        ("Chisel Works Chisel Works", "password_known"), ("chisel works 2026!!", "password_known"),
        ("123456789987654321", "password_known"), ("PasswordPassword", "password_known"),
        ("!!! Liverpool 1892 ", "password_known"), ("qwerty 1234567890!?", "password_known"),
    ],
)  # fmt: skip
def test_a_password_that_is_easy_to_guess_is_refused_with_its_reason(password: str, reason: str) -> None:
    with pytest.raises(Unfit, match=reason):
        judge(password, names=("Chisel Works", ""))


@pytest.mark.parametrize("password", [GOOD, "чёрный кот и пёс", "x y z x y z x y z 1 2 3"])
def test_a_long_password_of_any_kind_is_good(password: str) -> None:
    judge(password, names=("Chisel Works", ""))


def test_more_sign_ins_at_once_than_the_machine_can_check_are_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_queue", threading.BoundedSemaphore(1))
    with passwords._turn(), pytest.raises(passwords.TooBusy):
        matches(None, GOOD, demo=False)
