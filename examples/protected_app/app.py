"""Tessel CAD Pro, a small program that is protected with a public license SDK."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from dialogue import Dialogue
from home import Home
from keygen_sh.errors import KeygenError
from licensing import PC, Licensing
from offline import Offline
from outcomes import Exit, Stop, meaning_of, stop_for

ONLINE = ["activate", "run", "check", "return", "status"]
BY_HAND = ["request", "import", "receipt", "dialogue"]


def components(text: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in text.split(",") if part)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="app.py", description=__doc__)
    parser.add_argument("--url", required=True, help="address of the portal, such as https://portal.example")
    parser.add_argument("--public-key", required=True, help="the vendor's public key, 64 hexadecimal digits")
    parser.add_argument("--product", required=True, help="code of the product")
    parser.add_argument("--key", help="the ticket; needed to activate, remembered afterwards")
    parser.add_argument("--home", required=True, type=Path, help="folder in which the license file is kept")
    parser.add_argument("--fingerprint", required=True, help="what tells this PC from others")
    parser.add_argument("--name", help="name of this PC, if it shall not be its host name")
    parser.add_argument("--components", type=components, default={}, help="such as board=B-77,disk=D-1")
    parser.add_argument("--out", type=Path, help="where to write a request or receipt, if not to standard output")
    parser.add_argument("--new", action="store_true", help="a new request, even if one is still open")
    parser.add_argument("command", choices=[*ONLINE, *BY_HAND])
    parser.add_argument("file", nargs="?", type=Path, help="the file to import")
    return parser.parse_args()


def outcome(given: argparse.Namespace) -> str:
    """Do what the command says and return the line to print."""
    pc, home = PC(given.fingerprint, given.name, given.components), Home(given.home)
    licensing = Licensing(given.url, given.public_key, given.product, pc, home)
    if given.command in BY_HAND:
        return by_hand(given, Offline(licensing, pc, home, given.product, given.public_key))
    match given.command:
        case "activate":
            return f"Activated on {asyncio.run(licensing.activate(given.key))}."
        case "check":
            return f"The license is still on {asyncio.run(licensing.check())}; its file was renewed."
        case "return":
            asyncio.run(licensing.give_back())
            return "Returned. The seat is free again."
    name, until = licensing.verify()
    mark = " EMERGENCY LICENSE: it ends by itself." if licensing.is_emergency() else ""
    if given.command == "run":
        return f"Tessel CAD Pro runs on {name}.{mark}"
    return f"Activated on {name}, good " + (f"until {until:%d %b %Y %H:%M} UTC." if until else "without end.") + mark


def by_hand(given: argparse.Namespace, offline: Offline) -> str:
    """What works without a network: write a request, import what the portal wrote, write the receipt."""
    match given.command:
        case "request":
            return handed_out(offline.request(given.key, anew=given.new), given.out, "request")
        case "import":
            if given.file is None:
                raise Stop(Exit.WRONG_CALL, "Name the file to import.")
            answer = offline.take(read(given.file))
            return handed_out(answer, given.out, "receipt") if answer else "The block list is in force."
        case "receipt":
            return handed_out(offline.receipt(), given.out, "receipt")
    return Dialogue(offline, given.key).run()


def read(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as opened:
            return opened.read(1_000_000)
    except (OSError, UnicodeDecodeError):
        raise Stop(Exit.FILE_REFUSED, f"{file} cannot be read.") from None


def handed_out(text: str, out: Path | None, what: str) -> str:
    if out is None:
        return text.rstrip("\n")
    out.write_text(text)
    return f"Take {out} to the portal: it is the {what}."


def main() -> int:
    try:
        print(outcome(arguments()))
    except (Stop, KeygenError) as error:
        stop = error if isinstance(error, Stop) else stop_for(*meaning_of(error))
        print(stop, file=sys.stderr)
        return stop.code
    return Exit.DONE


if __name__ == "__main__":
    code = main()
    # A thread of the SDK may still be letting go of an error; Python's own way out would abort on it.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
