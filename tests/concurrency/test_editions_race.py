"""Publications of one list take turns; without the lock of the operation the first test fails."""

import threading

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from regulation.registry.models import Edition, ListKind, PublicList
from regulation.registry.operations import compile_edition, publish_edition
from tests.factories.registry import RulingFactory, UserFactory, region

pytestmark = pytest.mark.django_db(transaction=True)


def draft(place=None):
    """A draft of the optional list that says more than the one before."""
    place = place or region()
    RulingFactory(region=place)
    now = timezone.now()
    return compile_edition(
        kind=ListKind.OPTIONAL,
        region=place,
        department=None,
        as_of=timezone.localdate(now),
        by=UserFactory(),
        at=now,
    )


def publication(edition):
    return {"edition": edition, "by": UserFactory(), "at": timezone.now()}


def test_two_publications_at_once_get_consecutive_numbers():
    first, second = publication(draft()), publication(draft())
    outcome: list[object] = []

    def work():
        try:
            outcome.append(publish_edition(**second).number)
        except Exception as failure:
            outcome.append(failure)
        finally:
            connection.close()

    late = threading.Thread(target=work)
    with transaction.atomic():
        assert publish_edition(**first).number == 1
        late.start()
        late.join(1)
        assert late.is_alive()  # it waits for the first to be over
    late.join(30)
    assert outcome == [2]
    assert list(Edition.objects.published().order_by("number").values_list("number", flat=True)) == [1, 2]


def test_publications_of_other_lists_do_not_wait(elsewhere):
    first, second = publication(draft()), publication(draft(region("330000")))
    with transaction.atomic():
        publish_edition(**first)
        assert elsewhere(publish_edition, **second).number == 1


def test_the_database_itself_takes_turns_on_a_list(elsewhere):
    """A writer that goes around the operation waits too: the trigger locks the list before it counts."""
    made, by = draft(), UserFactory()

    def around():
        Edition.objects.filter(pk=made.pk).update(number=1, published_at=timezone.now(), published_by=by)

    with transaction.atomic():
        PublicList.objects.select_for_update(no_key=True).get(pk=made.of_list_id)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(around)
