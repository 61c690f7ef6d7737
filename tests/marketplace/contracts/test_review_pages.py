"""The pages of reviews, as both sides, the department, the centre, regulators and the public meet them."""

import re

import pytest
from django.urls import reverse

from marketplace.contracts.indicators import By, indicators_for
from marketplace.contracts.models import Plea, Review
from marketplace.contracts.seed import ensure_review_rules
from regulation.parties.models import Role
from tests.factories import contracts, reviews, world

pytestmark = pytest.mark.django_db


def page(client, address: str) -> str:
    return client.get("/en" + address.removeprefix("/en")).content.decode()


def login(client, user) -> None:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


def form(by: By, value: int = 4, **more: str) -> dict[str, str]:
    return {one.code: str(value) for one in indicators_for(by)} | {"words": "话"} | more


def test_every_side_comes_from_its_desk_to_a_sealed_review_and_reads_all_at_the_end(client, sign_in):
    contract = reviews.opened()
    ref = contract.ref
    address = reverse("contracts:review_new", args=[ref])
    for by in (By.DEPARTMENT, By.CENTRE, By.BUYER, By.SELLER):
        client.logout()
        assert "Write your review" not in page(client, contract.get_absolute_url())
        if by is By.CENTRE:
            login(client, world.user(is_staff=True))
        else:
            sign_in(reviews.member(contract, by))
        assert address in page(client, "/desk/")
        assert "Write your review" in page(client, contract.get_absolute_url())
        assert 'type="radio"' in page(client, address)
        answer = client.post(address, form(by, words=f"暗号{by}"))
        assert answer.status_code == 302, answer.content.decode()
        assert address not in page(client, "/desk/")
        shown = page(client, reverse("contracts:reviews", args=[ref]))
        assert ("暗号" in shown) is (by is By.SELLER)
    contracts.commit()
    client.logout()
    shown = page(client, reverse("contracts:reviews", args=[ref]))
    assert all(f"暗号{by}" in shown for by in By)
    assert shown.count("unchanged since it was sealed") == 4
    assert contract.seller.name in page(client, reverse("contracts:review_list"))


@pytest.mark.parametrize(
    "given",
    [{}, {"sound": "6"}, {"sound": "x\0"}, form(By.BUYER) | {"fair": "", "lawful": ""}],
    ids=["empty", "six", "nonsense", "part"],
)
def test_a_review_that_leaves_out_a_line_says_which(client, sign_in, given):
    contract = reviews.opened()
    sign_in(reviews.member(contract, By.BUYER))
    answer = client.post(
        f"/en{reverse('contracts:review_new', args=[contract.ref])}".replace("/en/en", "/en"), given
    )
    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert not Review.objects.exists()


def test_the_centre_may_leave_lines_out_but_not_all(client):
    contract = reviews.opened()
    login(client, world.user(is_staff=True))
    address = reverse("contracts:review_new", args=[contract.ref])
    assert client.post(address, {"words": "无"}).status_code == 422
    assert client.post(address, {"sound": "3"}).status_code == 302
    assert Review.objects.get().side == "centre"


def test_a_review_too_many_or_too_late_is_refused_in_words(client, sign_in):
    contract = reviews.opened()
    sign_in(reviews.member(contract, By.BUYER))
    address = "/en" + reverse("contracts:review_new", args=[contract.ref]).removeprefix("/en")
    client.post(address, form(By.BUYER))
    twice = client.post(address, form(By.BUYER))
    assert (twice.status_code, "A review is given once" in twice.content.decode()) == (422, True)
    reviews.round_over(contract)
    sign_in(reviews.member(contract, By.SELLER))
    late = client.post(address, form(By.SELLER))
    assert (late.status_code, "The time to review" in late.content.decode()) == (422, True)


