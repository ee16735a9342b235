"""What holds on every page in every brand: for assistive technology, on narrow screens, zoomed, and on the wire."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from portal.settings import SHIPPED_BRAND
from tests.browser.checks import CLIPPED, FRAME, ORDER, SMALL, SPACED, Wire
from tests.browser.conftest import Dressed
from tests.browser.extras import let_more_wait
from tests.browser.places import tour
from tests.fixtures.browser import COLORS, OpenPage, barriers

EXAMPLES = SHIPPED_BRAND / "examples"
MOST_BYTES = 60_000  # of a page with all that it loads, compressed


# One page at a time, and hundreds of them: slower machines get the time it takes.
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("brand", "language", "widths"),
    [
        (SHIPPED_BRAND, "de", (1024, 768, 640, 320, 360)),
        (EXAMPLES / "kolibri", "en", (320,)),
        (EXAMPLES / "nordwerk", "de", (320,)),
    ],
    ids=["house", "kolibri", "nordwerk"],
)
def test_every_page_is_for_everyone(
    dressed: Dressed, open_page: OpenPage, brand: Path, language: str, widths: tuple[int, ...]
) -> None:
    """Axe finds nothing in either theme, nothing is cut off, and a page is light; who leaves for another host fails.

    Half of 1280 is what is left at 200 % zoom. The widest tour also looks for what a thumb needs, and for room for
    letters that a reader has set wider.
    """
    demo = dressed(brand)
    let_more_wait(demo)
    wires: dict[Page, Wire] = {}

    def visitor() -> Page:
        # The page's own policy forbids what axe needs to get in.
        page = open_page(demo.url, locale=language, color_scheme="light", bypass_csp=True)
        wires[page] = Wire(page)
        return page

    found: dict[str, list[str]] = {}
    for name, page in tour(visitor, demo):
        page.wait_for_load_state()
        found[f"{name} on the wire"] = [f"{wires[page].bytes} bytes"] if wires[page].bytes > MOST_BYTES else []
        found[f"{name} in light"] = barriers(page)
        page.emulate_media(color_scheme="dark")
        found[f"{name} in dark"] = barriers(page, COLORS)
        found[f"{name} as a frame"] = page.evaluate(FRAME, language) + page.evaluate(ORDER)
        page.emulate_media(color_scheme="light")
        for width in widths:
            page.set_viewport_size({"width": width, "height": 700})
            found[f"{name} at {width}"] = page.evaluate(CLIPPED)
        if brand == SHIPPED_BRAND:
            found[f"{name} under a thumb"] = page.evaluate(SMALL) + page.evaluate(ORDER)
            page.add_style_tag(content=SPACED)
            found[f"{name} spaced"] = page.evaluate(CLIPPED)
        page.set_viewport_size({"width": 1280, "height": 900})
    wrong = [f"{where}: {one}" for where, some in found.items() for one in some]
    assert not wrong, "\n".join(wrong)
