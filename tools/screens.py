"""Pictures of every page, print and mail: `make screens` takes them at each width, in both themes, and any brand."""

from __future__ import annotations

import argparse
import shutil
import socket
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from fnmatch import fnmatch
from functools import partial
from html import escape
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from portal.brand import load_brand  # noqa: E402
from portal.brand.stationery import Stationery  # noqa: E402
from portal.catalogs import available  # noqa: E402
from portal.db import open_database  # noqa: E402
from portal.demo import world  # noqa: E402
from portal.files import keyring  # noqa: E402
from portal.fitting import samples  # noqa: E402
from portal.settings import SHIPPED_BRAND, from_environment  # noqa: E402
from tests.browser.demo import Demo, DemoFill  # noqa: E402
from tests.browser.extras import let_more_wait  # noqa: E402
from tests.browser.places import PLACES, tour  # noqa: E402
from tests.fixtures.browser import FLAGS, SCREENS  # noqa: E402
from tests.fixtures.clock import Clock  # noqa: E402
from tests.fixtures.server import Portal, serving  # noqa: E402

WIDTHS = {360: 760, 768: 1024, 1280: 900}
THEMES = ("light", "dark")
LANGUAGES = ("en", "de")  # of the pictures that are taken unless others are asked for
# Pages that are there to be printed, and how wide A4 is between its margins.
SHEETS, PAPER = ("ticket-printed", "certificate"), 643
EXAMPLES = sorted(path.parent for path in SHIPPED_BRAND.glob("examples/*/brand.toml"))


def arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", default=["*"], help="names such as sign-in or 'license-*'; default all")
    parser.add_argument("--width", type=int, action="append", help="in pixels; default 360, 768 and 1280")
    parser.add_argument("--theme", choices=THEMES, action="append", help="default both")
    parser.add_argument("--language", choices=available(), action="append", help="default English and German")
    parser.add_argument("--brand", type=Path, action="append", help="a brand folder; default the one of the house")
    parser.add_argument("--every-brand", action="store_true", help="the one of the house, and all examples")
    parser.add_argument("--sheet", action="store_true", help="write index.html as well, all pictures side by side")
    parser.add_argument("--into", type=Path, default=SCREENS, help="the folder for the pictures")
    return parser.parse_args(given)


def main(given: list[str] | None = None) -> int:
    """Write NAME-WIDTH-THEME-LANGUAGE.png for each page and mail, NAME-paper-LANGUAGE.png for what is printed; exit 2
    if nothing has a wanted name.

    Pictures in another brand than that of the house go into a folder of its name.
    """
    options = arguments(given)
    mails = {f"mail-{name}" for name in samples.names()}
    known = {place.name for place in PLACES} | mails
    names = {name for name in known if any(fnmatch(name, wanted) for wanted in options.pages)}
    if not names:
        print(f"No page is called {' or '.join(options.pages)}.", file=sys.stderr)
        return 2
    brands = [SHIPPED_BRAND, *EXAMPLES] if options.every_brand else options.brand or [SHIPPED_BRAND]
    with sync_playwright() as playwright:
        installed = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        browser = playwright.chromium.launch(executable_path=installed, args=FLAGS)
        for brand, language in product(brands, options.language or LANGUAGES):
            into = options.into if brand.resolve() == SHIPPED_BRAND else options.into / brand.resolve().name
            into.mkdir(parents=True, exist_ok=True)
            looks = list(product(options.width or WIDTHS, options.theme or THEMES))
            if names - mails:
                with running(brand) as demo:
                    visitor = partial(visit, browser, demo.url, language)
                    for name, page in tour(visitor, demo, names.__contains__):
                        for width, theme in looks:
                            shoot(page, into / f"{name}-{width}-{theme}-{language}.png", width, theme)
                        if name in SHEETS:
                            printed(page, into / f"{name}-paper-{language}.png")
            for name, page in letters(browser, brand, language, names.__contains__):
                for width, theme in looks:
                    shoot(page, into / f"{name}-{width}-{theme}-{language}.png", width, theme)
        browser.close()
    if options.sheet:
        print(sheet(options.into))
    return 0


