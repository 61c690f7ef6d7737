"""axe finds nothing, and nothing is wider than a phone, on every page a visitor or a role works with."""

import datetime as dt
import re
from typing import Any
from urllib.parse import urlsplit

import pgtrigger
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Q
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from wagtail.models import Locale

from cms.demo import SLUG as DEMO_PRACTICE
from cms.models import PracticeIndexPage, PracticePage
from marketplace.contracts.models import Contract, DepartmentGrant, Dispute, Plea, Reconciliation
from marketplace.contracts.operations import reconcile, share_work
from marketplace.contracts.operations.calendaring import REMINDERS
from marketplace.contracts.queries import charge_of
from marketplace.directory.demo import HAZCHEM
from marketplace.directory.models import Intermediary, Sanction
from marketplace.directory.operations import open_sanction
from marketplace.directory.queries import consequence_rules
from marketplace.payments.models import BankStatement, Charge
from marketplace.payments.operations import (
    order_funding,
    record_transfer,
    take_bank_statement,
    withdraw_bank_statement,
)
from marketplace.tenders.auditing.operations import carry_on as audit_on
from marketplace.tenders.auditing.operations import start_reaudit
from marketplace.tenders.auditing.queries import last_done as last_audit
from marketplace.tenders.demo.states import SECOND_SERVICE
from marketplace.tenders.demo.story import APPROVAL, VISITOR_TITLE, _tender
from marketplace.tenders.demo.world import DOMAIN
from marketplace.tenders.models import Reaudit, Tender, TrusteeKey
from marketplace.tenders.operations import add_documents, copy_tender, keep_template, save_search
from regulation.decoupling.models import Sweep
from regulation.decoupling.published.queries import public_checks
from regulation.decoupling.sweeping.operations import carry_on as sweep_on
from regulation.decoupling.sweeping.operations import start_sweep
from regulation.decoupling.sweeping.queries import last_done as last_sweep
from regulation.ledger.erasing import ask_erasure
from regulation.ledger.models import Alarm, Entry, Erasure, Ground
from regulation.ledger.queries import database_now
from regulation.ledger.receipts import give_receipt
from regulation.oversight.models import Finding, Report
from regulation.oversight.operations import note_sweep
from regulation.parties.exchange.operations import run_import as run_interests
from regulation.parties.exchange.operations import upload_interests
from regulation.parties.mail import way_out
from regulation.parties.models import Contest, Entity, Person, Suggestion, User
from regulation.parties.operations import keep_row, mark_end
from regulation.parties.rows import SORTS
from regulation.registry.exchange.operations import confirm_import, run_import, upload_import
from regulation.registry.models import (
    Approval,
    Comment,
    Consultation,
    Import,
    JointReviewScheme,
    Provision,
    PublicList,
    Ruling,
    Service,
    Zone,
)
from regulation.registry.operations import Measured, draft_measure
from regulation.registry.queries import assessment_drafts
from tests.browser.axe import violations
from tests.factories import bods, contracts, parties, reviews, tenders, world

# A test here loads the whole demo and looks at some two hundred pages: the guard against a hang fits that.
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]
LANGUAGES = ["zh-hans", "en"]
RATED = "临港仓库评价项目（演示）"


@pytest.fixture
def tender(demo) -> Tender:
    import datetime as dt

    return _tender(
        VISITOR_TITLE,
        Approval.objects.get(ref=APPROVAL),
        Service.objects.get(code="hazchem-periodic-safety-assessment"),
        User.objects.get(email=f"enterprise@{DOMAIN}"),
        open_for=dt.timedelta(days=1),
    )


def swept() -> Sweep:
    """A finished sweep."""
    if made := last_sweep():
        return made
    made = start_sweep(on=timezone.localdate(), by=None, at=database_now())
    while sweep_on(pk=made.pk, at=database_now()) == "running":
        pass
    return made


def noted() -> Finding:
    """A finding of the demo's tied firm, with its chain."""
    note_sweep(sweep=swept())
    return Finding.objects.filter(kind="conflict").first()


