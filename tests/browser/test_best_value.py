"""In Chromium from sealed bids to a result by price and quality: three score alone, two people decide."""

import pytest

from marketplace.tenders.models import Award, Evaluator
from marketplace.tenders.tasks import open_due
from regulation.parties.models import Role
from tests.browser.axe import violations
from tests.browser.hands import enter, goto, press, seal_bid
from tests.factories import tenders, world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PARAMETERS = {"criteria": "方案 | 40\n人员 | 30", "outlier": "30"}
PANEL = (  # points of each evaluator: (方案, 人员) of the first firm, and of the second
    (("35.50", "24"), ("30", "20")),
    (("36", "24"), ("30", "20")),
    (("34", "24"), ("2", "20")),  # far off the others for the second firm
)


def choosing(tender) -> str:
    return f"/tenders/{tender.ref}/choosing/"


def put_on_the_panel(page, tender, user) -> None:
    goto(page, choosing(tender))
    enter(page, email=user.email)
    press(page, "Put on the panel")


def fill_scores(page, tender, firms, points) -> None:
    """As an evaluator finds the page: from the choice of the tender."""
    goto(page, choosing(tender))
    page.locator("main").get_by_role("link", name="Score the bids").click()
    page.wait_for_url("**/score/")
    for firm, of in zip(firms, points, strict=True):
        for criterion, given in zip(("方案", "人员"), of, strict=True):
            page.get_by_label(f"{firm.entity} · {criterion}").fill(given)


def test_three_score_alone_and_the_most_points_win(acting_page, page_of, new_page):
    tender = world.tender(method="best_value", method_parameters=PARAMETERS)
    agents = [tenders.agent(tender) for _n in range(2)]
    firms = dict(zip(agents, (acting_page(agents[0], 390), acting_page(agents[1])), strict=True))
    visitor = new_page()
    for (agent, page), price in zip(firms.items(), ("1000", "800"), strict=True):
        seal_bid(page, tender, price)
        goto(visitor, tender.get_absolute_url())
        assert agent.entity.name not in visitor.content()
    goto(visitor, choosing(tender))
    assert "The bids are sealed" in visitor.inner_text("main")
    world.close(tender)
    assert open_due() == 1

    owner, colleague = (acting_page(world.member(Role.OWNER, tender.owner)) for _n in range(2))
    put_on_the_panel(owner, tender, agents[0].user)
    assert f"tied to a bidder, {agents[0].entity.name}" in owner.inner_text(".messages")
    panel = [world.user() for _n in range(4)]
    for user in panel:
        put_on_the_panel(owner, tender, user)
    press(owner, "Evaluate and propose the award")
    assert "0 of 4" in owner.inner_text(".messages")
    pages = [page_of(user, width) for user, width in zip(panel, (390, 1440, 390, 390), strict=True)]
    away = pages.pop()
    goto(away, f"/tenders/{tender.ref}/score/")
    away.get_by_text("Step back: I am tied to a bidder").click()
    enter(away, reason="曾为投标人提供咨询")
    press(away, "Step back")
    assert away.goto(f"/en/tenders/{tender.ref}/score/").status == 403

    fill_scores(pages[0], tender, agents, (("40.01", "24"), ("30", "20")))
    press(pages[0], "Keep for now")
    assert pages[0].locator(".error-summary").count() == 1
    for n, (page, points) in enumerate(zip(pages, PANEL, strict=True)):
        fill_scores(page, tender, agents, points)
        if n == 0:
            assert violations(page) == []
        press(page, "Hand in for good")
        for other in (*pages[n + 1 :], owner):  # nobody sees what was given before all have handed in
            goto(other, choosing(tender))
            if other is not owner:
                other.get_by_role("link", name="Score the bids").click()
            assert PANEL[0][0][0] not in other.content()
    text = owner.inner_text("main aside")
    assert text.count("handed in") == 4  # three of them, and that it is all
    assert "曾为投标人提供咨询" in text

    press(owner, "Evaluate and propose the award")
    assert "far off" in owner.inner_text(".messages")
    enter(owner, reason="该评委认为方案缺少附图，已书面说明")
    press(owner, "Evaluate and propose the award")
    assert violations(owner) == []
    assert owner.get_by_role("button", name="Approve and publish the award").count() == 0
    goto(visitor, choosing(tender))
    assert "No award yet" in visitor.inner_text("main")
    goto(colleague, choosing(tender))
    press(colleague, "Approve and publish the award")

    goto(visitor, choosing(tender))
    first, second = visitor.locator("#order tbody tr").all()
    assert [cell.inner_text() for cell in first.locator("td").all()][:4] == [
        "1",
        agents[0].entity.name,
        "¥1,000.00",
        "83.17",
    ]
    assert "price 24.00 · 方案 35.17 · 人员 24.00" in first.inner_text()
    assert "70.67" in second.inner_text()
    assert "1 evaluator is far off" in second.inner_text()
    assert "该评委认为方案缺少附图" in visitor.inner_text("#award")
    assert violations(visitor) == []
    goto(visitor, tender.get_absolute_url())
    assert "¥1,000.00" in visitor.inner_text("#award")

    loser = firms[agents[1]]
    loser.set_viewport_size({"width": 390, "height": 900})
    goto(loser, choosing(tender))
    own = loser.inner_text("#result")
    assert "2 of 2" in own
    assert "−¥200.00" in own
    assert violations(loser) == []
    goto(firms[agents[0]], choosing(tender))
    assert "Your bid won." in firms[agents[0]].inner_text("#result")
    assert Award.objects.get().bid.tenderer == agents[0].entity
    assert Evaluator.objects.filter(recused_at__isnull=True).count() == 3
