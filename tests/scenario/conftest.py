# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the scenarios: a server on a fresh directory, mail servers, a browser.

REKEY_BIN names the program under test, REKEY_RELEASE_BIN one without sanitizers, and
REKEY_TEST_POSTGRES the url of a PostgreSQL server where databases may be made: then every scenario
runs on both engines, but for those that are about one of them (pytest.mark.sqlite, pytest.mark.postgresql). Everything listens on
127.0.0.1 and on ports of its own, so that several of these can run side by side."""

import os
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True

import contract
import databases
import mail_server as post_office
import proofs
import pytest
import server
import sink as sinks
from playwright.sync_api import sync_playwright


def pytest_configure(config):
    if not config.option.collectonly and not os.environ.get("REKEY_BIN"):
        raise pytest.UsageError("REKEY_BIN has to name the built program")


def pytest_collection_modifyitems(config, items):
    """Leaves out on one engine what is about the other."""
    def left_out(item):
        on = getattr(item, "callspec", None) and item.callspec.params.get("engine")
        return on and any(item.get_closest_marker(other) for other in {"sqlite", "postgresql"} - {on})

    kept = [item for item in items if not left_out(item)]
    config.hook.pytest_deselected(items=[item for item in items if left_out(item)])
    items[:] = kept


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """What a failed test was to prove is not asked for as well."""
    report = yield
    if report.when == "call":
        item.went_well = report.passed
    return report


@pytest.fixture(params=["sqlite", "postgresql"] if os.environ.get("REKEY_TEST_POSTGRES") else ["sqlite"])
def engine(request):
    """What servers of this test keep their accounts in."""
    return request.param


@pytest.fixture
def directory():
    path = tempfile.mkdtemp(prefix="rekey-scenario-")
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def patterns():
    """What databases are copied from, and goes with the session."""
    yield
    databases.forget_patterns()


@pytest.fixture
def make_rekey(directory, request, engine):
    """Makes servers that are not started yet: make_rekey({"mail.url": ...}, program=...). A module's
    SETTINGS are those of all its servers. Their databases have tables, but for pytest.mark.no_tables."""
    made, common = [], getattr(request.module, "SETTINGS", {})

    def make(settings=None, **options):
        place = os.path.join(directory, str(len(made)))
        os.mkdir(place)
        options = {"engine": engine, **options}
        if not options.get("storage") and "database.url" not in (settings or {}) and not request.node.get_closest_marker("no_tables"):
            options["storage"] = databases.make_with_tables(options["engine"], place, server.binary())
        made.append(contract.Rekey(place, {**common, **(settings or {})}, **options))
        return made[-1]

    yield make
    try:
        for rekey in made:
            rekey.stop()
    finally:
        for rekey in made:
            rekey.kill()
            rekey.storage.remove()
    for rekey in made:
        rekey.check_sanitizers()
    if getattr(request.node, "went_well", False):
        for mark in request.node.iter_markers("proves"):
            proofs.check(made, *mark.args)


@pytest.fixture
def rekey(make_rekey):
    return make_rekey().start()


@pytest.fixture
def sink():
    made = sinks.Sink()
    yield made
    made.close()


@pytest.fixture
def certificates(tmp_path):
    post_office.make_certificates(tmp_path)
    return tmp_path


@pytest.fixture
def tls_sink(certificates):
    made = sinks.Sink(post_office.server_context(certificates))
    yield made
    made.close()


@pytest.fixture(scope="session")
def mail_server():
    made = post_office.MailServer()
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture
def browser(rekey):
    """Chromium, which finds the server of the test behind the name in its public URL."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("REKEY_CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", f"--host-resolver-rules=MAP rekey.example:80 127.0.0.1:{rekey.port}, MAP * ~NOTFOUND"])
        yield chromium
        chromium.close()