def reaudited() -> Reaudit:
    """A finished audit of awards."""
    if made := last_audit():
        return made
    made = start_reaudit(by=None, at=database_now())
    while audit_on(pk=made.pk, at=database_now()) == "running":
        pass
    return made


def comparisons() -> list[str]:
    """The two versions of one demand that the Environmental Code set apart."""
    old, new = (
        Ruling.objects.on_record()
        .filter(service__code="eia-report", region="000000", approval=None)
        .order_by("in_force")
    )
    return [reverse("registry:comparison", args=[new.pk, old.pk])]


def lists() -> list[str]:
    """A list's editions, the first of them, and a department's own list."""
    mandatory = PublicList.objects.get(kind="mandatory", region="000000")
    powers = PublicList.objects.filter(kind="powers").first()
    first = mandatory.editions.published().first()
    against_itself = reverse("registry:edition_difference", args=[*mandatory.place, 1, 1])
    shown = [mandatory, first, powers.editions.published().first()]
    return [*(each.get_absolute_url() for each in shown), against_itself]


def practices() -> list[str]:
    """The list and two practices in the reader's language: a real one and the demo's."""
    locale = Locale.get_active()
    pages = PracticePage.objects.filter(
        locale=locale, slug__in=["environmental-assessment-fair", DEMO_PRACTICE]
    )
    index = PracticeIndexPage.objects.get(locale=locale)
    return [urlsplit(page.full_url).path for page in (index, *pages)]


def imported() -> list[str]:
    """A file with a fault, and one that became drafts."""
    by = User.objects.get(email=f"editor@{DOMAIN}")
    head = "service,region,start,necessity,provisions,reason,source\n"
    rows = [
        "eia-report,广安曲,2026-02-30,optional,x,理由,来源",
        "eia-report,511602,2026-09-01,optional,environmental-code-98,您可以自行编制。,来源",
    ]
    jobs = []
    for row in rows:
        job = upload_import(kind="rulings", name="认定.csv", content=(head + row).encode(), by=by)
        run_import(pk=job.pk, at=timezone.now())
        jobs.append(job)
    confirm_import(job=jobs[1], by=by)
    run_import(pk=jobs[1].pk, at=timezone.now())
    return [*(job.get_absolute_url() for job in jobs), reverse("registry:import_drafts", args=[jobs[1].pk])]


def interests_brought() -> list[str]:
    """A file of interests with a fault, and one that waits to be confirmed."""
    by = User.objects.get(email=f"regulator@{DOMAIN}")
    sound = [bods.entity("e-1"), bods.entity("e-2"), bods.holding("r-1", "e-1", "e-2", share=120)]
    jobs = []
    for said in (sound, sound[:2]):
        job = upload_interests(name="登记.jsonl", stream=bods.lines(*said), by=by, at=timezone.now())
        run_interests(pk=job.pk, at=timezone.now())
        jobs.append(job.get_absolute_url())
    return jobs


