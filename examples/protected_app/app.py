"""Tessel CAD Pro, a small program that is protected with a public license SDK."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from home import Home
from keygen_sh.errors import KeygenError
from licensing import PC, Licensing
from outcomes import Exit, Stop, meaning_of, stop_for


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
    parser.add_argument("command", choices=["activate", "run", "check", "return", "status"])
    return parser.parse_args()


def outcome(given: argparse.Namespace) -> str:
    """Do what the command says and return the line to print."""
    pc = PC(given.fingerprint, given.name, given.components)
    licensing = Licensing(given.url, given.public_key, given.product, pc, Home(given.home))
    match given.command:
        case "activate":
            return f"Activated on {asyncio.run(licensing.activate(given.key))}."
        case "check":
            return f"The license is still on {asyncio.run(licensing.check())}; its file was renewed."
        case "return":
            asyncio.run(licensing.give_back())
            return "Returned. The seat is free again."
    name, until = licensing.verify()
    if given.command == "run":
        return f"Tessel CAD Pro runs on {name}."
    return f"Activated on {name}, good " + (f"until {until:%d %b %Y %H:%M} UTC." if until else "without end.")


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