def test_reply_objection_repair_and_a_raised_review_from_page_to_page(client, sign_in):
    contract = reviews.disclosed(buyer=2)
    of_buyer = contract.reviews.get(side="buyer")
    address = reverse("contracts:reviews", args=[contract.ref])
    sign_in(reviews.member(contract, By.SELLER))
    shown = page(client, address)
    assert "Object to this review" in shown
    client.post(reverse("contracts:review_reply", args=[of_buyer.ref]), {"text": ""})
    assert not hasattr(Review.objects.get(pk=of_buyer.pk), "reply")
    client.post(reverse("contracts:review_reply", args=[of_buyer.ref]), {"text": "我方答复"})
    client.post(reverse("contracts:review_mend", args=[contract.ref]), {"text": "补齐三张图"})
    objected = reverse("contracts:review_object", args=[of_buyer.ref])
    assert client.post(objected, {"text": ""}).status_code == 422
    client.post(objected, {"text": "与事实不符"})
    contracts.commit()
    plea = Plea.objects.get()
    sign_in(reviews.member(contract, By.BUYER))
    shown = page(client, address)
    assert "我方答复" in shown
    assert "补齐三张图" in shown
    raised = reverse("contracts:review_raise", args=[contract.ref])
    assert raised in page(client, "/desk/")
    assert plea.ref in page(client, "/desk/")
    assert client.post(raised, form(By.BUYER, 2)).status_code == 422
    assert client.post(raised, form(By.BUYER, 4)).status_code == 302
    contracts.commit()
    assert "raised after a repair" in page(client, address)
    client.post(reverse("contracts:plea_reply", args=[plea.ref]), {"text": "买方答复"})
    first, second = (world.user(is_staff=True) for _n in range(2))
    client.logout()
    assert client.get(plea.get_absolute_url()).status_code == 404
    login(client, first)
    assert plea.ref in page(client, "/desk/")
    client.post(reverse("contracts:plea_propose", args=[plea.ref]), {"outcome": "upheld", "reason": "属实"})
    client.post(reverse("contracts:plea_decide", args=[plea.ref]))
    plea.refresh_from_db()
    assert plea.decided_at is None
    login(client, second)
    assert "Decide as proposed" in page(client, plea.get_absolute_url())
    client.post(reverse("contracts:plea_return", args=[plea.ref]), {"text": "补充证据"})
    login(client, first)
    client.post(reverse("contracts:plea_propose", args=[plea.ref]), {"outcome": "upheld", "reason": "属实"})
    login(client, second)
    client.post(reverse("contracts:plea_decide", args=[plea.ref]))
    client.logout()
    assert "属实" in page(client, plea.get_absolute_url())
    assert "set aside: does not count" in page(client, address)


def test_a_complaint_is_put_by_the_department_and_waits_for_the_centre(client, sign_in):
    ensure_review_rules()
    contract = reviews.signed()
    sign_in(reviews.member(contract, By.DEPARTMENT))
    assert "Complain about quality" in page(client, contract.get_absolute_url())
    address = reverse("contracts:complain", args=[contract.ref])
    assert client.post(address, {"text": "\0 "}).status_code == 422
    client.post(address, {"text": "结论有误"})
    plea = Plea.objects.get()
    assert (plea.side, plea.kind) == ("department", "complaint")
    sign_in(reviews.member(contract, By.SELLER))
    assert plea.ref in page(client, "/desk/")
    client.post(reverse("contracts:plea_reply", args=[plea.ref]), {"text": "我方说明"})
    plea.refresh_from_db()
    assert plea.reply == "我方说明"


def test_the_method_page_shows_the_worked_example(client):
    assert "No rule on reviews is in force" in page(client, "/credit/")
    ensure_review_rules()
    shown = page(client, "/credit/")
    assert "4.23" in shown
    assert "5 : 3 : 2" in shown
    assert shown.count("<tr>") > 20


def test_a_regulator_reads_every_plea_and_decides_none(client, sign_in):
    contract = reviews.disclosed(buyer=1)
    plea = reviews.replied(reviews.objection(contract.reviews.get(side="buyer")))
    sign_in(world.member(Role.REGULATOR))
    assert plea.ref in page(client, reverse("contracts:plea_list"))
    assert "Propose a decision" not in page(client, plea.get_absolute_url())
    told = {"outcome": "upheld", "reason": "x"}
    assert client.post(reverse("contracts:plea_propose", args=[plea.ref]), told).status_code == 403


def test_the_lists_are_flat(client, sign_in, assert_flat):
    held = reviews.disclosed()
    service = held.service

    def another() -> None:
        reviews.disclosed(reviews.completed(reviews.signed(seller=held.seller, service=service)))

    assert_flat(client, reverse("contracts:review_list"), another, limit=8)


def test_the_list_of_pleas_is_flat(client, assert_flat):
    login(client, world.user(is_staff=True))
    assert_flat(
        client,
        reverse("contracts:plea_list"),
        lambda: reviews.complaint(reviews.signed()),
        limit=8,
    )


def test_filters_take_anything(client):
    for query in ("q=%00", "side=x", "service=x", "q=" + "x" * 200, "page=x"):
        assert client.get(f"{reverse('contracts:review_list')}?{query}").status_code == 200
        assert client.get(f"{reverse('directory:sanction_list')}?{query}").status_code == 200


def test_the_record_of_a_contract_tells_of_reviews_without_what_they_say(client, sign_in):
    contract = reviews.opened()
    reviews.review(contract, By.BUYER, 2, words="暗号")
    sign_in(reviews.member(contract, By.SELLER))
    shown = page(client, reverse("ledger:record", args=["contract", contract.ref]))
    assert "A review was handed in, sealed." in shown
    assert "暗号" not in shown
    assert re.search(r"[0-9a-f]{64}", shown)
