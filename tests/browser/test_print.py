"""Pages on paper, by print emulation: what is hidden is, folds are open, and the lasting address is there."""

import pytest
from django.urls import reverse

from marketplace.tenders.models import Tender
from regulation.registry.models import Approval, Ruling

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HIDDEN = (".site-nav", ".site-search", ".site-foot", ".breadcrumbs", "main [data-print]", ".as-of")


def pages():
    ruling = Ruling.objects.on_record().filter(approval__isnull=False).order_by("pk").first()
    notice = Tender.objects.filter(published_at__isnull=False).order_by("pk").first()
    return {
        "need": f"/en/need/?approval={ruling.approval.ref}&skip=1",
        "approval": f"/en{Approval.objects.get(pk=ruling.approval_id).get_absolute_url()}",
        "ruling": f"/en{ruling.get_absolute_url()}",
        "notice": f"/en{reverse('tenders:notice', args=[notice.ref, 'procurement'])}",
    }


def shown(page, selector):
    return [one.is_visible() for one in page.locator(selector).all()]


def test_what_is_printed(demo, new_page):
    page = new_page()
    for name, address in pages().items():
        assert page.goto(address).ok, name
        assert page.locator("[data-print]").is_visible(), name
        assert not page.locator(".print-only").is_visible(), name
        page.emulate_media(media="print")
        for selector in HIDDEN:
            assert not any(shown(page, selector)), (name, selector)
        paper = page.locator(".print-only")
        assert paper.is_visible(), name
        assert "http" in paper.inner_text(), name
        page.wait_for_function("document.querySelector('.print-only img').naturalWidth > 0")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert all(page.eval_on_selector_all("main details", "all => all.map((one) => one.open)")), name
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        page.emulate_media(media="screen")
    assert not page.locator(".print-only").is_visible()


def test_the_printed_address_of_a_plan_leads_back_to_it(demo, new_page):
    page = new_page()
    page.goto(pages()["need"])
    verdicts = page.locator(".verdict-row .seal").all_inner_texts()
    page.emulate_media(media="print")
    page.goto(page.locator(".print-only .break").inner_text())
    assert page.locator(".verdict-row .seal").all_inner_texts() == verdicts
    assert "said=" in page.url


def test_without_javascript_there_is_no_button_that_does_nothing(demo, chromium, live_server):
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(pages()["ruling"])
    assert not page.locator("[data-print]").is_visible()
    page.emulate_media(media="print")
    assert page.locator(".print-only").is_visible()
    assert page.locator("main details dl").first.is_visible()  # open on paper by the style sheet alone
    context.close()
