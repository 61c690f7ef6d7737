import pytest
from django.apps import apps
from django.core.management import call_command

OURS = [
    a.label for a in apps.get_app_configs() if a.name.split(".")[0] in ("cms", "regulation", "marketplace")
]


@pytest.mark.django_db
def test_the_models_and_the_migrations_say_the_same():
    call_command("makemigrations", *OURS, check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_there_is_one_last_migration_in_each_room():
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    assert not MigrationLoader(connection).detect_conflicts()
