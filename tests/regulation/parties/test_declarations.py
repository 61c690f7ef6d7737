"""Declarations: entered row by row, filed whole, frozen, held against a clock and other sources."""

import datetime as dt
import hashlib
from decimal import Decimal

import pytest
import rfc8785
from django.db import DatabaseError, IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from regulation.ledger.models import Entry
from regulation.parties import errors
from regulation.parties.contradiction import Stated, differences
from regulation.parties.effects import hold_against_declaration
from regulation.parties.models import (
    Declaration,
    DeclarationDraft,
    Discrepancy,
    Entity,
    Interest,
    Person,
    Role,
)
from regulation.parties.operations import (
    agree_row,
    declare_interests,
    drop_row,
    file_declaration,
    keep_row,
    mark_end,
    note_late,
    state_interest,
)
from regulation.parties.queries import due_on, last_declaration
from regulation.parties.tasks import note_late_declarations
from tests.factories import parties, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    return world.member(Role.AGENT, world.entity("intermediary"))


def enter(agent, **row):
    return keep_row(entity=agent.entity, row=parties.row(**row), by=agent.user)


def file(agent):
    return file_declaration(entity=agent.entity, by=agent.user, at=timezone.now())


def elsewhere(agent, holder, kind="shareholding", **fields):
    """What another source states, on record from this moment on."""
    return world.interest(holder, agent.entity, kind, source="登记档案", **fields)


def test_filing_states_everything_in_one_piece(agent):
    enter(agent)
    enter(agent, sort="post", kind="legalRepresentative", share=None)
    made = file(agent)
    held = Interest.objects.filter(declared_by=agent.entity)
    assert {i.kind for i in held} == {"shareholding", "legalRepresentative"}
    assert {i.holder_person_id for i in held} == {Person.objects.get().pk}
    assert {i.tier for i in held} == {"B"}
    assert {row["ref"] for row in made.contents} == {i.urn for i in held}
    assert made.digest == hashlib.sha256(rfc8785.dumps(made.contents)).hexdigest()
    assert Entry.objects.filter(kind="parties.interests_declared", subject=made.urn).count() == 1
    assert Entry.objects.filter(kind="parties.interest_stated").count() == 2
    assert not DeclarationDraft.objects.exists()


def test_no_entry_names_a_person(agent):
    enter(agent)
    file(agent)
    assert not Entry.objects.filter(body__contains="演示人员甲").exists()


def test_a_relative_who_is_an_official_becomes_two_interests(agent):
    key = enter(agent, sort="post", kind="legalRepresentative", share=None)
    department = world.department()
    enter(
        agent,
        sort="kin",
        kind="closeKin",
        who=f"r:{key}",
        name="演示亲属乙",
        share=None,
        department=department.pk,
        post="科长",
        rank="other",
    )
    enter(
        agent, sort="official", kind="official", who=f"r:{key}", name="", department=department.pk, share=None
    )
    file(agent)
    kin, *posts = Interest.objects.exclude(kind="legalRepresentative").order_by("kind")
    assert (kin.holder_person.name, kin.subject_person.name) == ("演示亲属乙", "演示人员甲")
    assert {(i.holder_person.name, i.subject, i.rank) for i in posts} == {
        ("演示亲属乙", department, "other"),
        ("演示人员甲", department, ""),
    }
    assert {i.declared_by for i in (kin, *posts)} == {agent.entity}


def test_a_body_by_its_code_is_registered_once(agent):
    known = world.entity()
    code = "91110108551385082Q"
    enter(agent, person=False, code=known.credit_code, name="", entity=known.pk)
    enter(agent, person=False, code=code, name="新单位")
    enter(agent, person=False, code=code, name="新单位", kind="votingRights")
    file(agent)
    holders = Interest.objects.filter(declared_by=agent.entity).values_list("holder_entity", flat=True)
    new = Entity.objects.get(credit_code=code)
    assert sorted(holders) == sorted([known.pk, new.pk, new.pk])


def test_a_share_not_stated_stays_not_stated(agent):
    enter(agent, share=None)
    enter(agent, share=["10", "20.5"], name="演示人员丙")
    file(agent)
    shares = set(Interest.objects.values_list("share_min", "share_max"))
    assert shares == {(None, None), (Decimal(10), Decimal("20.5"))}


def test_nothing_is_written_where_one_row_fails(agent):
    enter(agent)
    enter(agent, sort="official", kind="official", who="p:999999", department=world.department().pk)
    with pytest.raises(errors.RowGone):
        file(agent)
    assert not Interest.objects.exists()
    assert not Declaration.objects.exists()
    assert len(DeclarationDraft.objects.get().rows) == 2


