"""The measurements run, in their smallest form, and say something about every work."""

import json
import subprocess
import sys
from pathlib import Path

from tests.house.tree import ROOT

WORKS = {"license page", "password sign-in", "online activation", "validation", "check-out of a machine file"}


def test_everything_is_measured(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "--smallest", "--skip-sizes", "--results", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    (kept,) = tmp_path.glob("*-sqlite.json")
    found = json.loads(kept.read_text(encoding="utf-8"))
    measured = {one["name"]: one for one in found["results"]}
    assert WORKS < set(measured)
    assert all(one["portal"]["requests"] > 0 and one["portal"]["p50"] > 0 for one in measured.values())
    assert all(measured[name]["floor"]["requests"] > 0 for name in ("password sign-in", "online activation"))
    assert sum(found["weights"].values()) < 60_000, "a page with all it loads weighs too much"
