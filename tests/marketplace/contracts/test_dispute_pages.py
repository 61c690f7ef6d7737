"""Disputes, mediators and early ends as the sides, a mediator, regulators and the public meet them."""

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplace.contracts.life import State
from marketplace.contracts.models import Dispute, Ending, Mediator
from marketplace.contracts.queries import milestones_of
from regulation.parties.models import Declaration, Role
from tests.factories import contracts, world
from tests.marketplace.contracts.test_pages import page, prove

pytestmark = pytest.mark.django_db


def post(client, name: str, *args: object, **told: object):
    answer = client.post(reverse(f"contracts:{name}", args=args), told, follow=True)
    contracts.commit()
    return answer.content.decode()


def test_a_dispute_goes_from_its_milestone_to_an_agreed_split_in_public(sign_in, client):
    made = contracts.signed()
    milestone = contracts.handed_in(contracts.first(made))
    buyer, seller = contracts.binder(made, "buyer"), contracts.binder(made, "seller")
    sign_in(buyer)
    assert "Dispute this milestone" in page(client, reverse("contracts:milestone", args=[made.ref, 1]))
    wrong = client.post(reverse("contracts:dispute_new", args=[made.ref, 1]), {"claim": ""})
    assert wrong.status_code == 422
    told = {"claim": "缺两处照片", "uploads": [contracts.upload()]}
    assert "Nothing is accepted or paid" in post(client, "dispute_new", made.ref, 1, **told)
    dispute = Dispute.objects.get()
    assert "Mend it, or agree" in page(client, "/en/desk/")
    shown = post(client, "dispute_propose", dispute.ref, released="99999999", note="")
    assert "At most the amount of the milestone" in shown
    post(client, "dispute_propose", dispute.ref, released="10.00", note="扣减")
    sign_in(seller)
    assert "Agree to this split" in page(client, dispute.get_absolute_url())
    assert "not the newest" in post(client, "dispute_agree", dispute.ref, number="9")
    post(client, "dispute_agree", dispute.ref, number="1")
    dispute.refresh_from_db()
    assert dispute.outcome == "agreed"
    client.logout()
    public = page(client, reverse("contracts:dispute_list")) + page(client, made.get_absolute_url())
    assert "the sides agreed" in public
    assert "10.00" in public
    assert "缺两处照片" not in public + page(client, reverse("ledger:record", args=["contract", made.ref]))
    assert milestone.pk == dispute.milestone_id


def test_a_mediator_reads_all_of_its_dispute_and_decides_it(sign_in, client):
    dispute = contracts.disputed(
        contracts.handed_in(contracts.first(contracts.signed())), files=[contracts.upload()]
    )
    listed, other = contracts.mediator(), contracts.mediator()
    seat = contracts.deciding(dispute)
    sits, waits = (listed, other) if seat.mediator == listed.listed else (other, listed)
    sign_in(waits.membership)
    assert client.get(dispute.get_absolute_url()).status_code == 404
    sign_in(sits.membership)
    assert dispute.ref in page(client, reverse("contracts:mediator_desk"))
    assert "Decide the dispute" in page(client, "/en/desk/")
    for address in (
        dispute.get_absolute_url(),
        reverse("contracts:dispute_file", args=[dispute.files.get().ref]),
        reverse("contracts:file", args=[dispute.milestone.submissions.get().files.get().ref]),
        reverse("contracts:version", args=[dispute.milestone.contract.ref, 1]),
    ):
        assert client.get(address).status_code == 200
    both = post(client, "dispute_decide", dispute.ref, released="1", dismissed="on", reasons="查明")
    assert "one of the two" in both
    post(client, "dispute_decide", dispute.ref, released="1.00", reasons="查明")
    dispute.refresh_from_db()
    assert dispute.outcome == "decided"
    assert "查明" in page(client, dispute.get_absolute_url())


