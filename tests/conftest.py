"""Fixtures shared by every room's tests."""

import os

import pytest
from django.db import connection

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def as_site_role(db):
    """The rest of the test speaks to the database as the site's own role, which owns nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE qinqing_site")
    yield
    connection.rollback() if connection.needs_rollback else None
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
