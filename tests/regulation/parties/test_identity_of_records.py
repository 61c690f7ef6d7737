"""Records that may be one: looked for by likeness, decided by a person, merged until somebody splits."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from regulation.ledger.models import Entry
from regulation.parties import errors, namesakes
from regulation.parties.models import Interest, Role, Same, Suggestion
from regulation.parties.operations import (
    confirm_suggestion,
    keep_lead,
    merge_records,
    refresh_suggestions,
    reject_suggestion,
    split_records,
    state_interest,
)
from regulation.parties.queries import keys_of_same
from tests.factories import parties, world

pytestmark = pytest.mark.django_db


def pair(**fields):
    return world.person(name="演示人员甲", **fields), world.person(name="演示人员甲", **fields)


def suggested(**fields):
    pair(**fields)
    refresh_suggestions()
    return Suggestion.objects.get()


def test_names_alike_are_suggested_once_and_never_merged():
    pair()
    world.person(name="欧阳某某")
    assert refresh_suggestions() == 1
    assert refresh_suggestions() == 0
    assert Suggestion.objects.get().tier == "C"
    assert Same.objects.count() == 0


def test_a_name_that_only_sounds_the_same_is_suggested():
    world.person(name="张伟伟")
    world.person(name="章伟伟")
    assert refresh_suggestions() == 1
    assert Suggestion.objects.get().score == 95


def test_bodies_that_only_sound_the_same_are_two():
    world.department(name="广安区税务局", credit_code=None)
    world.department(name="广安区水务局", credit_code=None)
    assert refresh_suggestions() == 0


def test_bodies_are_compared_without_place_form_and_brackets():
    world.entity(name="四川省广安市渠江安环技术有限公司")
    world.entity(name="渠江安环技术（演示）有限责任公司", credit_code=None)
    world.entity(name="四川省广安市青石测绘有限公司")
    assert refresh_suggestions() == 1


def test_bodies_with_two_credit_codes_are_two():
    world.entity(name="渠江安环技术有限公司")
    world.entity(name="渠江安环技术有限公司")
    assert refresh_suggestions() == 0


def test_departments_of_two_regions_are_two():
    world.department(name="广安区交通运输局", credit_code=None)
    elsewhere = world.region("511603", "前锋区")
    world.department(name="前锋区交通运输局", credit_code=None, region=elsewhere)
    assert refresh_suggestions() == 0


def test_the_work_grows_with_the_names_and_not_with_their_square(monkeypatch):
    asked = []
    monkeypatch.setattr(namesakes, "likeness", lambda one, other, by_sound: asked.append(1) or 0)
    names = [(n, f"王{chr(0x4E00 + n)}") for n in range(600)]
    assert list(namesakes.pairs_in(names)) == []
    assert len(asked) <= 600 * namesakes.WINDOW


def test_names_are_read_in_several_passes_with_the_same_result(monkeypatch):
    from regulation.parties.operations import merging

    monkeypatch.setattr(merging, "NAMES_A_PASS", 1)
    pair()
    assert refresh_suggestions() == 1


@pytest.mark.parametrize(
    ("agreeing", "tier"),
    [
        ([], "C"),
        (["birth_month"], "C"),
        (["birth_month", "firm"], "B"),
        (["identity"], "A"),
        (["credit_code"], "A"),
    ],
)
def test_tiers_follow_what_agrees(agreeing, tier):
    assert namesakes.tier_of(agreeing) == tier


def test_an_open_suggestion_is_judged_anew():
    one, other = pair(birth_month="1980-05")
    refresh_suggestions()
    assert Suggestion.objects.get().tier == "C"
    firm = world.entity()
    for person in (one, other):
        world.interest(person, firm, "boardMember")
    refresh_suggestions()
    found = Suggestion.objects.get()
    assert (found.tier, found.agreeing) == ("B", ["birth_month", "firm"])


def test_a_name_alone_is_no_ground_for_a_merge():
    with pytest.raises(errors.NameAlone):
        confirm_suggestion(suggestion=suggested(), reason="同名", by=world.user(), at=timezone.now())
    assert Same.objects.count() == 0
    assert Suggestion.objects.get().state == "open"


def test_the_database_too_keeps_a_name_alone_from_being_merged():
    found = suggested()
    with pytest.raises(IntegrityError, match="suggestion_merged_on_more"), transaction.atomic():
        Suggestion.objects.filter(pk=found.pk).update(state="merged", reason="x")


def test_two_numbers_are_two_people():
    one, other = pair(birth_month="1980-05", address="某街")
    for person, digest in ((one, b"1"), (other, b"2")):
        person.identity_digest = digest
        person.save()
    assert refresh_suggestions() == 0
    found = parties.suggestion(one, other)
    with pytest.raises(errors.DifferentNumbers):
        confirm_suggestion(suggestion=found, reason="x", by=world.user(), at=timezone.now())


def test_a_merge_is_an_entry_and_reversible():
    found, by = suggested(birth_month="1980-05", address="某街"), world.user()
    same = confirm_suggestion(suggestion=found, reason="出生年月和住址一致", by=by, at=timezone.now())
    assert (same.tier, same.made_by) == ("B", by)
    assert Entry.objects.filter(kind="parties.merged", subject=same.urn).count() == 1
    people = [found.person_id, found.other_person_id]
    assert set(keys_of_same(people, people=True).values()) == {found.person_id}
    split_records(same=same, reason="两个人", by=by, at=timezone.now())
    assert Entry.objects.filter(kind="parties.split", subject=same.urn).count() == 1
    assert keys_of_same(people, people=True) == {key: key for key in people}
    assert refresh_suggestions() == 0
    with pytest.raises(errors.AlreadySplit):
        split_records(same=same, reason="x", by=by, at=timezone.now())


def test_a_merge_survives_what_is_stated_of_the_merged_record_again():
    found = suggested(birth_month="1980-05", address="某街")
    same = confirm_suggestion(suggestion=found, reason="一致", by=world.user(), at=timezone.now())
    again = world.entity()
    for _time in range(2):
        state_interest(
            holder=found.other_person,
            subject=again,
            kind="boardMember",
            start=None,
            source="导入",
            by=None,
        )
    refresh_suggestions()
    same.refresh_from_db()
    assert same.recorded.upper is None
    assert keys_of_same([found.other_person_id], people=True) == {found.other_person_id: found.person_id}
    assert Interest.objects.filter(holder_person=found.other_person).count() == 2


def test_merges_of_merges_count():
    one, two, three = (world.entity() for _n in range(3))
    for first, second in ((one, two), (two, three)):
        merge_records(one=first, other=second, agreeing=["address", "phone"], reason="x", by=None)
    assert set(keys_of_same([one.pk, two.pk, three.pk], people=False).values()) == {one.pk}


def test_two_records_are_merged_once():
    one, other = pair()
    parties.merge(one, other)
    with pytest.raises(errors.AlreadyMerged):
        parties.merge(other, one)


def test_what_was_rejected_is_not_suggested_again():
    found = suggested()
    reject_suggestion(suggestion=found, reason="不是一人", by=world.user(), at=timezone.now())
    assert refresh_suggestions() == 0
    assert Suggestion.objects.get().state == "rejected"
    with pytest.raises(errors.AlreadyDecided):
        keep_lead(suggestion=found, reason="x", by=world.user(), at=timezone.now())


def test_a_lead_can_be_decided_later():
    found = suggested(birth_month="1980-05", address="某街")
    keep_lead(suggestion=found, reason="线索", by=world.user(), at=timezone.now())
    confirm_suggestion(suggestion=found, reason="核实", by=world.user(), at=timezone.now())
    assert Suggestion.objects.get().state == "merged"


def test_each_look_at_a_person_is_an_entry(sign_in):
    found, regulator = suggested(), world.member(Role.REGULATOR)
    client = sign_in(regulator)
    assert client.get(f"/en/identity/people/{found.person_id}/").status_code == 200
    seen = Entry.objects.get(kind="parties.looked")
    assert (seen.subject, seen.actor) == (found.person.urn, regulator.user)
    assert found.person.name not in seen.body
    assert client.get(f"/en/identity/{found.pk}/").status_code == 200
    assert Entry.objects.filter(kind="parties.looked").count() == 3


def test_a_list_of_people_shows_no_whole_name_and_is_no_look(sign_in):
    suggested()
    page = sign_in(world.member(Role.REGULATOR)).get("/en/identity/").content.decode()
    assert "演示人员甲" not in page
    assert "演＊＊＊＊" in page
    assert not Entry.objects.filter(kind="parties.looked").exists()


def test_the_pages_decide(sign_in):
    found = suggested(birth_month="1980-05", address="某街")
    client = sign_in(world.member(Role.REGULATOR))
    assert client.post(f"/en/identity/{found.pk}/", {"act": "merge", "reason": ""}).status_code == 422
    assert client.post(f"/en/identity/{found.pk}/", {"act": "what", "reason": "x"}).status_code == 409
    assert client.post(f"/en/identity/{found.pk}/", {"act": "merge", "reason": "一致"}).status_code == 302
    same = Same.objects.get()
    assert client.post(f"/en/identity/merges/{same.pk}/split/", {"reason": "x"}).status_code == 302
    same.refresh_from_db()
    assert same.recorded.upper is not None


def test_lists_are_flat(sign_in, assert_flat):
    client = sign_in(world.member(Role.REGULATOR))
    assert_flat(client, "/en/identity/", lambda: parties.suggestion(world.person(), world.person()))
    assert_flat(client, "/en/identity/merges/", lambda: parties.merge(world.person(), world.person()))


def test_leads_by_the_name_alone_show_to_regulators_only(client, sign_in):
    firm, person = world.entity("intermediary"), world.person(name="线索人员乙")
    world.interest(person, firm, "boardMember", tier="C")
    world.interest(world.entity(name="线索单位"), firm, "shareholding", tier="C")
    public = client.get(f"/en/entities/{firm.pk}/").content.decode()
    for member in (Role.AGENT, Role.OWNER):
        page = sign_in(world.member(member, firm)).get("/en/account/interests/").content.decode()
        assert "线索" not in page
        assert "线索" not in public
    page = sign_in(world.member(Role.AGENT, firm)).get("/en/account/declaration/").content.decode()
    assert "线索" not in page
    page = sign_in(world.member(Role.REGULATOR)).get(f"/en/identity/people/{person.pk}/").content.decode()
    assert firm.name in page
