"""Accepted work is opened to the department that decides; its people find it, the buyer sees who read it."""

import datetime as dt
import re

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from marketplace.contracts import effects, errors, operations
from marketplace.contracts.department_queries import last_files, open_to, share_of, unread_by
from marketplace.contracts.models import DepartmentGrant, DepartmentReading, ShareAccess, ShareLink
from marketplace.contracts.operations.sharing import token_digest
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.parties.models import Notice, Role
from tests.factories import contracts, world
from tests.marketplace.contracts.test_pages import page

pytestmark = pytest.mark.django_db
LIST = "contracts:department_list"


@pytest.fixture
def work():
    return contracts.delivered()


def now() -> dt.datetime:
    return timezone.now()


def told(act: str) -> int:
    return Entry.objects.filter(kind=f"contracts.{act}").count()


def test_the_department_finds_nothing_before_the_buyer_opens_it(work):
    department = work.contract.department
    assert not open_to(department).exists()
    grant = contracts.opened(work)
    assert list(open_to(department)) == list(unread_by(department)) == [work]
    assert not open_to(world.department()).exists()
    operations.close_to_department(grant=grant, by=world.user(), at=now())
    assert not open_to(department).exists()
    with pytest.raises(errors.ClosedAlready):
        operations.close_to_department(grant=grant, by=world.user(), at=now())
    contracts.opened(work)
    assert told("department_opened") == 2
    assert told("department_closed") == 1


def test_opened_as_a_whole_what_is_accepted_later_is_open_too(work):
    contract = work.contract
    contracts.opened(work, whole=True)
    second = contract.milestones.get(position=2)
    assert list(open_to(contract.department)) == [work]
    contracts.handed_in(second)
    assert list(open_to(contract.department)) == [work]  # handed in is not accepted
    contracts.accepted(second)
    assert list(open_to(contract.department)) == [second, work]
    with pytest.raises(errors.OpenAlready):
        contracts.opened(work, whole=True)
    contracts.opened(work)
    with pytest.raises(errors.OpenAlready):
        contracts.opened(work)


def test_of_returned_work_only_what_was_accepted_is_read():
    work = contracts.returned(contracts.handed_in(contracts.first(contracts.signed())))
    contracts.accepted(contracts.handed_in(work, b"%PDF-2 mended"))
    contracts.opened(work)
    (file,) = last_files([work])[work.pk]
    assert file.submission.number == 2
    first = work.submissions.get(number=1).files.get()
    who = contracts.of_department(work.contract)
    with pytest.raises(errors.NotOpen):
        operations.note_reading(milestone=work, file=first, by=who.user, at=now())
    operations.note_reading(milestone=work, file=file, by=who.user, at=now())
    assert told("department_read") == 1


def test_a_buyer_that_is_the_department_has_nothing_to_open():
    department = world.department()
    approval = world.approval(department=department)
    made = contracts.signed(owner=department, approval=approval)
    assert made.buyer == made.department
    with pytest.raises(errors.NotToBeOpened):
        contracts.opened(contracts.first(made))


GRANTS = {
    "by somebody else": lambda work: {"given_by": contracts.of_department(work.contract).user},
    "of another contract's milestone": lambda work: {"milestone": contracts.first(contracts.signed())},
    "ended from the beginning": lambda work: {"ended_at": now(), "ended_by": world.user()},
}


def grant_of(work, **fields) -> DepartmentGrant:
    buyer = contracts.binder(work.contract, "buyer").user
    row = {"contract": work.contract, "milestone": work, "given_by": buyer}
    return DepartmentGrant.objects.create(**row | fields)


def opened_by_another(work) -> None:
    with pytest.raises(IntegrityError, match="department_grant_by_the_buyer"), transaction.atomic():
        grant_of(work, given_by=contracts.of_department(work.contract).user)


@pytest.mark.parametrize("case", GRANTS)
def test_the_database_takes_an_opening_of_the_buyer_alone(case, work):
    with pytest.raises(IntegrityError, match="department_grant_by_the_buyer"), transaction.atomic():
        grant_of(work, **GRANTS[case](work))
    made = grant_of(work)
    for changed in ({"milestone": None}, {"given_at": now()}):
        with pytest.raises(IntegrityError, match="department_grant_stands"), transaction.atomic():
            DepartmentGrant.objects.filter(pk=made.pk).update(**changed)


