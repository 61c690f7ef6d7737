"""The same approval, and the same service, in several regions: side by side, with what differs marked."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from regulation.registry.models import Counterpart, Ground, Standard
from regulation.registry.queries import elsewhere, verdicts_of
from regulation.registry.sidebyside import row, state_of
from tests.factories.registry import (
    ApprovalFactory,
    DepartmentFactory,
    MaterialFactory,
    ProvisionFactory,
    RulingFactory,
    ServiceFactory,
    region,
)

pytestmark = pytest.mark.django_db
HERE, THERE, THIRD = "511602", "130200", "330100"


def approval(code=HERE, **fields):
    return ApprovalFactory(department=DepartmentFactory(region=region(code)), **fields)


def alike(of):
    return [(one.approval, one.ground) for one in elsewhere(of)]


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ([], "same"),
        ([None, ""], "same"),
        ([3, 3], "same"),
        ([3, 5], "differs"),
        ([3, None], "partial"),
        ([3, None, 5], "differs"),
        ([0, 3], "differs"),
        ([0, None], "partial"),
    ],
)
def test_what_is_not_on_record_is_no_difference(values, state):
    assert state_of(values) == row("x", values).state == state


def test_one_code_or_one_name_in_another_region_is_the_same_approval():
    mine = approval(name="施工许可", base_code="A1")
    by_code = approval(THERE, name="施工许可证核发", base_code="A1")
    by_name = approval(THIRD, name="施工许可", base_code="B2")
    approval(HERE, name="施工许可", base_code="A1")  # of the same region
    approval(THERE, name="施工许可变更", base_code="")
    assert alike(mine) == [(by_code, Ground.CODE), (by_name, Ground.NAME)]


def test_no_code_is_not_one_code():
    mine = approval(base_code="")
    approval(THERE, base_code="")
    assert alike(mine) == []


def test_a_finding_holds_both_ways_and_for_all_that_is_the_same_as_one_thing():
    mine, other, third = approval(), approval(THERE), approval(THIRD)
    for one in (other, third):
        Counterpart.objects.create(approval=one, same_as=mine, ground="同一许可", source="对照")
    assert {a for a, _g in alike(mine)} == {other, third}
    assert {a for a, _g in alike(other)} == {mine, third}
    assert {g for _a, g in alike(other)} == {Ground.COUNTERPART}
    assert elsewhere(other)[0].finding.ground == "同一许可"


@pytest.mark.parametrize("fields", [{"ground": ""}, {"source": ""}, {"same": True}])
def test_a_finding_is_of_two_and_says_why_and_whence(fields):
    mine, other = approval(), approval(THERE)
    same = mine if fields.pop("same", False) else other
    values = {"ground": "同一许可", "source": "对照"} | fields
    with pytest.raises(IntegrityError, match="counterpart_"), transaction.atomic():
        Counterpart.objects.create(approval=mine, same_as=same, **values)


def test_each_approval_is_judged_in_its_own_region_and_the_nearest_ruling_wins():
    mine, other = approval(), approval(THERE)
    service = ServiceFactory()
    country = RulingFactory(service=service, necessity="optional")
    province = RulingFactory(service=service, region=region("510000"), necessity="commissioned")
    pair = RulingFactory(service=service, approval=other, region=other.region, necessity="abolished")
    today = timezone.localdate()
    found = verdicts_of([mine, other, approval(THIRD)], on=today)
    assert [rulings[service.pk] for rulings in found.values()] == [province, pair, country]


def page(client, of, query=""):
    return client.get(f"/en/approvals/{of.ref}/elsewhere/{query}")


def test_the_page_marks_what_differs_and_says_why_they_stand_together(client):
    mine, other = (
        approval(name="施工许可", committed_days=7),
        approval(THERE, name="施工许可", committed_days=3),
    )
    MaterialFactory(approval=other)
    service = ServiceFactory(name="图审")
    RulingFactory(service=service, necessity="optional")
    RulingFactory(service=service, approval=other, region=other.region, necessity="abolished")
    html = page(client, mine).text
    states = {str(r.label): r.state for r in page(client, mine).context["rows"]}
    assert states == {
        "Department": "own",
        "Committed working days": "differs",
        "Papers asked for": "partial",
        "图审": "differs",
    }
    assert html.count("Differs") == 2
    assert "It has the same name." in html
    assert f'href="/approvals/{mine.ref}/elsewhere/"' in client.get(f"/approvals/{mine.ref}/").text


def test_up_to_five_stand_side_by_side_and_more_are_refused_by_name(client):
    mine = approval(name="施工许可")
    others = [approval(f"33{n:02d}00", name="施工许可") for n in range(1, 8)]
    assert page(client, mine).context["columns"] == [mine, *others[:4]]
    chosen = page(client, mine, f"?beside={others[6].ref}&beside={others[5].ref}")
    assert chosen.context["columns"] == [mine, others[5], others[6]]
    many = page(client, mine, "?" + "&".join(f"beside={o.ref}" for o in others[:5]))
    assert many.status_code == 422
    assert "Choose at most 4." in many.text
    assert page(client, mine, "?beside=nothing").status_code == 422
    assert page(client, mine, "?beside=%00").status_code == 422


def test_what_has_no_match_says_so(client):
    assert "No other region on record has it" in page(client, approval()).text
    assert client.get("/approvals/nothing/elsewhere/").status_code == 404


def cost(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_page_takes_the_same_queries_for_any_number_of_services(client):
    mine, other = approval(name="施工许可"), approval(THERE, name="施工许可")
    counts = []
    for more in (1, 8):
        for _ in range(more):
            for one in (mine, other):
                RulingFactory(approval=one, region=one.region)
        counts.append(cost(client, f"/approvals/{mine.ref}/elsewhere/"))
    assert counts[0] == counts[1]


def test_sets_are_counted_once_and_only_over_regions():
    approval(name="甲", base_code="A1", committed_days=3)
    approval(THERE, name="甲", base_code="A1", committed_days=9)
    approval(name="乙", base_code="B1")
    approval(THERE, name="乙", base_code="B2")
    approval(name="丙")
    approval(name="丙")
    found = {one.key: one for one in Standard.objects.all()}
    assert set(found) == {"code:A1", "name:乙"}
    one = found["code:A1"]
    assert (one.regions, one.days_least, one.days_most, one.papers_least) == (2, 3, 9, None)


def test_a_finding_makes_a_set_whose_first_is_the_one_compared_with():
    mine, other = approval(), approval(THERE)
    Counterpart.objects.create(approval=mine, same_as=other, ground="同一许可", source="对照")
    one = Standard.objects.get()
    assert (one.ground, one.first_ref, one.approvals) == ("counterpart", other.ref, 2)


def test_the_list_marks_days_papers_and_verdicts(client):
    mine, other = approval(name="甲", committed_days=3), approval(THERE, name="甲", committed_days=9)
    for one, papers in ((mine, 1), (other, 2)):
        for _ in range(papers):
            MaterialFactory(approval=one)
    service = ServiceFactory(name="图审")
    RulingFactory(service=service, approval=other, region=other.region)
    html = client.get("/en/standards/").text
    assert "3–9" in html
    assert "1–2" in html
    assert "图审" in html
    assert html.count("Differs") == 3


def test_the_list_is_narrowed_by_what_differs_and_takes_any_query(client):
    approval(name="甲", committed_days=3)
    approval(THERE, name="甲", committed_days=9)
    approval(name="乙", committed_days=3)
    approval(THERE, name="乙", committed_days=3)

    def keys(query):
        return [one.key for one in client.get("/standards/" + query).context["page_obj"]]

    assert keys("") == ["name:甲", "name:乙"]
    assert keys("?apart=days") == ["name:甲"]
    assert keys("?apart=papers") == []
    assert keys("?q=乙&ground=name") == ["name:乙"]
    for query in ("?apart=x", "?q=%00", "?ground=%00", "?page=99999999999999999999"):
        assert client.get("/standards/" + query).status_code == 200


def test_the_list_takes_few_queries(client, assert_flat):
    def add():
        name = f"事项{timezone.now().timestamp()}"
        for code in (HERE, THERE):
            one = approval(code, name=name)
            RulingFactory(approval=one, region=one.region, provisions=[])

    assert_flat(client, "/standards/", add)


def test_a_service_is_laid_out_region_by_region(client):
    service = ServiceFactory(code="s")
    country = RulingFactory(service=service, necessity="optional", payer="applicant")
    zhejiang = RulingFactory(
        service=service, region=region("330000"), necessity="commissioned", payer="government"
    )
    RulingFactory(service=service, approval=approval(), region=region(HERE))
    answer = client.get("/en/services/s/regions/")
    assert answer.context["columns"] == [country, zhejiang]
    states = {str(r.label): r.state for r in answer.context["rows"]}
    assert (states["Verdict"], states["Who pays"], states["Price"]) == ("differs", "differs", "same")
    assert "/en/services/s/regions/" in client.get("/en/services/s/").text


def test_the_page_of_a_service_takes_the_same_queries_for_any_number_of_regions(client):
    service = ServiceFactory(code="s")
    counts = []
    for codes in (["000000"], [f"{n}0000" for n in range(31, 35)]):
        for code in codes:
            cited = [ProvisionFactory()]
            RulingFactory(service=service, region=region(code), provisions=cited, necessity="abolished")
        counts.append(cost(client, "/services/s/regions/"))
    assert counts[0] == counts[1]


def test_a_future_ruling_is_not_laid_out(client):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    RulingFactory(service=ServiceFactory(code="s"), in_force=DateRange(tomorrow, None, "[)"))
    assert "in every approval is on record" in client.get("/en/services/s/regions/").text
