"""The public is asked, heard and answered before a draft is published; the database holds to each."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from regulation.ledger.models import Entry
from regulation.parties.models import Role
from regulation.registry import errors
from regulation.registry.models import Answer, AnsweredComment, Comment, Consultation, Ruling, RulingBasis
from regulation.registry.operations import (
    hide_comment,
    open_consultation,
    publish_ruling,
    revise_draft,
    withdraw_draft,
)
from regulation.registry.queries import consultations, in_state, state_of, to_answer, unanswered
from tests.factories import world
from tests.factories.consultations import answer, close, comment, consultation
from tests.factories.registry import DraftFactory, ProvisionFactory, RulingFactory, UserFactory
from tests.regulation.registry.test_workflow import said

pytestmark = pytest.mark.django_db
LATER = dt.timedelta(seconds=5)


def published(on):
    return publish_ruling(ruling=on.ruling, by=UserFactory(), at=timezone.now() + LATER)


def force(on):
    """Publish past the operation, as a program that does not ask would."""
    Ruling.objects.filter(pk=on.ruling_id).update(reviewer=UserFactory(), published_at=timezone.now())


def refused(name):
    return pytest.raises(IntegrityError, match=name)


def test_the_public_has_the_whole_days_it_is_promised():
    made = consultation(days=7)
    shanghai = ZoneInfo("Asia/Shanghai")
    ends = made.closes_at.astimezone(shanghai)
    assert (ends.hour, ends.minute, ends.microsecond) == (0, 0, 0)
    assert (ends.date() - made.opened_at.astimezone(shanghai).date()).days == 8
    assert made.wording["reason"] == made.ruling.reason
    assert [e.kind for e in Entry.objects.all()] == ["registry.consultation_opened"]


@pytest.mark.parametrize("days", [0, 6, 91, -1])
def test_a_consultation_lasts_as_long_as_the_operator_says(days, settings):
    settings.CONSULTATION_MINIMUM_DAYS = 7
    with pytest.raises(errors.ConsultationDays):
        consultation(days=days)
    assert not Consultation.objects.exists()


@pytest.mark.parametrize("days", [0, 91])
def test_the_database_refuses_days_beyond_1_to_90(days):
    fields = {"ruling": DraftFactory(), "question": "问", "wording": {}, "opened_by": UserFactory()}
    with refused("consultation_lasts_1_to_90_days"):
        Consultation.objects.create(days=days, **fields)


def test_the_database_sets_the_deadline_whatever_a_program_says():
    long_ago = timezone.now() - dt.timedelta(days=300)
    fields = {"ruling": DraftFactory(), "question": "问", "wording": {}, "opened_by": UserFactory()}
    made = Consultation.objects.create(days=7, opened_at=long_ago, closes_at=long_ago, **fields)
    made.refresh_from_db()
    assert made.closes_at > timezone.now() + dt.timedelta(days=6)


def test_only_a_draft_is_consulted_on_and_once_at_a_time():
    made = consultation()
    with pytest.raises(errors.ConsultedAlready):
        consultation(made.ruling)
    close(made)
    assert consultation(made.ruling).pk != made.pk
    with pytest.raises(errors.NotADraft):
        consultation(RulingFactory())
    fields = {"ruling": RulingFactory(), "question": "问", "wording": {}, "opened_by": UserFactory()}
    with refused("consultation_is_on_a_draft"):
        Consultation.objects.create(days=7, **fields)


def test_while_the_public_is_asked_the_text_stays():
    made = consultation()
    draft = made.ruling
    with pytest.raises(errors.UnderConsultation):
        revise_draft(ruling=draft, wording=said(), provisions=[ProvisionFactory()], by=draft.author)
    for act in (
        lambda: Ruling.objects.filter(pk=draft.pk).update(reason="改过。"),
        lambda: RulingBasis.objects.create(ruling=draft, provision=ProvisionFactory(), position=9),
        lambda: RulingBasis.objects.filter(ruling=draft).delete(),
    ):
        with refused("ruling_locked_by_consultation"), transaction.atomic():
            act()
    close(made)
    revise_draft(
        ruling=draft, wording=said(reason="改过。"), provisions=[ProvisionFactory()], by=draft.author
    )
    made.refresh_from_db()
    assert made.wording["reason"] == "您可以自行编制。"


def test_nothing_is_published_while_the_public_may_comment():
    made = consultation()
    with pytest.raises(errors.ConsultationRunning):
        published(made)
    with refused("ruling_consultation_is_over"):
        force(made)


def test_nothing_is_published_before_every_comment_is_answered():
    made = consultation()
    one, other = comment(made), comment(made)
    close(made)
    answer(one)
    with pytest.raises(errors.CommentsUnanswered):
        published(made)
    with refused("ruling_comments_are_answered"), transaction.atomic():
        force(made)
    answer(other)
    assert not unanswered(made.ruling).exists()
    assert published(made).published_at


def test_a_comment_after_the_deadline_is_refused_by_the_databases_clock():
    made = close(consultation())
    with pytest.raises(errors.CommentTooLate):
        comment(made, at=timezone.now() - dt.timedelta(days=9))  # a server whose clock is wrong
    with refused("comment_in_time"):
        Comment.objects.create(consultation=made, author=UserFactory(), shown_name="甲", text="迟到")


def test_a_comment_bears_the_databases_time():
    wrong = timezone.now() - dt.timedelta(days=300)
    made = Comment.objects.create(
        consultation=consultation(), author=UserFactory(), shown_name="甲", text="说", filed_at=wrong
    )
    made.refresh_from_db()
    assert made.filed_at > timezone.now() - dt.timedelta(minutes=5)


@pytest.mark.parametrize("model", [Comment, Answer, AnsweredComment])
def test_nothing_said_is_changed_or_removed(model):
    answer(comment(consultation()))
    row = model.objects.get()
    rows = model.objects.filter(pk=row.pk)
    for act in (lambda: rows.update(id=row.pk), lambda: rows._raw_delete("default")):
        with pytest.raises(ProgrammingError), transaction.atomic():
            act()


def test_the_sites_own_role_asks_answers_and_publishes_but_changes_nothing_said(as_site_role):
    made = consultation()
    one = comment(made)
    denied = pytest.raises(ProgrammingError, match="permission denied")
    with denied, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE registry_comment SET text = 'x'")
    answer(one)
    with pytest.raises(errors.ConsultationRunning):
        published(made)


def test_a_consultation_stands_but_for_its_withdrawal():
    made = consultation()
    for change in ({"question": "别的"}, {"closes_at": timezone.now()}, {"days": 1}):
        with refused("consultation_stands"), transaction.atomic():
            Consultation.objects.filter(pk=made.pk).update(**change)
    with pytest.raises(ProgrammingError), transaction.atomic():
        made.delete()


def test_one_answer_may_answer_several_and_each_comment_has_one():
    made = consultation()
    one, other = comment(made), comment(made)
    both = answer(one, other)
    assert both.comments.count() == 2
    with pytest.raises(errors.AnsweredAlready):
        answer(one)
    assert Answer.objects.count() == 1


def test_an_answer_fits_its_consultation_and_is_not_the_commenters_own():
    one, elsewhere = comment(consultation()), comment(consultation())
    with pytest.raises(errors.OwnComment):
        answer(one, by=one.author)
    with refused("answer_fits_its_comment"), transaction.atomic():
        answer(one, elsewhere)
    mine = Answer.objects.create(
        consultation=one.consultation, uptake="taken", text="好", answered_by=one.author
    )
    with refused("answer_fits_its_comment"):
        AnsweredComment.objects.create(answer=mine, comment=one)


def test_nobody_floods_a_consultation():
    made, talker = consultation(), UserFactory()
    for _n in range(5):
        comment(made, by=talker)
    with refused("comment_not_too_often"), transaction.atomic():  # what goes around the operation is held too
        Comment.objects.create(consultation=made, author=talker, shown_name="甲", text="又一条。")
    with pytest.raises(errors.TooManyComments):
        comment(made, by=talker)
    comment(made)


@pytest.mark.parametrize("empty", [{"text": "  "}, {"shown_name": " "}])
def test_an_empty_comment_is_refused(empty):
    with pytest.raises(errors.CommentEmpty):
        comment(consultation(), **empty)


def test_one_speaks_only_for_an_entity_one_acts_for():
    member, made = world.member(Role.OWNER), consultation()
    assert comment(made, by=member.user, entity=member.entity).shown_name == member.entity.name
    with pytest.raises(errors.NotForThatEntity):
        comment(made, entity=member.entity)


def test_a_comment_is_hidden_with_a_reason_by_a_reviewer_who_did_not_write_the_draft():
    made = consultation()
    one = comment(made)
    for refusal, terms in (
        (errors.ReasonMissing, {"reason": " "}),
        (errors.SamePerson, {"by": made.ruling.author}),
        (errors.OwnComment, {"by": one.author}),
    ):
        with pytest.raises(refusal):
            hide_comment(comment=one, **{"reason": "含个人信息", "by": UserFactory()} | terms)
    hide_comment(comment=one, reason="含个人信息", by=UserFactory())
    with pytest.raises(errors.HiddenAlready):
        hide_comment(comment=one, reason="又一次", by=UserFactory())
    close(made)
    with pytest.raises(errors.CommentsUnanswered):  # hiding spares no answer
        published(made)


def test_the_database_refuses_hiding_by_the_drafts_author():
    from regulation.registry.models import CommentHiding

    one = comment(consultation())
    with refused("hiding_by_second_person"):
        CommentHiding.objects.create(comment=one, reason="不爱听", hidden_by=one.consultation.ruling.author)


def test_a_withdrawn_draft_closes_its_consultation_with_a_reason():
    made = consultation()
    draft = made.ruling
    with pytest.raises(errors.ReasonMissing):
        withdraw_draft(ruling=draft, by=draft.author, at=timezone.now() + LATER)
    withdraw_draft(ruling=draft, by=draft.author, at=timezone.now() + LATER, reason="法律已修改")
    made.refresh_from_db()
    assert (made.withdrawn_at is not None, made.withdrawn_reason) == (True, "法律已修改")
    with pytest.raises(errors.CommentTooLate):
        comment(made)


def test_each_state_is_found_by_its_name():
    now = timezone.now()
    running, silent, waiting, done, gone = (consultation() for _n in range(5))
    comment(waiting)
    for made in (silent, waiting, done):
        close(made)
    published(done)
    withdraw_draft(ruling=gone.ruling, by=gone.ruling.author, at=now + LATER, reason="放弃")
    expected = {
        "open": running, "answered": silent, "closed": waiting, "published": done, "withdrawn": gone,
    }  # fmt: skip
    for state, made in expected.items():
        assert list(in_state(consultations(), state, now=timezone.now())) == [made]
        assert state_of(consultations().get(pk=made.pk), now=timezone.now()) == state
    assert list(to_answer()) == [waiting]


def test_a_refused_consultation_leaves_nothing():
    with pytest.raises(errors.QuestionMissing):
        open_consultation(ruling=DraftFactory(), days=30, question=" ", by=UserFactory())
    assert not Consultation.objects.exists()
    assert not Entry.objects.exists()