def read_by(work, **fields) -> DepartmentReading:
    who = contracts.of_department(work.contract)
    return DepartmentReading.objects.create(**{"milestone": work, "reader": who.user} | fields)


def not_open(work, **fields) -> None:
    with pytest.raises(IntegrityError, match="department_reads_what_is_open"), transaction.atomic():
        read_by(work, **fields)


def open_to_another(work) -> None:
    contracts.opened(work)
    contracts.of_department(work.contract)
    not_open(work, reader=world.member(Role.OWNER).user)


def test_the_database_takes_a_reading_of_what_is_open_by_the_department_alone(work):
    not_open(work)
    grant = contracts.opened(work)
    not_open(work, reader=world.member(Role.OWNER).user)
    not_open(work, reader=world.member(Role.EDITOR, work.contract.department).user)
    not_open(work, milestone=work.contract.milestones.get(position=2))
    read_by(work)
    operations.close_to_department(grant=grant, by=world.user(), at=now())
    not_open(work)
    assert DepartmentReading.objects.count() == 1


def test_its_people_are_told_in_the_inbox_and_find_it_on_their_desk(work, sign_in, client):
    who = contracts.of_department(work.contract)
    contracts.opened(work)
    effects.tell_the_department(Entry.objects.get(kind="contracts.department_opened"))
    assert Notice.objects.get(user=who.user).kind == "contracts.department_opened"
    sign_in(who)
    address = reverse("contracts:department_work", args=[work.contract.ref, 1])
    assert address.removeprefix("/zh-hans") in page(client, "/en/desk/")
    assert work.contract.award.tender.title in page(client, reverse(LIST))
    shown = page(client, address)
    file = last_files([work])[work.pk][0]
    assert file.digest in shown
    fetched = client.get(reverse("contracts:department_file", args=[file.ref]))
    assert fetched["Content-Disposition"].startswith("attachment")
    assert b"".join(fetched.streaming_content) == contracts.PDF
    assert "Nothing new was opened to you" in page(client, "/en/desk/")
    read = Entry.objects.filter(kind="contracts.department_read").order_by("pk")
    assert [body_of(one)["file"] for one in read] == ["", file.digest]
    assert {one.actor for one in read} == {who.user}


def test_the_buyer_opens_it_sees_who_read_what_and_closes_it_on_its_page(work, sign_in, client):
    made, who = work.contract, contracts.of_department(work.contract)
    who.user.name = "窗口李某"
    who.user.save()
    sign_in(contracts.binder(made, "buyer"))
    back = reverse("contracts:for_department", args=[made.ref])
    assert back.removeprefix("/zh-hans") in page(client, made.get_absolute_url())
    assert "Nobody read anything yet" in page(client, back)
    open_ = reverse("contracts:department_open", args=[made.ref])
    assert client.post(open_, {"position": "99"}).status_code == 404
    client.post(open_, {"position": "1"})
    client.post(open_, {"position": ""})
    assert DepartmentGrant.objects.count() == 2
    sign_in(who)
    reading = reverse("contracts:department_work", args=[made.ref, 1])
    page(client, reading)
    sign_in(contracts.binder(made, "buyer"))
    assert "窗口李某" in page(client, back)
    for grant in DepartmentGrant.objects.all():
        client.post(reverse("contracts:department_close", args=[grant.pk]))
    assert "Nothing is open" in page(client, back)
    sign_in(who)
    assert client.get(reading).status_code == 404


def test_nobody_else_finds_reads_or_opens_it(work, sign_in, client):
    contracts.opened(work)
    made = work.contract
    file = last_files([work])[work.pk][0]
    addresses = [
        reverse("contracts:department_work", args=[made.ref, 1]),
        reverse("contracts:department_file", args=[file.ref]),
    ]
    for who, status in (
        (world.member(Role.OWNER, world.department()), 404),
        (world.member(Role.OWNER), 403),
        (contracts.binder(made, "buyer"), 403),
        (contracts.binder(made, "seller"), 403),
        (world.member(Role.EDITOR, made.department), 403),
    ):
        sign_in(who)
        assert [client.get(one).status_code for one in addresses] == [status] * 2
    sign_in(contracts.binder(made, "seller"))
    assert client.post(reverse("contracts:department_open", args=[made.ref])).status_code == 403
    grant = DepartmentGrant.objects.get()
    assert client.post(reverse("contracts:department_close", args=[grant.pk])).status_code == 403
    assert not DepartmentReading.objects.exists()


