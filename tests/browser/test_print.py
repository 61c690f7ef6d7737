"""Pages on paper, by print emulation: what is hidden is, folds are open, and the lasting address is there."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from regulation.registry.models import Ruling
from tests.factories import world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HIDDEN = (".site-nav", ".site-search", ".site-foot", ".breadcrumbs", "main [data-print]", ".as-of")


def pages():
    ruling = Ruling.objects.on_record().filter(approval__isnull=False).order_by("pk").first()
    notice = world.tender()
    with override("en"):
        return {
            "need": f"{reverse('registry:need_check')}?approval={ruling.approval.ref}&skip=1",
            "approval": ruling.approval.get_absolute_url(),
            "ruling": ruling.get_absolute_url(),
            "notice": reverse("tenders:notice", args=[notice.ref, "procurement"]),
        }


def shown(page, selector):
    return [one.is_visible() for one in page.locator(selector).all()]


def test_pages_on_paper(demo, new_page, chromium, live_server):
    addresses = pages()
    page = new_page()
    for name, address in addresses.items():
        _look(page, name, address)
    _printed_address_of_a_plan(page, addresses["need"])
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    _without_javascript(context.new_page(), addresses["ruling"])
    context.close()


def _look(page, name, address):
    """On the screen a button; on paper the address with its code, no menus, and nothing folded away."""
    assert page.goto(address).ok, name
    assert page.locator("[data-print]").is_visible(), name
    assert not page.locator(".print-only").is_visible(), name
    page.emulate_media(media="print")
    for selector in HIDDEN:
        assert not any(shown(page, selector)), (name, selector)
    paper = page.locator(".print-only")
    assert paper.is_visible(), name
    assert "http" in paper.inner_text(), name
    paper.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.print-only img').naturalWidth > 0")
    folds = "all => all.map((one) => one.open)"
    before = page.eval_on_selector_all("main details", folds)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert all(page.eval_on_selector_all("main details", folds)), name
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.eval_on_selector_all("main details", folds) == before, name
    page.emulate_media(media="screen")


def _printed_address_of_a_plan(page, address):
    """What stands on paper leads back to the plan as it was printed."""
    page.goto(address)
    verdicts = page.locator(".verdict-row .seal").all_inner_texts()
    page.goto(page.locator(".print-only .break").text_content())
    assert verdicts
    assert page.locator(".verdict-row .seal").all_inner_texts() == verdicts
    assert "said=" in page.url


def _without_javascript(page, address):
    """No button that does nothing; folds are open on paper by the style sheet alone."""
    page.goto(address)
    assert not page.locator("[data-print]").is_visible()
    page.emulate_media(media="print")
    assert page.locator(".print-only").is_visible()
    assert page.locator("main details dl").first.is_visible()
