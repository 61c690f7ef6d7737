"""Comments, deadlines and publications take turns; without the locks these fail."""

import datetime as dt

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from regulation.registry import errors
from regulation.registry.models import Comment, Consultation, Ruling
from regulation.registry.operations import file_comment, publish_ruling, revise_draft, withdraw_draft
from tests.factories.consultations import close, comment, consultation
from tests.factories.registry import DraftFactory, ProvisionFactory, UserFactory
from tests.regulation.registry.test_workflow import said

pytestmark = pytest.mark.django_db(transaction=True)


def a_comment(on):
    return {
        "consultation": on, "text": "建议。", "shown_name": "甲", "by": UserFactory(), "at": timezone.now(),
    }  # fmt: skip


def publication(on):
    return {"ruling": on.ruling, "by": UserFactory(), "at": timezone.now() + dt.timedelta(seconds=5)}


def force(on, by):
    Ruling.objects.filter(pk=on.ruling_id).update(reviewer=by, published_at=timezone.now())


def filed_just_in_time(on):
    """A comment whose transaction is still open when the deadline passes."""
    made = comment(on)
    close(on)
    return made


def test_commenters_do_not_wait_for_each_other(elsewhere):
    made = consultation()
    first, second = a_comment(made), a_comment(made)
    with transaction.atomic():
        file_comment(**first)
        elsewhere(file_comment, **second)
    assert Comment.objects.count() == 2


def test_one_person_in_two_windows_does_not_say_a_sixth_thing(elsewhere):
    """The fifth comment has not committed yet: a sixth waits for it, and is then refused."""
    made, talker = consultation(), UserFactory()
    for _n in range(4):
        comment(made, by=talker)
    terms = a_comment(made) | {"by": talker}
    with transaction.atomic():
        file_comment(**terms)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(file_comment, **terms)
    with pytest.raises(errors.TooManyComments):
        elsewhere(file_comment, **terms)
    assert Comment.objects.count() == 5


def test_a_comment_waits_for_the_close(elsewhere):
    """A withdrawal that has not committed yet is waited for: its comment would be answered by nobody."""
    made = consultation()
    terms = a_comment(made)
    with transaction.atomic():
        withdraw_draft(
            ruling=made.ruling,
            by=made.ruling.author,
            at=timezone.now() + dt.timedelta(seconds=5),
            reason="放弃",
        )
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(file_comment, **terms)
    with pytest.raises(errors.CommentTooLate):
        elsewhere(file_comment, **terms)
    assert Comment.objects.count() == 0


def test_the_close_waits_for_a_comment(elsewhere):
    made = consultation()
    terms = a_comment(made)
    with transaction.atomic():
        file_comment(**terms)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(
                withdraw_draft,
                ruling=made.ruling,
                by=made.ruling.author,
                at=timezone.now() + dt.timedelta(seconds=5),
                reason="放弃",
            )
    assert Comment.objects.count() == 1


def commenting(on):
    """Hold what a commenter holds while the comment is not committed: nobody else can see it yet."""
    list(Consultation.objects.raw("SELECT * FROM registry_consultation WHERE id = %s FOR SHARE", [on.pk]))


def test_a_publication_waits_for_a_comment_that_is_being_filed(elsewhere):
    made = close(consultation())
    terms = publication(made)
    with transaction.atomic():
        commenting(made)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(publish_ruling, **terms)
    assert not Ruling.objects.published().exists()


def test_the_database_itself_waits_and_then_sees_the_comment(elsewhere):
    """A writer that goes around the operation waits in the trigger, and sees the comment once it is there."""
    made, by = close(consultation()), UserFactory()
    with transaction.atomic():
        commenting(made)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(force, made, by)
    made = filed_just_in_time(consultation())
    with pytest.raises(IntegrityError, match="ruling_comments_are_answered"):
        elsewhere(force, made.consultation, by)


def test_a_consultation_is_not_opened_on_what_is_being_published(elsewhere):
    draft, by = DraftFactory(), UserFactory()
    with transaction.atomic():
        publish_ruling(ruling=draft, by=by, at=timezone.now() + dt.timedelta(seconds=5))
        fields = {"ruling": draft, "question": "问", "wording": {}, "opened_by": by, "days": 7}
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(Consultation.objects.create, **fields)
    with pytest.raises(IntegrityError, match="consultation_is_on_a_draft"):
        elsewhere(Consultation.objects.create, **fields)


def test_a_revision_waits_for_a_consultation_that_is_being_opened(elsewhere):
    draft, cited = DraftFactory(), ProvisionFactory()
    with transaction.atomic():
        consultation(draft)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(revise_draft, ruling=draft, wording=said(), provisions=[cited], by=draft.author)
    draft.refresh_from_db()
    assert draft.reason == "您可以自行编制。"
