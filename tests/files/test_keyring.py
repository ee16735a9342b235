"""The key file: made once, readable by its owner only, and every mistake named in one sentence."""

import functools
import json
import operator
import os
import stat

import pytest

from portal.files import keyring
from portal.files.keyring import KeysMissing, KeyState, KeysUnusable


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data" / "keys"


def content_of(folder) -> dict:
    return json.loads((folder / keyring.FILE_NAME).read_text())


def add_key(content: dict, folder, state: str) -> None:
    other = keyring.create(folder / state)
    content["signing"].append(content_of(folder / state)["signing"][0] | {"state": state})
    assert other.public_hex == content["signing"][-1]["public"]


def test_created_keys_are_private_and_load_again(folder):
    made = keyring.create(folder)
    assert stat.S_IMODE((folder / keyring.FILE_NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert os.listdir(folder) == [keyring.FILE_NAME]
    loaded = keyring.load(folder)
    assert loaded.public_hex == made.public_hex and len(bytes.fromhex(loaded.public_hex)) == 32
    assert loaded.verify(made.sign(b"text"), b"text").id == made.current.id
    assert loaded.vault.open("ticket", made.vault.seal("ticket", b"secret")) == b"secret"
    assert loaded.vault.lookup("ticket", "A") == made.vault.lookup("ticket", "A")


def test_the_keys_also_come_from_the_environment(folder):
    made = keyring.create(folder)
    assert keyring.parse((folder / keyring.FILE_NAME).read_text()).public_hex == made.public_hex


def test_existing_keys_are_never_overwritten(folder):
    keyring.create(folder)
    before = content_of(folder)
    with pytest.raises(KeysUnusable, match="never overwritten"):
        keyring.create(folder)
    assert content_of(folder) == before and os.listdir(folder) == [keyring.FILE_NAME]


def test_missing_keys_are_not_made_up(folder):
    with pytest.raises(KeysMissing, match="no keys"):
        keyring.load(folder)
    assert not folder.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_keys_that_others_can_read_are_refused(folder, mode):
    keyring.create(folder)
    (folder / keyring.FILE_NAME).chmod(mode)
    with pytest.raises(KeysUnusable, match="chmod 600"):
        keyring.load(folder)


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path):
    (tmp_path / "keys").write_text("a file, not a folder")
    with pytest.raises(KeysUnusable):
        keyring.create(tmp_path / "keys")
    with pytest.raises(KeysUnusable, match="cannot be written"):
        keyring.create(tmp_path / "keys" / "deeper")


def test_bytes_that_are_no_text_are_refused(folder):
    keyring.create(folder)
    (folder / keyring.FILE_NAME).write_bytes(b"\xff\xfe")
    with pytest.raises(KeysUnusable, match="no text"):
        keyring.load(folder)


DAMAGES = [
    (("format",), 2),
    (("signing",), []),
    (("signing",), None),
    (("signing", 0, "private"), "00" * 32),
    (("signing", 0, "private"), "00"),
    (("signing", 0, "private"), 7),
    (("signing", 0, "id"), "0" * 16),
    (("signing", 0, "state"), "sleeping"),
    (("signing", 0, "state"), "retired"),
    (("signing", 0, "created"), "yesterday"),
    (("vault",), {}),
    (("vault", "pepper"), "AAAA"),
    (("vault", "pepper"), "%"),
    (("vault", "current"), 9),
    (("vault", "keys"), []),
]


@pytest.mark.parametrize(("path", "value"), DAMAGES)
def test_damaged_keys_are_refused_without_being_quoted(folder, path, value):
    keyring.create(folder)
    content = content_of(folder)
    private = content["signing"][0]["private"]
    functools.reduce(operator.getitem, path[:-1], content)[path[-1]] = value
    with pytest.raises(KeysUnusable) as refusal:
        keyring.parse(json.dumps(content))
    assert private not in str(refusal.value) and refusal.value.__cause__ is None


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "7", '"text"', "{", "[" * 2000])
def test_anything_else_is_no_key_file(text):
    with pytest.raises(KeysUnusable):
        keyring.parse(text)


def test_older_keys_verify_until_they_are_retired(folder):
    first = keyring.create(folder)
    content = content_of(folder)
    add_key(content, folder, "verifies")
    add_key(content, folder, "retired")
    ring = keyring.parse(json.dumps(content))
    assert ring.current.id == first.current.id
    older, retired = ring.keys[1], ring.keys[2]
    assert ring.verify(older.private.sign(b"text"), b"text").state is KeyState.VERIFIES
    assert ring.verify(retired.private.sign(b"text"), b"text") is None
    assert ring.verify(ring.sign(b"text"), b"other") is None
    assert ring.verify(b"", b"text") is None


def test_two_current_keys_are_refused(folder):
    keyring.create(folder)
    content = content_of(folder)
    add_key(content, folder, "current")
    with pytest.raises(KeysUnusable, match="Exactly one"):
        keyring.parse(json.dumps(content))


def test_private_keys_do_not_show_when_printed(folder):
    ring = keyring.create(folder)
    assert content_of(folder)["signing"][0]["private"] not in repr(ring.keys) + repr(vars(ring))
