"""Publications on one service take turns; without the lock the first test fails."""

import datetime as dt

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from regulation.registry.errors import NotADraft, RulingOverlaps
from regulation.registry.models import Ruling, Service
from regulation.registry.operations import publish_ruling
from tests.factories.registry import DraftFactory, RulingFactory, UserFactory, region

pytestmark = pytest.mark.django_db(transaction=True)


def publication(draft):
    return {"ruling": draft, "by": UserFactory(), "at": timezone.now() + dt.timedelta(seconds=5)}


def test_a_publication_waits_for_another_on_the_same_service(elsewhere):
    ask = publication(DraftFactory())
    with transaction.atomic():
        Service.objects.select_for_update(no_key=True).get(pk=ask["ruling"].service_id)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(publish_ruling, **ask)
    assert not Ruling.objects.published().exists()


def test_publications_on_other_services_do_not_wait(elsewhere):
    first, second = publication(DraftFactory()), publication(DraftFactory())
    with transaction.atomic():
        publish_ruling(**first)
        elsewhere(publish_ruling, **second)
    assert Ruling.objects.published().count() == 2


def test_of_two_drafts_for_one_place_the_second_is_refused(elsewhere):
    draft = DraftFactory()
    rival = DraftFactory(service=draft.service)
    first, second = publication(draft), publication(rival)
    elsewhere(publish_ruling, **first)
    with pytest.raises(RulingOverlaps):
        publish_ruling(**second)
    with pytest.raises(NotADraft):
        publish_ruling(**first)
    assert Ruling.objects.published().get() == draft


def test_the_database_itself_takes_turns_on_a_service(elsewhere):
    """A writer that goes around the operation waits too: the trigger locks the service before it looks."""
    draft, below = DraftFactory(), region("510000")
    with transaction.atomic():
        Service.objects.select_for_update(no_key=True).get(pk=draft.service_id)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(RulingFactory, service=draft.service, region=below)
