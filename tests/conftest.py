"""Fixtures shared by every room's tests."""

import contextlib
import os
import threading
from collections.abc import Callable
from typing import Any

import hypothesis
import pgtrigger
import psycopg
import pytest
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test import Client
from xdist.scheduler import LoadScopeScheduling

from regulation.ledger.roles import append_only_tables

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
# Hypothesis has limits of time of its own, an absolute one for each example: a busy machine is no fault.
hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")


# What takes minutes begins first, or a whole run would wait for it at the end with one of its processes idle.
LONG = (
    "tests/config/test_demo.py",
    "tests/browser/test_accessible.py",
    "tests/architecture/test_migrations.py",
    "tests/browser/",
    "tests/marketplace/opendata/test_cpsv.py",
    "tests/concurrency/",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long ones first. What asks Stripe itself is left out unless it is asked for by its mark: a green
    run hides no skip."""
    items.sort(key=lambda item: next((n for n, long in enumerate(LONG) if item.nodeid.startswith(long)), 99))
    if "stripe_live" in (config.getoption("markexpr") or ""):
        return
    live = [item for item in items if item.get_closest_marker("stripe_live")]
    if live:
        config.hook.pytest_deselected(items=live)
        items[:] = [item for item in items if item not in live]


class Scheduling(LoadScopeScheduling):
    """A module to a process; of the one whose tests take minutes each, a test."""

    def _split_scope(self, nodeid: str) -> str:
        alone = nodeid.startswith("tests/browser/test_accessible.py")
        return nodeid if alone else str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return Scheduling(config, log)


def replant() -> None:
    """What Wagtail's first migrations put there and an emptied database lacks."""
    from wagtail.models import Collection, Locale, Page

    Locale.objects.get_or_create(language_code="zh-hans")
    if Page.get_first_root_node() is None:
        Page.add_root(title="Root", slug="root")
    if Collection.get_first_root_node() is None:
        Collection.add_root(name="Root")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """Databases for tests begin as copies of the one that `./run test` has migrated (tests/template.py)."""
    if name := os.environ.get("QINQING_TEST_TEMPLATE"):
        connection.settings_dict["TEST"]["TEMPLATE"] = name


# What migrating leaves there and no test changes: content types, permissions, the default site.
LEFT = {"django_migrations", "django_content_type", "auth_permission", "django_site"}
MANY = 20_000  # rows; so many dead ones would slow the tests that follow


def empty_the_tables() -> None:
    """Delete every row, in those tables that hold one: truncating all three hundred takes seconds, each time.

    The owner's triggers and foreign keys are asleep meanwhile."""
    names = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - LEFT
    quoted = {name: connection.ops.quote_name(name) for name in sorted(names)}
    gone = {}
    with pgtrigger.ignore(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(" UNION ALL ".join(f"(SELECT '{n}' FROM {q} LIMIT 1)" for n, q in quoted.items()))
        for (name,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {quoted[name]}")
            gone[name] = cursor.rowcount
    with connection.cursor() as cursor:
        for name, rows in gone.items():
            if rows > MANY:
                cursor.execute(f"VACUUM {quoted[name]}")


@pytest.fixture(autouse=True, scope="session")
def clean_up_as_the_owner():
    """Only the owner of the database can empty protected tables, as transactional tests must at their end."""
    emptying = flush.Command.handle

    def handle(self: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
            (may,) = cursor.fetchone()
        if may:
            empty_the_tables()
        else:
            with pgtrigger.ignore():
                emptying(self, **options)
        replant()

    flush.Command.handle = handle
    yield
    flush.Command.handle = emptying


@pytest.fixture(autouse=True, scope="session")
def pages_as_the_site():
    """What the client asks for is answered as in the running site, by a role that owns no table."""
    answer = Client.request

    def request(self: Any, **asked: Any) -> Any:
        try:
            connection.ensure_connection()
        except RuntimeError:  # a test without a database
            return answer(self, **asked)
        link = connection.connection
        (before,) = link.execute("SELECT quote_ident(current_user)").fetchone()
        link.execute("SET ROLE qinqing_site")
        try:
            return answer(self, **asked)
        finally:
            with contextlib.suppress(psycopg.errors.InFailedSqlTransaction):
                link.execute(f"SET ROLE {before}")

    Client.request = request
    yield
    Client.request = answer


@pytest.fixture(autouse=True, scope="session")
def no_lock_the_site_cannot_take():
    """A row that nobody may update is a row the site's role may not lock."""
    lock, kept = QuerySet.select_for_update, set(append_only_tables())

    def select_for_update(self: Any, *words: Any, **named: Any) -> Any:
        assert self.model._meta.db_table not in kept, f"{self.model.__name__}: the site's role cannot lock it"
        return lock(self, *words, **named)

    QuerySet.select_for_update = select_for_update
    yield
    QuerySet.select_for_update = lock


@pytest.fixture(autouse=True)
def ledger_key(settings, tmp_path):
    """Each test has its own key of the ledger."""
    settings.LEDGER_KEY_FILE = str(tmp_path / "ledger-key")


@pytest.fixture(autouse=True)
def nothing_kept():
    """Each test begins with an empty cache, and knows no rule packs of another's."""
    from regulation.decoupling.queries import kept_packs

    cache.clear()
    kept_packs.clear()


@pytest.fixture(autouse=True)
def english():
    """Messages are compared in the language of the source."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture
def as_site_role(db):
    """The rest of the test speaks to the database as the site's own role, which owns nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE qinqing_site")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


@pytest.fixture
def elsewhere():
    """Runs a callable in another thread with its own connection and a lock timeout; raises what it raised."""

    def run(function: Callable[..., Any], *args: Any, lock_timeout: str = "300ms", **kwargs: Any) -> Any:
        outcome: dict[str, Any] = {}

        def work() -> None:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT set_config('lock_timeout', %s, false)", [lock_timeout])
                outcome["value"] = function(*args, **kwargs)
            except BaseException as failure:
                outcome["failure"] = failure
            finally:
                connection.close()

        thread = threading.Thread(target=work)
        thread.start()
        thread.join(30)
        if "failure" in outcome:
            raise outcome["failure"]
        return outcome.get("value")

    return run


@pytest.fixture
def sign_in(client):
    """Signs a membership's user in and returns the client."""

    def signed(membership: Any) -> Any:
        client.force_login(membership.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed


@pytest.fixture
def assert_flat():
    """A list takes the same queries for one row and for twenty, and at most `limit`."""
    from django.test.utils import CaptureQueriesContext

    def check(client: Any, address: str, add: Callable[[], Any], *, limit: int = 6) -> None:
        add()
        client.get(address)
        counts = []
        for more in (0, 19):
            for _ in range(more):
                add()
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            counts.append(len(captured))
        assert counts[0] == counts[1] <= limit, [q["sql"] for q in captured.captured_queries]

    return check