def public(tender: Tender) -> list[str]:
    ruling = Ruling.objects.on_record().filter(approval__isnull=False).first()
    names = (
        "registry:need_check",
        "registry:approval_list",
        "registry:service_list",
        "registry:instrument_list",
        "registry:lapsed_list",
        "registry:changes",
        "opendata:about",
        "opendata:api",
        "registry:standard_list",
        "registry:delegation_list",
        "registry:area_list",
        "registry:list_index",
        "registry:league",
        "registry:reported",
        "registry:consultation_list",
        "registry:zone_list",
        "registry:joint_review_list",
        "directory:intermediary_list",
        "tenders:tender_list",
        "tenders:notice_list",
        "tenders:methods",
        "tenders:tender_map",
        "tenders:challenge_list",
        "oversight:statistics",
        "oversight:report_list",
        "oversight:report_new",
        "oversight:follow",
        "search",
        "ledger:about",
        "ledger:verify",
        "account_login",
        "account_signup",
        "account_reset_password",
    )
    return [
        *(reverse(name) for name in names),
        f"{reverse('registry:need_check')}?q=施工",
        f"{reverse('registry:need_check')}?approval={APPROVAL}",
        f"{reverse('registry:approval_list')}?q=没有这样的事项",
        f"{reverse('search')}?q=安全",
        f"{reverse('search')}?q=安全&kind=rulings&necessity=mandatory",
        f"{reverse('search')}?q=施工许克",
        f"{reverse('registry:league')}?region=130200&other=511602&sort=-papers",
        Approval.objects.filter(materials__isnull=False).first().get_absolute_url(),
        Approval.objects.get(ref="130200-2019-17").get_absolute_url(),
        Approval.objects.get(ref=APPROVAL).get_absolute_url(),
        *practices(),
        *reported(),
        Service.objects.get(code="eia-report").get_absolute_url(),
        reverse("registry:service_regions", args=["eia-report"]),
        reverse("registry:elsewhere", args=["511602-511a0126300000"]),
        ruling.get_absolute_url(),
        ruling.dated_url,
        *comparisons(),
        *lists(),
        Provision.objects.filter(bases__isnull=False).first().get_absolute_url(),
        Provision.objects.filter(bases__isnull=False).first().instrument.get_absolute_url(),
        reverse("registry:instrument_rulings", args=["environmental-code"]),
        reverse("registry:instrument", args=["eia-law"]),
        reverse("registry:joint_review", args=[JointReviewScheme.objects.first().ref]),
        Consultation.objects.get(is_invented=True).get_absolute_url(),
        reverse("registry:joint_plan", args=[JointReviewScheme.objects.first().ref]),
        *(zone.get_absolute_url() for zone in Zone.objects.all()),
        Intermediary.objects.get(ref="demo-qujiang").get_absolute_url(),
        reverse("decoupling:entity", args=[Intermediary.objects.get(ref="demo-qujiang").entity_id]),
        reverse("decoupling:rules"),
        reverse("decoupling:pack_changes", args=["national-2026.2"]),
        reverse("decoupling:history"),
        reverse("decoupling:public_check", args=[public_checks().order_by("pk").last().ref]),
        reverse("contracts:contract_list"),
        reverse("contracts:register"),
        reverse("contracts:wording_list"),
        reverse("contracts:wording", args=[contracted().wording_id]),
        reverse("contracts:dispute_list"),
        reverse("contracts:mediator_list"),
        contracted().get_absolute_url(),
        reverse("contracts:credit_method"),
        reverse("contracts:review_list"),
        reverse("contracts:reviews", args=[reviewed()["disclosed"].ref]),
        reverse("directory:sanction_list"),
        Intermediary.objects.get(ref="demo-qingshi-environmental").get_absolute_url(),
        tender.get_absolute_url(),
        reverse("tenders:choosing", args=[tender.ref]),
        reverse("tenders:opening", args=[tender.ref]),
        reverse("tenders:notice", args=[tender.ref, "procurement"]),
        reverse("ledger:record", args=["tender", tender.ref]),
        reverse("ledger:record", args=["ruling", ruling.pk]),
        receipt_of_the_publication(tender),
        "/no-such-page/",
    ]


def receipt_of_the_publication(tender: Tender) -> str:
    """The page of a receipt, with its QR code."""
    return give_receipt(subject=tender, kind="tenders.published", holder=None).get_absolute_url()


def alarmed() -> list[str]:
    """An alarm of the record that nobody has explained."""
    return [Alarm.objects.get_or_create(what="body altered", where="ledger.entry/1")[0].get_absolute_url()]


def to_erase() -> list[str]:
    """The way to ask for an erasure, and one that waits for a second regulator."""
    first, second = Entry.objects.exclude(kind__startswith="ledger.").order_by("pk")[:2]
    asked = Erasure.objects.first()
    if asked is None:
        by = User.objects.exclude(Q(email=f"regulator@{DOMAIN}") | Q(pk=first.actor_id)).first()
        asked = ask_erasure(entry=first, ground=Ground.CONSENT, reason="r", retention="r", by=by)
    return [
        reverse("ledger:erasure_list"),
        reverse("ledger:erasure_find"),
        f"{reverse('ledger:erasure_find')}?subject={first.subject}",
        reverse("ledger:erasure_ask", args=[second.pk]),
        asked.get_absolute_url(),
    ]


