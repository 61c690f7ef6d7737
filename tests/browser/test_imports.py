"""An editor's table in Chromium: wrong rows are told by row and column, good ones confirmed and written."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from regulation.parties.models import Role
from regulation.registry.exchange.operations import run_import
from regulation.registry.models import Approval, Import
from tests.browser.axe import violations
from tests.factories.registry import ApprovalFactory, acting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HEAD = "ref,name,region,department,committed_days,source"


@pytest.fixture
def editor(new_page, live_server):
    """A page of somebody who acts as an editor."""
    client = Client()
    acting(client, Role.EDITOR)
    page = new_page()
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    return page


def uploaded(page, *rows):
    """Upload a table of approvals, let the worker's job run, and look at what came of it."""
    page.goto("/en/imports/new/")
    page.select_option("select[name=kind]", "approvals")
    content = "\n".join([HEAD, *rows]).encode()
    page.set_input_files("input[name=file]", {"name": "t.csv", "mimeType": "text/csv", "buffer": content})
    page.click("main form .actions button, main form button.button")
    page.wait_for_url("**/imports/*/")
    return worked(page)


def worked(page):
    job = Import.objects.latest("pk")
    run_import(pk=job.pk, at=timezone.now())
    page.goto(f"/en/imports/{job.pk}/")
    return page.inner_text("main")


def test_from_wrong_rows_to_rows_that_are_written(editor):
    there = ApprovalFactory(ref="there")
    place = f"{there.region_id},{there.department.name}"
    told = uploaded(editor, f"new-1,新许可,{place},twenty,来源", f"a b,另一许可,{place},5,来源")
    assert "Nothing can be written yet" in told
    assert "twenty" in told
    assert "a-b" in told  # what was probably meant
    assert violations(editor) == []
    assert editor.locator("form[action$='/confirm/']").count() == 0

    told = uploaded(editor, f"new-1,新许可,{place},20,来源", f"new-2,另一许可,{place},5,来源")
    assert "No fault was found" in told
    assert not Approval.objects.filter(ref__startswith="new-").exists()
    assert violations(editor) == []
    editor.click("form[action$='/confirm/'] button")
    assert "The import is written" in worked(editor)
    assert set(Approval.objects.values_list("ref", flat=True)) == {"there", "new-1", "new-2"}

    editor.set_viewport_size({"width": 390, "height": 844})
    assert editor.evaluate("document.documentElement.scrollWidth") <= 390
    assert "The file changes nothing" in uploaded(editor, f"new-1,新许可,{place},20,来源")
