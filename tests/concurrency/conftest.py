"""A running portal on each database."""

from collections.abc import Iterator

import pytest

from tests.api.running import Running, running_on
from tests.fixtures.server import Serve


@pytest.fixture(params=["sqlite", "postgresql"])
def running(request: pytest.FixtureRequest, serve: Serve) -> Iterator[Running]:
    copies = request.getfixturevalue("postgresql_copies") if request.param == "postgresql" else None
    with running_on(request.param, serve, copies) as running:
        yield running
