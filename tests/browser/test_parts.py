"""In Chromium: a large file goes on where it was after a broken connection, and after a new page."""

import hashlib

import pytest
from playwright.sync_api import expect

from marketplace.contracts.models import DeliverableFile, PartialUpload
from tests.browser.axe import violations
from tests.factories import contracts

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORK = b"%PDF-1.7 " + bytes(range(256)) * 36  # 9,225 bytes: five parts
FILE = {"name": "大型报告.pdf", "mimeType": "application/pdf", "buffer": WORK}


class Line:
    """The connection: while broken, parts from a number on do not come through; `sent` did."""

    def __init__(self, page) -> None:
        self.broken_from: int | None = None
        self.sent: list[int] = []
        page.route("**/contracts/uploads/*/*/", self.carry)

    def carry(self, route) -> None:
        number = int(route.request.url.rstrip("/").rpartition("/")[2])
        if self.broken_from is not None and number >= self.broken_from:
            route.abort("connectionreset")
        else:
            self.sent.append(number)
            route.continue_()


@pytest.fixture
def milestone(settings):
    settings.UPLOAD_PART = 2000
    return contracts.started(contracts.first(contracts.signed()))


def opened(page, milestone) -> None:
    page.goto(
        f"/en{milestone.contract.get_absolute_url().removeprefix('/en')}milestones/{milestone.position}/"
    )


def press(page) -> None:
    page.set_input_files("[name=uploads]", FILE)
    page.get_by_role("button", name="Hand the work in").click()


def handed_in() -> DeliverableFile:
    (file,) = DeliverableFile.objects.all()
    assert (file.size, file.digest) == (len(WORK), hashlib.sha256(WORK).hexdigest())
    assert not PartialUpload.objects.exists()
    return file


def test_a_broken_connection_costs_only_what_did_not_come_through(milestone, acting_page):
    page = acting_page(contracts.binder(milestone.contract, "seller"))
    line = Line(page)
    opened(page, milestone)
    line.broken_from = 2
    press(page)
    expect(page.get_by_role("status")).to_contain_text("The connection is broken", timeout=20_000)
    assert violations(page) == []
    assert line.sent == [0, 1]
    assert not DeliverableFile.objects.exists()
    line.broken_from = None
    with page.expect_navigation():
        page.get_by_role("button", name="Go on").click()
    assert "Handed in, to be examined" in page.inner_text(".page-head")
    assert line.sent == [0, 1, 2, 3, 4]
    assert handed_in().name == "大型报告.pdf"


def test_a_new_page_goes_on_with_the_same_file(milestone, acting_page):
    page = acting_page(contracts.binder(milestone.contract, "seller"), 390)
    line = Line(page)
    opened(page, milestone)
    line.broken_from = 3
    press(page)
    expect(page.get_by_role("button", name="Go on")).to_be_visible(timeout=20_000)
    page.reload()
    assert "大型报告.pdf" in page.inner_text("main")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    line.broken_from = None
    with page.expect_navigation():
        press(page)
    assert line.sent == [0, 1, 2, 3, 4]
    handed_in()


def test_without_javascript_it_is_one_plain_upload(milestone, acting_page):
    page = acting_page(contracts.binder(milestone.contract, "seller"), java_script_enabled=False)
    line = Line(page)
    opened(page, milestone)
    with page.expect_navigation():
        press(page)
    assert line.sent == []
    handed_in()
