"""Chromium for the browser tests, and the demo's world in the live server's database."""

import json
import shutil

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from playwright.sync_api import sync_playwright
from psycopg import sql

from tests.template import address

ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
def chromium():
    """One browser for the session."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "Chromium is not installed; ./run test installs it or says so"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium, live_server):
    """Opens a page in a context of its own (signed in as nobody); closed after the test."""
    contexts = []

    def make(width: int = 1440, **options):
        size = {"width": width, "height": 900}
        context = chromium.new_context(base_url=live_server.url, viewport=size, bypass_csp=True, **options)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory, django_db_setup):
    """Where what the demo keeps outside the database lies, for as long as its copies are used."""
    yield tmp_path_factory.mktemp("demo")
    drop_database(kept_database())


@pytest.fixture
def demo(transactional_db, demo_folder, tmp_path, settings):
    """Real seed data, the site's pages and the demo's accounts; returns passwords by e-mail.

    Loaded once a session; later tests begin with a copy of that database, and of the trustees' stores."""
    settings.LEDGER_KEY_FILE = str(demo_folder / "ledger-key")
    passwords, whole = demo_folder / "accounts.json", demo_folder / "whole"
    if whole.exists():
        copy_database(kept_database(), connection.settings_dict["NAME"])
    else:
        call_command("load_seed", verbosity=0)
        call_command("load_site", verbosity=0)
        call_command("demo_world", passwords=str(passwords), trustees=str(demo_folder / "trustees"))
        call_command("demo_practice")
        copy_database(connection.settings_dict["NAME"], kept_database())
        whole.touch()
    shutil.copytree(demo_folder / "trustees", tmp_path / "trustees")
    return {row["email"]: row["password"] for row in json.loads(passwords.read_text())}


def kept_database() -> str:
    return f"{connection.settings_dict['NAME']}_demo"


def drop_database(name: str) -> None:
    with psycopg.connect(address("postgres"), autocommit=True) as link:
        link.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def copy_database(source: str, target: str) -> None:
    """Whoever is connected to either loses that, and connects anew."""
    connections.close_all()
    drop_database(target)
    with psycopg.connect(address("postgres"), autocommit=True) as link:
        link.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [source])
        names = [sql.Identifier(target), sql.Identifier(source)]
        link.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))


@pytest.fixture
def page_of(new_page, live_server):
    """A page of somebody who has signed in."""

    def make(user, width=1440, **options):
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        page = new_page(width, **options)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )
        return page

    return make


@pytest.fixture
def acting_page(page_of):
    """A page of whoever acts by a membership."""
    return lambda member, width=1440, **options: page_of(member.user, width, **options)
