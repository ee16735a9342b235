"""Pictures of every page: `make screens` takes them at three widths, in both themes, both languages, and any brand."""

from __future__ import annotations

import argparse
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from fnmatch import fnmatch
from functools import partial
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from portal.db import open_database  # noqa: E402
from portal.demo import world  # noqa: E402
from portal.files import keyring  # noqa: E402
from portal.settings import SHIPPED_BRAND, from_environment  # noqa: E402
from tests.browser.demo import Demo, DemoFill  # noqa: E402
from tests.browser.extras import let_more_wait  # noqa: E402
from tests.browser.places import PLACES, tour  # noqa: E402
from tests.fixtures.browser import FLAGS, SCREENS  # noqa: E402
from tests.fixtures.clock import Clock  # noqa: E402
from tests.fixtures.server import Portal, serving  # noqa: E402

WIDTHS = {360: 760, 768: 1024, 1280: 900}
THEMES = ("light", "dark")
LANGUAGES = ("en", "de")
EXAMPLES = sorted(path.parent for path in SHIPPED_BRAND.glob("examples/*/brand.toml"))


def arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", default=["*"], help="names such as sign-in or 'license-*'; default all")
    parser.add_argument("--width", type=int, action="append", help="in pixels; default 360, 768 and 1280")
    parser.add_argument("--theme", choices=THEMES, action="append", help="default both")
    parser.add_argument("--language", choices=LANGUAGES, action="append", help="default both")
    parser.add_argument("--brand", type=Path, action="append", help="a brand folder; default the one of the house")
    parser.add_argument("--every-brand", action="store_true", help="the one of the house, and all examples")
    parser.add_argument("--into", type=Path, default=SCREENS, help="the folder for the pictures")
    return parser.parse_args(given)


def main(given: list[str] | None = None) -> int:
    """Write NAME-WIDTH-THEME-LANGUAGE.png for each page; exit 2 if no page has a wanted name.

    Pictures in another brand than that of the house go into a folder of its name.
    """
    options = arguments(given)
    names = {place.name for place in PLACES if any(fnmatch(place.name, wanted) for wanted in options.pages)}
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
            with running(brand) as demo:
                visitor = partial(visit, browser, demo.url, language)
                for name, page in tour(visitor, demo, names.__contains__):
                    for width, theme in product(options.width or WIDTHS, options.theme or THEMES):
                        shoot(page, into / f"{name}-{width}-{theme}-{language}.png", width, theme)
        browser.close()
    return 0


def visit(browser: Browser, url: str, language: str) -> Page:
    return browser.new_context(base_url=url, locale=language, reduced_motion="reduce").new_page()


def shoot(page: Page, file: Path, width: int, theme: str) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": WIDTHS.get(width, 900)})
    page.screenshot(path=file, full_page=True)


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
