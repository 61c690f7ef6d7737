"""What keeps a report fair and its reporter unknown. Each of these fails when its guard is taken out."""

import datetime as dt
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from regulation.ledger.models import Entry
from regulation.oversight import errors, operations, queries
from regulation.oversight.models import Decision, Evidence, Outcome, Report
from regulation.oversight.operations import evidence as files
from regulation.oversight.views.wizard import address_of
from regulation.parties.models import Membership, Role
from tests.factories import world
from tests.factories.oversight import PDF, answered, filed, regulator, report

pytestmark = pytest.mark.django_db
SAID = {"reasons": "给反映人的理由", "public_reasons": "公开的理由"}
SECRETS = ("秘密经过", "13800000000", "我的原话", "某指定公司", "给反映人的理由", "请再看", "窗口的说法")


def proposed(made, by):
    operations.take_report(report=made, by=by, at=timezone.now())
    said = SAID | {"provision": world.provision()}
    return operations.answer_report(report=made, outcome=Outcome.UPHELD, by=by, at=timezone.now(), **said)


def joins(user, department):
    valid = DateRange(dt.date(2020, 1, 1), None)
    Membership.objects.create(user=user, entity=department, role=Role.EDITOR, valid=valid)


def of(department):
    """A regulator who also acts for a department, in another role."""
    member = world.member(Role.REGULATOR)
    joins(member.user, department)
    return member


def test_who_acts_for_the_department_neither_takes_nor_seconds():
    made = report()
    own = of(made.department).user
    with pytest.raises(errors.OwnDepartment):
        operations.take_report(report=made, by=own, at=timezone.now())
    proposed(made, regulator())
    for act in (operations.confirm_answer, operations.return_answer):
        with pytest.raises(errors.OwnDepartment):
            act(report=made, by=own, at=timezone.now(), **({"note": "x"} if act.__name__[0] == "r" else {}))
    made.refresh_from_db()
    assert made.answer is None


def test_who_handles_it_and_then_joins_the_department_writes_no_more():
    made, by = report(), regulator()
    operations.take_report(report=made, by=by, at=timezone.now())
    joins(by, made.department)
    with pytest.raises(errors.OwnDepartment):
        operations.record_view(report=made, text="x", by=by, at=timezone.now())


def test_another_hat_does_not_open_the_own_departments_reports(sign_in):
    made = report(files=[PDF])
    member = of(made.department)
    proposed(made, regulator())
    client = sign_in(member)
    client.post(reverse("parties:switch"), {"membership": member.pk})
    assert made not in queries.queue_for(member)
    assert not queries.to_second(member).exists()
    assert client.get(made.desk_url).status_code in (403, 404)
    evidence = reverse("oversight:evidence", args=[made.ref, made.evidence.get().pk])
    assert client.get(evidence).status_code == 404


def test_who_seconded_the_answer_does_not_review_it():
    made, second = report(), regulator()
    answered(made, outcome=Outcome.UPHELD, second=second)
    operations.ask_review(report=made, text="请再看", at=timezone.now())
    with pytest.raises(errors.SameAsBefore):
        operations.take_report(report=made, by=second, at=timezone.now())


def test_the_database_refuses_a_review_by_who_gave_the_first_answer():
    first = regulator()
    made = answered(report(), by=first)
    said = SAID | {"outcome": "outside", "proposed_at": timezone.now()}
    with pytest.raises(IntegrityError, match="decision_review_by_another"), transaction.atomic():
        Decision.objects.create(report=made, round=2, proposed_by=first, **said)
    Decision.objects.create(report=made, round=2, proposed_by=regulator(), **said)


def test_the_database_refuses_an_upheld_answer_without_an_article():
    made = report()
    with pytest.raises(IntegrityError, match="cites_an_article"), transaction.atomic():
        Decision.objects.create(
            report=made, outcome="upheld", proposed_by=regulator(), proposed_at=timezone.now(), **SAID
        )


