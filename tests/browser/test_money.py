"""In Chromium from an award to paid and rated, and to returned, disputed and split; by bank and by Stripe."""

import json
import urllib.request

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.utils import timezone

from marketplace.contracts import operations
from marketplace.contracts.models import Contract, Dispute, Milestone, Review
from marketplace.contracts.queries import charge_of
from marketplace.payments.models import Order, PayoutAccount, ProviderEvent
from marketplace.payments.models.account import Provider
from marketplace.payments.queries import balances_of
from regulation.ledger.tasks import redeliver
from regulation.parties.models import Membership
from tests.browser.axe import violations
from tests.browser.hands import enter, goto, press
from tests.factories import contracts, reviews, world
from tests.factories.stripe_stand_in import StandIn, signed, wired

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FEN = 900_00
REPORT = {"name": "报告.pdf", "mimeType": "application/pdf", "buffer": contracts.PDF}


def there(thing) -> str:
    """The English page of a thing."""
    return "/en" + thing.get_absolute_url().removeprefix("/en")


class Bank:
    """Money moved by people: its sender records it, its receiver saw it arrive, a second person confirms."""

    def __init__(self, page_of, buyer, seller) -> None:
        self.buyer, self.seller = buyer, seller
        self.staff = [page_of(world.user(is_staff=True)) for _n in range(2)]

    def account(self, entity) -> None:
        """Where the seller is paid, as it names it on its page."""
        self.seller.goto("/en/payments/account/")
        enter(self.seller, holder="户名", bank="开户行", number="6222000011112222")
        press(self.seller, "Name the account")

    def pay_in(self, milestone: Milestone) -> None:
        address = there(charge_of(milestone))
        self.buyer.goto(address)
        press(self.buyer, "Begin the payment")
        self._moved("Payment into custody", address, self.buyer, *self.staff)

    def pay_out(self, milestone: Milestone) -> None:
        address = there(charge_of(milestone))
        self._moved("Payment to the intermediary", address, self.staff[0], self.seller, self.staff[1])

    def pay_back(self, milestone: Milestone) -> None:
        address = there(charge_of(milestone))
        self._moved("Refund to the payer", address, self.staff[0], self.buyer, self.staff[1])

    @staticmethod
    def _moved(what: str, address: str, records, receives, confirms) -> None:
        def order(page):
            page.goto(address)
            return page.locator("article").filter(has=page.get_by_role("heading", name=what))

        form = order(records).locator("form[action$='/transfer/']")
        form.locator("[name=number]").fill(f"N{next(world.count)}")
        form.locator("[name=paid_on]").fill("2026-01-05")
        with records.expect_navigation():
            form.locator("button").click()
        for page, button in ((receives, "It has arrived"), (confirms, "Confirm as second person")):
            place = order(page).get_by_role("button", name=button)
            with page.expect_navigation():
                place.click()
        redeliver()


class Stripe:
    """Money moved by Stripe: its page cannot be visited, so its event is posted as Stripe posts it."""

    def __init__(self, stripes: StandIn, site: str, buyer) -> None:
        self.stripes, self.site, self.buyer = stripes, site, buyer

    def account(self, entity) -> None:
        external = self.stripes.provider.open_account(email="a@example.org", key="k")
        PayoutAccount.objects.create(
            entity=entity, provider=Provider.STRIPE, external=external, ready_at=timezone.now()
        )

    def pay_in(self, milestone: Milestone) -> None:
        self.buyer.goto(there(charge_of(milestone)))
        press(self.buyer, "Begin the payment")
        redeliver()
        self.buyer.reload()
        assert (
            self.buyer.get_by_role("link", name="Go on to pay").get_attribute("href").startswith("https://")
        )
        order = Order.objects.get(kind="fund", charge=charge_of(milestone))
        body, signature = signed(self.stripes.pay(order.external))
        told = urllib.request.Request(
            f"{self.site}/payments/stripe/webhook/",
            data=body.encode(),
            headers={"Content-Type": "application/json", "Stripe-Signature": signature},
        )
        with urllib.request.urlopen(told) as answer:
            assert answer.status == 200
        assert ProviderEvent.objects.get(external=json.loads(body)["id"]).state == "applied"
        redeliver()

    def pay_out(self, milestone: Milestone) -> None:
        redeliver()

    pay_back = pay_out


