"""The house: a database of its own, which may be killed."""

import os

import pytest

from config.embedded.postgres import OWNER
from regulation.ledger import logkey
from tests.template import address

from .house import House


@pytest.fixture(scope="package")
def opened(tmp_path_factory, django_db_blocker):
    """The migrated database of the tests on a server of its own."""
    folder = tmp_path_factory.mktemp("house")
    house, dump = House(folder, django_db_blocker.unblock), folder / "migrated"
    house.tool("pg_dump", "-Fc", "-f", str(dump), address(os.environ["QINQING_TEST_TEMPLATE"]))
    with house.open(dump) as opened:
        yield opened


def make_key() -> None:
    logkey.create()


@pytest.fixture
def house(opened) -> House:
    """A copy of the migrated database, with a key of the log."""
    house = opened.begin()
    house.run(make_key, role=OWNER)
    return house