def test_a_side_asks_objects_once_and_reads_that_nobody_is_free(sign_in, client):
    dispute = contracts.disputed(contracts.handed_in(contracts.first(contracts.signed())))
    sign_in(contracts.binder(dispute.milestone.contract, "seller"))
    assert "still have time to mend" in post(client, "dispute_ask", dispute.ref)
    contracts.past_cure(dispute)
    contracts.mediator()
    post(client, "dispute_ask", dispute.ref)
    contracts.seated(dispute)
    assert "Object to this mediator" in page(client, dispute.get_absolute_url())
    post(client, "dispute_object", dispute.ref, reason="同乡")
    from marketplace.contracts.operations import name_mediator

    assert name_mediator(dispute=dispute, at=timezone.now()) is None
    assert "No mediator is free of ties" in page(client, dispute.get_absolute_url())
    sign_in(world.member(Role.REGULATOR))
    assert dispute.get_absolute_url() in page(client, "/en/desk/")


def test_a_regulator_keeps_the_list_and_everyone_reads_it(sign_in, client):
    held = world.member(Role.MEDIATOR)
    address = reverse("contracts:mediator_list")
    assert "Nobody is on the list yet" in page(client, address)
    sign_in(world.member(Role.REGULATOR))
    told = {"membership": held.pk, "reason": "仲裁员"}
    answer = client.post(address, told)
    assert (answer.status_code, "has not declared" in answer.content.decode()) == (422, True)
    Declaration.objects.create(entity=held.entity, as_of=world.LONG_AGO)
    client.post(address, told)
    made = Mediator.objects.get()
    post(client, "mediator_end", made.ref, reason="离任")
    made.refresh_from_db()
    assert made.listed.upper is not None
    client.logout()
    public = page(client, address)
    assert held.entity.name in public
    assert str(held.user) not in public


def test_the_lists_take_as_many_queries_for_one_row_as_for_twenty(client, assert_flat):
    assert_flat(client, reverse("contracts:mediator_list"), contracts.mediator, limit=6)


def test_an_early_end_is_proposed_signed_by_both_and_told_in_public(sign_in, client):
    made = contracts.signed()
    buyer, seller = contracts.binder(made, "buyer"), contracts.binder(made, "seller")
    sign_in(buyer)
    told = {f"released_{m.position}": "0" for m in milestones_of(made)} | {"reason": "项目停办"}
    post(client, "end", made.ref, **told)
    held = Ending.objects.get()
    for who in (buyer, seller):
        sign_in(who)
        prove(client)
        assert held.digest in page(client, reverse("contracts:end_sign", args=[made.ref]))
        post(client, "end_sign", made.ref, read=held.digest)
    made.refresh_from_db()
    assert made.state_at(timezone.now()) is State.TERMINATED
    client.logout()
    assert "项目停办" in page(client, made.get_absolute_url())


def test_overdue_work_is_demanded_and_the_contract_ended_on_its_pages(sign_in, client):
    made = contracts.signed()
    first = contracts.overdue(contracts.first(made))
    sign_in(contracts.binder(made, "buyer"))
    assert "Put the demand on record" in page(client, reverse("contracts:end", args=[made.ref]))
    post(client, "end_demand", made.ref, first.position, reason="逾期一日")
    contracts.past_grace(Ending.objects.get())
    assert "End the contract by right" in page(client, made.get_absolute_url())
    post(client, "end_by_right", made.ref)
    made.refresh_from_db()
    assert made.state_at(timezone.now()) is State.IN_FORCE  # who they are was not proved anew
    prove(client)
    post(client, "end_by_right", made.ref)
    made.refresh_from_db()
    assert made.state_at(timezone.now()) is State.TERMINATED


def test_more_days_are_asked_for_on_a_short_form(sign_in, client):
    made = contracts.signed()
    sign_in(contracts.binder(made, "seller"))
    assert "Ask for more days" in page(client, reverse("contracts:milestone", args=[made.ref, 1]))
    post(client, "more_days", made.ref, 1, days="5", later="on", reason="雨季")
    assert made.changes.get().version.reason == "雨季"
