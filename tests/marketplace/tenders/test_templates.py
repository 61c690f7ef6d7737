"""Templates: what fits another project too, kept under a name, offered to whom it is for."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from marketplace.tenders import errors, operations
from marketplace.tenders.models import TenderTemplate
from marketplace.tenders.queries import bidding_days, deadline_after, templates_of
from regulation.parties.models import Role
from tests.factories import world

pytestmark = pytest.mark.django_db


def kept(tender, name="年度评价", *, shared=False) -> TenderTemplate:
    owner = None if shared else tender.owner
    return operations.keep_template(tender=tender, name=name, owner=owner, by=world.user(), at=timezone.now())


def test_a_template_keeps_what_fits_another_project_and_no_prices_dates_or_names():
    tender = world.tender(days=25, all_of=["甲证"], contact="0826-1")
    made = kept(tender)
    assert (made.terms["days"], made.terms["all_of"], made.service) == (25, ["甲证"], tender.service)
    assert not {"ceiling", "closes_at", "contact", "title", "project"} & made.terms.keys()


def test_the_own_ones_are_offered_before_the_platforms_and_no_others():
    tender = world.tender()
    mine, everybodys = kept(tender), kept(tender, shared=True)
    kept(world.tender(service=tender.service))
    gone = kept(tender, "旧")
    operations.end_template(template=gone, by=world.user(), at=timezone.now())
    assert list(templates_of(tender.owner, service=tender.service)) == [mine, everybodys]
    assert list(templates_of(world.entity(), service=tender.service)) == [everybodys]
    assert list(templates_of(None)) == [everybodys]


def test_a_name_stands_once_and_a_template_as_it_was_kept():
    tender = world.tender()
    made = kept(tender)
    with pytest.raises(errors.TemplateThere):
        kept(tender, " 年度评价 ")
    with pytest.raises(errors.NoWords):
        kept(tender, "  ")
    with pytest.raises(IntegrityError, match="template_stands"), transaction.atomic():
        TenderTemplate.objects.filter(pk=made.pk).update(terms={})
    with pytest.raises(DatabaseError), transaction.atomic():
        made.delete()
    operations.end_template(template=made, by=world.user(), at=timezone.now())
    assert kept(tender) != made


def test_a_tender_begins_with_a_template(sign_in):
    owner = world.member(Role.OWNER)
    approval = world.approval()
    tender = world.tender(owner=owner.entity, approval=approval, days=25, method="random_draw")
    browser = sign_in(owner)
    keep = reverse("tenders:template_keep", args=[tender.ref])
    assert "年度评价" in browser.post(keep, {"name": "年度评价"}, follow=True).content.decode()
    assert browser.post(keep, {"name": ""}, follow=True).status_code == 200
    made = TenderTemplate.objects.get()
    new = f"{reverse('tenders:tender_new')}?approval={approval.ref}&service={tender.service.code}"
    assert "年度评价" in browser.get(new).content.decode()
    form = browser.get(f"{new}&template={made.pk}").context["form"]
    assert (form["days"].value(), form["method"].value()) == (25, "random_draw")
    assert browser.get(f"{new}&template=x").context["form"]["days"].value() is None
    end = reverse("tenders:template_end", args=[made.pk])
    assert sign_in(world.member(Role.OWNER)).post(end).status_code == 404
    assert sign_in(world.member(Role.REVIEWER)).post(end).status_code == 404
    sign_in(owner).post(end)
    made.refresh_from_db()
    assert made.ended_at is not None


def test_a_reviewer_keeps_public_tenders_for_everybody_and_no_draft(sign_in):
    reviewer = sign_in(world.member(Role.REVIEWER))
    public = world.tender()
    reviewer.post(reverse("tenders:template_keep", args=[public.ref]), {"name": "通用"})
    assert TenderTemplate.objects.get().owner is None
    draft = world.tender(published_at=None, submitted_at=None)
    keep = reverse("tenders:template_keep", args=[draft.ref])
    assert reviewer.post(keep, {"name": "x"}).status_code == 404
    submitted = world.tender(published_at=None, submitted_at=timezone.now())
    keep = reverse("tenders:template_keep", args=[submitted.ref])
    assert reviewer.post(keep, {"name": "x"}).status_code == 403


def test_the_list_is_flat(sign_in, assert_flat):
    owner = world.member(Role.OWNER)
    tender = world.tender(owner=owner.entity)
    names = iter(range(99))
    page = reverse("tenders:template_list")
    assert_flat(sign_in(owner), page, lambda: kept(tender, f"模板{next(names)}"), limit=9)


def test_a_deadline_is_offered_that_leaves_as_many_working_days_and_never_too_few():
    now = timezone.make_aware(dt.datetime(2026, 1, 5, 10))  # a Monday
    region = world.region()
    for days, due in ((None, "2026-01-08 17:00"), (1, "2026-01-08 17:00"), (6, "2026-01-13 17:00")):
        found = deadline_after(region, days, now=now)
        assert f"{timezone.localtime(found):%Y-%m-%d %H:%M}" == due


def test_a_template_and_a_copy_keep_for_how_many_working_days_bids_are_taken(sign_in):
    owner = world.member(Role.OWNER)
    approval, at = world.approval(), timezone.now()
    published = at - dt.timedelta(days=1)
    closes_at = at + dt.timedelta(days=20)
    tender = world.tender(owner=owner.entity, approval=approval, published_at=published, closes_at=closes_at)
    days = bidding_days(tender, at=at)
    assert 10 <= days <= 16
    made = kept(tender)
    assert made.terms["bidding_days"] == days
    due = deadline_after(tender.region, days, now=at)
    assert operations.copy_tender(tender=tender, by=world.user(), at=at).closes_at == due
    query = f"?approval={approval.ref}&service={tender.service.code}&template={made.pk}"
    page = sign_in(owner).get(reverse("tenders:tender_new") + query).content.decode()
    assert f"{timezone.localtime(due):%Y-%m-%dT%H:%M}" in page
