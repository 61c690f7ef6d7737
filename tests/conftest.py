"""Fixtures shared by every room's tests."""

import os
import threading
from collections.abc import Callable
from typing import Any

import pgtrigger
import pytest
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import connection

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


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


@pytest.fixture(autouse=True, scope="session")
def clean_up_as_the_owner():
    """Only the owner of the database can empty protected tables, as transactional tests must at their end."""
    emptying = flush.Command.handle

    def handle(self: Any, **options: Any) -> None:
        with pgtrigger.ignore():
            emptying(self, **options)
        replant()

    flush.Command.handle = handle
    yield
    flush.Command.handle = emptying


@pytest.fixture(autouse=True)
def ledger_key(settings, tmp_path):
    """Each test has its own key of the ledger."""
    settings.LEDGER_KEY_FILE = str(tmp_path / "ledger-key")


@pytest.fixture(autouse=True)
def nothing_kept():
    """Each test begins with an empty cache."""
    cache.clear()


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
