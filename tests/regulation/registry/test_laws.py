"""Pages of laws and articles: what rests on them, what ended them, and the text where it is loaded."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from regulation.registry.models import Instrument, Level, Provision
from regulation.registry.queries import articles_of, end_of_basis, lapsed_rulings, with_bases
from tests.factories.registry import (
    ApprovalFactory,
    DraftFactory,
    InstrumentFactory,
    ProvisionFactory,
    RulingFactory,
    ServiceFactory,
    region,
)

pytestmark = pytest.mark.django_db
START, END, LATER = dt.date(2020, 1, 1), dt.date(2024, 5, 1), dt.date(2025, 3, 1)


def article(*, end=None, **fields):
    return ProvisionFactory(in_force=DateRange(START, end, "[)"), **fields)


def demand(*provisions, **fields):
    return RulingFactory(necessity="mandatory", provisions=provisions, **fields)


def end(ruling):
    return end_of_basis(with_bases(lapsed_rulings(on=LATER)).get(pk=ruling.pk))


def test_a_demand_ends_with_the_last_lawful_article_that_carried_it():
    first, last = article(end=END), article(end=LATER)
    local = article(instrument=InstrumentFactory(level=Level.LOCAL_RULE))
    found = end(demand(first, last, local))
    assert (found.provision, found.day) == (last, LATER)


def test_it_ends_with_the_law_where_the_articles_own_end_is_not_known():
    open_one = article(instrument=InstrumentFactory(in_force=None))
    Instrument.objects.filter(pk=open_one.instrument_id).update(in_force=DateRange(START, END, "[)"))
    assert end(demand(open_one)).day == END


def test_the_list_names_law_day_and_what_repealed_it(client):
    instrument = InstrumentFactory(title="旧法", repealed_by=InstrumentFactory(title="法典"))
    demand(article(end=END, instrument=instrument, article="第十九条"))
    html = client.get("/en/rulings/lapsed/").text
    assert all(words in html for words in ("旧法", "第十九条", "2024-05-01", "法典"))


def test_the_list_is_narrowed_by_region_and_service(client):
    one = demand(article(end=END), region=region("330000"))
    other = demand(article(end=END), service=ServiceFactory(name="甲服务"))
    both = client.get("/rulings/lapsed/").context["rows"]
    assert {r for r, _end in both} == {one, other}
    for query, left in (("?region=330000", one), (f"?service={other.service.code}", other)):
        assert [r for r, _end in client.get("/rulings/lapsed/" + query).context["rows"]] == [left]
    nothing = client.get(f"/en/rulings/lapsed/?region=330000&service={other.service.code}").text
    assert "No demand fits" in nothing


@pytest.mark.parametrize("query", ["?region=%00", "?region=999999", "?service=%00", "?page=x&service=no"])
def test_whatever_is_asked_of_the_list_is_answered(client, query):
    demand(article(end=END))
    assert client.get("/rulings/lapsed/" + query).status_code == 200


def test_the_list_takes_few_queries_however_it_is_narrowed(client, assert_flat):
    ruling = demand(article(end=END))
    address = f"/rulings/lapsed/?region=000000&service={ruling.service.code}"
    assert_flat(
        client,
        address,
        lambda: demand(article(end=END), service=ruling.service, approval=ApprovalFactory()),
    )


def test_an_article_counts_rulings_on_record_only_and_each_once():
    found = article()
    demand(found)
    DraftFactory(provisions=[found])
    assert articles_of(found.instrument).get().resting == 1


def test_the_page_of_a_law_leads_to_every_ruling_on_any_article(client, assert_flat):
    instrument = InstrumentFactory(ref="the-law")
    one, two = (
        article(instrument=instrument, article="第一条"),
        article(instrument=instrument, article="第二条"),
    )
    ruling = demand(one, two)
    assert "/en/laws/the-law/rulings/" in client.get("/en/laws/the-law/").text
    page = client.get("/en/laws/the-law/rulings/")
    assert [r.pk for r in page.context["page_obj"]] == [ruling.pk]
    assert "第一条" in page.text
    assert "第二条" in page.text
    assert_flat(
        client,
        "/en/laws/the-law/rulings/",
        lambda: demand(one, approval=ApprovalFactory(), service=ServiceFactory()),
    )


def test_what_repeals_and_what_is_repealed_is_linked_both_ways(client):
    new = InstrumentFactory(ref="new", title="新法")
    old = InstrumentFactory(ref="old", title="旧法", repealed_by=new, in_force=DateRange(START, END, "[)"))
    ProvisionFactory(ref="old-1", instrument=old, in_force=DateRange(START, END, "[)"))
    assert "旧法" in client.get("/en/laws/new/").text.split("What it repeals")[1]
    for page in ("laws/old", "provisions/old-1"):
        html = client.get(f"/en/{page}/").text
        assert 'not been in force since <time datetime="2024-05-01">' in html
        assert 'href="/en/laws/new/"' in html
    assert "not been in force" not in client.get("/en/laws/new/").text


def test_the_text_is_shown_with_source_and_day_and_only_where_it_is_loaded(client):
    found = article(ref="a-1")
    assert "The text" not in client.get("/en/provisions/a-1/").text
    Provision.objects.filter(pk=found.pk).update(
        full_text="第一条　<b>正文</b>。\n第二款。", full_text_source="法律库", full_text_on=END
    )
    html = client.get("/en/provisions/a-1/").text
    assert 'Text as loaded by the operator on <time datetime="2024-05-01">' in html
    assert "法律库" in html
    assert "&lt;b&gt;正文" in html


def test_a_text_without_source_or_day_is_refused():
    found = article()
    for fields in (
        {"full_text": "正文"},
        {"full_text_on": END},
        {"full_text": "正文", "full_text_source": "库"},
    ):
        with pytest.raises(IntegrityError, match="provision_text_names"), transaction.atomic():
            Provision.objects.filter(pk=found.pk).update(**fields)