def reported() -> list[str]:
    """An answered report as the public reads it."""
    return [Report.objects.filter(answer__isnull=False).first().get_absolute_url()]


def to_handle() -> list[str]:
    """A report that waits, one that is answered, one of them to the public."""
    waiting, done = (Report.objects.filter(answer__isnull=empty).first() for empty in (True, False))
    return [waiting.desk_url, done.desk_url, done.get_absolute_url(), reverse("oversight:statistics")]


def declaring() -> list[str]:
    """The first bidder's declaration, the draft of a change, what is held about it, and a contest."""
    by = User.objects.get(email=f"intermediary1@{DOMAIN}")
    firm = by.memberships.get().entity
    interest = firm.interests_declared.order_by("pk").first()
    row = keep_row(entity=firm, row=parties.row(), by=by)
    mark_end(entity=firm, interest=interest.pk, end=str(timezone.localdate()), by=by)
    contest = Contest.objects.filter(entity=firm).first() or parties.contest(interest, firm, by=by)
    return [
        reverse("parties:declaration_draft"),
        reverse("parties:declaration_check"),
        *(reverse("parties:row_new", args=[sort]) for sort in SORTS),
        reverse("parties:row_edit", args=[row]),
        reverse("parties:declaration_end", args=[interest.pk]),
        firm.declarations.first().get_absolute_url(),
        reverse("parties:own_interests"),
        reverse("parties:contest_new", args=[firm.interests_declared.order_by("pk").last().pk]),
        contest.get_absolute_url(),
    ]


def judged() -> list[str]:
    """The demo's contest, its suggestion and the people in it; a merge made for the look of it."""
    found = Suggestion.objects.filter(person__isnull=False).first()
    one, other = (Person.objects.create(name="演示人员戊", is_invented=True) for _n in range(2))
    return [
        reverse("parties:contest_list"),
        Contest.objects.filter(is_invented=True).order_by("pk").first().desk_url,
        reverse("parties:discrepancy_list"),
        reverse("parties:suggestion_list"),
        found.get_absolute_url(),
        reverse("parties:merge_list"),
        reverse("parties:merge_split", args=[parties.merge(one, other).pk]),
        reverse("parties:person", args=[found.person_id]),
    ]


def awaiting() -> list[str]:
    """A measure and the assessments of zones that wait for a second person, and the import's drafts."""
    by = User.objects.get(email=f"editor@{DOMAIN}")
    said = Measured(timezone.localdate(), "来源", trips=1)
    measure = draft_measure(approval=Approval.objects.get(ref=APPROVAL), said=said, by=by)
    pages = [reverse("registry:measure_review", args=[measure.pk])]
    pages += [reverse("registry:assessment_review", args=[one.pk]) for one in assessment_drafts()]
    jobs = Import.objects.filter(state="written", kind="rulings")
    return pages + [reverse("registry:import_drafts", args=[job.pk]) for job in jobs]


def consulted(*views: str) -> list[str]:
    """Pages about the draft that the demo asks its public about."""
    draft = Consultation.objects.get(is_invented=True).ruling_id
    return [reverse(f"registry:{view}", args=[draft]) for view in views]


