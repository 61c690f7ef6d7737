"""Declarations, contests and merges take turns; without the locks these tests fail."""

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from regulation.parties import errors
from regulation.parties.models import (
    Contest,
    Declaration,
    DeclarationDraft,
    Interest,
    Remedy,
    Role,
    Same,
)
from regulation.parties.operations import (
    answer_contest,
    file_contest,
    file_declaration,
    keep_row,
    split_records,
)
from tests.factories import parties, world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def agent():
    return world.member(Role.AGENT, world.entity("intermediary"))


def test_two_agents_of_a_firm_file_its_draft_once(agent, elsewhere):
    keep_row(entity=agent.entity, row=parties.row(), by=agent.user)
    ask = {"entity": agent.entity, "by": agent.user, "at": timezone.now()}
    with transaction.atomic():
        DeclarationDraft.objects.select_for_update().get(entity=agent.entity)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(file_declaration, **ask)
    elsewhere(file_declaration, **ask)
    with pytest.raises(errors.NothingToDeclare):
        file_declaration(**ask)
    assert Declaration.objects.count() == Interest.objects.count() == 1


def test_a_row_waits_for_another_row_of_the_draft(agent, elsewhere):
    keep_row(entity=agent.entity, row=parties.row(), by=agent.user)
    with transaction.atomic():
        keep_row(entity=agent.entity, row=parties.row(), by=agent.user)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(keep_row, entity=agent.entity, row=parties.row(), by=agent.user)
    assert len(DeclarationDraft.objects.get().rows) == 2


def test_a_contest_waits_for_another_of_the_same_row(agent, elsewhere):
    interest = world.interest(world.entity(), agent.entity)
    ask = {"interest": interest, "entity": agent.entity, "wrong": "有误"}
    ask |= {"by": agent.user, "at": timezone.now()}
    with transaction.atomic():
        file_contest(**ask)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(file_contest, **ask)
    with pytest.raises(errors.AlreadyContested):
        file_contest(**ask)
    assert Contest.objects.count() == 1


def test_a_contest_is_answered_once(agent, elsewhere):
    contest = parties.contest(world.interest(world.entity(), agent.entity), agent.entity, by=agent.user)
    ask = {"contest": contest, "remedy": Remedy.REFUSE, "reason": "理由", "facts": {}, "at": timezone.now()}
    with transaction.atomic():
        answer_contest(by=world.user(), **ask)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(answer_contest, by=agent.user, **ask)
    with pytest.raises(errors.ContestClosed):
        answer_contest(by=world.user(), **ask)


def test_a_merge_is_split_once(elsewhere):
    same, by = parties.merge(world.person(), world.person()), world.user()
    with transaction.atomic():
        split_records(same=same, reason="x", by=by, at=timezone.now())
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(split_records, same=same, reason="x", by=by, at=timezone.now())
    assert Same.objects.standing().count() == 0
