"""Reports of demands: the verdict of the day, the clock, two people, privacy, the append-only history."""

import datetime as dt
import io
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.utils import DatabaseError, InternalError
from django.urls import reverse
from django.utils import timezone

from regulation.ledger.models import Entry
from regulation.oversight import errors, operations, queries
from regulation.oversight.models import Decision, Event, Evidence, Outcome, Report
from regulation.oversight.sniff import kind_of, plain_name
from regulation.parties.models import Role
from tests.factories import world
from tests.factories.oversight import PDF, answered, filed, regulator, report

pytestmark = pytest.mark.django_db
LATE = dt.timedelta(days=60)


def upheld(made, by):
    said = {"reasons": "a", "public_reasons": "b", "provision": world.provision()}
    operations.take_report(report=made, by=by, at=timezone.now())
    return operations.answer_report(report=made, outcome=Outcome.UPHELD, by=by, at=timezone.now(), **said)


def test_the_verdict_is_that_of_the_day_asked():
    day = dt.date(2024, 5, 1)
    service = world.service()
    old = world.ruling(service=service, necessity="optional", in_force=DateRange(dt.date(2020, 1, 1), day))
    new = world.ruling(service=service, necessity="mandatory", in_force=DateRange(day, None))
    before = report(service=service, asked_on=day - dt.timedelta(days=1))
    after = report(service=service, asked_on=day)
    assert (before.ruling, before.verdict) == (old, "optional")
    assert (after.ruling, after.verdict) == (new, "mandatory")
    assert report().verdict == "none"


def test_the_answer_is_due_in_working_days_of_the_calendar():
    at = timezone.make_aware(dt.datetime(2026, 11, 25, 12))
    assert report(at=at).due_on == dt.date(2026, 12, 16)  # 15 weekdays on


def test_what_was_filed_does_not_change():
    made = report()
    for change in ({"account": "x"}, {"verdict": "unchecked"}, {"due_on": dt.date(2030, 1, 1)}):
        with pytest.raises(IntegrityError, match="report_stands_as_filed"), transaction.atomic():
            Report.objects.filter(pk=made.pk).update(**change)
    with pytest.raises((InternalError, DatabaseError)), transaction.atomic():
        made.delete()


def test_history_is_append_only():
    event = report().events.get()
    for act in (lambda: Event.objects.update(text="x"), event.delete):
        with pytest.raises((InternalError, DatabaseError), match="pgtrigger"), transaction.atomic():
            act()


def test_the_site_role_may_not_even_try_to_alter_history(as_site_role):
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Event.objects.update(text="x")


def test_the_ledger_learns_no_person():
    made = report(user=world.user())
    entry = Entry.objects.get(subject=made.urn)
    assert entry.actor is None
    assert "秘密" not in entry.body
    assert "1380" not in entry.body


def test_an_upheld_answer_takes_effect_with_a_second_regulator():
    made, first = report(), regulator()
    upheld(made, first)
    made.refresh_from_db()
    assert made.answer is None
    with pytest.raises(errors.SamePerson):
        operations.confirm_answer(report=made, by=first, at=timezone.now())
    operations.confirm_answer(report=made, by=regulator(), at=timezone.now())
    made.refresh_from_db()
    assert made.answer.outcome == "upheld"


def test_the_database_refuses_an_upheld_answer_by_one():
    made, first = report(), regulator()
    decision = upheld(made, first)
    for one in (None, first):
        with (
            pytest.raises(IntegrityError, match="decision_against_a_department_by_two"),
            transaction.atomic(),
        ):
            Decision.objects.filter(pk=decision.pk).update(issued_at=timezone.now(), confirmed_by=one)
    with pytest.raises(IntegrityError, match="report_answered_by_an_issued_decision"), transaction.atomic():
        Report.objects.filter(pk=made.pk).update(answer=decision, answered_at=timezone.now(), answer_days=1)


def test_a_review_is_asked_once_and_decided_by_another():
    first = regulator()
    made = answered(report(), by=first)
    operations.ask_review(report=made, text="再看", at=timezone.now())
    with pytest.raises(errors.ReviewNotOpen):
        operations.ask_review(report=made, text="再看", at=timezone.now())
    with pytest.raises(errors.SameAsBefore):
        operations.take_report(report=made, by=first, at=timezone.now())
    other = regulator()
    operations.take_report(report=made, by=other, at=timezone.now())
    said = {"reasons": "a", "public_reasons": "b", "provision": None}
    operations.answer_report(report=made, outcome=Outcome.OUTSIDE, by=other, at=timezone.now(), **said)
    made.refresh_from_db()
    assert (made.answer.round, made.answer.outcome) == (2, "outside")