def contracted() -> Contract:
    """A contract of the demo's enterprise with its first bidder, a milestone handed in and shared, its
    payment begun; another contract waits for its signature."""
    found = Contract.objects.filter(signed_at__isnull=False).order_by("pk").first()
    if found is not None:
        return found
    with pgtrigger.ignore():  # the demo's trustees keep the private halves of their keys themselves
        TrusteeKey.objects.filter(appointment__isnull=True).delete()
    owner = User.objects.get(email=f"enterprise@{DOMAIN}").memberships.get().entity
    seller = User.objects.get(email=f"intermediary1@{DOMAIN}").memberships.get().entity
    approval = Approval.objects.get(ref=APPROVAL)
    of = {"owner": owner, "approval": approval, "service": Service.objects.get(code=HAZCHEM)}

    def won() -> Contract:
        made = world.tender(title="临港仓库安全评价（演示）", ceiling=30000, is_invented=True, **of)
        tenders.bid(made, "19600.00", by=seller)
        return contracts.of_opened(made)

    held = contracts.signed(won())
    contracts.offered(won())
    milestone = contracts.handed_in(contracts.first(held))
    contracts.disputed(contracts.started(held.milestones.get(position=2)), files=[contracts.upload()])
    share_work(milestone=milestone, whom="窗口", days=1, by=world.user(), at=timezone.now())
    contracts.copied(held)
    contracts.opened(contracts.delivered(contracts.signed(won())), whole=True)
    order = order_funding(charge=charge_of(milestone), by=None)
    record_transfer(order=order, number="6210-1", paid_on=timezone.localdate(), voucher=None, by=world.user())
    compared_with_banks(order.charge.payer)
    reconcile(at=timezone.now())
    return held


def compared_with_banks(payer: Entity) -> None:
    """A statement of the operating centre's, with rows that fit, do not, and were never recorded; a payer's
    that was withdrawn."""
    today = timezone.localdate()
    rows = [f"6210-1,{today},1.00,,,户名,摘要", f"6210-9,{today - dt.timedelta(days=9)},5.00,,,,"]
    told = {"name": "s.csv", "first": today - dt.timedelta(days=20), "last": today}
    content = "\n".join(["number,day,paid_in,paid_out,account,name,purpose", *rows]).encode()
    take_bank_statement(entity=None, content=content, by=world.user(), at=timezone.now(), **told)
    content = f"number,day,paid_out,account\n6210-1,{today},1.00,6222000000000000".encode()
    with override_settings(PAYMENTS_CUSTODY="代管账户 · 6222 0000 0000 0000"):
        own = take_bank_statement(entity=payer, content=content, by=world.user(), at=timezone.now(), **told)
    withdraw_bank_statement(statement=own, reason="传错文件", by=world.user(), at=timezone.now())


def opened() -> Contract:
    """One whose accepted work is open to the department."""
    contracted()
    return DepartmentGrant.objects.get().contract


def reviewed() -> dict[str, Any]:
    """Two more contracts of the demo's enterprise with its first bidder: one being reviewed, one whose
    reviews are disclosed and mended, with an objection and a complaint; a sanction that waits."""
    kept = Plea.objects.filter(kind="objection", contract__award__tender__title=RATED).first()
    if kept is None:
        contracted()
        owner = User.objects.get(email=f"enterprise@{DOMAIN}").memberships.get().entity
        agent = User.objects.get(email=f"intermediary1@{DOMAIN}")
        of = {"buyer": owner, "seller": agent.memberships.get().entity}
        of |= {"approval": Approval.objects.get(ref=APPROVAL), "service": Service.objects.get(code=HAZCHEM)}
        told = {"title": RATED, "ceiling": 30000, "is_invented": True}
        reviews.opened(reviews.completed(reviews.signed(**of, **told)))
        held = reviews.disclosed(reviews.completed(reviews.signed(**of, **told)), buyer=2)
        reviews.mended(held)
        reviews.complaint(held)
        kept = reviews.objection(held.reviews.get(side="buyer"))
        firm = Intermediary.objects.get(entity=of["seller"])
        rule = consequence_rules(firm.entity.region, on=timezone.localdate())["remove"]
        open_sanction(intermediary=firm, rule=rule, grounds={"complaints": []}, at=timezone.now())
    of_title = Contract.objects.filter(award__tender__title=RATED)
    return {
        "open": of_title.get(review_round__disclosed_at__isnull=True),
        "disclosed": kept.contract,
        "objection": kept,
        "complaint": Plea.objects.get(kind="complaint", contract=kept.contract),
        "sanction": Sanction.objects.get(),
    }


