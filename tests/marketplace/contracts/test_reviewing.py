"""Reviews: one a side, sealed until both are in or the time is over, never altered, replied to, raised."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from marketplace.contracts import effects, errors, operations
from marketplace.contracts.indicators import By
from marketplace.contracts.models import Repair, Review, ReviewContent, ReviewReply, ReviewRound
from marketplace.contracts.review_queries import (
    disclosed,
    rated,
    reviews_about,
    reviews_of,
    round_of,
    to_raise,
    to_review,
    to_review_as_centre,
    to_review_as_department,
)
from marketplace.contracts.tasks import disclose_due_reviews
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from tests.factories import contracts, reviews, world

pytestmark = pytest.mark.django_db

WORDS = "暗号：图纸缺三张"


def test_reviews_begin_with_the_end_of_the_work_and_not_before():
    contract = reviews.signed()
    reviews.rules()
    with pytest.raises(errors.NotReviewedYet):
        operations.open_reviews(contract=contract, at=timezone.now())
    with pytest.raises(errors.NotReviewedYet):
        reviews.review(contract, By.BUYER)
    reviews.completed(contract)
    entry = Entry(kind="contracts.completed", subject=contract.urn)
    effects.begin_reviews(entry)
    effects.begin_reviews(entry)
    held = ReviewRound.objects.get()
    assert held.until - held.opened_at == dt.timedelta(days=30)
    assert Entry.objects.filter(kind="contracts.reviews_opened").count() == 1
    assert [one.contract for one in to_review(contract.buyer, sells=False)] == [contract]
    assert [one.contract for one in to_review(contract.seller, sells=True)] == [contract]
    assert [one.contract for one in to_review_as_department(contract.department)] == [contract]
    assert [one.contract for one in to_review_as_centre(world.user(is_staff=True))] == [contract]


def test_the_database_lets_no_round_begin_early_or_end_when_it_likes():
    contract = reviews.signed()
    reviews.rules()
    rule = operations.reviewing.review_rule_for(contract.region, on=timezone.localdate())
    now = timezone.now()
    with pytest.raises(IntegrityError, match="review_after_the_work"), transaction.atomic():
        ReviewRound.objects.create(contract=contract, rule=rule, opened_at=now, until=now + rule.open_for)
    reviews.completed(contract)
    for opened, until in (
        (now, now + dt.timedelta(seconds=1)),
        (now - dt.timedelta(days=40), now - dt.timedelta(days=10)),
    ):
        with pytest.raises(IntegrityError, match="review_window_by_its_rule"), transaction.atomic():
            ReviewRound.objects.create(contract=contract, rule=rule, opened_at=opened, until=until)


def test_nobody_reads_a_review_before_both_are_in_and_everyone_after():
    contract = reviews.opened()
    reviews.review(contract, By.BUYER, 2, words=WORDS)
    reviews.review(contract, By.DEPARTMENT, 3, words=WORDS)
    assert not disclosed().exists()
    assert {one.side for one in reviews_of(contract)} == {"buyer", "department"}
    assert not [entry for entry in Entry.objects.all() if WORDS in entry.body or '"sound"' in entry.body]
    reviews.review(contract, By.SELLER, 1)
    assert round_of(contract).disclosed_at is not None
    assert {one.side for one in reviews_about(contract.seller)} == {"buyer", "department"}
    assert WORDS in Entry.objects.get(kind="contracts.reviews_disclosed").body


def test_the_sites_own_role_cannot_read_a_sealed_review(as_site_role):
    with world.as_the_owner():
        contract = reviews.opened()
    made = reviews.review(contract, By.BUYER, 2, words=WORDS)  # written as the site itself
    assert Review.objects.filter(pk=made.pk).exists()
    assert not ReviewContent.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM contracts_reviewcontent")
        assert cursor.fetchall() == []
        cursor.execute("SELECT count(*) FROM contracts_reviewcontent WHERE words LIKE %s", ["%暗号%"])
        assert cursor.fetchone() == (0,)
    reviews.review(contract, By.SELLER, 4)
    assert sorted(ReviewContent.objects.values_list("words", flat=True)) == ["", WORDS]


def test_without_the_policy_the_sites_own_role_would_read_it(as_site_role):
    """The control: nothing but the policy keeps it."""
    with world.as_the_owner():
        contract = reviews.opened()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE contracts_reviewcontent DISABLE ROW LEVEL SECURITY")
    reviews.review(contract, By.BUYER, 2, words=WORDS)
    assert ReviewContent.objects.get().words == WORDS


@pytest.mark.parametrize("how", ["update", "delete", "who"])
def test_the_sites_own_role_cannot_alter_a_review(as_site_role, how):
    with world.as_the_owner():
        contract = reviews.disclosed()
    alter = {
        "delete": lambda: ReviewContent.objects.all()._raw_delete("default"),
        "update": lambda: ReviewContent.objects.update(words=""),
        "who": lambda: Review.objects.update(side="centre"),
    }
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        alter[how]()
    assert contract.reviews.count() == 2


def test_the_owner_cannot_alter_a_review_either():
    reviews.disclosed()
    for model in (ReviewContent, Review):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            model.objects.update(side="centre")


def test_no_round_is_disclosed_by_hand_before_its_time():
    contract = reviews.opened()
    reviews.review(contract, By.BUYER)
    assert operations.disclose_reviews(contract=contract, at=timezone.now()) is False
    with pytest.raises(IntegrityError, match="review_sealed_until_both_or_the_end"), transaction.atomic():
        ReviewRound.objects.update(disclosed_at=timezone.now())
    with pytest.raises(IntegrityError, match="review_round_stands"), transaction.atomic():
        ReviewRound.objects.update(until=timezone.now())


def test_with_the_end_of_the_time_what_was_said_is_read_and_nothing_more_is_taken():
    contract = reviews.opened()
    reviews.review(contract, By.BUYER, 3)
    assert disclose_due_reviews() == 0
    held = reviews.round_over(contract)
    with pytest.raises(errors.ReviewOver):
        reviews.review(contract, By.SELLER)
    with pytest.raises(errors.ReviewOver):  # by the database's clock, whatever the caller's says
        operations.hand_in_review(
            contract=contract,
            side=By.SELLER,
            scores=reviews.scores(By.SELLER),
            words="",
            by=reviews.person(contract, By.SELLER),
            at=held.until - dt.timedelta(seconds=1),
        )
    assert disclose_due_reviews() == 1
    assert disclose_due_reviews() == 0
    assert [one.side for one in disclosed()] == ["buyer"]


def test_a_side_reviews_once_and_leaves_no_trace_of_a_second_try():
    contract = reviews.opened()
    reviews.review(contract, By.BUYER)
    with pytest.raises(errors.ReviewedAlready):
        reviews.review(contract, By.BUYER)
    content = ReviewContent.objects.create(side="buyer", scores=reviews.scores(By.BUYER), salt="00")
    with pytest.raises(IntegrityError, match="review_once_a_side"), transaction.atomic():
        Review.objects.create(
            ref="r-2",
            contract=contract,
            side="buyer",
            content=content,
            commitment="0" * 64,
            entity=contract.buyer,
            by=reviews.person(contract, By.BUYER),
            at=timezone.now(),
        )
    assert Review.objects.count() == Entry.objects.filter(kind="contracts.reviewed").count() == 1


@pytest.mark.parametrize("by", list(By), ids=str)
def test_nobody_reviews_for_a_side_they_do_not_act_for(by):
    contract = reviews.opened()
    strangers = [world.user(), reviews.person(contract, By.SELLER if by is By.BUYER else By.BUYER)]
    if by is not By.CENTRE:
        strangers.append(world.user(is_staff=True))
    for stranger in strangers:
        with pytest.raises(errors.NotYourReview), transaction.atomic():
            reviews.review(contract, by, who=stranger)
    assert not Review.objects.exists()
    assert not ReviewContent.objects.exists()


def test_staff_who_act_for_a_party_do_not_review_for_the_centre():
    contract = reviews.opened()
    tied = reviews.person(contract, By.SELLER)
    tied.is_staff = True
    tied.save()
    with pytest.raises(errors.NotYourReview):
        reviews.review(contract, By.CENTRE, who=tied)
    assert not to_review_as_centre(tied).exists()


@pytest.mark.parametrize(
    ("side", "scores"),
    [
        ("buyer", {"sound": 5}),
        ("seller", reviews.scores(By.BUYER)),
        ("centre", {}),
        ("centre", {"sound": 0}),
        ("centre", {"sound": 6}),
        ("centre", {"sound": "5"}),
        ("centre", {"sound": 4.5}),
        ("nobody", {"sound": 5}),
    ],
    ids=["part", "of-the-other", "nothing", "nought", "six", "text", "half", "no-side"],
)
def test_the_database_takes_no_other_scores(side, scores):
    with pytest.raises(IntegrityError, match="review_rates_what_it_may"), transaction.atomic():
        ReviewContent.objects.create(side=side, scores=scores, salt="00")
    with pytest.raises(errors.ScoresMissing):
        operations.hand_in_review(
            contract=reviews.opened(),
            side=By.CENTRE,
            scores={"sound": 6},
            words="",
            by=world.user(is_staff=True),
            at=timezone.now(),
        )


def test_what_is_read_later_is_what_was_sealed():
    contract = reviews.disclosed()
    for one in contract.reviews.select_related("content"):
        sealed = next(
            body_of(entry)
            for entry in Entry.objects.filter(kind="contracts.reviewed")
            if body_of(entry)["review"] == one.ref
        )
        assert operations.content_digest(one.content) == one.commitment == sealed["commitment"]
        one.content.words = "别的话"
        assert operations.content_digest(one.content) != one.commitment


def test_the_department_may_review_after_the_sides_and_counts_at_once():
    contract = reviews.disclosed()
    reviews.review(contract, By.DEPARTMENT, 3)
    assert set(rated(contract.seller, now=timezone.now())[0].marks) == {"buyer", "department"}
    assert Entry.objects.filter(kind="contracts.reviews_disclosed").count() == 2


def test_whoever_was_reviewed_replies_once_and_nobody_else():
    contract = reviews.opened()
    sealed = reviews.review(contract, By.BUYER, 2)
    agent = reviews.person(contract, By.SELLER)
    now = timezone.now()
    with pytest.raises(errors.StillSealed):
        operations.reply_to_review(review=sealed, text="答复", by=agent, at=now)
    reviews.review(contract, By.SELLER)
    with pytest.raises(errors.NotReviewed):
        operations.reply_to_review(
            review=sealed, text="答复", by=reviews.person(contract, By.BUYER), at=timezone.now()
        )
    with pytest.raises(errors.WordsMissing):
        operations.reply_to_review(review=sealed, text=" \0", by=agent, at=timezone.now())
    operations.reply_to_review(review=sealed, text="答复", by=agent, at=timezone.now())
    with pytest.raises(errors.RepliedAlready):
        operations.reply_to_review(review=sealed, text="再答复", by=agent, at=timezone.now())
    assert ReviewReply.objects.count() == 1
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        ReviewReply.objects.update(text="改")


def test_a_review_is_raised_once_after_a_repair_upwards_alone_and_both_stay():
    contract = reviews.disclosed(buyer=2)
    buyer = reviews.person(contract, By.BUYER)

    def lift(value: int = 4, **apart: int) -> Review:
        made = operations.raise_review(
            contract=contract,
            scores=reviews.scores(By.BUYER, value, **apart),
            words="已改好",
            by=buyer,
            at=timezone.now(),
        )
        contracts.commit()
        return made

    with pytest.raises(errors.NothingMended), transaction.atomic():
        lift()
    reviews.mended(contract)
    assert list(to_raise(contract.buyer)) == [contract]
    for lower in ({"value": 2}, {"value": 4, "sound": 1}):
        with pytest.raises(errors.NotRaised), transaction.atomic():
            lift(**lower)
    lift()
    assert not to_raise(contract.buyer).exists()
    with pytest.raises(errors.ReviewedAlready), transaction.atomic():
        lift(5)
    assert [one.number for one in contract.reviews.filter(side="buyer")] == [1, 2]
    assert rated(contract.seller, now=timezone.now())[0].marks == {"buyer": 4}
    with pytest.raises(errors.RepairOver), transaction.atomic():
        reviews.mended(contract)
    assert Repair.objects.count() == 1


def test_the_database_lets_no_raised_review_be_lower(as_site_role):
    with world.as_the_owner():
        contract = reviews.disclosed(buyer=3)
        reviews.mended(contract)
        buyer = reviews.person(contract, By.BUYER)
    told = {"contract": contract, "side": "buyer", "number": 2, "commitment": "0" * 64}

    def put(value: int) -> None:
        content = ReviewContent(side="buyer", scores=reviews.scores(By.BUYER, value), salt="00")
        content.save(force_insert=True)
        Review.objects.create(
            ref=f"r-{value}", content=content, entity=contract.buyer, by=buyer, at=timezone.now(), **told
        )
        contracts.commit()

    for value in (2, 3):
        with pytest.raises(IntegrityError, match="review_is_raised_alone"), transaction.atomic():
            put(value)


def test_nobody_but_the_intermediary_mends():
    contract = reviews.disclosed()
    with pytest.raises(errors.RepairOver), transaction.atomic():
        operations.offer_repair(
            contract=contract, text="补齐", by=reviews.person(contract, By.BUYER), at=timezone.now()
        )


def test_a_round_where_the_department_buys_has_no_review_of_it_as_department():
    approval = world.approval()
    contract = reviews.opened(buyer=approval.department, approval=approval)
    assert not to_review_as_department(contract.department).exists()
    with pytest.raises(errors.NotYourReview), transaction.atomic():
        reviews.review(contract, By.DEPARTMENT)
