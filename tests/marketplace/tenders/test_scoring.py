"""Several evaluators score alone; who is tied to a bidder does not; there is an order once all handed in."""

import json
from decimal import Decimal

import pgtrigger
import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from marketplace.tenders import choosing_errors as refused
from marketplace.tenders import operations
from marketplace.tenders.models import Evaluator, Score, SealedFile, Tender
from regulation.ledger.models import Entry
from regulation.parties.models import Role
from tests.factories import tenders, world
from tests.factories.tenders import award_tender
from tests.factories.world import as_the_owner

pytestmark = pytest.mark.django_db
PARAMETERS = {"criteria": "方案 | 40\n人员 | 30", "outlier": "30"}


@pytest.fixture
def scored():
    tender, bids = tenders.opened("1000.00", "800.00", method="best_value", method_parameters=PARAMETERS)
    return tender, bids


def seat(tender: Tender) -> Evaluator:
    return operations.name_evaluator(tender=tender, user=world.user(), by=world.user(), at=timezone.now())


def score(one: Evaluator, points: dict, *, hand_in: bool = True) -> None:
    rows = {(bid.pk, name): Decimal(p) for bid, of in points.items() for name, p in of.items()}
    operations.save_scores(evaluator=one, points=rows, by=one.user, at=timezone.now())
    if hand_in:
        operations.hand_in(evaluator=one, remark="", by=one.user, at=timezone.now())


def test_the_most_points_win_and_each_part_is_told(scored):
    tender, (first, second) = scored
    points = (("34", "25"), ("32", "27"), ("36", "26"))
    for one, (a, b) in zip([seat(tender) for _n in points], points, strict=True):
        score(one, {first: {"方案": a, "人员": "24"}, second: {"方案": b, "人员": "20"}})
    made = award_tender(tender=tender, by=world.user(), at=timezone.now())
    row = made.evaluation.standing[0]
    assert (made.bid, row["score"]) == (first, "82.00")
    assert row["parts"] == {"price": "24.00", "方案": "34.00", "人员": "24.00"}


def test_there_is_no_order_before_all_have_handed_in_and_enough_are_named(scored):
    tender, (first, second) = scored
    full = {first: {"方案": "1", "人员": "1"}, second: {"方案": "1", "人员": "1"}}
    seats = [seat(tender) for _n in range(3)]
    for one in seats[:2]:
        score(one, full)
    score(seats[2], full, hand_in=False)
    with pytest.raises(refused.NotAllScored):
        operations.propose_award(tender=tender, by=world.user(), at=timezone.now())
    with pytest.raises(refused.HandedIn):  # nobody joins who could know the others' scores
        seat(tender)
    operations.recuse(evaluator=seats[2], reason="回避", by=seats[2].user, at=timezone.now())
    with pytest.raises(refused.NotAllScored):  # two are not three
        operations.propose_award(tender=tender, by=world.user(), at=timezone.now())


def test_scores_stand_once_handed_in_and_the_database_sees_to_it(scored):
    tender, (first, second) = scored
    one = seat(tender)
    score(one, {first: {"方案": "1", "人员": "1"}, second: {"方案": "1", "人员": "1"}})
    with pytest.raises(refused.HandedIn):
        score(one, {first: {"方案": "40"}}, hand_in=False)
    for change in (lambda: Score.objects.update(points=40), lambda: Score.objects.all().delete()):
        with pytest.raises(DatabaseError, match="score_fixed_once_handed_in"), transaction.atomic():
            change()


@pytest.mark.parametrize("points", ["-1", "40.01"])
def test_points_outside_the_weight_are_refused(scored, points):
    tender, (first, _second) = scored
    with pytest.raises(refused.BadScores):
        score(seat(tender), {first: {"方案": points}}, hand_in=False)
    assert Score.objects.count() == 0


def test_missing_points_are_counted(scored):
    tender, (first, _second) = scored
    one = seat(tender)
    with pytest.raises(refused.BadScores, match="3 points are missing"):
        score(one, {first: {"方案": "1"}})
    assert one.scores.count() == 1


def ties(bidder):
    yield world.member(Role.AGENT, bidder).user
    parent = world.entity()
    world.interest(parent, bidder, "setUp")
    yield world.member(Role.OWNER, parent).user


def test_whoever_is_tied_to_a_bidder_does_not_evaluate(scored):
    tender, (first, _second) = scored
    for user in ties(first.tenderer):
        with pytest.raises(refused.TiedEvaluator) as refusal:
            operations.name_evaluator(tender=tender, user=user, by=world.user(), at=timezone.now())
        assert refusal.value.whom == first.tenderer
    assert Evaluator.objects.count() == 0


