"""`portal keys`: make the keys of an installation, change them, and keep a copy of them under a passphrase."""

from __future__ import annotations

import os
import sys
from typing import Any

from portal.cli.asking import plainly
from portal.cli.passphrase import Mismatch, passphrase
from portal.settings import from_environment

RESTART = "Restart the portal, so that it uses them."


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("keys", help="the keys of this installation")
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    verbs.add_parser("create", help="make them, once").set_defaults(run=plainly(create))
    verbs.add_parser("public", help="print the public key, 64 hexadecimal digits").set_defaults(run=plainly(public))
    verbs.add_parser("list", help="the signing keys and what they still do").set_defaults(run=plainly(list_))
    turn = verbs.add_parser("rotate", help="sign with another key from now on")
    turn.add_argument("--prepare", action="store_true", help="only make the next key and show its public half")
    turn.set_defaults(run=plainly(rotate))
    end = verbs.add_parser("retire", help="refuse what an old key signed")
    end.add_argument("id", metavar="ID", help="as `portal keys list` shows it")
    end.set_defaults(run=plainly(retire))
    for name, run, told in (
        ("export", export, "write them to a file under a passphrase"),
        ("import", import_, "take them from such a file, where there are none yet"),
    ):
        verb = verbs.add_parser(name, help=told)
        verb.add_argument("file", metavar="FILE")
        verb.set_defaults(run=plainly(run))


def create(options: Any) -> int:
    """Make signing key and vault keys in PORTAL_DATA/keys; existing ones are never overwritten."""
    from portal.files import keyring

    settings = from_environment()
    keys = keyring.create(settings.keys)
    print(f"The keys lie in {settings.keys}. Keep a copy in a safe place: without them tickets cannot be read.")
    print(f"Public key: {keys.public_hex}")
    return 0


def public(options: Any) -> int:
    """Print the current public key and nothing else."""
    from portal.files import keyring

    print(keyring.load(from_environment().keys).public_hex)
    return 0


def list_(options: Any) -> int:
    """One line for each signing key: id, state, when it was made, public key."""
    from portal.files import keyring

    for key in keyring.load(from_environment().keys).keys:
        print(f"{key.id}  {key.state.value:<8}  {key.created:%Y-%m-%d}  {key.public_hex}")
    return 0


def rotate(options: Any) -> int:
    """Put the prepared key in force, or a new one; with --prepare only make it. Older files stay good."""
    from portal.files import rotation
    from portal.files.keyring import KeyState
    from portal.site import system_clock

    folder = from_environment().keys
    if options.prepare:
        keys = rotation.prepare(folder, system_clock())
        following = next(key for key in keys.keys if key.state is KeyState.NEXT)
        print(f"The next key is {following.id}. Build programs with its public key beside the present one:")
        print(following.public_hex)
        return 0
    keys = rotation.rotate(folder, system_clock())
    print(f"Signed is with {keys.current.id} from now on; what older keys signed stays good. {RESTART}")
    print(f"Public key: {keys.public_hex}")
    print("Programs that do not carry it refuse new files. Make a new copy: portal keys export FILE")
    return 0


def retire(options: Any) -> int:
    """Refuse from now on what this key signed; exit 1 where there is no such key or it is still needed."""
    from portal.files import rotation

    try:
        rotation.retire(from_environment().keys, options.id)
    except rotation.NoSuchKey:
        print(f"No signing key goes by {options.id}; see: portal keys list", file=sys.stderr)
        return 1
    except rotation.StillNeeded:
        print(f"{options.id} signs now or next. Rotate first: portal keys rotate", file=sys.stderr)
        return 1
    print(f"What {options.id} signed is refused. {RESTART}")
    return 0


def export(options: Any) -> int:
    """Write all keys to a new file, closed with a passphrase; an existing file is never overwritten."""
    from portal.files import escrow, keyring

    folder = from_environment().keys
    text = keyring.text_of(folder)
    keyring.parse(text, str(folder))
    try:
        sealed = escrow.seal(text, passphrase(again=True))
    except Mismatch:
        print("The two are not the same.", file=sys.stderr)
        return 2
    except ValueError:
        least = escrow.LEAST_PASSPHRASE
        print(f"The passphrase is too short: take at least {least} characters.", file=sys.stderr)
        return 2
    try:
        with os.fdopen(os.open(options.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(sealed)
    except OSError as error:
        print(f"{options.file} cannot be written: {error.strerror}.", file=sys.stderr)
        return 2
    print(f"The keys lie in {options.file}, closed with the passphrase. Keep the two in different places.")
    return 0


def import_(options: Any) -> int:
    """Open an export with its passphrase and put the keys where there are none yet."""
    from portal.files import escrow, keyring

    settings = from_environment()
    try:
        with open(options.file, encoding="utf-8") as file:
            box = file.read(1_000_000)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        print(f"{options.file} cannot be read: {reason}.", file=sys.stderr)
        return 2
    keys = keyring.place(settings.keys, escrow.open_(box, passphrase()))
    print(f"The keys lie in {settings.keys}. Public key: {keys.public_hex}")
    return 0
