"""Secrets at rest: found again by their hash, readable only in their place and with their key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.files.vault import Unreadable, Vault, VaultKeys

FIRST = VaultKeys(b"p" * 32, {1: b"1" * 32}, 1)
ROTATED = VaultKeys(b"p" * 32, {1: b"1" * 32, 2: b"2" * 32}, 2)


@given(st.binary(max_size=200), st.binary(max_size=40))
def test_what_was_sealed_opens_again(plaintext, bound):
    vault = Vault(FIRST)
    blob = vault.seal("ticket", plaintext, bound)
    assert len(blob) == len(plaintext) + 30
    assert vault.open("ticket", blob, bound) == plaintext


def test_the_same_secret_is_sealed_differently_each_time():
    vault = Vault(FIRST)
    assert vault.seal("ticket", b"secret") != vault.seal("ticket", b"secret")


@pytest.mark.parametrize(
    ("kind", "bound"),
    [("license_key", b"7"), ("ticket", b"8"), ("ticket", b""), ("ticket7", b""), ("ticke", b"t7")],
)
def test_a_secret_does_not_open_elsewhere(kind, bound):
    vault = Vault(FIRST)
    with pytest.raises(Unreadable):
        vault.open(kind, vault.seal("ticket", b"secret", b"7"), bound)


def test_every_changed_bit_is_noticed():
    vault = Vault(ROTATED)
    blob = vault.seal("ticket", b"secret", b"7")
    for bit in range(len(blob) * 8):
        changed = bytearray(blob)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Unreadable):
            vault.open("ticket", bytes(changed), b"7")


@pytest.mark.parametrize("length", [0, 1, 2, 13, 29])
def test_a_cut_secret_is_refused(length):
    vault = Vault(FIRST)
    with pytest.raises(Unreadable):
        vault.open("ticket", vault.seal("ticket", b"")[:length])


def test_old_secrets_open_after_a_rotation_and_wait_to_be_sealed_anew():
    old, new = Vault(FIRST), Vault(ROTATED)
    blob = old.seal("ticket", b"secret")
    assert new.open("ticket", blob) == b"secret"
    assert not new.is_current(blob) and new.is_current(new.seal("ticket", b"secret"))
    with pytest.raises(Unreadable, match="key 2"):
        old.open("ticket", new.seal("ticket", b"secret"))


def test_a_look_up_is_stable_and_depends_on_kind_value_and_pepper():
    vault = Vault(FIRST)
    wanted = vault.lookup("ticket", "ABC")
    assert len(wanted) == 32 and wanted == Vault(ROTATED).lookup("ticket", "ABC")
    others = [vault.lookup("license_key", "ABC"), vault.lookup("ticket", "ABD")]
    peppered = Vault(VaultKeys(b"q" * 32, {1: b"1" * 32}, 1))
    others += [vault.lookup("ticketA", "BC"), peppered.lookup("ticket", "ABC")]
    assert wanted not in others and len(set(others)) == 4


@pytest.mark.parametrize("kind", ["", "tick\0et"])
def test_a_kind_without_a_clear_name_is_refused(kind):
    with pytest.raises(ValueError):
        Vault(FIRST).seal(kind, b"secret")
    with pytest.raises(ValueError):
        Vault(FIRST).lookup(kind, "ABC")


@pytest.mark.parametrize(
    ("pepper", "sealing", "current"),
    [
        (b"short", {1: b"1" * 32}, 1),
        (b"p" * 32, {1: b"short"}, 1),
        (b"p" * 32, {1: b"1" * 32}, 2),
        (b"p" * 32, {}, 1),
        (b"p" * 32, {0: b"1" * 32}, 0),
        (b"p" * 32, {65536: b"1" * 32}, 65536),
    ],
)
def test_unusable_keys_are_refused(pepper, sealing, current):
    with pytest.raises(ValueError):
        VaultKeys(pepper, sealing, current)


def test_keys_do_not_show_when_printed():
    assert "ppp" not in repr(FIRST) and "111" not in repr(FIRST)
