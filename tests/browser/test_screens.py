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
    ended = run("sign-in", "--language", "de", "--into", str(tmp_path))
    assert ended.returncode == 0, ended.stderr
    widths = {}
    for file in tmp_path.glob("*.png"):
        (widths[file.stem],) = struct.unpack(">I", file.read_bytes()[16:20])  # where a PNG says how wide it is
    assert widths == {f"sign-in-{width}-{theme}-de": width for width in (360, 768, 1280) for theme in ("light", "dark")}
    assert (tmp_path / "sign-in-360-light-de.png").read_bytes() != (tmp_path / "sign-in-360-dark-de.png").read_bytes()


def test_a_page_that_does_not_exist_is_said(tmp_path: Path) -> None:
    ended = run("no-such-page", "--into", str(tmp_path))
    assert (ended.returncode, ended.stderr) == (2, "No page is called no-such-page.\n")
    assert not list(tmp_path.iterdir())