def test_the_list_is_searched_and_filtered(work, sign_in, client):
    contracts.opened(work)
    made = work.contract
    sign_in(contracts.of_department(made))
    title, address = made.award.tender.title, reverse(LIST)
    for query, there in (
        (f"q={made.buyer.name}", True),
        (f"q={work.name}", True),
        ("q=没有", False),
        (f"approval={made.approval_id}", True),
        (f"service={made.service_id}", True),
        (f"service={contracts.signed().service_id}", False),
        ("approval=x&service=y", True),
    ):
        shown = page(client, f"{address}?{query}")
        assert (f"/milestones/{made.ref}" in shown or title in shown) is there, query


def test_the_list_takes_the_same_queries_for_one_and_for_twenty(work, sign_in, assert_flat):
    made = work.contract

    def add() -> None:
        held = contracts.signed(owner=made.buyer, approval=made.approval)
        contracts.opened(contracts.delivered(held))

    contracts.opened(work)
    assert_flat(sign_in(contracts.of_department(made)), reverse(LIST), add, limit=12)


def test_one_link_leads_to_all_accepted_work_until_it_ends(work, client, sign_in):
    made = work.contract
    second = contracts.handed_in(made.milestones.get(position=2), b"%PDF-2")
    with pytest.raises(errors.NothingSigned):
        operations.share_contract(
            contract=contracts.drawn_up(), whom="窗口", days=1, by=world.user(), at=now()
        )
    with pytest.raises(errors.ShareTooLong):
        operations.share_contract(contract=made, whom="窗口", days=91, by=world.user(), at=now())
    sign_in(contracts.binder(made, "buyer"))
    share = reverse("contracts:share_whole", args=[made.ref])
    answer = client.post(share, {"whom": "窗口", "days": "7"}, follow=True)
    address = re.search(r"http://testserver(/[^<]*deliverables/[^<]*)</code>", answer.content.decode())[1]
    client.logout()
    files = {one.pk: last_files([one])[one.pk][0] for one in (work, second)}
    shown = page(client, address)
    assert files[work.pk].digest in shown
    assert files[second.pk].digest not in shown  # it is not accepted
    fetch = {key: f"{address}{one.ref}/" for key, one in files.items()}
    assert client.get(fetch[work.pk]).status_code == 200
    assert client.get(fetch[second.pk]).status_code == 404
    contracts.accepted(second)
    assert client.get(fetch[second.pk]).status_code == 200
    other = last_files([contracts.delivered()]).popitem()[1][0]
    assert client.get(f"{address}{other.ref}/").status_code == 404
    assert ShareAccess.objects.count() == told("share_read") == 3
    sign_in(contracts.binder(made, "buyer"))
    shown = page(client, reverse("contracts:for_department", args=[made.ref]))
    assert shown.count("by a link") == 3
    client.post(reverse("contracts:share_end", args=[ShareLink.objects.get().pk]))
    client.logout()
    assert client.get(address).status_code == 404


def test_a_link_is_of_a_milestone_or_of_a_contract(work):
    link, token = operations.share_contract(
        contract=work.contract, whom="窗口", days=1, by=world.user(), at=now()
    )
    assert share_of(token_digest(token), now=now()) == link
    assert share_of(token_digest(token), now=link.ends_at) is None
    row = {"whom": "x", "made_by": world.user(), "ends_at": link.ends_at}
    for n, of in enumerate(({}, {"milestone": work, "whole": work.contract})):
        with pytest.raises(IntegrityError, match="share_of_one_thing"), transaction.atomic():
            ShareLink.objects.create(**row | of, token_digest=str(n))


def test_who_read_what_is_paged_in_one_order(work, sign_in, client):
    made = work.contract
    contracts.opened(work)
    link, _token = operations.share_contract(contract=made, whom="窗口", days=1, by=world.user(), at=now())
    who = contracts.of_department(made)
    for n in range(12):
        operations.note_access(link=link, file=None, at=now())
        operations.note_reading(milestone=work, file=None, by=who.user, at=now() + dt.timedelta(seconds=n))
    sign_in(contracts.binder(made, "buyer"))
    address = reverse("contracts:for_department", args=[made.ref])
    rows = client.get(address).context["readings"]
    assert len(rows) == 20
    assert [row["at"] for row in rows] == sorted((row["at"] for row in rows), reverse=True)
    assert len(client.get(f"{address}?page=2").context["readings"]) == 4