def test_a_number_and_another_name_do_not_go_together(agent):
    Person.objects.create(name="演示人员丁", identity_digest=b"1" * 32)
    enter(agent, identity=(b"1" * 32).hex())
    with pytest.raises(errors.NumberAndNameDiffer, match="Row 1"):
        file(agent)


def test_the_same_number_is_the_same_person(agent):
    there = Person.objects.create(name="演示人员甲", identity_digest=b"1" * 32)
    enter(agent, identity=(b"1" * 32).hex())
    file(agent)
    held = Interest.objects.get()
    assert (held.holder_person, held.tier) == (there, "A")


def test_an_interest_ends_and_the_old_statement_is_kept(agent):
    enter(agent)
    file(agent)
    old = Interest.objects.get()
    mark_end(entity=agent.entity, interest=old.pk, end="2024-01-01", by=agent.user)
    made = file(agent)
    old.refresh_from_db()
    new = Interest.objects.standing().get()
    assert old.recorded.upper is not None
    assert (new.held.upper, new.declared_by) == (dt.date(2024, 1, 1), agent.entity)
    assert [row["ref"] for row in made.contents] == [new.urn]


def test_only_what_one_declared_oneself_is_ended(agent):
    other = elsewhere(agent, world.entity())
    with pytest.raises(errors.RowGone):
        mark_end(entity=agent.entity, interest=other.pk, end="2024-01-01", by=agent.user)


def test_an_empty_draft_is_not_filed(agent):
    with pytest.raises(errors.NothingToDeclare):
        file(agent)


def test_a_row_taken_out_takes_along_what_hangs_on_it(agent):
    key = enter(agent, sort="post", kind="legalRepresentative")
    enter(agent, sort="official", kind="official", who=f"r:{key}")
    drop_row(entity=agent.entity, key=key, by=agent.user)
    assert DeclarationDraft.objects.get().rows == []


def test_a_draft_has_an_end(agent, monkeypatch):
    from regulation.parties.operations import drafts

    monkeypatch.setattr(drafts, "MOST_ROWS", 1)
    enter(agent)
    with pytest.raises(errors.TooManyRows):
        enter(agent)


def test_a_declaration_is_frozen(agent):
    made = declare_interests(entity=agent.entity, as_of=timezone.localdate(), by=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        Declaration.objects.filter(pk=made.pk).update(contents=[{"x": 1}])
    with pytest.raises(DatabaseError), transaction.atomic():
        Declaration.objects.filter(pk=made.pk).delete()


def test_what_the_declaration_contained_contradicts_nothing(agent):
    other = elsewhere(agent, world.entity())
    made = declare_interests(entity=agent.entity, as_of=timezone.localdate(), by=None)
    assert [row["ref"] for row in made.contents] == [other.urn]
    assert not Discrepancy.objects.exists()


def test_an_interest_left_out_is_noted_once(agent):
    other = elsewhere(agent, world.entity())
    enter(agent)
    made = file(agent)
    found = Discrepancy.objects.get()
    assert (found.interest, found.declaration, found.what) == (other, made, ["absent"])
    assert Entry.objects.filter(kind="parties.declaration_contradicted", subject=found.urn).count() == 1
    note_late_declarations()
    assert Discrepancy.objects.count() == 1


def test_declaring_it_too_settles_it(agent):
    other = elsewhere(agent, world.entity(), share_min=Decimal(10), share_max=Decimal(10))
    enter(agent)
    file(agent)
    agree_row(entity=agent.entity, interest=other.pk, by=agent.user)
    agree_row(entity=agent.entity, interest=other.pk, by=agent.user)
    file(agent)
    assert Interest.objects.get(declared_by=agent.entity, holder_entity=other.holder_entity).share_min == 10
    assert not Discrepancy.objects.open().exists()


def test_an_import_after_the_declaration_is_held_against_it(agent):
    enter(agent)
    file(agent)
    owner = world.entity()
    state_interest(
        holder=owner, subject=agent.entity, kind="shareholding", start=world.LONG_AGO, source="导入", by=None
    )
    entry = Entry.objects.filter(kind="parties.interest_stated").last()
    hold_against_declaration(entry)
    hold_against_declaration(entry)
    assert Discrepancy.objects.get().interest.holder_entity == owner


def test_the_daily_task_finds_what_was_imported_without_an_entry(agent):
    enter(agent)
    file(agent)
    elsewhere(agent, world.entity())
    assert note_late_declarations() == 1
    assert note_late_declarations() == 0


def test_what_began_after_the_day_contradicts_nothing_of_it(agent):
    enter(agent)
    made = file(agent)
    elsewhere(agent, world.entity(), held=DateRange(made.as_of + dt.timedelta(days=1), None))
    assert note_late_declarations() == 0


def test_merged_holders_are_one(agent):
    one, other = world.entity(), world.entity()
    parties.merge(one, other)
    elsewhere(agent, other, share_min=Decimal(60), share_max=Decimal(60))
    enter(agent, person=False, entity=one.pk, code="", name=one.name)
    file(agent)
    assert not Discrepancy.objects.exists()


def stated(ref, **fields):
    plain = {"kind": "shareholding", "holder": "entity/1", "name": "甲", "share": (Decimal(60), Decimal(60))}
    return Stated(ref, **plain | fields)


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ({}, None),
        ({"share": None}, None),
        ({"share": (Decimal(50), Decimal(60))}, None),
        ({"share": (Decimal(61), Decimal(70))}, ("share",)),
        ({"share": (Decimal(10), Decimal("59.9"))}, ("share",)),
        ({"holder": "entity/2"}, ("absent",)),
        ({"kind": "votingRights"}, ("absent",)),
    ],
)
def test_shares_contradict_where_they_have_nothing_in_common(other, what):
    found = differences([stated(1)], [stated(2, **other)])
    assert [each.what for each in found] == ([what] if what else [])


