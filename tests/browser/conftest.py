"""Chromium for the browser tests, and the demo's world in the live server's database."""

import json
import shutil

import pytest
from django.core.management import call_command
from playwright.sync_api import sync_playwright

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

    def make(width: int = 1440):
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 900}, bypass_csp=True
        )
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def demo(transactional_db, tmp_path, settings):
    """Real seed data, the site's pages and the demo's accounts; returns passwords by e-mail."""
    passwords = tmp_path / "accounts.json"
    call_command("load_seed", verbosity=0)
    call_command("load_site", verbosity=0)
    call_command("demo_world", passwords=str(passwords), trustees=str(tmp_path / "trustees"))
    call_command("demo_practice")
    return {row["email"]: row["password"] for row in json.loads(passwords.read_text())}
