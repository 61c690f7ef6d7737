"""The need check in Chromium: answers while one types, and without JavaScript by its buttons."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HAZARDOUS = "/en/need/?activity=tangshan-hazardous-chemicals"


def test_the_need_check_with_and_without_javascript(demo, new_page, chromium, live_server):
    page = new_page(390)
    page.goto("/need/")
    page.locator("#need-q").press_sequentially("sgxk", delay=20)
    page.locator("#need-found .card a", has_text="施工许可").first.wait_for()
    assert page.url.endswith("/need/")  # the answer came to the page, the page did not go to the answer

    page.goto("/")  # the first thing on the site
    page.locator("#need-q").press_sequentially("sgxk", delay=20)
    page.locator("#need-found .card a", has_text="施工许可").first.click()
    assert "/need/?approval=" in page.url

    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    plain = context.new_page()
    plain.goto("/en/need/")
    plain.fill("#need-q", "shigongxuke")
    plain.click("main form[role=search] button")
    assert plain.locator("#need-found .card").count() > 0

    plain.goto(HAZARDOUS)
    asked = 0
    while plain.locator("fieldset.question").count():
        plain.locator("fieldset.question input[type=radio]").last.check()  # I do not know
        plain.click("main form .actions button")
        asked += 1
        assert asked < 20
    assert asked >= 1
    assert plain.locator(".verdict-row").count() > 3
    assert "Approvals in order" in plain.inner_text("main")
    share = plain.locator("a.break").get_attribute("href")
    assert "on=" in share
    assert "zone=unsure" in share
    context.close()