def test_a_review_cannot_be_asked_after_its_period():
    made = answered(report())
    with pytest.raises(errors.ReviewNotOpen):
        operations.ask_review(report=made, text="x", at=timezone.now() + LATE)


def test_withdrawn_before_the_answer_only():
    made = answered(report())
    with pytest.raises(errors.NotOpen):
        operations.withdraw_report(report=made, at=timezone.now())
    other = operations.withdraw_report(report=report(), at=timezone.now())
    with pytest.raises(errors.NotOpen):
        operations.take_report(report=other, by=regulator(), at=timezone.now())


def test_who_filed_or_entered_it_does_not_handle_it():
    clerk = world.member(Role.REGULATOR)
    made = filed(assisted_by=clerk.user, counter=clerk.entity).report
    own = report(user=clerk.user)
    for one in (made, own):
        with pytest.raises(errors.OwnReport):
            operations.take_report(report=one, by=clerk.user, at=timezone.now())
        with pytest.raises(IntegrityError, match="not_handled_by_who_filed_it"), transaction.atomic():
            Report.objects.filter(pk=one.pk).update(taken_by=clerk.user, taken_at=timezone.now())


def test_overdue_is_noted_once():
    made = report(at=timezone.now() - LATE)
    ask = {"report": made, "at": timezone.now(), "today": timezone.localdate()}
    assert operations.note_overdue(**ask)
    assert not operations.note_overdue(**ask)
    assert made.events.filter(kind="overdue").count() == 1
    assert not operations.note_overdue(**ask | {"report": report()})


def test_too_many_from_one_address(settings):
    settings.OVERSIGHT_FILINGS_PER_HOUR = 2
    at = timezone.now()
    for _n in range(2):
        operations.count_knock(address="192.0.2.1", at=at)
    with pytest.raises(errors.TooMany):
        operations.count_knock(address="192.0.2.1", at=at)
    operations.count_knock(address="192.0.2.2", at=at)


def docx(*names):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "pdf"),
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (docx("[Content_Types].xml", "word/document.xml"), "docx"),
        (docx("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), None),
        (docx("evil.exe"), None),
        (b"PK\x03\x04broken", None),
        (b"<html><script>", None),
        (b"", None),
    ],
)
def test_a_file_is_what_its_content_says(content, kind):
    assert kind_of(content) == kind


def test_a_file_name_leads_nowhere():
    assert plain_name("../../etc/passwd.pdf", "pdf") == "passwd.pdf"
    assert plain_name("C:\\x\\..\\a\x00b\n.exe", "pdf") == "ab.pdf"
    assert plain_name("..", "png") == "file.png"


def test_of_a_wrong_file_nothing_is_kept():
    files = [SimpleUploadedFile("a.pdf", PDF), SimpleUploadedFile("b.pdf", b"<html>")]
    with pytest.raises(errors.BadFile):
        operations.attach_evidence(draft="t", files=files)
    assert not Evidence.objects.exists()


def test_evidence_goes_to_the_reporter_and_regulators_alone(client, sign_in):
    made = report(files=[PDF], user=world.user())
    url = reverse("oversight:evidence", args=[made.ref, made.evidence.get().pk])
    assert client.get(url).status_code == 404
    for role in (Role.EDITOR, Role.OWNER):
        assert sign_in(world.member(role)).get(url).status_code == 404
    assert sign_in(world.member(Role.REGULATOR, made.department)).get(url).status_code == 404
    answer = sign_in(world.member(Role.REGULATOR)).get(url)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    other = report(user=world.user())
    assert client.get(url.replace(made.ref, other.ref)).status_code == 404


def test_the_department_itself_sees_no_report(sign_in):
    made = report()
    client = sign_in(world.member(Role.REGULATOR, made.department))
    assert client.get(made.desk_url).status_code == 404
    assert made.ref not in client.get(reverse("oversight:queue")).text


def test_the_public_page_tells_neither_person_nor_day(client):
    made = answered(report(words="我的原话", firm="某指定公司", asked_on=dt.date(2026, 3, 17)))
    page = client.get(made.get_absolute_url()).text
    assert "公开的理由" in page
    for secret in ("秘密", "1380", "我的原话", "某指定公司", "给反映人的理由", "2026-03-17"):
        assert secret not in page
    assert client.get(report().get_absolute_url()).status_code == 404


