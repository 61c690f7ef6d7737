"""What an address, telephone, mail or account was stays on record: a check of a day goes by that day's."""

import datetime as dt

import pgtrigger
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from regulation.decoupling.operations import check
from regulation.decoupling.queries.gathering import gather
from regulation.decoupling.sweeping.candidates import candidates
from regulation.ledger.queries import database_now
from regulation.parties.models import ContactRecord, Entity, Role
from regulation.parties.operations import note_account, note_contacts
from tests.factories import world

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def today():
    return timezone.localdate(database_now())


def told(entity, **contact):
    said = {"address": "", "phone": "", "email": ""} | contact
    note_contacts(entity=entity, by=world.user(), **said)


def ties(one, other, *, on, known_at=None):
    graph, _whole = gather([one, other], on=on, known_at=known_at, compared=[one, other])
    return [i.kind for i in graph.interests if i.ref.startswith("register/")]


def standing(entity):
    found = ContactRecord.objects.filter(entity=entity, recorded__upper_inf=True).order_by("held")
    return [(one.held.lower, one.held.upper, one.phone) for one in found]


def test_a_telephone_told_anew_ends_the_one_before_on_its_day():
    firm = world.intermediary().entity
    told(firm, phone="1")
    assert standing(firm) == [(today(), None, "1")]
    Entity.objects.filter(pk=firm.pk).update(name="改名")
    assert ContactRecord.objects.filter(entity=firm).count() == 1
    told(firm, phone="2")
    assert standing(firm) == [(today(), None, "2")]
    assert ContactRecord.objects.filter(entity=firm, recorded__upper_inf=False).get().phone == "1"


def test_what_an_entity_comes_with_counts_for_every_day_before():
    firm = world.entity("intermediary", phone="1")
    assert standing(firm) == [(None, None, "1")]
    Entity.objects.filter(pk=firm.pk).update(phone="2")
    assert standing(firm) == [(None, today(), "1"), (today(), None, "2")]
    Entity.objects.filter(pk=firm.pk).update(phone="")
    assert standing(firm) == [(None, today(), "1")]


def test_a_check_of_an_earlier_day_reads_that_days_and_knows_what_was_known():
    one, other = (world.entity("intermediary", phone="0826-2333333") for _n in range(2))
    before = database_now()
    Entity.objects.filter(pk=other.pk).update(phone="0826-2444444")
    assert ties(one, other, on=today()) == []
    assert ties(one, other, on=today() - DAY) == ["sameContact"]
    assert ties(one, other, on=today(), known_at=before) == ["sameContact"]
    assert ties(one, other, on=today() - DAY, known_at=database_now()) == ["sameContact"]


@pytest.mark.parametrize("what", ["address", "phone", "email", "account"])
def test_each_of_them_is_compared_as_it_was_on_the_day(what):
    one, other = world.entity("intermediary"), world.entity("intermediary")

    def tell(entity, text):
        if what == "account":
            note_account(entity=entity, number=text, by=None)
        else:
            told(entity, **{what: text})

    for entity in (one, other):
        tell(entity, "62170001")
    assert len(ties(one, other, on=today())) == 1
    assert ties(one, other, on=today() - DAY) == [], "told today, it says nothing of yesterday"
    tell(other, "62170002")
    assert ties(one, other, on=today()) == []


def test_a_stored_check_of_a_department_goes_by_the_day_it_is_asked_for():
    department = world.department(address="一号")
    firm = world.intermediary(entity=world.entity("intermediary", address="一号")).entity
    Entity.objects.filter(pk=firm.pk).update(address="二号")
    made = [
        check(intermediary=firm, department=department, gate="inquiry", on=on, by=None, at=database_now())
        for on in (today(), today() - DAY)
    ]
    assert [one.rule_code for one in made] == ["", "shared-with-authority"]


def test_a_sweep_of_an_earlier_day_looks_at_whom_that_day_tied():
    department = world.department(address="一号")
    firm = world.entity("intermediary", address="一号")
    pair = (department.pk, firm.pk)
    assert pair in candidates([department.pk], on=today(), known_at=database_now())
    Entity.objects.filter(pk=firm.pk).update(address="二号")
    assert pair not in candidates([department.pk], on=today(), known_at=database_now())
    assert pair in candidates([department.pk], on=today() - DAY, known_at=database_now())


def test_regulators_read_what_was_told_before_on_the_page_of_the_entity_and_nobody_else(sign_in, client):
    firm = world.entity("intermediary", phone="0826-2333333")
    Entity.objects.filter(pk=firm.pk).update(phone="0826-2444444")
    address = reverse("decoupling:entity", args=[firm.pk])
    for role, seen in ((Role.REGULATOR, True), (Role.OWNER, False)):
        page = sign_in(world.member(role)).get(address).content.decode()
        assert ("0826-2333333" in page, "0826-2444444" in page) == (seen, seen)
    yesterday = (today() - DAY).isoformat()
    page = sign_in(world.member(Role.REGULATOR)).get(f"{address}?on={yesterday}").content.decode()
    assert ("0826-2333333" in page, "0826-2444444" in page) == (True, False)


def test_writes_by_the_set_are_kept_too():
    made = Entity.objects.bulk_create(
        [Entity(kind="enterprise", name=f"单位{n}", phone=str(n) if n else "") for n in range(3)]
    )
    assert ContactRecord.objects.filter(entity__in=made).count() == 2, "who tells nothing has no row"
    Entity.objects.filter(pk__in=[one.pk for one in made]).update(phone="9")
    assert [standing(one)[-1][2] for one in made] == ["9", "9", "9"]
    assert ContactRecord.objects.filter(entity__in=made).count() == 7


def test_without_the_triggers_nothing_would_be_kept():
    with pgtrigger.ignore("parties.Entity:contacts_told", "parties.Entity:contacts_changed"):
        firm = world.entity("intermediary", phone="1")
        Entity.objects.filter(pk=firm.pk).update(phone="2")
    assert standing(firm) == []


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("contact_record_stands_as_stated", "UPDATE parties_contactrecord SET phone = '7'"),
        ("Cannot delete", "DELETE FROM parties_contactrecord"),
        (
            "contact_record_one_at_a_time",
            "INSERT INTO parties_contactrecord (entity_id, held, recorded, address, phone, email)"
            " SELECT entity_id, held, recorded, '', '7', '' FROM parties_contactrecord",
        ),
    ],
    ids=["altered", "removed", "two-at-a-time"],
)
def test_what_the_database_holds(name, sql, as_site_role):
    world.entity("intermediary", phone="1")
    failures = (IntegrityError, DatabaseError)
    with pytest.raises(failures, match=name), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
