"""Who left a mail address hears, once, that there is an answer, and nobody reads there what it is about."""

import pytest
from django.core import mail
from django.utils import timezone

from regulation.ledger.models import Entry
from regulation.ledger.tasks import deliver
from regulation.oversight import operations
from regulation.oversight.effects import mail_address
from regulation.oversight.models import Outcome
from tests.factories import world
from tests.factories.oversight import answered, filed, regulator

pytestmark = pytest.mark.django_db


def reported(contact):
    return filed(contact=contact).report


def answers_to(made):
    return Entry.objects.filter(kind="oversight.report_answered", subject=made.urn).order_by("pk")


@pytest.mark.parametrize(
    ("contact", "address"),
    [
        ("", None),
        ("13800000000", None),
        ("a@example.org", "a@example.org"),
        ("电话13800000000，a@example.org", "a@example.org"),
        ("a@example.org\nBcc: b@example.org", "a@example.org"),
        ("a@b, @, a@", None),
    ],
)
def test_an_address_is_found_in_what_was_left(contact, address):
    assert mail_address(contact) == address


def test_the_answer_is_told_once_and_says_nothing_of_the_matter():
    made = answered(reported("me@example.org"), outcome=Outcome.UPHELD)
    for _n in range(2):
        deliver(answers_to(made).get().pk)
    (told,) = mail.outbox
    assert told.to == ["me@example.org"]
    assert made.ref in told.subject
    assert "reports/follow/" in told.body
    assert "A review can be asked for" in told.body
    for secret in (made.department.name, made.service.name, "秘密经过", "公开的理由", "upheld"):
        assert secret not in told.body
    assert told.extra_headers["Message-ID"].startswith(f"<report-{answers_to(made).get().pk}@")


def test_a_proposed_answer_is_not_told_and_the_review_is():
    made, by, at = reported("me@example.org"), regulator(), timezone.now()
    said = {"reasons": "a", "public_reasons": "b", "provision": world.provision()}
    operations.take_report(report=made, by=by, at=at)
    operations.answer_report(report=made, outcome=Outcome.UPHELD, by=by, at=at, **said)
    assert not answers_to(made).exists()
    operations.confirm_answer(report=made, by=regulator(), at=at)
    operations.ask_review(report=made, text="x", at=at)
    other = regulator()
    operations.take_report(report=made, by=other, at=at)
    operations.answer_report(report=made, outcome=Outcome.OUTSIDE, by=other, at=at, **said)
    deliver(answers_to(made).last().pk)
    assert "A review can be asked for" not in mail.outbox[0].body


def test_without_an_address_nothing_is_sent():
    made = answered(reported("13800000000"))
    deliver(answers_to(made).get().pk)
    assert not mail.outbox
