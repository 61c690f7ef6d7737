"""Each look of a regulator at personal data is on record before it is shown."""

import pytest
from django.utils import timezone

from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.oversight.models import FindingKind
from regulation.oversight.operations import Seen, note_finding, note_view
from regulation.parties.models import Role
from regulation.parties.operations import note_look, see_people
from regulation.parties.queries import looks
from tests.factories import oversight, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def report():
    return oversight.report(user=world.user(), files=[oversight.PDF])


def signed(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_each_view_of_a_report_and_its_evidence_is_an_entry(client, report):
    regulator = world.member(Role.REGULATOR).user
    signed(client, regulator)
    for n in (1, 2):
        client.get(f"/en/oversight/reports/{report.ref}/")
        assert looks().count() == n
    piece = report.evidence.get()
    client.get(f"/en/reports/{report.ref}/evidence/{piece.pk}/")
    newest = looks().first()
    assert (newest.actor, newest.subject) == (regulator, report.urn)
    assert body_of(newest) == {"what": "evidence", "detail": str(piece.pk)}
    page = client.get("/en/oversight/looks/").content.decode()
    assert page.count(f"/oversight/reports/{report.ref}/") == 3


def test_the_reporter_looks_unrecorded_and_reads_who_looked(client, report):
    piece = report.evidence.get()
    signed(client, report.reporter)
    client.get(f"/en/reports/{report.ref}/evidence/{piece.pk}/")
    assert not looks().exists()
    note_look(subject=report, what="report", by=world.member(Role.REGULATOR).user)
    page = client.get(f"/en/record/report/{report.ref}/").content.decode()
    assert "A regulator looked at personal data in it." in page


def test_what_cannot_be_recorded_is_not_shown(client, report, monkeypatch):
    def fails(**_):
        raise RuntimeError

    monkeypatch.setattr("regulation.oversight.views.looks.note_look", fails)
    signed(client, world.member(Role.REGULATOR).user)
    with pytest.raises(RuntimeError):
        client.get(f"/en/oversight/reports/{report.ref}/")


def test_who_acts_for_the_department_does_not_learn_of_the_report(client, report):
    note_look(subject=report, what="report", by=world.member(Role.REGULATOR).user)
    torn = world.member(Role.REGULATOR, report.department)
    assert report.ref not in signed(client, torn.user).get("/en/oversight/looks/").content.decode()
    other = world.member(Role.REGULATOR)
    assert report.ref in signed(client, other.user).get("/en/oversight/looks/").content.decode()


def test_looks_at_checks_findings_and_people_stand_in_the_one_list(client):
    one = world.member(Role.REGULATOR)
    person, firm, department = world.person(), world.entity("intermediary"), world.department()
    check = world.check(intermediary=firm, department=department)
    tie = {"holder": person.urn, "subject": firm.urn}
    found = note_finding(
        seen=Seen(kind=FindingKind.CONFLICT, entity=firm, department=department, evidence={"chain": [tie]}),
        at=timezone.now(),
    )
    see_people(people=[person], page="parties.contest/1", by=one.user)
    note_look(subject=check, what="check", by=one.user)
    assert note_view(finding=found, by=one.user)
    page = signed(client, world.member(Role.REGULATOR).user).get("/en/oversight/looks/").content.decode()
    addresses = [
        f"/en/identity/people/{person.pk}/",
        f"/en/checks/{check.ref}/",
        f"/en/findings/{found.ref}/",
    ]
    assert [page.count(f'href="{address}"') for address in addresses] == [1, 1, 1]
    assert person.name not in page
    sorted_out = client.get("/en/oversight/looks/?sort=parties.person/").context["rows"]
    assert [row["entry"].subject for row in sorted_out] == [person.urn]
    for own in (firm, department):
        torn = world.member(Role.REGULATOR, own)
        rows = signed(client, torn.user).get("/en/oversight/looks/").context["rows"]
        assert [row["entry"].subject for row in rows] == [person.urn], "not what is about a body it acts for"


def test_the_list_is_filtered_and_flat(client, report, assert_flat):
    regulators = [world.member(Role.REGULATOR).user for _n in range(2)]
    signed(client, regulators[0])

    def add() -> None:
        note_look(subject=report, what="report", by=regulators[1])

    assert_flat(client, "/en/oversight/looks/", add)
    address = f"/en/oversight/looks/?by={regulators[1].pk}&ref={report.ref.lower()}"
    assert len(client.get(address).context["rows"]) == 20
    assert client.get("/en/oversight/looks/?since=2999-01-01").context["rows"] == []
    assert client.get("/en/oversight/looks/?by=x&since=never&ref=%00").status_code == 200
    assert Entry.objects.filter(kind="parties.looked").count() == 20
