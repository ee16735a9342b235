"""The same fixtures as for the tests of screens."""

from tests.routes.conftest import htmx

__all__ = ["htmx"]