def test_another_legal_representative_contradicts_the_declared_one():
    mine = stated(1, kind="legalRepresentative", share=None)
    found = differences([mine], [stated(2, kind="legalRepresentative", share=None, holder="entity/2")])
    assert (found[0].what, found[0].declared) == (("holder",), mine)


def test_people_of_one_name_in_one_firm_are_taken_for_one():
    mine = stated(1, kind="boardMember", share=None, holder="person/1", name="演示 甲", is_person=True)
    other = stated(2, kind="boardMember", share=None, holder="person/2", name="演示甲", is_person=True)
    assert differences([mine], [other]) == []


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 100), st.integers(0, 100)), max_size=8))
def test_a_statement_never_contradicts_itself(rows):
    said = [
        stated(n, holder=f"entity/{n}", share=(Decimal(min(a, b)), Decimal(max(a, b))))
        for n, (_holder, a, b) in enumerate(rows)
    ]
    assert differences(said, said) == []
    assert [d.other for d in differences([], said)] == said


def test_the_first_is_due_after_registration_and_the_next_after_a_year(agent, settings):
    settings.DECLARATION_FIRST_DAYS, settings.DECLARATION_YEARLY_DAYS = 30, 365
    agent.entity.refresh_from_db()
    registered = timezone.localdate(agent.entity.created_at)
    assert due_on(agent.entity, None) == registered + dt.timedelta(days=30)
    last = Declaration.objects.create(entity=agent.entity, as_of=dt.date(2026, 1, 1))
    assert due_on(agent.entity, last) == dt.date(2027, 1, 1)


def test_a_change_that_others_tell_of_makes_it_due_earlier(agent, settings):
    settings.DECLARATION_CHANGE_DAYS = 15
    last = Declaration.objects.create(entity=agent.entity, as_of=dt.date(2026, 1, 1))
    elsewhere(agent, world.entity(), held=DateRange(dt.date(2026, 2, 1), None))
    assert due_on(agent.entity, last) == dt.date(2026, 2, 16)


def test_a_late_one_is_noted_once_and_settled_by_filing(agent):
    Declaration.objects.create(entity=agent.entity, as_of=world.LONG_AGO)
    assert note_late_declarations() == 1
    assert note_late_declarations() == 0
    found = Discrepancy.objects.get()
    assert Entry.objects.filter(kind="parties.declaration_late", subject=found.urn).count() == 1
    declare_interests(entity=agent.entity, as_of=timezone.localdate(), by=agent.user)
    assert not Discrepancy.objects.open().exists()
    assert note_late_declarations() == 0


def test_one_that_comes_late_is_noted_though_no_task_ran(agent):
    Declaration.objects.create(entity=agent.entity, as_of=world.LONG_AGO)
    made = declare_interests(entity=agent.entity, as_of=timezone.localdate(), by=agent.user)
    found = Discrepancy.objects.get()
    assert (found.kind, found.declaration) == ("late", made)
    assert found.cleared_at is not None


def test_a_change_declared_late_is_noted(agent, settings):
    settings.DECLARATION_CHANGE_DAYS = 15
    today = timezone.localdate()
    Declaration.objects.create(entity=agent.entity, as_of=today - dt.timedelta(days=100))
    began = today - dt.timedelta(days=90)
    enter(agent, start=began.isoformat())
    file(agent)
    assert Discrepancy.objects.get().due_on == began + dt.timedelta(days=15)


def test_a_body_nobody_acts_for_here_owes_no_declaration():
    world.entity("intermediary")
    assert note_late_declarations() == 0


def test_a_day_missed_is_there_once(agent):
    day = dt.date(2026, 1, 1)
    assert note_late(entity=agent.entity, due=day, declaration=None, at=timezone.now())
    assert note_late(entity=agent.entity, due=day, declaration=None, at=timezone.now()) is None
    with pytest.raises(IntegrityError, match="discrepancy_late_once"), transaction.atomic():
        Discrepancy.objects.create(entity=agent.entity, kind="late", due_on=day)