def test_a_tie_that_came_since_stops_the_handing_in(scored):
    tender, (first, second) = scored
    one = seat(tender)
    world_member = world.member(Role.AGENT, first.tenderer)
    world_member.user = one.user
    world_member.save()
    with pytest.raises(refused.TiedEvaluator):
        score(one, {first: {"方案": "1", "人员": "1"}, second: {"方案": "1", "人员": "1"}})


def test_an_evaluator_far_off_the_others_is_marked_and_still_counts(scored):
    tender, (first, second) = scored
    seats = [seat(tender) for _n in range(3)]
    for one, points in zip(seats, ("35", "36", "2"), strict=True):
        score(one, {first: {"方案": points, "人员": "20"}, second: {"方案": "30", "人员": "20"}})
    marked = operations.outliers(tender)
    assert [len(marked[bid.pk]) for bid in (first, second)] == [1, 0]
    for reason in ("", "  "):
        with pytest.raises(refused.OutliersUnexplained):
            operations.propose_award(tender=tender, reason=reason, by=world.user(), at=timezone.now())
    assert not tender.evaluations.exists()
    operations.propose_award(tender=tender, reason="该评委已说明理由", by=world.user(), at=timezone.now())
    made = operations.approve_award(tender=tender, by=world.user(), at=timezone.now())
    assert made.reason == "该评委已说明理由"
    parts = {row["bid"]: row["parts"]["方案"] for row in made.evaluation.standing}
    assert parts[first.pk] == "24.33"


def test_nobody_sees_anothers_scores_before_all_have_handed_in(scored, client, sign_in):
    tender, (first, second) = scored
    one, other = seat(tender), seat(tender)
    score(one, {first: {"方案": "33.33", "人员": "1"}, second: {"方案": "1", "人员": "1"}})
    owner = world.member(Role.OWNER, tender.owner)
    client.force_login(other.user, backend="django.contrib.auth.backends.ModelBackend")
    for address in (f"/en/tenders/{tender.ref}/score/", f"/en/tenders/{tender.ref}/choosing/"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "33.33" not in answer.content.decode()
    assert "33.33" not in sign_in(owner).get(f"/en/tenders/{tender.ref}/choosing/").content.decode()
    record = sign_in(owner).get(f"/en/record/tender/{tender.ref}/").content.decode()
    assert "33.33" not in record
    assert "33.33" in json.dumps(
        [json.loads(e.body) for e in Entry.objects.filter(kind="tenders.scores_handed_in")]
    )


def test_only_who_has_a_seat_scores(scored, client):
    tender, _bids = scored
    client.force_login(world.user(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/en/tenders/{tender.ref}/score/").status_code == 403


def test_scoring_by_the_page(scored, client):
    tender, (first, second) = scored
    one = seat(tender)
    client.force_login(one.user, backend="django.contrib.auth.backends.ModelBackend")
    address = f"/en/tenders/{tender.ref}/score/"
    wrong = client.post(address, {f"p-{first.pk}-0": "41", "do": "save"})
    assert wrong.status_code == 422
    assert Score.objects.count() == 0
    fields = {f"p-{bid.pk}-{n}": "20" for bid in (first, second) for n in range(2)}
    assert client.post(address, fields | {"do": "save"}).status_code == 302
    assert client.post(address, fields | {"do": "hand_in"}).status_code == 302
    one.refresh_from_db()
    assert one.handed_in_at is not None


def test_who_scores_reads_the_files_sealed_with_a_bid_and_nobody_else_does(scored, client):
    tender, (first, _second) = scored
    with as_the_owner(), pgtrigger.ignore():  # a file that came with the bid and opened with it
        file = SealedFile.objects.create(
            ref="0f" * 16,
            tender=tender,
            tenderer=first.tenderer,
            chunks=1,
            started_by=world.user(),
            bid=first,
            opens=True,
            name="方案.pdf",
            size=1,
        )
    one, gone = seat(tender), seat(tender)
    operations.recuse(evaluator=gone, reason="回避", by=gone.user, at=timezone.now())
    address = f"/en/bids/{first.ref}/files/{file.ref}/"
    for user, status in ((one.user, 200), (gone.user, 404), (world.user(), 404)):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(address).status_code == status
    client.force_login(one.user, backend="django.contrib.auth.backends.ModelBackend")
    assert address in client.get(f"/en/tenders/{tender.ref}/score/").content.decode()


def test_nobody_is_put_on_a_panel_that_has_begun_to_hand_in(scored, sign_in):
    tender, (first, second) = scored
    one = seat(tender)
    owner = sign_in(world.member(Role.OWNER, tender.owner))
    address = f"/en/tenders/{tender.ref}/choosing/"
    assert "Put on the panel" in owner.get(address).content.decode()
    score(one, {first: {"方案": "1", "人员": "1"}, second: {"方案": "1", "人员": "1"}})
    assert "Put on the panel" not in owner.get(address).content.decode()
