"""Lists as numbered, dated editions: compiled, published, frozen, compared."""

import datetime as dt
import hashlib

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import override

from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.registry.errors import (
    DayBeforeLastEdition,
    DayToCome,
    DepartmentMissing,
    NotADraftEdition,
    NothingChanged,
    NothingListed,
    NotTheCompiler,
    SameCompiler,
)
from regulation.registry.listing import canonical
from regulation.registry.models import Edition, EditionRow, Instrument, ListKind, Necessity, Provision
from regulation.registry.operations import compile_edition, publish_edition, withdraw_edition
from regulation.registry.queries import delta, edition_before
from tests.factories.registry import (
    ApprovalFactory,
    MaterialFactory,
    RulingFactory,
    ServiceFactory,
    UserFactory,
    region,
)

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 1)
NOW = dt.datetime(2026, 6, 1, 4, tzinfo=dt.UTC)


def compiled(kind=ListKind.OPTIONAL, place=None, department=None, as_of=TODAY, by=None):
    return compile_edition(
        kind=kind,
        region=place or region(),
        department=department,
        as_of=as_of,
        by=by or UserFactory(),
        at=NOW,
    )


def published(**asked):
    return publish_edition(edition=compiled(**asked), by=UserFactory(), at=NOW)


def keys(edition):
    return [row.key for row in edition.rows.order_by("position")]


def test_a_list_holds_what_is_on_record_in_force_that_day_in_its_own_region():
    ruling = RulingFactory(service=ServiceFactory(code="in"), days=20, day_kind="working", payer="applicant")
    RulingFactory(region=region("330000"))
    RulingFactory(necessity=Necessity.COMMISSIONED)
    RulingFactory(in_force=(dt.date(2027, 1, 1), None))
    edition = compiled()
    row = edition.rows.get()
    assert (row.key, row.position, row.ruling) == ("in/every-approval", 1, ruling)
    assert row.body["service"] == ruling.service.name
    assert row.body["days"] == "20 working"
    assert row.body["basis"] == str(ruling.bases.get().provision)
    assert row.level == "law"


def test_a_demand_whose_law_has_ended_is_left_out_and_named():
    standing, lapsed = (RulingFactory(necessity=Necessity.MANDATORY) for _ in range(2))
    law = lapsed.bases.get().provision
    Provision.objects.filter(pk=law.pk).update(in_force=(dt.date(2020, 1, 1), dt.date(2026, 1, 1)))
    edition = compiled(kind=ListKind.MANDATORY)
    assert [row.ruling for row in edition.rows.all()] == [standing]
    assert [entry["ruling"] for entry in edition.left_out] == [lapsed.pk]
    before = compiled(kind=ListKind.MANDATORY, as_of=dt.date(2025, 6, 1))
    assert (before.row_count, before.left_out) == (2, [])
    assert Instrument.objects.exists()


def test_a_departments_list_says_what_it_may_and_may_not_ask_for():
    approval = ApprovalFactory(committed_days=7)
    names = {}
    for verdict in (Necessity.MANDATORY, Necessity.OPTIONAL):
        names[verdict] = RulingFactory(
            approval=approval, region=approval.region, necessity=verdict
        ).service.name
    general = RulingFactory(necessity=Necessity.COMMISSIONED).service
    MaterialFactory(approval=approval, service=general, position=1, name="气候论证报告")
    unruled = ServiceFactory()
    MaterialFactory(approval=approval, service=unruled, position=2, name="别的报告")
    other = ApprovalFactory()
    edition = compiled(kind=ListKind.POWERS, place=approval.region, department=approval.department)
    row = edition.rows.get()
    assert (row.approval, row.body["committed_days"]) == (approval, "7")
    assert row.body["papers"] == "气候论证报告；别的报告"
    assert row.body["mandatory"] == names["mandatory"]
    assert row.body["optional"] == names["optional"]
    assert row.body["commissioned"] == general.name
    assert row.body["none"] == unruled.name
    assert other.department_id != approval.department_id


def test_the_nearer_region_decides_what_a_department_may_ask_for():
    approval = ApprovalFactory()
    service = ServiceFactory()
    MaterialFactory(approval=approval, service=service)
    RulingFactory(service=service, necessity=Necessity.MANDATORY)
    RulingFactory(service=service, necessity=Necessity.COMMISSIONED, region=region("510000"))
    edition = compiled(kind=ListKind.POWERS, place=approval.region, department=approval.department)
    body = edition.rows.get().body
    assert (body["mandatory"], body["commissioned"]) == ("", service.name)


def test_the_digest_can_be_taken_again_from_the_rows():
    for _ in range(3):
        RulingFactory()
    edition = compiled()
    lines = b"".join(canonical(row.key, row.body) for row in edition.rows.order_by("position"))
    assert edition.digest == hashlib.sha256(lines).hexdigest()


def test_numbers_count_from_one_and_the_ledger_has_the_digest():
    RulingFactory()
    first = published()
    RulingFactory()
    second = published()
    elsewhere = RulingFactory(region=region("330000"))
    third = published(place=elsewhere.region)
    assert [first.number, second.number, third.number] == [1, 2, 1]
    assert (first.added, second.added, second.removed, second.changed) == (None, 1, 0, 0)
    entry = Entry.objects.about(second.urn).get(kind="registry.edition_published")
    said = body_of(entry)
    assert (said["sha256"], said["number"], said["rows"]) == (second.digest, 2, 2)


