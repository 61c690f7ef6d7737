"""A draft is kept as far as it has come: by the button, and as one goes; what is wrong is not kept."""

import datetime as dt
from decimal import Decimal

import pgtrigger
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from marketplace.tenders import errors, operations
from marketplace.tenders.forms import TermsForm
from marketplace.tenders.models import Tender
from marketplace.tenders.operations.drafting import terms_of
from regulation.ledger.models import Entry
from regulation.parties.models import Role
from tests.factories import world

pytestmark = pytest.mark.django_db
AS_ONE_GOES = {"HX-Request": "true"}


@pytest.fixture
def writer():
    return world.member(Role.OWNER)


def draft(writer, **fields: object) -> Tender:
    later = timezone.now() + dt.timedelta(days=9)
    wanted = {"published_at": None, "closes_at": later, "owner": writer.entity, "created_by": writer.user}
    return world.tender(**wanted | fields)


def data_of(tender: Tender, **changed: object) -> dict:
    data = {k: v for k, v in TermsForm.initial_of(tender).items() if v not in (None, [], {}, False)}
    closes = timezone.localtime(tender.closes_at).strftime("%Y-%m-%dT%H:%M:%S")
    return data | {"closes_at": closes, "keep": "yes"} | changed


def revised() -> int:
    return Entry.objects.filter(kind="tenders.revised").count()


def test_what_is_right_is_kept_and_what_is_wrong_is_named(writer, sign_in):
    tender = draft(writer)
    edit, browser = reverse("tenders:tender_edit", args=[tender.ref]), sign_in(writer)
    sent = data_of(tender, title="新标题", days="0", ceiling="-1", avoided="没有这家 | 理由")
    answer = browser.post(edit, sent, headers=AS_ONE_GOES)
    assert (answer.status_code, next(t.name for t in answer.templates)) == (200, "tenders/_kept.html")
    said = answer.content.decode()
    for label in ("Working days allowed", "Price ceiling", "Units you must not buy from"):
        assert label in said
    before = terms_of(tender)
    tender.refresh_from_db()
    assert (tender.title, tender.days, tender.ceiling) == ("新标题", before.days, before.ceiling)
    assert revised() == 1


def test_nothing_is_written_where_nothing_changed(writer, sign_in):
    tender = draft(writer)
    edit = reverse("tenders:tender_edit", args=[tender.ref])
    for _n in range(2):
        sign_in(writer).post(edit, data_of(tender), headers=AS_ONE_GOES)
    first = revised()
    sign_in(writer).post(edit, data_of(tender), headers=AS_ONE_GOES)
    assert revised() == first <= 1


def test_without_javascript_a_button_keeps_it(writer, sign_in):
    tender = draft(writer)
    edit, browser = reverse("tenders:tender_edit", args=[tender.ref]), sign_in(writer)
    assert browser.post(edit, data_of(tender, contact="0826-1")).status_code == 302
    answer = browser.post(edit, data_of(tender, contact="0826-2", days=""))
    assert (answer.status_code, "Saved" in answer.content.decode()) == (422, True)
    tender.refresh_from_db()
    assert tender.contact == "0826-2"


def test_a_new_draft_may_begin_with_next_to_nothing_and_says_what_is_missing(writer, sign_in):
    approval, service = world.approval(), world.service()
    page = f"{reverse('tenders:tender_new')}?approval={approval.ref}&service={service.code}"
    browser = sign_in(writer)
    assert browser.post(page, {"title": "", "contact": ""}).status_code == 422
    assert not Tender.objects.exists()
    answer = browser.post(page, {"title": "", "contact": "0826", "keep": "yes"}, follow=True)
    made = Tender.objects.get()
    assert (made.contact, made.days, made.closes_at) == ("0826", 0, None)
    missing = {str(line.words) for line in answer.context["missing"]}
    assert missing == {
        "A ceiling, or why none",
        "A deadline that leaves bidders enough time",
        "The working days allowed",
        "A title, and what is needed",
    }


def test_terms_that_hold_together_are_kept_together_or_not_at_all(writer, sign_in):
    tender = draft(writer)
    rate = {"price_basis": "rate", "base_amount": "10000", "rate_low": "80", "rate_high": ""}
    edit, browser = reverse("tenders:tender_edit", args=[tender.ref]), sign_in(writer)
    browser.post(edit, data_of(tender, **rate), headers=AS_ONE_GOES)
    tender.refresh_from_db()
    assert (tender.price_basis, tender.base_amount) == ("amount", None)
    browser.post(edit, data_of(tender, **rate | {"rate_high": "95"}), headers=AS_ONE_GOES)
    tender.refresh_from_db()
    assert (tender.price_basis, tender.ceiling) == ("rate", Decimal("9500.00"))
    direct = {"method": "direct_choice", "direct_ground": "below"}
    browser.post(edit, data_of(tender, **direct), headers=AS_ONE_GOES)  # its reason is missing
    tender.refresh_from_db()
    assert (tender.method, tender.direct_ground) == ("lowest_price", "")


def test_in_review_and_by_others_nothing_is_kept(writer, sign_in):
    tender = draft(writer)
    edit = reverse("tenders:tender_edit", args=[tender.ref])
    assert sign_in(world.member(Role.OWNER)).post(edit, data_of(tender, title="x")).status_code == 404
    operations.submit_tender(tender=tender, by=writer.user, at=timezone.now())
    assert sign_in(writer).post(edit, data_of(tender, title="x")).status_code == 302
    assert Tender.objects.exclude(title="x").count() == 1


def test_an_incomplete_draft_is_not_submitted_and_the_database_publishes_none_without_days(writer):
    tender = draft(writer, days=0)
    with pytest.raises(errors.Incomplete):
        operations.submit_tender(tender=tender, by=writer.user, at=timezone.now())
    public = world.tender()
    quiet, held = pgtrigger.ignore("tenders.Tender:published_terms_stand"), "tender_published_with_its_days"
    with quiet, pytest.raises(IntegrityError, match=held), transaction.atomic():
        Tender.objects.filter(pk=public.pk).update(days=0)