ROW = {
    "kind": "shareholding",
    "holder": "person",
    "name": "演示人员甲",
    "birth_month": "1980-05",
    "share_how": "exact",
    "least": "60",
    "start": "2020-01-01",
    "source": "公司章程",
}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "official"}, "Interest"),
        ({"birth_month": "1980-13"}, "1980-05"),
        ({"name": ""}, "Needed for a person"),
        ({"name": "a\0b"}, "Null characters"),
        ({"holder": "entity"}, "Enter the code"),
        ({"holder": "entity", "code": "123"}, "Unified Social Credit Code is not valid"),
        ({"holder": "entity", "code": "91110108551385082Q"}, "enter its full name"),
        ({"least": "101"}, "100"),
        ({"least": ""}, "Enter the share in per cent"),
        ({"least": "9" * 40}, "100"),
        ({"share_how": "range", "most": "10"}, "The most is less than the least"),
        ({"start": "2020-02-30"}, "valid date"),
        ({"start": "3020-01-01"}, "between"),
        ({"end": "2019-01-01"}, "cannot end before it starts"),
        ({"source": ""}, "required"),
        ({"url": "javascript:alert(1)"}, "valid URL"),
    ],
)
def test_a_wrong_row_is_told_by_its_field(agent, sign_in, change, told):
    answer = sign_in(agent).post("/en/account/declaration/add/owner/", ROW | change)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not DeclarationDraft.objects.exists()


def test_the_pages_lead_from_the_row_to_the_record(agent, sign_in):
    client = sign_in(agent)
    assert client.post("/en/account/declaration/add/owner/", ROW).status_code == 302
    row = DeclarationDraft.objects.get().rows[0]
    page = client.get(f"/en/account/declaration/rows/{row['key']}/").content.decode()
    assert "演示人员甲" in page
    client.post(f"/en/account/declaration/rows/{row['key']}/", ROW | {"least": "55.5"})
    assert "55.5" in client.get("/en/account/declaration/check/").content.decode()
    filed = client.post("/en/account/declaration/check/")
    assert filed.status_code == 302
    assert "演示人员甲" in client.get(filed.url).content.decode()
    assert client.get("/en/account/declaration/").status_code == 200
    held = Interest.objects.get()
    client.post(f"/en/account/declaration/end/{held.pk}/", {"end": "2024-01-01"})
    assert "2024-01-01" in client.get("/en/account/declaration/check/").content.decode()


def test_an_official_is_chosen_from_the_firms_own_people(agent, sign_in):
    client = sign_in(agent)
    assert client.get("/en/account/declaration/add/official/").status_code == 302
    client.post("/en/account/declaration/add/post/", ROW | {"kind": "legalRepresentative"})
    key, department = DeclarationDraft.objects.get().rows[0]["key"], world.department()
    said = {"who": f"r:{key}", "department": department.name, "rank": "leading", "source": "干部档案"}
    assert (
        client.post("/en/account/declaration/add/official/", said | {"department": "无"}).status_code == 422
    )
    assert client.post("/en/account/declaration/add/official/", said | {"who": "p:1"}).status_code == 422
    assert client.post("/en/account/declaration/add/official/", said).status_code == 302
    client.post("/en/account/declaration/check/")
    assert Interest.objects.get(kind="official").subject == department


def test_people_and_kin_show_neither_to_the_public_nor_to_another_firm(agent, sign_in, client):
    key = enter(agent, sort="post", kind="legalRepresentative", share=None)
    department = world.department()
    enter(
        agent,
        sort="kin",
        kind="closeKin",
        who=f"r:{key}",
        name="演示亲属乙",
        share=None,
        department=department.pk,
    )
    file(agent)
    rival = world.member(Role.AGENT, world.entity("intermediary"))
    addresses = [
        f"/en/entities/{agent.entity_id}/",
        f"/en/entities/{department.pk}/",
        "/en/account/interests/",
    ]
    for address in addresses[:2]:
        assert "演示" not in client.get(address).content.decode()
    for address in addresses:
        assert "演示" not in sign_in(rival).get(address).content.decode()


def test_the_list_of_discrepancies_is_flat(sign_in, assert_flat):
    def another():
        firm = world.entity("intermediary")
        note_late(entity=firm, due=world.LONG_AGO, declaration=None, at=timezone.now())

    assert_flat(sign_in(world.member(Role.REGULATOR)), "/en/discrepancies/", another)


def test_the_last_one_is_the_newest(agent):
    for day in (2, 1):
        Declaration.objects.create(entity=agent.entity, as_of=dt.date(2026, 1, day))
    assert last_declaration(agent.entity).as_of == dt.date(2026, 1, 2)