def test_whoever_compiled_does_not_publish():
    RulingFactory()
    draft = compiled()
    with pytest.raises(SameCompiler):
        publish_edition(edition=draft, by=draft.compiled_by, at=NOW)


def test_an_edition_that_says_nothing_new_is_refused():
    RulingFactory()
    published()
    with override("en"), pytest.raises(NothingChanged, match="edition 1"):
        published()
    assert Edition.objects.published().count() == 1


def test_days_go_forward_and_not_beyond_today():
    RulingFactory()
    published()
    RulingFactory()
    with pytest.raises(DayBeforeLastEdition):
        compiled(as_of=TODAY - dt.timedelta(days=1))
    with pytest.raises(DayToCome):
        compiled(as_of=TODAY + dt.timedelta(days=1))


def test_an_older_draft_does_not_overtake():
    RulingFactory()
    older = compiled(as_of=TODAY - dt.timedelta(days=1))
    RulingFactory()
    published()
    with pytest.raises(DayBeforeLastEdition):
        publish_edition(edition=older, by=UserFactory(), at=NOW)


def test_a_list_that_never_held_anything_gets_no_edition():
    with pytest.raises(NothingListed):
        compiled()
    assert not Edition.objects.exists()


def test_only_the_list_of_powers_is_a_departments():
    approval = ApprovalFactory()
    with pytest.raises(DepartmentMissing):
        compiled(kind=ListKind.POWERS)
    with pytest.raises(DepartmentMissing):
        compiled(department=approval.department)


def test_a_draft_is_withdrawn_by_whoever_compiled_it_and_then_rests():
    RulingFactory()
    draft = compiled()
    with pytest.raises(NotTheCompiler):
        withdraw_edition(edition=draft, by=UserFactory(), at=NOW)
    withdraw_edition(edition=draft, by=draft.compiled_by, at=NOW)
    with pytest.raises(NotADraftEdition):
        publish_edition(edition=draft, by=UserFactory(), at=NOW)


def test_a_difference_tells_added_removed_and_changed_apart():
    kept, ended, worded = (RulingFactory() for _ in range(3))
    old = published()
    ended.recorded = (ended.recorded.lower, timezone.now())
    ended.save(update_fields=["recorded"])
    worded.recorded = (worded.recorded.lower, timezone.now())
    worded.save(update_fields=["recorded"])
    RulingFactory(service=worded.service, reason="您可以自己写。")
    new_ruling = RulingFactory()
    new = published()
    found = delta(old, new)
    assert [row.ruling for row in found.added] == [new_ruling]
    assert [row.ruling for row in found.removed] == [ended]
    assert [row.service for row in found.changed] == [worded.service]
    assert (new.added, new.removed, new.changed) == (1, 1, 1)
    assert edition_before(new) == old
    assert kept.service_id in {row.service_id for row in new.rows.all()}


# What the database holds, whoever writes


def refused(constraint):
    return pytest.raises((IntegrityError, DatabaseError), match=constraint)


def test_numbers_are_unbroken_in_the_database():
    RulingFactory()
    draft = compiled()
    with refused("edition_numbers_are_unbroken"), transaction.atomic():
        Edition.objects.filter(pk=draft.pk).update(number=2, published_at=NOW, published_by=UserFactory())


def test_the_database_takes_no_edition_twice_and_none_that_goes_back():
    RulingFactory()
    first = published()
    same = compiled()
    with refused("edition_says_something_new"), transaction.atomic():
        Edition.objects.filter(pk=same.pk).update(number=2, published_at=NOW, published_by=UserFactory())
    with refused("edition_days_go_forward"), transaction.atomic():
        Edition.objects.create(
            of_list=first.of_list,
            as_of=TODAY - dt.timedelta(days=1),
            number=2,
            digest="0" * 64,
            compiled_by=first.compiled_by,
            compiled_at=NOW,
            published_by=first.published_by,
            published_at=NOW,
        )


def test_the_database_wants_two_people():
    RulingFactory()
    draft = compiled()
    with refused("edition_published_by_second_person"), transaction.atomic():
        Edition.objects.filter(pk=draft.pk).update(number=1, published_at=NOW, published_by=draft.compiled_by)


@pytest.mark.parametrize("change", [{"row_count": 9}, {"digest": "0" * 64}, {"as_of": dt.date(2020, 1, 1)}])
def test_what_was_compiled_stands(change):
    RulingFactory()
    draft = compiled()
    with refused("edition_stands"), transaction.atomic():
        Edition.objects.filter(pk=draft.pk).update(**change)


def test_what_was_published_stands_and_is_kept():
    RulingFactory()
    edition = published()
    with refused("edition_stands"), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(added=7)
    with refused("Cannot delete"), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).delete()


def test_rows_come_with_their_edition_and_never_change():
    RulingFactory()
    edition = compiled()
    with refused("edition_row_comes_with_its_edition"), transaction.atomic():
        EditionRow.objects.create(edition=edition, position=2, key="late", body={})
    with refused("Cannot update or delete"), transaction.atomic():
        EditionRow.objects.filter(edition=edition).update(key="other")
    with refused("Cannot update or delete"), transaction.atomic():
        EditionRow.objects.filter(edition=edition)._raw_delete("default")


def test_an_edition_left_open_is_refused_at_the_end_of_its_transaction():
    RulingFactory()
    made = compiled()
    Edition.objects.create(of_list=made.of_list, as_of=TODAY, compiled_by=made.compiled_by, compiled_at=NOW)
    with refused("edition_is_whole"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