@pytest.fixture
def way(request, page_of, live_server, settings, monkeypatch):
    """Makes the way of payment a test is run for."""

    def make(name: str, buyer, seller):
        if name == "bank":
            return Bank(page_of, buyer, seller)
        return Stripe(wired(settings, monkeypatch), live_server.url, buyer)

    return make


def drawn_up() -> Contract:
    """A final award's draft, with one milestone."""
    reviews.rules()
    made = contracts.drawn_up()
    operations.set_milestones(contract=made, parts=[contracts.part()], by=world.user(), at=timezone.now())
    return made


def with_factor(member: Membership) -> str:
    """Somebody with a second factor; gives a code that proves it once."""
    TOTP.activate(member.user, generate_totp_secret())
    return RecoveryCodes.activate(member.user).get_unused_codes()[0]


def sign(page, contract: Contract, code: str) -> None:
    """Read and sign, proved anew by the second factor."""
    goto(page, contract.get_absolute_url())
    page.get_by_role("link", name="Read and sign").click()
    page.wait_for_url("**/accounts/2fa/reauthenticate/**")
    page.fill("input[name=code]", code)
    page.locator("form:has(input[name=code]) button").last.click()
    page.wait_for_url("**/sign/")
    assert "by your second factor" in page.inner_text("main")
    press(page, "Sign this text")


def work_page(contract: Contract) -> str:
    return f"{contract.get_absolute_url()}milestones/1/"


def hand_in(page, contract: Contract, content: bytes = contracts.PDF) -> None:
    goto(page, work_page(contract))
    page.set_input_files("[name=uploads]", REPORT | {"buffer": content})
    press(page, "Hand the work in")
    assert "Handed in, to be examined" in page.inner_text(".page-head")


def rate(page, contract: Contract, mark: str, words: str) -> None:
    goto(page, contract.get_absolute_url())
    page.get_by_role("link", name="Write your review").click()
    page.wait_for_url("**/reviews/new/")
    for line in page.locator(f"main .rating input[value='{mark}']").all():
        line.check()
    enter(page, words=words)
    press(page, "Hand it in, sealed")


def balances(milestone: Milestone) -> dict[str, int]:
    charge = charge_of(milestone)
    return {str(k): v for k, v in balances_of([charge.pk])[charge.pk].items() if v}


@pytest.mark.parametrize("name", ["bank", "stripe"])
def test_from_the_award_to_paid_and_rated(name, acting_page, page_of, new_page, way):
    contract = drawn_up()
    people = {side: contracts.binder(contract, side) for side in contract.sides}
    buyer, seller = (acting_page(people[side]) for side in ("buyer", "seller"))
    money = way(name, buyer, seller)
    money.account(contract.seller)
    goto(buyer, "/desk/")
    buyer.locator("main").get_by_role("link", name=contract.award.tender.title).first.click()
    press(buyer, "Lay it before all sides")
    for page, side in ((seller, "seller"), (buyer, "buyer")):
        sign(page, contract, with_factor(people[side]))
    assert "In force" in buyer.inner_text(".page-head")
    milestone = contracts.first(contract)
    assert charge_of(milestone).provider == name

    money.pay_in(milestone)
    assert balances(milestone) == {"owner": -FEN, "held": FEN}
    goto(seller, work_page(contract))
    press(seller, "Begin the work")
    hand_in(seller, contract)
    assert violations(seller) == []
    goto(buyer, work_page(contract))
    press(buyer, "Accept the work")
    redeliver()
    assert balances(milestone).get("intermediary", 0) == (0 if name == "bank" else FEN)
    money.pay_out(milestone)
    assert balances(milestone) == {"owner": -FEN, "intermediary": FEN}
    redeliver()

    rate(seller, contract, "5", "配合及时")
    goto(buyer, f"{contract.get_absolute_url()}reviews/")
    assert "配合及时" not in buyer.content()  # sealed until both are in
    rate(buyer, contract, "4", "报告清楚")
    redeliver()
    assert Review.objects.filter(contract=contract).count() == 2
    visitor = new_page()
    goto(visitor, f"{contract.get_absolute_url()}reviews/")
    text = visitor.inner_text("main")
    assert "配合及时" in text
    assert "报告清楚" in text
    goto(visitor, contract.get_absolute_url())
    assert "Completed" in visitor.inner_text(".page-head")
    assert "¥900.00" in visitor.inner_text("main")


