"""`portal brand`: check a brand folder, begin a new one, and look at one while it is made."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from portal.brand import BrandError
from portal.cli.asking import plainly
from portal.cli.serving import port_of, run
from portal.settings import from_environment

# Flags of `portal brand new` that are keys of brand.toml, and those that are tokens of tokens.css.
KEYS = {
    "company": "the legal name (NAME)", "city": "the seat of the company", "host": "the name people reach it under",
    "support_email": "the address for help", "support_phone": "the number for help", "help_url": "the page for help",
    "imprint_url": "the imprint", "privacy_url": "the privacy notice", "shop_url": "where licenses are bought",
    "time_zone": "the zone of times, such as Europe/Berlin", "register": "the line of the commercial register",
}  # fmt: skip
TOKENS = {
    "color": ("--primary", "the color, as oklch(…) or #rrggbb"),
    "font": ("--font", "the font family, as style sheets write it"),
    "radius": ("--radius", "how round corners are, such as 8px"),
}


def add_parser(commands: Any) -> None:
    brand = commands.add_parser("brand", help="check a brand, begin one, look at one")
    its = brand.add_subparsers(metavar="COMMAND", required=True)
    check = its.add_parser("check", help="try a brand on and say everything that is wrong with it, one problem a line")
    check.add_argument("folder", type=Path, nargs="?", help="the brand folder (PORTAL_BRAND)")
    check.add_argument("--accept", action="store_true", help="note that overrides fit the portal's templates of today")
    check.set_defaults(run=plainly(check_command))
    new = its.add_parser("new", help="write the folder of a new brand; asks nothing")
    new.add_argument("name", help="what people call the vendor")
    new.add_argument("--folder", type=Path, help="where it is written (the name in small letters)")
    new.add_argument("--from", dest="origin", type=Path, metavar="FOLDER", help="begin with a copy of this brand")
    for key, meaning in KEYS.items():
        new.add_argument(f"--{key.replace('_', '-')}", metavar="TEXT", help=meaning)
    new.add_argument("--address", action="append", metavar="LINE", help="a line of the postal address; again for each")
    new.add_argument("--language", action="append", metavar="CODE", help="a language; again for each, the first leads")
    for flag, (_, meaning) in TOKENS.items():
        new.add_argument(f"--{flag}", metavar="VALUE", help=meaning)
    new.add_argument("--logo", type=Path, metavar="FILE", help="a picture, copied into the folder")
    new.add_argument("--band", action="store_true", help="set the head of each page on a band in the color")
    new.set_defaults(run=plainly(new_command))
    preview = its.add_parser("preview", help="serve a gallery of the brand on this machine, new with each request")
    preview.add_argument("folder", type=Path, nargs="?", help="the brand folder (PORTAL_BRAND)")
    preview.add_argument("--port", type=port_of, default=8010, help="the port (8010)")
    preview.set_defaults(run=plainly(preview_command))


def check_command(options: Any) -> int:
    """Exit 0 where nothing is wrong, 1 with one problem a line, 2 where there is no brand to be checked."""
    from portal.brand import overrides
    from portal.brand.checking import problems
    from portal.fitting.trying import tried

    folder = _folder(options.folder)
    if options.accept:
        overrides.accept(folder)
    found = list(problems(folder))
    try:
        result = tried(folder)
    except BrandError as error:
        # It cannot be put on at all; why stands among the problems already.
        found = found or [str(error)]
    else:
        found += [line for line in result.problems if not any(_place(line) == _place(other) for other in found)]
        if not found:
            print(f"{folder}: {result.pages} pages and {result.mails} mails are as they should be.")
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


def new_command(options: Any) -> int:
    """Write a brand folder and say what to do with it; exit 2, with nothing written, if it would not be sound."""
    from portal.brand import starting

    folder = options.folder or Path(starting.slug_of(options.name))
    told = {key: getattr(options, key) for key in (*KEYS, "address") if getattr(options, key)}
    if options.language:
        told |= {"languages": options.language, "default_language": options.language[0]}
    if options.band:
        told["masthead_band"] = True
    style = {token: getattr(options, flag) for flag, (token, _) in TOKENS.items() if getattr(options, flag)}
    if options.origin:
        starting.continue_from(options.origin, folder, options.name, told, style, options.logo)
    else:
        starting.begin(folder, options.name, told, style, options.logo)
    print(f"The brand lies in {folder}. Look at it with `portal brand preview {folder}`, serve it with")
    print(f"PORTAL_BRAND={folder.resolve()}, and check it with `portal brand check {folder}`.")
    return 0


def preview_command(options: Any) -> int:
    """Serve until stopped, for this machine alone."""
    from portal.fitting.preview import HOME, Preview
    from portal.fitting.room import opened

    folder, url = _folder(options.folder), f"http://127.0.0.1:{options.port}"
    with opened(folder, url) as room:
        run(Preview(room, folder), "127.0.0.1", options.port, f"The gallery is at {url}{HOME}")
    return 0


def _folder(given: Path | None) -> Path:
    """The brand folder that is meant, shown as it was named."""
    folder = given or from_environment().brand
    if not folder.is_dir():
        print(f"{folder} is not a folder.", file=sys.stderr)
        raise SystemExit(2)
    return folder


def _place(line: str) -> str:
    """Where a problem is, without what it is: seen in the file or on a page, a mistake is told once."""
    found = re.match(r"(.*?:\d+):", line)
    return found[1] if found else line