def test_the_page_gives_the_second_signature_to_another_alone(client):
    made, first = report(), world.member(Role.REGULATOR)
    proposed(made, first.user)
    act = reverse("oversight:report_act", args=[made.ref])
    for member, status in ((first, 409), (world.member(Role.REGULATOR, made.department), 404)):
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        assert client.post(act, {"act": "confirm"}).status_code == status
        made.refresh_from_db()
        assert made.answer is None
    other = world.member(Role.REGULATOR)
    client.force_login(other.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(act, {"act": "confirm"}).status_code == 302
    made.refresh_from_db()
    assert made.answer.confirmed_by == other.user


def test_no_entry_of_a_whole_story_tells_who_reported():
    user, first = world.user(), regulator()
    made = report(files=[PDF], user=user, words="我的原话", firm="某指定公司")
    operations.take_report(report=made, by=first, at=timezone.now())
    operations.ask_view(report=made, text="窗口的说法", by=first, at=timezone.now())
    operations.record_view(report=made, text="窗口的说法", by=first, at=timezone.now())
    operations.answer_report(
        report=made, outcome=Outcome.OUTSIDE, by=first, at=timezone.now(), provision=None, **SAID
    )
    operations.ask_review(report=made, text="请再看", at=timezone.now())
    operations.withdraw_report(report=report(user=user), at=timezone.now())
    entries = Entry.objects.filter(kind__startswith="oversight.")
    assert {e.kind.removeprefix("oversight.report_") for e in entries} == {
        "filed",
        "taken",
        "view_asked",
        "view_given",
        "answered",
        "review_asked",
        "withdrawn",
    }
    assert not entries.filter(actor=user).exists()
    for entry in entries:
        assert not [secret for secret in (*SECRETS, user.email) if secret in entry.body], entry.kind
        assert not {"reporter", "user", "contact", "asked_on"} & set(json.loads(entry.body))


def test_the_public_page_tells_only_the_month_of_the_filing(client):
    at = timezone.make_aware(dt.datetime(2026, 3, 17, 10, 11, 12))
    made = answered(report(at=at, asked_on=at.date()), at=at + dt.timedelta(days=40))
    page = client.get(made.get_absolute_url()).text
    assert "2026-03" in page
    assert "2026-03-17" not in page
    assert "10:11:12" not in page
    for query in ("since=2026-03-17", "until=2026-03-18"):
        narrowed = client.get(f"{reverse('oversight:statistics')}?{query}")
        assert "Enter a valid date" in narrowed.text  # a day is not taken, so it cannot be asked for


def test_a_stranger_with_the_number_alone_gets_no_file(client):
    one = filed(files=[PDF])
    url = reverse("oversight:evidence", args=[one.report.ref, one.report.evidence.get().pk])
    follow = reverse("oversight:follow")
    assert client.post(follow, {"ref": one.report.ref, "code": "2" * 20}).status_code == 422
    assert client.get(url).status_code == 404
    client.post(follow, {"ref": one.report.ref, "code": one.code})
    assert b"".join(client.get(url).streaming_content) == PDF


@pytest.mark.parametrize("path", ["..%2f..%2fsecret-key", "0", "999999999999999999", "..", "1%00"])
def test_evidence_is_reached_by_its_key_alone(client, path):
    one = filed(files=[PDF])
    client.post(reverse("oversight:follow"), {"ref": one.report.ref, "code": one.code})
    assert client.get(f"/en/reports/{one.report.ref}/evidence/{path}/").status_code == 404


def test_a_file_is_kept_where_its_name_does_not_lead(client):
    upload = SimpleUploadedFile("../../../etc/cron.d/x.pdf", PDF)
    (piece,) = operations.attach_evidence(draft="t", files=[upload])
    assert ".." not in piece.file.name
    assert "cron" not in piece.file.name
    assert piece.name == "x.pdf"


def test_files_that_are_too_large_or_too_many_leave_nothing(monkeypatch):
    monkeypatch.setattr(files, "MOST_BYTES", len(PDF))
    with pytest.raises(errors.FileTooLarge):
        operations.attach_evidence(draft="t", files=[SimpleUploadedFile("a.pdf", PDF + b"x")])
    five = [SimpleUploadedFile(f"{n}.pdf", PDF) for n in range(5)]
    with pytest.raises(errors.TooManyFiles):
        operations.attach_evidence(draft="t", files=[*five, SimpleUploadedFile("6.pdf", PDF)])
    assert not Evidence.objects.exists()
    operations.attach_evidence(draft="t", files=five)
    with pytest.raises(errors.TooManyFiles):
        operations.attach_evidence(draft="t", files=[SimpleUploadedFile("6.pdf", PDF)])
    assert Evidence.objects.count() == 5


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [("a.pdf", b"<html>", "PDF, JPEG, PNG and DOCX"), ("a.pdf", b"", "empty")],
)
def test_the_page_tells_what_is_wrong_with_a_file(client, name, content, told):
    client.post(
        reverse("oversight:report_new"), {"subject": f"a:{world.approval().ref}", "asked_on": "2026-01-01"}
    )
    client.post(reverse("oversight:report_what"), {"kind": "paper", "words": "营业执照"})
    said = {"account": "经过", "files": [SimpleUploadedFile(name, content)]}
    answer = client.post(reverse("oversight:report_account"), said)
    assert answer.status_code == 422
    assert told in answer.text
    assert not Evidence.objects.exists()


def test_codes_cannot_be_tried_without_end_and_do_not_use_up_the_filings(client, settings, sign_in):
    settings.OVERSIGHT_FILINGS_PER_HOUR = 2
    one, url = filed(), reverse("oversight:follow")
    sign_in(world.member(Role.OWNER))  # an account does not lift the limit
    for _n in range(2):
        answer = client.post(url, {"ref": one.report.ref, "code": "2" * 20})
        assert "No report has this number" in answer.text
    answer = client.post(url, {"ref": one.report.ref, "code": one.code})
    assert answer.status_code == 422
    assert "Too many codes were tried" in answer.text
    operations.count_knock(address="127.0.0.1", at=timezone.now())


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "203.0.113.9", "192.0.2.1"),  # nobody in front: the header is the visitor's own invention
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "10.0.0.1, 203.0.113.9", "203.0.113.9"),  # what came before our proxy is not believed
        (2, "10.0.0.1, 203.0.113.9, 10.1.1.1", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),  # fewer hops than proxies: it did not come through them
        (1, "", "192.0.2.1"),
        (1, "<script>", "unknown"),
        (1, "2001:DB8::0:1", "2001:db8::1"),
    ],
)
def test_whose_address_is_believed(settings, proxies, forwarded, seen):
    settings.PROXIES_IN_FRONT = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert address_of(RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", headers=headers)) == seen


def test_a_stranger_writes_nothing_to_a_report(client):
    made = report()
    for name in ("withdraw", "review"):
        assert client.post(reverse(f"oversight:{name}", args=[made.ref]), {"text": "x"}).status_code == 404
    assert client.post(reverse("oversight:report_act", args=[made.ref]), {"act": "take"}).status_code == 302
    assert list(Report.objects.filter(withdrawn_at=None, taken_at=None)) == [made]
