"""Standard texts and schedules: the nearest one is taken, from its day on; what is signed never changes."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from marketplace.contracts import errors, typed_schedule
from marketplace.contracts.models import Contract, Schedule, Wording
from marketplace.contracts.operations import publish_schedule, publish_wording
from marketplace.contracts.queries import latest_version, schedule_for, wording_for
from marketplace.contracts.seed import ensure_terms
from marketplace.contracts.terms_queries import services_with_terms
from marketplace.contracts.text import digest, shown_blanks, unknown_blanks
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from tests.factories import contracts, world
from tests.marketplace.contracts.test_pages import page

pytestmark = pytest.mark.django_db
ADMIN = "/cms/snippets/contracts"
LINES = "# 一次 | At once | 100 | 100\n- 齐全 | complete\n"


def today() -> dt.date:
    return timezone.localdate()


def text(service=None, version: int = 1, days: int = 0, body: str = "第一条\n{buyer}付{price}元") -> Wording:
    made = Wording(
        service=service,
        version=version,
        starts_on=today() + dt.timedelta(days=days),
        text=body,
        text_en=body,
    )
    return publish_wording(wording=made, by=None)


def schedule(service=None, days: int = 0, lines: str = LINES) -> Schedule:
    return publish_schedule(
        service=service,
        starts_on=today() + dt.timedelta(days=days),
        parts=typed_schedule.read(lines),
        note="",
        note_en="",
        by=None,
    )


def test_the_nearest_text_and_schedule_are_taken():
    ensure_terms()
    general, ordinary = wording_for(None, on=today()), schedule_for(None, on=today())
    own, other = world.service(), world.service()
    text(own, body="本服务的文本：{price}")
    schedule(own)
    made = contracts.offered(contracts.drawn_up(service=own))
    assert made.wording.service == own
    assert latest_version(made).terms["text"]["zh"] == "本服务的文本：900.00"
    assert [m.name for m in made.milestones.all()] == ["一次"]
    plain = contracts.drawn_up(service=other)
    assert plain.wording == general
    assert [m.name for m in plain.milestones.all()] == [part["name"] for part in ordinary.parts]


def test_what_comes_later_is_used_from_its_day_alone():
    ensure_terms()
    own = world.service()
    first, later = text(own), text(own, version=2, days=5)
    assert wording_for(own, on=today()) == first
    assert wording_for(own, on=today() + dt.timedelta(days=5)) == later
    old, new = schedule(own), schedule(own, days=5, lines=LINES.replace("一次", "两次"))
    assert schedule_for(own, on=today() + dt.timedelta(days=4)) == old
    assert schedule_for(own, on=today() + dt.timedelta(days=5)) == new
    assert Schedule.objects.filter(service=own).count() == 2


def test_a_later_version_changes_no_contract_that_is_drawn_up_or_signed():
    ensure_terms()
    own = world.service()
    text(own)
    schedule(own, lines=LINES)
    made, draft = contracts.signed(service=own), contracts.drawn_up(service=own)
    version = latest_version(made)
    Wording.objects.create(
        service=own, version=2, starts_on=today() - dt.timedelta(days=1), text="别的", text_en="other"
    )
    for held in (made, draft):
        held.refresh_from_db()
        assert held.wording.version == 1
    assert digest(latest_version(made).terms) == version.digest
    offered = contracts.offered(draft)
    assert "第一条" in latest_version(offered).terms["text"]["zh"]
    for fields in ({"wording": wording_for(None, on=today())}, {"rule": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Contract.objects.filter(pk=made.pk).update(**fields)
    with pytest.raises(IntegrityError, match="contract_terms_stand"), transaction.atomic():
        Contract.objects.filter(pk=made.pk).update(wording=wording_for(None, on=today()))


@pytest.mark.parametrize("case", ["the same version", "an earlier day"])
def test_a_text_follows_on_the_last_one(case):
    own = world.service()
    text(own, version=3, days=5)
    wrong = {"the same version": {"version": 3, "days": 6}, "an earlier day": {"version": 4, "days": 5}}
    with pytest.raises(errors.StartsTooEarly):
        text(own, **wrong[case])
    assert Entry.objects.filter(kind="contracts.wording_published").count() == 1


def test_a_schedule_ends_once_where_the_next_begins_and_says_so_in_the_record():
    own = world.service()
    first = schedule(own)
    with pytest.raises(errors.StartsTooEarly):
        schedule(own)
    schedule(own, days=3)
    first.refresh_from_db()
    assert first.in_force.upper == today() + dt.timedelta(days=3)
    told = Entry.objects.filter(kind="contracts.schedule_published").order_by("pk")
    assert [body_of(one)["milestones"] for one in told] == [[["一次", "100", "100"]]] * 2
    for fields in (
        {"parts": []},
        {"in_force": world.DateRange(today(), None)},
        {"in_force": world.DateRange(today() - dt.timedelta(days=9), today())},
    ):
        with pytest.raises(IntegrityError, match="schedule_stands"), transaction.atomic():
            Schedule.objects.filter(pk=first.pk).update(**fields)


@pytest.mark.parametrize(
    ("lines", "code", "line"),
    [
        ("", "count", 1),
        ("- 齐全", "line", 1),
        ("# 一次 | a | 100", "milestone", 1),
        ("# | a | 100 | 100", "milestone", 1),
        ("# 一次 | a | x | 100", "number", 1),
        ("# 一次 | a | 0 | 100", "number", 1),
        ("# 一次 | a | 100 | NaN", "number", 1),
        (f"# {'长' * 121} | a | 100 | 100", "long", 1),
        ("# 一次 | a | 100 | 100\n-", "line", 2),
        ("# 一次 | a | 100 | 100", "checklist", 1),
        ("# 一次 | a | 90 | 100\n- 齐", "sum", 2),
        ("# 一次 | a | 50 | 100\n- 齐\n# 两次 | b | 50 | 20\n- 齐", "order", 4),
        ("\n".join(f"# {n} | a | 5 | 100\n- 齐" for n in range(20)), "count", 40),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isalpha() and value.isascii() else "",
)
def test_a_typed_schedule_says_which_line_is_wrong(lines, code, line):
    with pytest.raises(typed_schedule.TypedWrong) as wrong:
        typed_schedule.read(lines)
    assert (wrong.value.code, wrong.value.line) == (code, line)


def test_what_is_read_is_written_again():
    parts = typed_schedule.read("# 甲 | a | 33.3 % | 50\n- 齐 | whole\n- 全\n\n# 乙 | | 66.7 | 100\n- 齐")
    assert [part["share"] for part in parts] == ["33.3", "66.7"]
    assert parts[0]["checklist"] == [{"text": "齐", "text_en": "whole"}, {"text": "全", "text_en": ""}]
    assert typed_schedule.read(typed_schedule.write(parts)) == parts


def test_texts_of_their_own_come_with_the_site_and_have_no_blank_that_nothing_fills():
    service = world.service(code="eia-report", name="环评")
    ensure_terms()
    held = wording_for(service, on=today())
    assert held.service == service
    assert "特别约定" in held.text
    assert "Special terms" in held.text_en
    for one in Wording.objects.all():
        assert unknown_blanks(one.text) == unknown_blanks(one.text_en) == []
    assert schedule_for(service, on=today()).service == service
    assert ensure_terms() == 0


def test_everyone_reads_which_services_have_terms_of_their_own(client):
    ensure_terms()
    own, other = world.service(name="测绘服务", name_en="Survey"), world.service()
    held = text(own, body="第一条 价款\n{price}元")
    schedule(other)
    assert {one.pk for one in services_with_terms(on=today())} >= {own.pk, other.pk}
    shown = page(client, reverse("contracts:wording_list"))
    assert "Survey" in shown
    assert "its own, version 1" in shown
    assert other.code in shown
    assert other.code not in page(client, f"{reverse('contracts:wording_list')}?q=测绘")
    way = client.get(reverse("contracts:wording_of", args=[own.code]))
    assert way.url == held.get_absolute_url()
    general = client.get(reverse("contracts:wording_of", args=[other.code]))
    assert general.url == wording_for(None, on=today()).get_absolute_url()
    assert client.get(reverse("contracts:wording_of", args=["none"])).status_code == 404
    shown = page(client, held.get_absolute_url())
    assert "〔contract price〕元" in shown
    assert "in use" in shown


def test_the_contract_says_which_version_of_which_text_it_uses(sign_in, client):
    own = world.service(name="测绘", name_en="Survey")
    text(own)
    made = contracts.offered(contracts.drawn_up(service=own))
    sign_in(contracts.binder(made, "buyer"))
    shown = page(client, made.get_absolute_url())
    assert f'href="{made.wording.get_absolute_url()}"' in shown
    assert "Survey, version 1" in shown
    assert "Survey, version 1" in page(client, latest_version(made).get_absolute_url())


def test_the_list_takes_the_same_queries_for_one_and_for_twenty(client, assert_flat):
    ensure_terms()
    assert_flat(client, reverse("contracts:wording_list"), lambda: text(world.service()), limit=8)


def test_shown_blanks_name_what_is_filled_in():
    assert shown_blanks("{price}和{x}", {"price": "价款"}) == "〔价款〕和〔x〕"


@pytest.fixture
def editor(client):
    user = world.user(is_staff=True, is_superuser=True)
    UserProfile.objects.create(user=user, preferred_language="en")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_editors_publish_a_schedule_as_lines_and_are_told_what_is_wrong(editor):
    own = world.service()
    address = f"{ADMIN}/schedule/add/"
    told = {"service": own.pk, "starts_on": today().isoformat(), "lines": LINES, "note": "", "note_en": ""}
    wrong = editor.post(address, told | {"lines": "# 一次 | a | 90 | 100\n- 齐"})
    assert "add up to 100" in wrong.content.decode()
    early = (today() - dt.timedelta(days=1)).isoformat()
    assert "It begins today or later" in editor.post(address, told | {"starts_on": early}).content.decode()
    assert not Schedule.objects.filter(service=own).exists()
    assert editor.post(address, told).status_code == 302
    assert schedule_for(own, on=today()).parts[0]["name"] == "一次"
    assert "which begins on" in editor.post(address, told).content.decode()
    assert str(own) in editor.get(f"{ADMIN}/schedule/").content.decode()


def test_editors_publish_a_text_and_are_told_what_is_wrong(editor):
    own = world.service()
    address = f"{ADMIN}/wording/add/"
    told = {
        "service": own.pk,
        "version": "1",
        "starts_on": today().isoformat(),
        "text": "价款{price}",
        "text_en": "{price}",
        "note": "",
    }
    assert "The next version is 1" in editor.post(address, told | {"version": "2"}).content.decode()
    assert "Nothing fills these blanks" in editor.post(address, told | {"text": "{x}"}).content.decode()
    assert editor.post(address, told).status_code == 302
    assert wording_for(own, on=today()).service == own
    assert "The next version is 2" in editor.post(address, told).content.decode()
