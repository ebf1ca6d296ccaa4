"""What holds for every test: the database, strict templates, no silent skips in CI."""

import contextlib
import fcntl
import itertools
import os
import shutil
import sys
from pathlib import Path

import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reform_portal.settings")
os.environ.setdefault("SECRET_KEY", "tests only, never on a server: " + "0123456789" * 3)
os.environ.setdefault("ALLOWED_HOSTS", "localhost,127.0.0.1")
# A test database that is lost in a power cut is no loss; libpq passes this to any server.
os.environ.setdefault("PGOPTIONS", "-c synchronous_commit=off")

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
STORED_PAGES = "freshness.pages.PublishedPages"
IN_CI = os.environ.get("CI") == "true"


def pytest_configure(config):
    from django.conf import settings

    # Signing in is in many tests and PBKDF2 is slow on purpose.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Static files straight from their folders, without a collectstatic before the tests.
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    settings.WHITENOISE_AUTOREFRESH = True
    settings.WHITENOISE_USE_FINDERS = True
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UnknownVariable()
    # Tests of pages are about making them; what stores them is put back by `stored_pages`.
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != STORED_PAGES]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, which CI does not allow: {report.longrepr}"
    return report


class UnknownVariable(str):
    """Fails the test in which one of our templates prints a variable nobody gave it.

    Django asks for the truth of ``string_if_invalid`` exactly when a variable is unknown. Admin's
    own templates rely on unknown variables being empty, and stay as they are.
    """

    def __bool__(self):
        from django.template.base import FilterExpression, Node

        frame = sys._getframe(1)
        if frame.f_code is not FilterExpression.resolve.__code__:
            return False
        variable = frame.f_locals["self"].var
        while frame := frame.f_back:
            node = frame.f_locals.get("self")
            if isinstance(node, Node) and hasattr(node, "origin"):
                if Path(node.origin.name).is_relative_to(TEMPLATES):
                    pytest.fail(f"{node.origin.name}:{node.token.lineno}: unknown “{variable}”")
                return False
        return False


@pytest.fixture(autouse=True)
def _starts_in_vietnamese():
    """Forget the language of the last request: an address made next would carry it."""
    from django.conf import settings
    from django.utils import translation

    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(scope="session")
def django_db_modify_db_settings():
    """Keep a server up while tests need one, with a database of this process's own on it."""
    from django.conf import settings
    from django.db import connection

    from reform_portal import embedded_postgres

    with embedded_postgres.running(), free_number(settings.VAR_DIR) as number:
        connection.settings_dict["TEST"]["NAME"] = f"test_reform_portal_{number}"
        yield


@contextlib.contextmanager
def free_number(folder):
    """Hold the first number no other process holds, so that test runs at once do not meet.

    A killed run leaves its database behind and its number free: the next one makes it anew.
    """
    folder.mkdir(exist_ok=True)
    for number in itertools.count(1):
        with (folder / f"test-{number}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield number
            return


@pytest.fixture(scope="session", autouse=True)
def unordered_queries_come_in_random_order():
    """Let no test pass because PostgreSQL happens to return rows in the order they were written."""
    from django.db.models.expressions import OrderBy
    from django.db.models.functions import Random
    from django.db.models.sql.compiler import SQLCompiler

    order_by_pairs = SQLCompiler._order_by_pairs

    def with_random_order(self):
        pairs = list(order_by_pairs(self))
        query = self.query
        # These forms take no order that is not among their columns.
        bound = query.distinct or query.group_by is not None or query.combinator
        yield from pairs if pairs or bound else [(OrderBy(Random()), False)]

    SQLCompiler._order_by_pairs = with_random_order
    yield
    SQLCompiler._order_by_pairs = order_by_pairs


@pytest.fixture(scope="session")
def launch_browser(django_db_setup, launch_browser):
    """Launch once the test database stands; close what was opened beside the browser.

    While the browser's loop runs Django keeps connections apart from those before: set up under it,
    the test database would be unknown to the tests, which would go to the portal's own. Once the
    loop ends, Django no longer finds those connections.
    """
    from django.db import connections

    yield launch_browser
    connections.close_all()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Start the system's Chromium, quiet and without calls home."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("browser tests need Chromium: apt-get install chromium")
    # Playwright's event loop stays in this thread to the end of the run, and Django takes that for
    # asynchronous code. It is not: everything here waits for its turn.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    return {
        **browser_type_launch_args,
        "executable_path": chromium,
        "args": [
            "--no-sandbox",  # Chromium's sandbox refuses to run as root, as CI does
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }


@pytest.fixture
def public_sql(db):
    """Fail the page whose SQL reads working scores: public pages show sealed editions alone."""
    from django.core.signals import request_finished, request_started
    from django.db import connection

    working = ("scorecards_scorecard", "scorecards_score", "scorecards_applicability")
    serving = set()

    def begin(**kwargs):
        serving.add("a request")

    def end(**kwargs):
        serving.clear()

    def watch(execute, sql, params, many, context):
        if serving and any(f'"{table}"' in sql for table in working):
            pytest.fail(f"a public page reads working scores: {sql}")
        return execute(sql, params, many, context)

    request_started.connect(begin)
    request_finished.connect(end)
    with connection.execute_wrapper(watch):
        yield
    request_started.disconnect(begin)
    request_finished.disconnect(end)


@pytest.fixture
def stored_pages(settings):
    """Serve public pages as in production: from the store, with 304 to whoever has them."""
    from django.core.cache import caches

    place = settings.MIDDLEWARE.index("csp.middleware.CSPMiddleware")
    settings.MIDDLEWARE = settings.MIDDLEWARE.copy()
    settings.MIDDLEWARE.insert(place, STORED_PAGES)
    yield
    caches["pages"].clear()