@pytest.mark.parametrize(("name", "width"), [("bank", 390), ("stripe", 1440)], ids=["bank-phone", "stripe"])
def test_from_returned_work_to_a_split_the_mediator_proposed(name, width, acting_page, way):
    contract = contracts.offered(drawn_up())
    people = {side: contracts.binder(contract, side) for side in contract.sides}
    buyer, seller = (acting_page(people[side], width) for side in ("buyer", "seller"))
    money = way(name, buyer, seller)
    money.account(contract.seller)
    for side in contract.sides:
        contracts.sign(contract, side, who=people[side])
    milestone = contracts.first(contract)
    contracts.started(milestone)
    money.pay_in(milestone)
    hand_in(seller, contract)
    goto(buyer, work_page(contract))
    enter(buyer, why_0="缺少附图")
    press(buyer, "Return it once, with these reasons")
    goto(seller, work_page(contract))
    assert "缺少附图" in seller.inner_text("main")
    hand_in(seller, contract, contracts.PDF + b" 2")
    goto(buyer, work_page(contract))
    assert buyer.get_by_role("button", name="Return it once").count() == 0
    buyer.get_by_role("link", name="Dispute this milestone").click()
    buyer.wait_for_url("**/dispute/")
    enter(buyer, claim="附图仍然缺少，请求退还三分之一")
    buyer.set_input_files("[name=uploads]", REPORT | {"name": "对照.pdf"})
    buyer.locator("main form").last.locator("button").last.click()
    buyer.wait_for_url("**/disputes/*/")
    assert violations(buyer) == []

    dispute = Dispute.objects.get()
    listed = contracts.mediator()
    contracts.past_cure(dispute)
    goto(seller, dispute.get_absolute_url())
    press(seller, "Ask for a decision")
    redeliver()
    mediator = acting_page(listed.membership, width)
    goto(mediator, "/desk/")
    mediator.locator("main").get_by_role("link", name=milestone.name).first.click()
    press(mediator, "Accept")
    mediator.get_by_text("Propose a split to all sides").click()
    suggestion = mediator.locator("form[action$='/suggest/']")
    suggestion.locator("[name=released]").fill("600")
    suggestion.locator("[name=note]").fill("附图补交后仍有瑕疵")
    with mediator.expect_navigation():
        suggestion.locator("button").click()
    for page in (buyer, seller):
        goto(page, dispute.get_absolute_url())
        assert "¥600.00" in page.inner_text("main")
        press(page, "Agree to this split")
    dispute.refresh_from_db()
    assert dispute.outcome == "agreed"
    redeliver()
    money.pay_out(milestone)
    money.pay_back(milestone)
    assert balances(milestone) == {"owner": -FEN, "intermediary": 600_00, "refund": 300_00}
    redeliver()
    contract.refresh_from_db()
    assert contract.completed_at is not None
    goto(buyer, dispute.get_absolute_url())
    text = buyer.inner_text("main")
    assert "¥600.00" in text
    assert "¥300.00" in text
    assert violations(buyer) == []
