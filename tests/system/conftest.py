# SPDX-License-Identifier: BSD-2-Clause
import pytest

import machine
import verdict


@pytest.fixture
def boot(tmp_path):
    """boot(modules, hv="exit=idle", …) starts a Machine; all end with the test."""
    started = []

    def start(modules=(), **options):
        folder = tmp_path / str(len(started))
        folder.mkdir()
        started.append(machine.Machine(folder, modules, **options))
        return started[-1]

    yield start
    for booted in started:
        booted.__exit__()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A guest's own skip is pytest's; a test that gave no verdict is an error, not a failure."""
    outcome = yield
    report = outcome.get_result()
    if call.excinfo is None or call.when != "call":
        return
    if call.excinfo.errisinstance(verdict.Skipped):
        report.outcome = "skipped"
        report.longrepr = (str(item.path), 0, f"Skipped: {call.excinfo.value}")
    elif call.excinfo.errisinstance((verdict.Failure, verdict.Broken)):
        report.longrepr = f"{call.excinfo.typename}: {call.excinfo.value}"


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_sessionfinish(session):
    """The last line: the sums, of the host's tests and the system's."""
    yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not reporter or session.config.option.collectonly:
        return

    def count(*keys):
        return sum(len(reporter.stats.get(key, [])) for key in keys)

    skipped = count("skipped")
    reporter.write_line(f"{count('passed')} passed, {count('failed', 'error')} failed"
                        + (f", {skipped} skipped" if skipped else ""))