def visit(browser: Browser, url: str, language: str) -> Page:
    return browser.new_context(base_url=url, locale=language, reduced_motion="reduce").new_page()


def letters(browser: Browser, brand: Path, language: str, wants: Callable[[str], bool]) -> Iterator[tuple[str, Page]]:
    """Each mail whose name is wanted, as a mail program shows it."""
    stationery = Stationery(load_brand(brand), "http://127.0.0.1")
    now, page = datetime.now(UTC), visit(browser, stationery.url, language)
    for name in filter(lambda name: wants(f"mail-{name}"), samples.names()):
        letter = samples.write(stationery, name, stationery.language(language), now)
        page.set_content(stationery.on_screen(letter.html))
        yield f"mail-{name}", page
    page.context.close()


def printed(page: Page, file: Path) -> None:
    """What comes out of a printer, between the margins of the paper."""
    page.emulate_media(media="print", color_scheme="light")
    page.set_viewport_size({"width": PAPER, "height": 900})
    page.screenshot(path=file, full_page=True)
    page.emulate_media(media="screen")


def sheet(folder: Path) -> Path:
    """A page with all pictures of a folder and of those in it: what is the same page stands side by side."""
    rows: dict[str, list[Path]] = defaultdict(list)
    for file in sorted(folder.rglob("*.png"), key=lambda file: (file.stem.split("-")[-3:], file.parent)):
        name = file.stem.rsplit("-", 2 if "-paper-" in file.stem else 3)[0]
        rows[name].append(file.relative_to(folder))
    written = ["<!doctype html><meta charset=utf-8><title>Pages</title><style>", _SHEET_STYLE, "</style>"]
    for name, files in sorted(rows.items()):
        written.append(f"<h2>{escape(name)}</h2><ul>")
        for file in map(escape, map(str, files)):
            written.append(f'<li><a href="{file}"><img src="{file}" alt="" loading="lazy"></a>{file}')
        written.append("</ul>")
    index = folder / "index.html"
    index.write_text("\n".join(written), encoding="utf-8")
    return index


_SHEET_STYLE = """
body { font: 13px/1.4 system-ui, sans-serif; background: #888; margin: 16px }
ul { display: flex; gap: 12px; align-items: flex-start; overflow-x: auto; padding: 0; list-style: none }
li { flex: none; max-width: 320px; overflow-wrap: anywhere }
img { display: block; max-width: 320px; max-height: 600px; margin-bottom: 4px }
"""


def shoot(page: Page, file: Path, width: int, theme: str) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    # In a window as high as the page, what keeps to the lower edge of the window covers nothing.
    page.set_viewport_size({"width": width, "height": WIDTHS.get(width, 900)})
    page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
    page.screenshot(path=file)


@contextmanager
def running(brand: Path) -> Iterator[Demo]:
    """A portal with a new demo world in a brand, for as long as the block runs."""
    now = datetime.now(UTC).replace(microsecond=0)
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listener:
        data, url = Path(folder), f"http://127.0.0.1:{listener.getsockname()[1]}"
        environ = {"PORTAL_DATA": str(data), "PORTAL_URL": url, "PORTAL_DEMO": "yes", "PORTAL_WORKER": "no"}
        settings = from_environment({**environ, "PORTAL_BRAND": str(brand)})
        keys = keyring.create(settings.keys)
        DemoFill(settings.keys, now)(settings.database)
        clock = Clock(now)
        with closing(open_database(settings.database)) as database, serving(settings, listener, clock):
            with database.reading() as db:
                found = world.read(db, keys.vault, now)
            demo = Demo(Portal(url, settings, clock), found, database, keys.public_hex, data)
            let_more_wait(demo)
            yield demo


if __name__ == "__main__":
    raise SystemExit(main())