def rating(*roles: str) -> list[str]:
    """What a side, or the operating centre, reads and writes of reviews."""
    told = reviewed()
    pages = [
        reverse("contracts:review_new", args=[told["open"].ref]),
        reverse("contracts:reviews", args=[told["open"].ref]),
        reverse("contracts:reviews", args=[told["disclosed"].ref]),
        told["objection"].get_absolute_url(),
        told["complaint"].get_absolute_url(),
    ]
    if "buyer" in roles:
        pages.append(reverse("contracts:review_raise", args=[told["disclosed"].ref]))
        pages.append(reverse("contracts:complain", args=[told["disclosed"].ref]))
    if "seller" in roles:
        pages.append(told["sanction"].get_absolute_url())
        pages.append(reverse("contracts:review_object", args=[told["objection"].review.ref]))
    if "centre" in roles:
        pages += [told["sanction"].get_absolute_url(), reverse("contracts:plea_list")]
        pages.append(reverse("directory:sanction_list"))
    return pages


def agreed() -> list[str]:
    """What both sides of a contract read of it and of its payments."""
    held = contracted()
    waiting = Contract.objects.filter(offered_at__isnull=False, signed_at__isnull=True).get()
    return [
        reverse("contracts:own_contracts"),
        held.get_absolute_url(),
        reverse("contracts:version", args=[held.ref, 1]),
        reverse("contracts:milestone", args=[held.ref, 1]),
        reverse("contracts:milestone", args=[held.ref, 2]),
        reverse("contracts:change", args=[held.ref]),
        Dispute.objects.get(milestone__contract=held).get_absolute_url(),
        reverse("contracts:dispute_new", args=[held.ref, 1]),
        reverse("contracts:more_days", args=[held.ref, 2]),
        reverse("contracts:end", args=[held.ref]),
        reverse("contracts:calendar"),
        reverse("parties:mail"),
        reverse("parties:mail_stop", args=[way_out(User.objects.order_by("pk")[0].pk, REMINDERS)]),
        waiting.get_absolute_url(),
        reverse("parties:second_factor") + f"?next={held.get_absolute_url()}",
        reverse("contracts:sign", args=[waiting.ref]),  # asks who somebody is
        reverse("payments:charge_list"),
        *(charge.get_absolute_url() for charge in Charge.objects.order_by("pk")[:2]),
        reverse("payments:statement"),
        reverse("payments:bank_statement_list"),
        reverse("payments:bank_statement_new"),
        *(one.get_absolute_url() for one in BankStatement.objects.filter(entity=held.payer)),
    ]


def of_two_services(t: Tender) -> list[str]:
    """The form of a new draft with a second service, and a draft that has one."""
    by, now = User.objects.get(email=f"enterprise@{DOMAIN}"), database_now()
    second = Service.objects.get(code=SECOND_SERVICE)
    made = t.owner.tenders.filter(published_at=None, services__position=2).first()
    if made is None:
        made = copy_tender(tender=t, by=by, at=now)
        made.services.create(position=2, service=second)
    new = (
        f"{reverse('tenders:tender_new')}?approval={APPROVAL}&service={t.service.code}&service={second.code}"
    )
    return [new, made.get_absolute_url(), reverse("tenders:tender_edit", args=[made.ref])]


def carried(t: Tender) -> list[str]:
    """The form and the documents of a draft, the draft itself, the amendment of a public tender; a template
    and a saved search."""
    by, now = User.objects.get(email=f"enterprise@{DOMAIN}"), database_now()
    draft = t.owner.tenders.filter(published_at=None).first() or copy_tender(tender=t, by=by, at=now)
    if not draft.documents.exists():
        file = SimpleUploadedFile("图纸.pdf", b"%PDF-1.7")
        add_documents(tender=draft, files=[file], by=by, at=now)
        keep_template(tender=t, name="年度评价", owner=t.owner, by=by, at=now)
        save_search(user=by, q="评价", service=t.service, region=None, language="zh-hans", at=now)
    return [
        reverse("tenders:tender_edit", args=[draft.ref]),
        reverse("tenders:tender_documents", args=[draft.ref]),
        draft.get_absolute_url(),
        reverse("tenders:tender_amend", args=[t.ref]),
        reverse("tenders:template_list"),
        reverse("tenders:search_list"),
        f"{reverse('tenders:tender_list')}?service={t.service.code}",
    ]


