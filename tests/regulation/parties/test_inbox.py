"""The inbox: each person's own, read and unread, filtered and paged; nobody else's."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from regulation.ledger.models import Entry
from regulation.ledger.operations import record
from regulation.ledger.tasks import deliver
from regulation.parties.models import Notice, Role
from regulation.parties.operations import (
    forget_notices,
    make_token,
    mark_read,
    mark_unread,
    notify,
    people_of,
)
from regulation.parties.operations.noticing import KEPT
from regulation.parties.queries import notices_for, unread_of
from tests.factories import world
from tests.factories.programs import Program

pytestmark = pytest.mark.django_db
INBOX = "parties:inbox"


class Thing:
    urn = "tenders.tender/t-x"


def happened(kind="tenders.published", actor=None):
    return record(kind=kind, subject=Thing, actor=actor, body={})


def told(member, about="储罐区安全评价", kind="tenders.published", **how):
    entry = happened(kind)
    to = [(member.user_id, how.get("entity", member.entity_id))]
    notify(entry=entry, about=about, view="tenders:tender_list", args=[], to=to)
    return Notice.objects.get(entry=entry)


def test_a_person_is_told_once_of_an_entry_and_never_of_their_own_act():
    member, colleague = world.member(Role.OWNER), world.member(Role.OWNER)
    entry = happened(actor=colleague.user)
    to = [(one.user_id, one.entity_id) for one in (member, member, colleague)]
    for _ in range(2):
        notify(entry=entry, about="x" * 500, view="tenders:tender_list", args=[], to=to)
    assert Notice.objects.get().user == member.user
    assert len(Notice.objects.get().about) == 200
    same = {"entry": entry, "user": member.user, "kind": "k", "view": "v", "at": timezone.now()}
    for entity in (member.entity, None, None):
        if entity is None and not Notice.objects.filter(entity=None).exists():
            Notice.objects.create(entity=None, **same)
        with pytest.raises(IntegrityError, match="notice_once_an_entry"), transaction.atomic():
            Notice.objects.create(entity=entity, **same)


def test_who_acts_for_an_entity_in_a_role_that_day_is_meant():
    owner, agent = world.member(Role.OWNER), world.member(Role.AGENT)
    gone = world.member(Role.OWNER, owner.entity)
    gone.user.is_active = False
    gone.user.save()
    today = timezone.localdate()
    entities = [owner.entity_id, agent.entity_id]
    assert people_of(entities, Role.OWNER, on=today) == [(owner.user_id, owner.entity_id)]
    assert people_of(entities, Role.OWNER, on=world.LONG_AGO - dt.timedelta(days=1)) == []


def test_it_says_what_happened_in_what_and_leads_there(sign_in):
    member = world.member(Role.OWNER)
    notice = told(member)
    client = sign_in(member)
    page = client.get(reverse(INBOX))
    assert "1 notice to read" in page.text
    assert "The owner published the tender; its terms stand." in page.text
    assert "储罐区安全评价" in page.text
    assert '<span class="count" aria-hidden="true">1</span>' in page.text
    with translation.override("zh-hans"):
        chinese = client.get(reverse(INBOX)).text
    assert "The owner published" not in chinese
    answer = client.get(reverse("parties:notice_open", args=[notice.ref]))
    assert (answer.status_code, answer.url) == (302, reverse("tenders:tender_list"))
    notice.refresh_from_db()
    assert notice.read_at is not None
    assert 'class="count" aria-hidden="true">' not in client.get(reverse(INBOX)).text


def test_reading_is_undone_and_all_is_read_at_once(sign_in):
    member = world.member(Role.OWNER)
    first, _second = told(member), told(member)
    client = sign_in(member)
    mark = reverse("parties:notice_mark", args=[first.ref])
    answer = client.post(mark, {"as": "read", "back": "state=unread&page=1\r\nX: y"})
    assert answer.url == f"{reverse(INBOX)}?state=unread&page=1%0D%0AX%3A+y"
    assert unread_of(member.user) == 1
    client.post(mark, {"as": "unread"})
    assert unread_of(member.user) == 2
    assert "2 notices are marked as read." in client.post(reverse("parties:inbox_read"), follow=True).text
    assert unread_of(member.user) == 0
    assert "Nothing was unread." in client.post(reverse("parties:inbox_read"), follow=True).text


def test_it_is_narrowed_and_paged_and_says_why_it_is_empty(sign_in, assert_flat):
    member = world.member(Role.OWNER)
    client = sign_in(member)
    assert "Nothing has happened yet that concerns you" in client.get(reverse(INBOX)).text
    read = told(member, "合同一", "contracts.signed")
    mark_read(user=member.user, refs=[read.ref], at=timezone.now())
    told(member, "采购二")
    assert "合同一" in client.get(reverse(INBOX), {"state": "read"}).text
    assert "采购二" not in client.get(reverse(INBOX), {"state": "read"}).text
    assert "采购二" not in client.get(reverse(INBOX), {"room": "contracts"}).text
    told(member, "异议甲", "parties.contest_answered"), told(member, "令牌甲", "parties.token_made")
    gate = client.get(reverse(INBOX), {"room": "gate"}).text
    assert ("异议甲" in gate, "令牌甲" in gate) == (True, False)
    account = client.get(reverse(INBOX), {"room": "parties"}).text
    assert ("异议甲" in account, "令牌甲" in account) == (False, True)
    assert "No notice fits this" in client.get(reverse(INBOX), {"q": "三"}).text
    assert client.get(reverse(INBOX), {"state": "x", "page": "y", "q": "\0"}).status_code == 200
    assert_flat(client, reverse(INBOX), lambda: told(member), limit=12)
    assert len(client.get(reverse(INBOX)).context["page_obj"].object_list) == 20


def test_it_is_nobody_elses(sign_in, client):
    member, other = world.member(Role.OWNER), world.member(Role.OWNER)
    notice = told(member)
    anonymous = client.get(reverse(INBOX))
    assert (anonymous.status_code, "login" in anonymous.url) == (302, True)
    signed = sign_in(other)
    assert "储罐区" not in signed.get(reverse(INBOX)).text
    assert signed.get(reverse("parties:notice_open", args=[notice.ref])).status_code == 404
    assert signed.post(reverse("parties:notice_mark", args=[notice.ref])).status_code == 404
    assert mark_unread(user=other.user, refs=[notice.ref]) == 0
    signed.post(reverse("parties:inbox_read"))
    notice.refresh_from_db()
    assert notice.read_at is None


def test_by_the_interface_a_token_reads_what_is_for_its_entity_or_the_persons_own():
    member = world.member(Role.OWNER)
    elsewhere = world.member(Role.AGENT)
    elsewhere.user = member.user
    elsewhere.save()
    mine, own, others = told(member), told(member, entity=None), told(elsewhere)
    assert set(notices_for(member)) == {mine, own}
    program = Program(member)
    said = program.get("/me/notices", state="unread").json()
    assert {row["ref"] for row in said["items"]} == {str(mine.ref), str(own.ref)}
    assert said["items"][0]["sentence"] == "The owner published the tender; its terms stand."
    assert program.post(f"/me/notices/{others.ref}/read").status_code == 404
    assert program.post(f"/me/notices/{mine.ref}/read").json()["read_at"] is not None
    assert program.post(f"/me/notices/{mine.ref}/unread").json()["read_at"] is None
    assert program.post("/me/notices/read").json() == {"marked": 2}
    assert program.get("/me/notices", state="sideways").status_code == 422
    others.refresh_from_db()
    assert others.read_at is None


def test_a_token_that_was_made_is_told_of_in_the_inbox_too():
    member = world.member(Role.OWNER)
    make_token(membership=member, name="ERP", scope="read", days=3, by=member.user, at=timezone.now())
    deliver(Entry.objects.get(kind="parties.token_made").pk)
    notice = Notice.objects.get()
    assert (notice.user, notice.about, notice.kind) == (member.user, "ERP", "parties.token_made")


def test_old_ones_are_forgotten():
    member = world.member(Role.OWNER)
    old, new = told(member), told(member)
    Notice.objects.filter(pk=old.pk).update(at=timezone.now() - KEPT - dt.timedelta(days=1))
    assert forget_notices(at=timezone.now()) == 1
    assert Notice.objects.get() == new
