"""The migrations: they say what the models say, and lead back the way they came."""

import os
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

OURS = [
    a.label for a in apps.get_app_configs() if a.name.split(".")[0] in ("cms", "regulation", "marketplace")
]
SCRATCH = "qinqing_there_and_back"
HANGS = 900  # seconds after which the walk is not slow but stuck: eleven walks through all migrations' states


@pytest.mark.django_db
def test_the_models_and_the_migrations_say_the_same():
    call_command("makemigrations", *OURS, check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_there_is_one_last_migration_in_each_room():
    from django.db.migrations.loader import MigrationLoader

    assert not MigrationLoader(connection).detect_conflicts()


@pytest.fixture
def scratch(django_db_blocker):
    """The address of a database of the owner's, dropped afterwards: a copy of the one the tests began with,
    or an empty one where that came from a dump, whose constraints are written in other words."""
    restored = os.environ["QINQING_TEST_TEMPLATE_RESTORED"]
    copied = "" if restored else f"TEMPLATE {os.environ['QINQING_TEST_TEMPLATE']}"
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {SCRATCH} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {SCRATCH} {copied}")
    parts = urlsplit(os.environ["DATABASE_OWNER_URL"])
    yield urlunsplit(parts._replace(path=f"/{SCRATCH}"))
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {SCRATCH} WITH (FORCE)")


@pytest.mark.timeout(HANGS + 60)
def test_the_last_migrations_lead_back_to_the_schema_they_came_from(scratch):
    """In a process of its own: steps through other schemas would leave this one's models behind."""
    walk = subprocess.run(
        [sys.executable, "-m", "tests.architecture.there_and_back"],
        env=os.environ | {"DATABASE_OWNER_URL": scratch, "QINQING_DATABASE_ROLE": "owner"},
        capture_output=True,
        text=True,
        timeout=HANGS,
    )
    assert walk.returncode == 0, walk.stdout + walk.stderr[-4000:]
    assert int(walk.stdout) == 5