ROLES = {
    "enterprise": lambda t: [
        *carried(t),
        *agreed(),
        reverse("contracts:for_department", args=[opened().ref]),
        *rating("buyer"),
        reverse("desk"),
        reverse("parties:profile"),
        reverse("parties:token_list"),
        reverse("parties:inbox"),
        f"{reverse('parties:inbox')}?state=read",
        reverse("parties:token_new"),  # asks who somebody is
        reverse("parties:switch"),
        f"{reverse('tenders:tender_new')}?approval={APPROVAL}&service={t.service.code}",
        *of_two_services(t),
        t.get_absolute_url(),
    ],
    "intermediary1": lambda t: [
        *agreed(),
        *rating("seller"),
        reverse("payments:account"),
        reverse("desk"),
        reverse("directory:own_profile"),
        *declaring(),
        reverse("oversight:own_findings"),
        reverse("directory:offer_new"),
        reverse("directory:qualification_new"),
        reverse("tenders:bid_new", args=[t.ref]),
    ],
    "editor": lambda t: [
        reverse("desk"),
        reverse("registry:draft_list"),
        reverse("registry:draft_new"),
        reverse("registry:edition_drafts"),
        reverse("registry:edition_new"),
        reverse("registry:measure_list"),
        reverse("registry:measure_new"),
        reverse("practice_adopt", args=[PracticePage.objects.filter(region="330213")[0].translation_key]),
        *consulted("draft_review", "draft_history"),
        reverse("registry:consultation_answer", args=[Consultation.objects.get(is_invented=True).pk]),
        reverse("registry:import_list"),
        reverse("registry:import_new"),
        *imported(),
        reverse("registry:assessment_list"),
        reverse("registry:assessment_new"),
        *awaiting(),
        reverse("registry:following_list"),
        reverse("oversight:lead_list"),
    ],
    "reviewer": lambda t: [
        reverse("desk"),
        reverse("tenders:review_list"),
        reverse("registry:draft_list"),
        reverse("registry:measure_list"),
        reverse("registry:edition_drafts"),
        reverse("registry:assessment_list"),
        reverse("registry:import_list"),
        *awaiting(),
        *consulted("draft_review", "consultation_new"),
        reverse("registry:comment_hide", args=[Comment.objects.first().pk]),
    ],
    "regulator": lambda t: [
        reverse("desk"),
        reverse("decoupling:check_list"),
        reverse("decoupling:inquire"),
        reverse("decoupling:exemption_list"),
        reverse("decoupling:exemption_new"),
        reverse("decoupling:pack_list"),
        reverse("decoupling:pack_new"),
        reverse("decoupling:pack", args=["national-2026.2"]),
        reverse("decoupling:check_list") + "?waiting=overdue",
        reverse("decoupling:sweep_list"),
        reverse("decoupling:sweep", args=[swept().pk]),
        reverse("decoupling:explorer"),
        reverse(
            "decoupling:explore",
            args=["entity", Intermediary.objects.get(ref="demo-qujiang").entity_id],
            query={"depth": 2},
        ),
        reverse("oversight:finding_list"),
        reverse("oversight:finding", args=[noted().ref]),
        reverse("tenders:reaudit_list"),
        reverse("tenders:reaudit", args=[reaudited().pk]),
        reverse("tenders:designation_leads", args=[reaudited().pk]),
        reverse("oversight:queue"),
        reverse("ledger:alarm_list"),
        *alarmed(),
        *to_erase(),
        *to_handle(),
        reverse("oversight:look_list"),
        reverse("contracts:mediator_list"),
        *judged(),
        reverse("interests:import_list"),
        reverse("interests:import_new"),
        *interests_brought(),
    ],
    "intermediary3": lambda t: [reverse("tenders:bid_new", args=[t.ref])],  # who may not bid
    "mediator": lambda t: [reverse("desk"), reverse("contracts:mediator_desk")],
    "department": lambda t: [
        reverse("desk"),
        reverse("contracts:department_list"),
        reverse("contracts:department_work", args=[opened().ref, 1]),
    ],
    "trustee1": lambda t: [reverse("desk"), reverse("tenders:trustee_desk")],
    "admin": lambda t: [
        contracted().get_absolute_url(),
        *rating("centre"),
        reverse("contracts:reconciliation_list"),
        Reconciliation.objects.get().get_absolute_url(),
        reverse("payments:transfer_list"),
        reverse("payments:event_list"),
        reverse("payments:payout_list"),
        reverse("payments:hold_list"),
        reverse("payments:bank_statement_list"),
        reverse("payments:bank_statement_new"),
        BankStatement.objects.get(entity=None).get_absolute_url(),
        Charge.objects.order_by("pk")[0].get_absolute_url(),
        reverse("desk"),
        reverse("styleguide"),
        reverse("ledger:dead_letter_list"),
    ],
}


