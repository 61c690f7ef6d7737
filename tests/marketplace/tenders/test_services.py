"""Several services on one tender: what they may be together, who may bid, where it is found, what stands."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core import mail
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from marketplace.tenders import eligibility, errors, operations
from marketplace.tenders.models import Amendment, Bid, Tender, TenderTemplate
from marketplace.tenders.operations.drafting import Terms, relied_on, reviewing
from marketplace.tenders.operations.drafting.services import refused_of
from marketplace.tenders.queries import about, public_tenders, searches_for, tender_facets
from marketplace.tenders.sealing import PlainBid
from marketplace.tenders.service_errors import (
    KeptApart,
    ServiceTwice,
    TiedToRequired,
    TooManyServices,
    TwoPayers,
)
from marketplace.tenders.telling import tell_followers
from marketplace.tenders.together import Wanted, refusals
from regulation.decoupling.models import Check, Outcome
from regulation.decoupling.queries import rerun
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.parties.models import Role
from regulation.registry.operations import start_following
from tests.factories import contracts, tenders, world

pytestmark = pytest.mark.django_db
DAYS = dt.timedelta(days=20)


def drafted(*necessities: str | None, codes: tuple[str, ...] = (), **fields: object) -> Tender:
    """A draft of as many services, each with a ruling that says so, or with none."""
    world.trustees()
    approval, at, services = world.approval(), timezone.now(), []
    for place, necessity in enumerate(necessities):
        one = world.service(**({"code": codes[place]} if codes else {}))
        if necessity:
            world.ruling(approval=approval, service=one, necessity=necessity)
        services.append(one)
    (service, ruling), *also = relied_on(approval=approval, services=services, at=at)
    terms = {"title": "两项", "description": "说明", "days": 10, "contact": "0826", "ceiling": Decimal(9000)}
    owner = fields.pop("owner", None) or world.entity()
    return operations.draft_tender(
        owner=owner,
        approval=approval,
        service=service,
        ruling=ruling,
        also=also,
        terms=Terms(closes_at=at + DAYS, **terms),
        by=fields.pop("by", None) or world.user(),
        at=at,
    )


def named(tender: Tender) -> list[tuple[int, str, str]]:
    rows = tender.services.select_related("service", "ruling")
    return [(one.position, one.service.code, one.necessity) for one in rows]


# --- what stands -------------------------------------------------------------------------------------------


def test_the_first_service_is_the_tenders_own_and_the_others_follow_with_their_rulings():
    tender = drafted("mandatory", None, "optional")
    codes = [one.service.code for one in tender.bought]
    assert named(tender) == [(1, codes[0], "mandatory"), (2, codes[1], ""), (3, codes[2], "optional")]
    assert (tender.service.code, tender.ruling) == (codes[0], tender.bought[0].ruling)
    told = body_of(Entry.objects.get(kind="tenders.drafted"))
    assert [one["service"] for one in told["services"]] == [one.service.urn for one in tender.bought]
    alone = world.tender()
    assert named(alone) == [(1, alone.service.code, "")]


def test_a_revision_keeps_what_was_relied_on_and_leaves_what_is_not_named():
    tender = drafted("mandatory", "optional")
    second, new, at = tender.bought[1], world.service(), timezone.now()
    said = {"tender": tender, "terms": operations.drafting.terms_of(tender), "by": world.user(), "at": at}
    operations.revise_tender(**said)
    assert len(named(tender)) == 2
    operations.revise_tender(**said, also=[(new, None), (second.service, None)])
    assert [(code, said) for _n, code, said in named(tender)][1:] == [
        (new.code, ""),
        (second.service.code, "optional"),  # the ruling it relied on, not the one that was not looked up
    ]
    operations.revise_tender(**said, also=[])
    assert len(named(tender)) == 1


@pytest.mark.parametrize(("refusal", "many"), [(ServiceTwice, 1), (TooManyServices, 10)])
def test_a_service_stands_once_and_there_are_at_most_ten(refusal, many):
    tender = drafted(None)
    services = [tender.service] if many == 1 else [world.service() for _n in range(many)]
    said = {"tender": tender, "terms": operations.drafting.terms_of(tender), "by": world.user()}
    with pytest.raises(refusal):
        operations.revise_tender(**said, also=[(one, None) for one in services], at=timezone.now())
    assert named(tender) == [(1, tender.service.code, "")]


def test_the_database_holds_the_first_to_its_tender_and_each_to_its_ruling():
    tender = drafted("mandatory", None)
    first, second, other = *tender.services.all(), world.service()
    ruling = world.ruling(approval=tender.approval, service=other)
    for wrong, match in (
        (lambda: first.delete(), "tender_leads_with_its_service"),
        (lambda: tender.services.filter(position=1).update(service=other), "tender_leads_with_its_service"),
        (lambda: tender.services.filter(position=1).update(ruling=None), "tender_leads_with_its_service"),
        (lambda: tender.services.filter(position=2).update(position=1), "tender_leads_with_its_service"),
        (
            lambda: tender.services.filter(position=2).update(ruling=ruling),
            "relies_on_a_ruling_of_its_service",
        ),
        (lambda: tender.services.create(position=3, service=second.service), "tender_service_once"),
        (lambda: tender.services.create(position=11, service=other), "tender_service_one_to_ten"),
        (lambda: tender.services.create(position=2, service=other), "tender_service_one_a_place"),
    ):
        with pytest.raises(DatabaseError, match=match), transaction.atomic():
            wrong()
    tender.service, tender.ruling = other, ruling
    tender.save()  # the first follows the tender
    assert named(tender)[0] == (1, other.code, "mandatory")


@pytest.mark.usefixtures("as_site_role")
def test_what_is_public_or_in_review_stands_and_no_amendment_changes_it():
    public, review = world.tender(also=[world.service()]), drafted("mandatory", "optional")
    operations.submit_tender(tender=review, by=review.created_by, at=timezone.now())
    Amendment.objects.create(tender=public, number=1, by=world.user(), reason="更正", before={}, after={})
    for tender in (public, review):
        for change in (
            lambda of: of.services.create(position=3, service=world.service()),
            lambda of: of.services.filter(position=2).update(ruling=None),
            lambda of: of.services.filter(position=2).delete(),
        ):
            with pytest.raises(DatabaseError, match="tender_published_terms_stand"), transaction.atomic():
                change(tender)
        assert len(named(tender)) == 2


# --- what goes together ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "refusal"),
    [
        ("mandatory", "commissioned", TwoPayers),
        ("commissioned", None, TwoPayers),
        ("commissioned", "abolished", TwoPayers),
        ("abolished", "mandatory", TiedToRequired),
        ("mandatory", "abolished", TiedToRequired),
        ("commissioned", "commissioned", None),
        ("mandatory", "optional", None),
        ("mandatory", None, None),
        ("optional", "abolished", None),
        ("area_assessed", "mandatory", None),
    ],
    ids=str,
)
def test_one_payer_and_nothing_tied_to_what_is_required(first, second, refusal, monkeypatch):
    tender = drafted(first, second)
    if refusal is None:
        published = operations.publish_tender(
            tender=world.reviewed(tender), by=world.user(), at=timezone.now()
        )
        assert len(body_of(Entry.objects.get(kind="tenders.published"))["services"]) == 2
        assert published.published_at is not None
        return
    with pytest.raises(refusal, match="article 43"):
        operations.submit_tender(tender=tender, by=tender.created_by, at=timezone.now())
    tender.refresh_from_db()
    assert tender.submitted_at is None
    monkeypatch.setattr(reviewing, "assert_services", lambda *_a, **_k: None)
    passed = world.reviewed(tender)
    with pytest.raises(IntegrityError, match=r"services_have_one_payer|ties_nothing_abolished"):
        operations.publish_tender(tender=passed, by=world.user(), at=timezone.now())


def test_a_demand_whose_law_has_ended_is_not_tied_to_what_is_required():
    wanted = [Wanted("a", "甲", "lapsed"), Wanted("b", "乙", "mandatory")]
    assert [type(one) for one in refusals(wanted)] == [TiedToRequired]
    assert list(refusals(wanted[:1])) == []


def test_services_that_one_firm_may_not_take_in_a_project_are_kept_apart():
    tender = drafted(None, None, codes=("eia-report", "eia-technical-review"))
    (refusal,) = refused_of(tender, at=timezone.now())
    assert isinstance(refusal, KeptApart)
    with pytest.raises(KeptApart, match="in one project"):
        operations.submit_tender(tender=tender, by=tender.created_by, at=timezone.now())
    together = drafted(None, None, codes=("eia-report-2", "land-survey"))
    assert refused_of(together, at=timezone.now()) == []


def test_a_copy_buys_the_same_by_todays_rulings():
    tender = drafted("mandatory", "optional")
    made = operations.copy_tender(tender=tender, by=tender.created_by, at=timezone.now())
    assert named(made) == named(tender)
    new = world.service()
    other = world.tender(approval=tender.approval, also=[new])
    world.ruling(approval=tender.approval, service=new, necessity="optional")
    made = operations.copy_tender(tender=other, by=world.user(), at=timezone.now())
    assert named(made)[1] == (2, new.code, "optional")


# --- who may bid, and the gate -----------------------------------------------------------------------------


def test_a_bidder_offers_each_service_and_reads_which_it_does_not():
    tender = world.tender(also=[world.service(name="第二项")])
    half = world.intermediary(sells=tender.service)
    told = list(eligibility.conditions(tender=tender, tenderer=half.entity, at=timezone.now()))
    prices = [(str(c.label), c.refusal is None) for c in told if "You publish a price for" in str(c.label)]
    assert prices == [
        (f"You publish a price for: {tender.service}", True),
        ("You publish a price for: 第二项", False),
    ]
    said = {"tender": tender, "tenderer": half.entity, "bid": PlainBid(Decimal(900), 10), "by": world.user()}
    with pytest.raises(errors.NoOffer, match="第二项"):
        operations.submit_bid(**said, at=timezone.now())
    assert not Bid.objects.exists()
    world.offer(half, tender.bought[1].service)
    assert operations.submit_bid(**said, at=timezone.now()).tenderer == half.entity


def test_the_gate_is_told_of_each_service_and_what_it_stored_runs_again():
    second = world.service(code="land-survey")
    tender, alone = world.tender(also=[second]), world.tender()
    tenders.bid(tender, "900.00")
    tenders.bid(alone, "900.00")
    several, one = Check.objects.order_by("pk")
    assert (several.matter["service"], several.matter["also"]) == (tender.service.code, ["land-survey"])
    assert "also" not in one.matter
    for check in (several, one):
        finding, agrees = rerun(check)
        assert (finding.outcome, agrees) == (Outcome.CLEAR, True)


def test_a_tie_that_bars_one_of_the_services_bars_the_bid():
    owner = world.entity()
    tender = world.tender(owner=owner, also=[world.service(code="asset-appraisal")])
    firm = world.intermediary(sells=[one.service for one in tender.bought]).entity
    world.interest(owner, firm, "setUp")
    with pytest.raises(errors.ConflictedBidder) as refused:
        tenders.bid(tender, "900.00", by=firm)
    assert refused.value.check.rule_code == "owner-ties"
    other = world.tender(owner=owner, also=[world.service()])
    world.offer(firm.intermediary, other.service)
    world.offer(firm.intermediary, other.bought[1].service)
    tenders.bid(other, "900.00", by=firm)


def test_who_won_several_services_has_a_part_in_each():
    facts = {"owner": world.entity(), "approval": world.approval()}
    second = world.service(code="eia-report")
    award, _bids = tenders.awarded(**facts, also=[second])
    contracts.commit()
    later = world.tender(**facts, service=world.service(code="eia-technical-review"))
    told = about(later, with_rivals=False)
    assert [part.service for part in told.parts] == [award.tender.service.code, "eia-report"]
    firm = award.bid.tenderer
    world.offer(firm.intermediary, later.service)
    with pytest.raises(errors.ConflictedBidder) as refused:
        tenders.bid(later, "900.00", by=firm)
    assert refused.value.check.rule_code == "parts-that-exclude"


# --- where it is found -------------------------------------------------------------------------------------


def test_it_is_found_under_each_of_its_services_and_counted_once(client):
    second = world.service(name="乙服务")
    tender, alone = world.tender(also=[second]), world.tender(service=second)
    page = reverse("tenders:tender_list")
    for code, expected in (
        (tender.service.code, {tender}),
        (second.code, {tender, alone}),
        (world.service().code, set()),
    ):
        shown = client.get(page, {"service": code}).context
        assert {row["tender"] for row in shown["rows"]} == expected
    facets = {f["name"]: {o["value"]: o["count"] for o in f["options"]} for f in shown["facets"]}
    assert facets["service"] == {tender.service.code: 1, second.code: 2}
    whole = {f["name"]: f["options"] for f in client.get(page).context["facets"]}
    assert sum(o["count"] for o in whole["state"]) == 2
    feed = client.get(reverse("tenders:tender_feed"), {"service": second.code}).content.decode()
    assert tender.ref in feed
    assert "乙服务" in feed
    cells = tender_facets(public_tenders(), now=timezone.now())
    assert sorted(len(cell.services) for cell in cells) == [1, 2]


def test_searches_and_followings_of_each_service_are_told():
    second, user = world.service(), world.user()
    tender = world.tender(also=[second])
    at = timezone.now()
    kept = {"q": "", "region": None, "language": "en", "at": at}
    found = operations.save_search(user=user, service=second, **kept)
    operations.save_search(user=world.user(), service=world.service(), **kept)
    assert searches_for(tender) == [found]
    follower = world.user()
    start_following(user=follower, topic="service", key=second.code, rhythm="daily", language="en", at=at)
    assert tell_followers(tender) == 2
    assert {m.to[0] for m in mail.outbox} == {user.email, follower.email}
    assert str(second) in mail.outbox[0].body


def test_lists_stay_flat_with_services(client, sign_in, assert_flat):
    second, owner = world.service(), world.member(Role.OWNER)

    def add() -> None:
        world.tender(owner=owner.entity, also=[second, world.service()])

    assert_flat(client, reverse("tenders:tender_list"), add, limit=8)
    assert_flat(sign_in(owner), reverse("tenders:own_tenders"), add, limit=12)


# --- pages -------------------------------------------------------------------------------------------------


def test_the_page_says_of_each_service_why_and_whether_it_is_voluntary(client):
    approval, first, second = world.approval(), world.service(), world.service(name="自愿项")
    ruling = world.ruling(approval=approval, service=first, reason="法定理由")
    tender = world.tender(approval=approval, service=first, ruling=ruling, also=[second])
    page = client.get(tender.get_absolute_url()).content.decode()
    assert "Why these services" in page
    assert "法定理由" in page
    assert page.count("No ruling on record requires this service") == 1
    notice = client.get(reverse("tenders:notice", args=[tender.ref, "procurement"])).content.decode()
    assert "<dt>Services</dt>" in notice
    assert "自愿项" in notice


def data(**more: object) -> dict[str, object]:
    closes = timezone.localtime(timezone.now() + DAYS)
    said = {"title": "合并", "description": "说明", "days": "10", "ceiling": "9000", "contact": "0826"}
    return said | {"closes_at": closes.strftime("%Y-%m-%dT%H:%M")} | more


def test_an_owner_chooses_several_services_without_javascript(sign_in):
    world.trustees()
    approval, first, second, third = world.approval(), *(world.service() for _n in range(3))
    world.ruling(approval=approval, service=first)
    world.ruling(approval=approval, service=second, necessity="optional", reason="可以自行办理")
    owner = sign_in(world.member(Role.OWNER))
    new = (
        f"{reverse('tenders:tender_new')}?approval={approval.ref}&service={first.code}&service={second.code}"
    )
    page = owner.get(new)
    assert page.context["services_form"]["services"].value() == [second.code]
    assert "可以自行办理" in page.content.decode()
    assert owner.post(new, data(other_services="没有这项")).status_code == 422
    assert not Tender.objects.exists()
    owner.post(new, data(services=[second.code], other_services=third.name))
    tender = Tender.objects.get()
    assert [code for _n, code, _said in named(tender)] == [first.code, second.code, third.code]
    shown = owner.get(tender.get_absolute_url()).content.decode()
    assert "You need not buy all of this" in shown
    edit = reverse("tenders:tender_edit", args=[tender.ref])
    assert owner.get(edit).context["services_form"]["services"].value() == [second.code, third.code]
    owner.post(edit, data(services=[third.code], keep="yes"))
    assert [code for _n, code, _said in named(tender)] == [first.code, third.code]
    owner.post(edit, data(other_services="没有", keep="yes"), headers={"HX-Request": "true"})
    assert [code for _n, code, _said in named(tender)] == [
        first.code,
        third.code,
    ]  # what is wrong is not kept


def test_what_does_not_go_together_is_refused_with_its_article(sign_in):
    approval, first, second = world.approval(), world.service(), world.service()
    world.ruling(approval=approval, service=first)
    world.ruling(approval=approval, service=second, necessity="commissioned")
    owner = sign_in(world.member(Role.OWNER))
    new = f"{reverse('tenders:tender_new')}?approval={approval.ref}&service={first.code}"
    both = owner.get(f"{new}&service={second.code}").content.decode()
    assert "These services cannot stand on one tender" in both
    answer = owner.post(new, data(services=[second.code]))
    assert answer.status_code == 422
    assert "article 43" in answer.content.decode()
    assert not Tender.objects.exists()
    kept = owner.post(new, data(services=[second.code], keep="yes"), follow=True)
    assert kept.status_code == 200
    assert len(named(Tender.objects.get())) == 1  # the draft is kept without what cannot stand on it


def test_a_draft_says_what_keeps_its_services_apart(sign_in):
    tender = drafted("mandatory", "commissioned")
    owner = sign_in(world.member(Role.OWNER, tender.owner))
    page = owner.get(tender.get_absolute_url()).content.decode()
    assert "A tender has one payer" in page
    lines = owner.get(tender.get_absolute_url()).context["check_list"]
    assert next(line.done for line in lines) is False


def test_a_template_brings_its_services(sign_in):
    second, third = world.service(), world.service()
    tender = world.tender(also=[second, third])
    owner = world.member(Role.OWNER, tender.owner)
    operations.keep_template(
        tender=tender, name="两项", owner=tender.owner, by=world.user(), at=timezone.now()
    )
    made = TenderTemplate.objects.get()
    assert made.terms["services"] == [second.code, third.code]
    new = f"{reverse('tenders:tender_new')}?approval={tender.approval.ref}&service={tender.service.code}"
    form = sign_in(owner).get(f"{new}&template={made.pk}").context["services_form"]
    assert form["services"].value() == [second.code, third.code]


def test_the_need_page_offers_one_tender_for_several(client):
    approval, first, second = world.approval(), world.service(), world.service()
    world.ruling(approval=approval, service=first)
    page = reverse("registry:need_check")
    assert b'id="together"' not in client.get(page, {"approval": approval.ref}).content
    world.ruling(approval=approval, service=second)
    html = client.get(page, {"approval": approval.ref}).content.decode()
    assert 'id="together"' in html
    assert html.count('form="together"') == 2


# --- the contract ------------------------------------------------------------------------------------------


def test_a_contract_of_several_services_lists_them_under_the_general_text(client):
    approval, first, second = world.approval(), world.service(name="甲服务"), world.service(name="乙服务")
    ruling = world.ruling(approval=approval, service=first)
    made = contracts.signed(approval=approval, service=first, ruling=ruling, also=[second])
    assert made.wording.service is None
    terms = made.versions.get().terms
    assert terms["services"] == [
        {"service": first.code, "ruling": ruling.urn},
        {"service": second.code, "ruling": None},
    ]
    assert "甲服务、乙服务" in terms["text"]["zh"]
    alone = contracts.signed()
    assert "services" not in alone.versions.get().terms
    listed = client.get(reverse("contracts:contract_list"), {"service": second.pk})
    assert [row["contract"] for row in listed.context["rows"]] == [made]
    page = client.get(made.get_absolute_url()).content.decode()
    assert "<dt>Services</dt>" in page
