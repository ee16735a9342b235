"""A brand folder to spoil."""

import shutil
from pathlib import Path

import pytest

from portal.settings import SHIPPED_BRAND


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the house brand."""
    return Path(shutil.copytree(SHIPPED_BRAND, tmp_path / "brand", ignore=shutil.ignore_patterns("examples")))
