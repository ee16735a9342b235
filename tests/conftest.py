"""What every test may ask for, and the rule that a run of no tests is an error."""

import pytest
from hypothesis import settings

pytest_plugins = [
    "tests.fixtures.clock",
    "tests.fixtures.databases",
    "tests.fixtures.server",
    "tests.fixtures.browser",
    "tests.fixtures.client",
    "tests.fixtures.mail",
    "tests.fixtures.oidc",
]

# A busy machine must not fail a property for being slow; each test has a time limit of its own.
settings.register_profile("portal", deadline=None)
settings.load_profile("portal")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A run in which every test was skipped proves nothing, so it counts as a run without tests."""
    report = session.config.pluginmanager.get_plugin("terminalreporter")
    if report is None:  # one of several processes: the one that reports adds up what they ran
        return
    executed = any(map(report.stats.get, ("passed", "failed", "error", "xfailed", "xpassed")))
    if exitstatus == pytest.ExitCode.OK and not executed and not session.config.option.collectonly:
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
