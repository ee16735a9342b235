"""Keys that change: older files stay good until their key is retired, and a copy opens only with its passphrase."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta

import pytest

from portal.cli import main
from portal.files import certificates, escrow, keyring, rotation
from portal.files.certificates import FileRefused, Flaw, Kind
from portal.files.keyring import KeyState, KeysUnusable

NOW = datetime(2026, 11, 20, 8, 12, tzinfo=UTC)
PHRASE = "four wooden ducks, late"
FILES = 10_000


@pytest.fixture
def folder(tmp_path):
    keyring.create(tmp_path / "keys", NOW)
    return tmp_path / "keys"


def a_file(keys, number: int = 0) -> str:
    return certificates.make(
        keys, Kind.MACHINE, {"id": str(number)}, issued=NOW, expiry=NOW + timedelta(days=30)
    ).text


def test_ten_thousand_files_of_three_keys_are_good_until_a_key_is_retired(folder) -> None:
    files, ids = [], []
    keys = keyring.load(folder)
    for generation in range(3):
        if generation:
            keys = rotation.rotate(folder, NOW)
        ids.append(keys.current.id)
        files += [a_file(keys, number) for number in range(generation, FILES, 3)]
    assert len(files) == FILES and len(set(ids)) == 3
    signers = {certificates.open_file(keys, Kind.MACHINE, text).signed_by.id for text in files}
    assert signers == set(ids)
    keys = rotation.retire(folder, ids[1])
    for text in files[:50] + files[-50:]:
        assert certificates.open_file(keys, Kind.MACHINE, text).signed_by.id in (ids[0], ids[2])
    first = len(range(0, FILES, 3))
    for text in files[first : first + 100]:
        with pytest.raises(FileRefused) as refused:
            certificates.open_file(keys, Kind.MACHINE, text)
        assert refused.value.flaw is Flaw.NOT_GENUINE


def test_the_next_key_is_known_before_it_signs(folder) -> None:
    prepared = rotation.prepare(folder, NOW)
    [following] = [key for key in prepared.keys if key.state is KeyState.NEXT]
    assert prepared.current.id != following.id
    assert [key.id for key in rotation.prepare(folder, NOW).keys] == [key.id for key in prepared.keys]
    assert rotation.rotate(folder, NOW).current.id == following.id


def test_what_is_still_needed_is_not_retired(folder) -> None:
    keys = rotation.prepare(folder, NOW)
    for key in keys.keys:
        with pytest.raises(rotation.StillNeeded):
            rotation.retire(folder, key.id)
    with pytest.raises(rotation.NoSuchKey):
        rotation.retire(folder, "0" * 16)


def test_a_changed_key_file_stays_private_and_whole(folder) -> None:
    vault = keyring.load(folder).vault
    sealed = vault.seal("ticket", b"secret")
    rotation.rotate(folder, NOW)
    file = folder / keyring.FILE_NAME
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and [one.name for one in folder.iterdir()] == [file.name]
    assert keyring.load(folder).vault.open("ticket", sealed) == b"secret"


def test_the_copy_opens_with_its_passphrase_only(folder) -> None:
    text = keyring.text_of(folder)
    box = escrow.seal(text, PHRASE)
    assert escrow.open_(box, PHRASE) == text
    assert json.loads(text)["signing"][0]["private"] not in box
    with pytest.raises(KeysUnusable, match="does not fit"):
        escrow.open_(box, PHRASE + "r")


@pytest.mark.parametrize("name", ["n", "r", "p", "salt", "nonce", "sealed", "name", "format"])
def test_a_changed_copy_is_refused(folder, name: str) -> None:
    box = json.loads(escrow.seal(keyring.text_of(folder), PHRASE))
    box[name] = box[name] * 2 if name != "n" else 2**40
    with pytest.raises(KeysUnusable):
        escrow.open_(json.dumps(box), PHRASE)


@pytest.mark.parametrize("box", ["", "{}", "[]", "[" * 5000, "no JSON", '{"name":"license portal keys"}'])
def test_what_is_no_copy_is_refused(box: str) -> None:
    with pytest.raises(KeysUnusable, match="no export"):
        escrow.open_(box, PHRASE)


@pytest.fixture
def operator(tmp_path, monkeypatch: pytest.MonkeyPatch, capsys):
    """Runs `portal keys`: exit code, output, errors."""
    monkeypatch.setenv("PORTAL_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PORTAL_PASSPHRASE", PHRASE)

    def run(*words: str) -> tuple[int, str, str]:
        code = main(["keys", *words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def test_the_commands(operator, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert operator("create")[0] == 0
    old = operator("list")[1].split()[0]
    public = operator("rotate", "--prepare")[1].splitlines()[-1]
    assert public in operator("rotate")[1] and operator("public")[1].strip() == public
    assert operator("retire", "none")[0] == 1
    assert operator("retire", operator("list")[1].splitlines()[-1].split()[0])[0] == 1, "the one that signs"
    assert operator("retire", old)[0] == 0
    assert [line.split()[1] for line in operator("list")[1].splitlines()] == ["retired", "current"]
    copy = str(tmp_path / "copy")
    assert operator("export", copy)[0] == 0
    assert operator("export", copy)[0] == 2, "a copy is never overwritten"
    assert operator("import", copy)[0] == 2, "and neither are keys"
    monkeypatch.setenv("PORTAL_DATA", str(tmp_path / "restored"))
    assert operator("import", copy)[0] == 0
    assert operator("public")[1].strip() == public
    monkeypatch.setenv("PORTAL_PASSPHRASE", "short")
    code, out, err = operator("export", str(tmp_path / "other"))
    assert (code, out) == (2, "") and "at least 15" in err and "short" not in err.replace("too short", "")