def inspect(page, address: str) -> list[str]:
    page.goto(address)
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    found = [f"{address}: wider than the screen"] if wide else []
    return found + [f"{address}: {line}" for line in violations(page)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_public_pages(language, tender, new_page):
    page = new_page(390)
    with override(language):
        addresses = ["/en/" if language == "en" else "/", *public(tender)]
    found = [line for address in addresses for line in inspect(page, address)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_each_role(language, tender, demo, new_page):
    found = []
    for key, addresses in ROLES.items():
        page = new_page(390)
        with override(language):
            page.goto(reverse("account_login"))
            page.fill("input[name=login]", f"{key}@{DOMAIN}")
            page.fill("input[name=password]", demo[f"{key}@{DOMAIN}"])
            page.click("main form button[type=submit], main form button:not([type])")
            page.wait_for_url(re.compile("/desk/"))
            found += [line for address in addresses(tender) for line in inspect(page, address)]
    assert not found, "\n".join(found)


def file_report(page, look) -> None:
    """Through the three questions to the status, looking at each page and at each refusal."""
    page.goto(reverse("oversight:report_new"))
    page.fill("main [name=q]", "施工")
    page.fill("[name=asked_on]", "2026-01-05")
    page.click("main form.form .actions button")
    look()
    page.locator("[name=subject][type=radio]").first.check()
    page.click("main form.form .actions button")
    look()
    page.check("[name=kind][value=paper]")
    page.click("main form.form .actions button")
    look()
    page.fill("[name=words]", "营业执照复印件（演示）")
    page.click("main form.form .actions button")
    look()
    page.fill("[name=account]", "（演示）")
    page.set_input_files("[name=files]", [{"name": "a.pdf", "mimeType": "", "buffer": b"%PDF-1.7"}])
    page.click("main form.form .actions button")
    look()
    page.click("main form.actions button:not([name])")
    look()
    ref, code = page.inner_text(".receipt-code"), page.inner_text(".receipt .mono")
    page.click("main .actions a.button")
    page.fill("[name=code]", "WRONG")
    page.click("main form.form button")
    look()
    page.fill("[name=ref]", ref)
    page.fill("[name=code]", code)
    page.click("main form.form button")
    assert f"/{ref}/status/" in page.url
    look()


@pytest.mark.parametrize("language", LANGUAGES)
def test_reporting_a_demand(language, demo, new_page):
    page, found = new_page(390), []

    def look() -> None:
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        found.extend([f"{page.url}: wider than the screen"] if wide else [])
        found.extend(f"{page.url}: {line}" for line in violations(page))

    with override(language):
        file_report(page, look)
    assert not found, "\n".join(found)