def test_from_three_questions_to_the_status_without_signing_in(client):
    approval, service = world.approval(), world.service()
    world.ruling(service=service, necessity="optional")
    start = reverse("oversight:report_new") + f"?approval={approval.ref}&service={service.code}"
    assert approval.name in client.get(start).text
    said = {"subject": f"a:{approval.ref}", "asked_on": timezone.localdate(), "service": service.code}
    assert client.post(start, said).url == reverse("oversight:report_what")
    assert (
        client.post(
            reverse("oversight:report_what"), {"kind": "service", "service": service.code}
        ).status_code
        == 302
    )
    pdf = SimpleUploadedFile("a.pdf", PDF)
    answer = client.post(reverse("oversight:report_account"), {"account": "经过", "files": [pdf]})
    assert answer.url == reverse("oversight:report_check")
    assert "did not require you to buy" in client.get(answer.url).text
    assert not Report.objects.exists()
    receipt = client.post(answer.url).url
    made = Report.objects.get()
    page = client.get(receipt).text
    assert made.ref in page
    assert made.evidence.count() == 1
    assert client.get(receipt).status_code == 302  # the code is shown once
    assert client.get(made.status_url).status_code == 200
    client.cookies.clear()
    assert client.get(made.status_url).status_code == 404


def test_number_and_code_open_the_status(client):
    one = filed()
    url = reverse("oversight:follow")
    assert client.post(url, {"ref": one.report.ref, "code": "WRONG"}).status_code == 422
    assert client.post(url, {"ref": one.report.ref.lower(), "code": one.code}).status_code == 302
    assert client.get(one.report.status_url).status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"subject": "a:nothing", "asked_on": "2026-01-01"},
        {"subject": "a:\0", "asked_on": "2026-01-01"},
        {"subject": "d:" + "9" * 40, "asked_on": "2026-01-01"},
        {"q": "\0", "asked_on": "9999-12-31"},
        {"q": "没有", "asked_on": "0000-00-00", "region": "9" * 50},
    ],
)
def test_bad_answers_are_told(client, said):
    assert client.post(reverse("oversight:report_new"), said).status_code == 422


def test_a_program_that_fills_every_field_is_refused(client):
    approval = world.approval()
    client.post(reverse("oversight:report_new"), {"subject": f"a:{approval.ref}", "asked_on": "2026-01-01"})
    client.post(reverse("oversight:report_what"), {"kind": "paper", "words": "营业执照"})
    said = {"account": "x", "website": "http://spam.example"}
    assert client.post(reverse("oversight:report_account"), said).status_code == 422


def test_few_answers_have_no_median(client):
    answered(report())
    assert "too few to tell (n = 1)" in client.get(reverse("oversight:statistics")).text


def test_a_lead_ends_with_a_ruling():
    service = world.service()
    answered(report(service=service), outcome=Outcome.NEEDS_RULING)
    assert queries.leads().count() == 1
    world.ruling(service=service, published_at=timezone.now() + dt.timedelta(seconds=1))
    assert not queries.leads().exists()


def somebody_waits():
    """Whether another session waits for a lock, asked for up to ten seconds."""
    for _n in range(100):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")  # read anew, unlike activity
            if cursor.fetchone()[0]:
                return True
        time.sleep(0.1)
    return False


@pytest.mark.django_db(transaction=True)
def test_of_two_regulators_at_once_the_later_is_told_so():
    made, first, second = report(), regulator(), regulator()

    def late():
        try:
            operations.take_report(report=made, by=second, at=timezone.now())
        except Exception as failure:
            return failure
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            operations.take_report(report=made, by=first, at=timezone.now())
            outcome = pool.submit(late)
            assert somebody_waits()
        # without the lock it has read before the commit, and the trigger answers instead
        assert isinstance(outcome.result(30), errors.AlreadyTaken)
    made.refresh_from_db()
    assert made.taken_by == first


def test_the_demo_fills_the_statistics_once(client):
    from django.core.management import call_command

    from regulation.oversight.demo import ensure_demo_reports

    call_command("load_seed", verbosity=0)
    who = {"first": regulator(), "second": regulator(), "now": timezone.now()}
    ensure_demo_reports(**who)
    count = Report.objects.count()
    ensure_demo_reports(**who)
    assert count == Report.objects.filter(is_invented=True).count() == 7
    assert queries.totals(Report.objects.all(), today=timezone.localdate())["overdue"] == 1
