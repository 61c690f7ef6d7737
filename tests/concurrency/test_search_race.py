"""Many writers at once: no count is lost, no document is overlooked, nobody waits for a counter."""

import threading

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import Count, Sum

from regulation.registry.models import Approval, Document, DocumentCell, Kind, Service
from regulation.registry.operations import compact_cells, rebuild_search
from tests.factories.registry import ApprovalFactory, ProvisionFactory, RulingFactory, ServiceFactory, region

pytestmark = pytest.mark.django_db(transaction=True)
GROUP = ("kind", "region_id", "department_id", "necessity", "level")


def cells():
    summed = DocumentCell.objects.order_by().values(*GROUP).annotate(total=Sum("n")).exclude(total=0)
    return {tuple(row[c] for c in GROUP): row["total"] for row in summed}


def counted():
    rows = Document.objects.order_by().values(*GROUP).annotate(total=Count("pk"))
    return {tuple(row[c] for c in GROUP): row["total"] for row in rows}


def at_once(*jobs):
    """Each job in a thread of its own; what any of them raised."""
    failures: list[BaseException] = []
    ready = threading.Barrier(len(jobs))

    def work(job):
        try:
            ready.wait(30)
            job()
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()
    return failures


def test_writers_at_once_lose_no_count_and_do_not_deadlock():
    services = [ServiceFactory(name=f"测绘{n}") for n in range(3)]
    approvals = [ApprovalFactory(region=region("510000")) for _ in range(3)]
    places = [region(code) for code in ("000000", "510000", "511600", "511602")]

    def publish(n):
        for place in places:
            RulingFactory(service=services[n], approval=approvals[n], region=place)

    def rename_service(n):
        for turn in range(4):
            Service.objects.filter(pk=services[n].pk).update(name=f"测绘{n}改{turn}")

    def edit_approval(n):
        for turn in range(4):
            Approval.objects.filter(pk=approvals[n].pk).update(
                name=f"事项{n}改{turn}", department=approvals[(n + turn) % 3].department_id
            )

    def fold():
        for _ in range(4):
            compact_cells()

    jobs = [lambda n=n, job=job: job(n) for n in range(3) for job in (publish, rename_service, edit_approval)]
    assert at_once(*jobs, fold) == []
    assert Document.objects.filter(kind=Kind.RULINGS).count() == len(places) * 3
    assert cells() == counted()
    assert rebuild_search() == 0  # every document says what its source says
    assert cells() == counted()


def test_a_rename_waits_for_a_ruling_that_is_being_written_and_then_sees_it(elsewhere):
    """Without the advisory lock the renaming would overlook the ruling it cannot see yet."""
    service, cited = ServiceFactory(name="旧名"), RulingFactory(service=ServiceFactory())
    rename = Service.objects.filter(pk=service.pk).update
    with transaction.atomic():
        written = RulingFactory(service=cited.service, region=region("510000"))
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(rename, name="新名")
    elsewhere(rename, name="新名")
    assert Document.objects.get(kind=Kind.SERVICES, object_id=service.pk).title == "新名"
    assert Document.objects.filter(kind=Kind.RULINGS, object_id=written.pk).exists()


def test_a_ruling_waits_for_a_rename_that_is_not_committed(elsewhere):
    service, other = ServiceFactory(name="旧名"), ServiceFactory()
    with transaction.atomic():
        Service.objects.filter(pk=service.pk).update(name="新名")
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(RulingFactory, service=other)
    made = elsewhere(RulingFactory, service=service)
    assert "新名" in Document.objects.get(kind=Kind.RULINGS, object_id=made.pk).title


def test_writers_of_rulings_do_not_wait_for_each_other(elsewhere):
    first, second = ServiceFactory(), ServiceFactory()
    region()
    cited = [ProvisionFactory()]
    with transaction.atomic():
        RulingFactory(service=first, provisions=cited)
        elsewhere(RulingFactory, service=second, provisions=cited)
    assert cells() == counted()
