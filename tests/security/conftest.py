"""The same fixtures as for the tests of screens."""

from tests.routes.conftest import htmx  # noqa: F401

__all__ = ["htmx"]
