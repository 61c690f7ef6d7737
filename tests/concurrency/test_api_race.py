"""One key, however many send it at once: one effect, one answer."""

import threading

import pytest
from django.db import OperationalError, connection, transaction

from marketplace.opendata.models import KeptAnswer
from marketplace.tenders.models import Tender
from regulation.parties.models import Role
from tests.factories import world
from tests.factories.programs import Program, terms

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "one-and-the-same"


def test_the_second_waits_and_is_answered_the_same():
    """Ten at once under one key. Without the constraint on the key there are ten drafts."""
    program = Program(world.member(Role.OWNER))
    body = {"approval": world.approval().ref, "service": world.service().code} | terms()
    answers, gate = [], threading.Barrier(10)

    def send():
        gate.wait()
        try:
            answers.append(program.post("/tenders", body, key=KEY))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(10)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert [one.status_code for one in answers] == [201] * 10
    assert len({one.content for one in answers}) == 1
    assert sorted("Idempotency-Replayed" in one for one in answers) == [False] + [True] * 9
    assert Tender.objects.count() == KeptAnswer.objects.count() == 1


def test_a_request_waits_for_whoever_took_the_key_first(elsewhere):
    """A row of a transaction that has not committed holds the second up; it does not act meanwhile."""
    program = Program(world.member(Role.OWNER))
    body = {"approval": world.approval().ref, "service": world.service().code} | terms()
    with transaction.atomic():
        KeptAnswer.objects.create(token=program.token, key=KEY, digest="0" * 64)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(program.post, "/tenders", body, key=KEY)
        transaction.set_rollback(True)
    assert not Tender.objects.exists()
    assert program.post("/tenders", body, key=KEY).status_code == 201
