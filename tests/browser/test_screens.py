"""The command behind `make screens` takes the pictures that it is asked for."""

import struct
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser

SCREENS = Path(__file__).resolve().parents[2] / "tools" / "screens.py"


def run(*given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(SCREENS), *given], capture_output=True, text=True, timeout=100)


def test_a_sample_is_taken_at_every_width_and_in_both_themes(chromium: Browser, tmp_path: Path) -> None:
    ended = run("sign-in", "mail-moved", "--sheet", "--language", "de", "--into", str(tmp_path))
    assert ended.returncode == 0, ended.stderr
    widths = {}
    for file in tmp_path.glob("*.png"):
        (widths[file.stem],) = struct.unpack(">I", file.read_bytes()[16:20])  # where a PNG says how wide it is
    assert widths == {
        f"{name}-{width}-{theme}-de": width
        for name in ("sign-in", "mail-moved") for width in (360, 768, 1280) for theme in ("light", "dark")
    }  # fmt: skip
    for name in ("sign-in", "mail-moved"):
        light, dark = (tmp_path / f"{name}-360-{theme}-de.png" for theme in ("light", "dark"))
        assert light.read_bytes() != dark.read_bytes()
    index = (tmp_path / "index.html").read_text()
    assert index.count("<h2>") == 2 and all(f'src="{name}.png"' in index for name in widths)


def test_a_page_that_does_not_exist_is_said(tmp_path: Path) -> None:
    ended = run("no-such-page", "--into", str(tmp_path))
    assert (ended.returncode, ended.stderr) == (2, "No page is called no-such-page.\n")
    assert not list(tmp_path.iterdir())
