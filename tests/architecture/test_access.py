"""The access table against the site itself: every address, every role."""

import datetime as dt
from decimal import Decimal

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone, translation

from cms.models import PracticeIndexPage, PracticePage
from cms.site import load_site
from marketplace.contracts.operations import make_calendar, reconcile, share_work
from marketplace.directory.operations import open_sanction
from marketplace.directory.queries import consequence_rules
from marketplace.payments.models import BankStatement, Hold, ProviderEvent
from marketplace.payments.operations import order_funding, record_transfer
from marketplace.tenders.auditing.operations import start_reaudit
from marketplace.tenders.models import Evaluator, LowPrice
from marketplace.tenders.operations import (
    add_documents,
    hold_draw,
    open_tender,
    propose_exclusion,
    start_auction,
    submit_bid,
)
from marketplace.tenders.sealing import PlainBid
from regulation.decoupling.operations import decide_exemption, propose_exemption, propose_pack
from regulation.decoupling.published.queries import shipped_body
from regulation.decoupling.rules import PACK
from regulation.decoupling.sweeping.operations import start_sweep
from regulation.ledger.erasing import ask_erasure
from regulation.ledger.models import Alarm, Entry, Ground, Outstanding
from regulation.ledger.operations import commitment
from regulation.ledger.receipts import give_receipt
from regulation.oversight.models import FindingKind
from regulation.oversight.operations import Seen, note_finding
from regulation.parties.exchange.operations import upload_interests
from regulation.parties.mail import way_out
from regulation.parties.models import Region, Role, Scope
from regulation.parties.operations import declare_interests, keep_row, make_token
from regulation.registry.exchange.operations import upload_import
from regulation.registry.models import JointReviewScheme, ListKind, Ruling
from regulation.registry.operations import Measured, compile_edition, draft_measure, publish_edition
from tests.architecture.access_table import PREFIXES, ROLES, TABLE
from tests.factories import bods, contracts, oversight, parties, reviews, tenders, world
from tests.factories.consultations import comment, consultation
from tests.factories.payments import a_charge
from tests.factories.registry import AssessmentDraftFactory, AssessmentFactory, reviewed

WAY_ON = {  # open to strangers: a step without the answers before it leads back, the receipt is shown once
    "oversight:report_what": "/reports/new/",
    "oversight:report_account": "/reports/new/",
    "oversight:report_check": "/reports/new/",
    "oversight:report_filed": "/reports/follow/",
    "contracts:of_tender": "/contracts/",
    "contracts:wording_of": "/contracts/",
}
NOUNS = ("tender", "ruling", "consultation", "report", "check", "intermediary", "contract")
NAMES = [f"{row.method} {row.view}({','.join(row.arguments)})" for row in TABLE]


def addresses(resolver=None, names=(), before=""):
    """(name, address) of every pattern there is."""
    for pattern in (resolver or get_resolver()).url_patterns:
        path = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern, (*names, pattern.namespace) if pattern.namespace else names, path)
        else:
            yield ":".join((*names, pattern.name or "")), path


def test_every_address_has_a_row():
    known = {row.view for row in TABLE}
    with translation.override("zh-hans"):
        found = list(addresses())
    missing = {
        (name, path)
        for name, path in found
        if name not in known and not path.lstrip("^").startswith((*PREFIXES, "media/"))
    }
    assert not missing


def test_every_prefix_is_held_by_a_row():
    assert set(PREFIXES.values()) <= {row.view for row in TABLE}


@pytest.mark.parametrize("row", TABLE, ids=NAMES)
def test_a_row_answers_for_every_role(row):
    assert set(row.answers) == set(ROLES)


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    """One world for all rows; what each request does is undone after it."""
    with django_db_blocker.unblock(), transaction.atomic(), translation.override("zh-hans"):
        yield build()
        transaction.set_rollback(True)


def practices():
    """A practice of another region than the one everybody here is seated in, and one of their own."""
    keys = {}
    for name, code in (("practice", "130200"), ("own_practice", "511602")):
        page = PracticePage(title=name, slug=name, region=world.region(code), source="test")
        index = PracticeIndexPage.objects.get(locale__language_code="zh-hans")
        keys[name] = index.add_child(instance=page).translation_key
    return keys | {"practice_page": "practices/practice/"}


def dead_letter():
    """An effect that was given up."""
    entry = Entry.objects.create(
        kind="k", subject="s", salt=b"0", body="{}", commitment=commitment(b"0", b"{}")
    )
    now = timezone.now()
    return Outstanding.objects.create(entry=entry, effect="e", tries=16, next_try_at=None, dead_at=now)


def erasures():
    """An erasure that waits, and an entry that may be asked for."""
    bodies = ('{"n":1}', '{"n":2}')
    made = [
        Entry.objects.create(
            kind="k", subject="s", salt=b"0", body=body, commitment=commitment(b"0", body.encode())
        )
        for body in bodies
    ]
    asked = ask_erasure(
        entry=made[0], ground=Ground.CONSENT, reason="r", retention="r", by=world.member(Role.REGULATOR).user
    )
    return {"erasure": asked.pk, "erasable": made[1].pk}


def build():
    load_site()
    people = {name: world.member(Role(name)) for name in ("practitioner", "regulator", "reviewer")}
    people["trustee"] = world.member(Role.TRUSTEE, world.trustees()[0].entity)
    people |= {"owner": world.member(Role.OWNER), "other_owner": world.member(Role.OWNER)}
    people["mediator"] = contracts.mediator().membership
    people["editor"] = world.member(Role.EDITOR)
    service, approval = world.service(), world.approval()
    seller, rival = world.intermediary(sells=service), world.intermediary(sells=service)
    people |= {
        "agent": world.member(Role.AGENT, seller.entity),
        "other_agent": world.member(Role.AGENT, rival.entity),
    }
    users = {name: member.user for name, member in people.items()}
    users |= {"memberless": world.user(), "admin": world.user(is_staff=True, is_superuser=True)}
    tender = world.tender(owner=people["owner"].entity, service=service, approval=approval)
    bid = submit_bid(
        tender=tender,
        tenderer=seller.entity,
        bid=PlainBid(Decimal("900.00"), 10),
        by=users["agent"],
        at=timezone.now(),
    )
    return {
        "users": users,
        "sessions": sessions(users),
        **things(users, service, approval, seller, tender, bid),
        "token": program_of(people["owner"]).pk,
        "mail_token": way_out(users["owner"].pk, "contracts.reminders"),
        **paid(people["owner"].entity, seller.entity, users["owner"]),
        **contracted(people["owner"].entity, seller.entity, service, approval, by=users["agent"]),
        **rated(people["owner"].entity, seller, service, approval),
    }


def rated(owner, seller, service, approval):
    """A contract being reviewed, one whose reviews are disclosed, a complaint and a sanction that wait."""
    of = {"buyer": owner, "seller": seller.entity, "service": service, "approval": approval}
    held = reviews.disclosed(reviews.completed(reviews.signed(**of)))
    rule = consequence_rules(seller.entity.region, on=timezone.localdate())["remove"]
    sanction = open_sanction(intermediary=seller, rule=rule, grounds={}, at=timezone.now())
    return {
        "in_review": reviews.opened(reviews.completed(reviews.signed(**of))).ref,
        "reviewed": held.ref,
        "review": held.reviews.get(side="buyer").ref,
        "plea": reviews.complaint(held).ref,
        "sanction": sanction.ref,
    }


def contracted(owner, seller, service, approval, *, by):
    """A contract in force with work handed in and a link to it, an upload begun, and one being drawn up."""
    of = {"owner": owner, "service": service, "approval": approval}

    def won():
        tender = world.tender(**of)
        tenders.bid(tender, "900.00", by=seller)
        return contracts.of_opened(tender)

    held = contracts.signed(won())
    milestone = contracts.handed_in(contracts.first(held))
    third = contracts.started(held.milestones.get(position=3))
    disputed = contracts.disputed(third, files=[contracts.upload()])
    link, token = share_work(milestone=milestone, whom="w", days=1, by=world.user(), at=timezone.now())
    return {
        "contract": held.ref,
        "contracted": held.award.tender.ref,
        "begun": contracts.begun(held, by=by, content=b"%PDF-").ref,
        "begun_part": 0,
        "reconciliation": reconcile(at=timezone.now()).pk,
        "draft_contract": won().ref,
        "calendar_token": make_calendar(by=world.user(), at=timezone.now()),
        "invoice": contracts.invoiced(milestone).ref,
        "dispute": disputed.ref,
        "dispute_file": disputed.files.get().ref,
        "listed_mediator": contracts.mediator().listed.ref,
        "share": link.pk,
        "copy_file": contracts.copied(held).files.get().ref,
        "grant": contracts.opened(milestone).pk,
        "wording": held.wording_id,
        "share_token": token,
        "deliverable": milestone.submissions.get().files.get().ref,
    }


def ruled(provision):
    """A ruling, the one it is compared with, and its lasting address."""
    ruling = world.ruling(basis=provision)
    other = world.ruling(basis=provision, service=ruling.service, region=Region.objects.get(code="510000"))
    return {
        "ruling": ruling.pk,
        "other_ruling": other.pk,
        "ruled_service": ruling.service.code,
        "ruled_region": ruling.region_id,
        "every_approval": "every-approval",
        "a_day": ruling.in_force.lower,
        "a_later_day": dt.date(2199, 12, 31),
    }


def lists(users, approval, ruling):
    """Two editions of one list and a draft, and a department's own list."""

    def compiled(kind, place, department=None):
        now = timezone.now()
        return compile_edition(
            kind=kind,
            region=place,
            department=department,
            as_of=timezone.localdate(now),
            by=users["editor"],
            at=now,
        )

    def publish(edition):
        publish_edition(edition=edition, by=users["reviewer"], at=timezone.now())

    publish(compiled(ListKind.MANDATORY, ruling.region))
    world.ruling(region=ruling.region)
    publish(compiled(ListKind.MANDATORY, ruling.region))
    world.ruling(region=ruling.region)
    publish(compiled(ListKind.POWERS, approval.region, approval.department))
    return {
        "draft_edition": compiled(ListKind.MANDATORY, ruling.region).pk,
        "a_list": "mandatory",
        "powers": "powers",
        "list_region": approval.region_id,
        "list_department": approval.department_id,
        "first": 1,
        "second": 2,
        "csv": "csv",
        "xlsx": "xlsx",
    }


def drafts(users):
    """One draft past its legal review, one being written, one the public is asked about."""
    written, passed, asked = (
        world.ruling(published_at=None, reviewer=None, author=users["editor"]) for _n in range(3)
    )
    reviewed(passed, by=users["reviewer"])
    made = consultation(asked)
    return {
        "draft_ruling": passed.pk,
        "written_ruling": written.pk,
        "consultation": made.pk,
        "comment": comment(made).pk,
    }


def assessed(author):
    """A zone with a published assessment and a draft of one."""
    published = AssessmentFactory()
    draft = AssessmentDraftFactory(zone=published.zone, author=author)
    return {"zone": published.zone.ref, "assessment": published.pk, "draft_assessment": draft.pk}


def exempted(by, intermediary, department) -> int:
    """An exemption that was granted."""
    made = propose_exemption(
        intermediary=intermediary,
        department=department,
        kind="transition",
        start=dt.date(2024, 1, 1),
        end=dt.date(2024, 6, 1),
        plan="test",
        reason="test",
        by=by,
    )
    return decide_exemption(exemption=made, confirm=True, by=world.user(), at=timezone.now()).pk


def declared(agent, firm):
    """A draft with a row, a declaration, a contest with a file, two records that may be one, a merge."""
    row = keep_row(entity=firm, row=parties.row(), by=agent)
    interest = world.interest(world.person(), firm, "legalRepresentative", declared_by=firm)
    contest = parties.contest(interest, firm, by=agent, files=[oversight.PDF])
    return {
        "row_sort": "owner",
        "explored_sort": "entity",
        "draft_row": row,
        "declared": world.interest(world.entity(), firm, "shareholding", declared_by=firm).pk,
        "declaration": declare_interests(entity=firm, as_of=timezone.localdate(), by=agent).pk,
        "contest": contest.pk,
        "contest_file": contest.files.get().pk,
        "suggestion": parties.suggestion(world.person(), world.person()).pk,
        "merge": parties.merge(world.person(), world.person()).pk,
        "a_person": interest.holder_person_id,
    }


def chosen(owner, service, approval, seller):
    """An award that was challenged, with what goes beside it; a draw that was held; an auction."""
    of = {"owner": owner, "service": service, "approval": approval}
    tender = world.tender(**of)
    lost, won = tenders.bid(tender, "950.00", by=seller.entity), tenders.bid(tender, "900.00")
    world.close(tender)
    open_tender(tender=tender, at=timezone.now())
    award = tenders.award_tender(tender=tender, by=world.user(), at=timezone.now())
    out = propose_exclusion(bid=won, reason="test", by=world.user(), at=timezone.now())
    drawn, _bids = tenders.opened("900.00", method="random_draw", **of)
    hold_draw(draw=tenders.ready_to_draw(drawn), by=None, at=timezone.now())
    auctioned, _bids = tenders.opened("900.00", "950.00", method="price_auction", **of)
    now = timezone.now()
    start_auction(tender=auctioned, starts_at=now, by=world.user(), at=now)
    return {
        "chosen": tender.ref,
        "opened_bid": lost.pk,
        "challenge": tenders.challenge(award, lost).pk,
        "exclusion": out.pk,
        "low_price": LowPrice.objects.create(bid=lost, grounds=[], due_at=timezone.now()).pk,
        "evaluator": Evaluator.objects.create(tender=tender, user=world.user(), named_by=world.user()).pk,
        "drawn": drawn.ref,
        "draw_number": 1,
        "auctioned": auctioned.ref,
    }


def documented(draft):
    """A document of a draft."""
    files = [SimpleUploadedFile("a.pdf", oversight.PDF)]
    return add_documents(tender=draft, files=files, by=draft.created_by, at=timezone.now())[0].ref


def things(users, service, approval, seller, tender, bid):
    provision = world.provision()
    unknown = world.check(
        intermediary=seller.entity, outcome="unknown", due_at=timezone.now() + dt.timedelta(days=3)
    )
    draft = world.tender(
        owner=tender.owner, service=service, approval=approval, published_at=None, closes_at=None
    )
    scheme = JointReviewScheme.objects.create(
        ref="scheme", title="联合审查", region=Region.objects.get(code="511602"), source="test"
    )
    scheme.items.create(position=1, name="评估", service=service)
    scheme.stages.create(position=1, kind="preparation", name="编制", working_days=15)
    return {
        "section": "rooms",
        "approval": approval.ref,
        "service": service.code,
        "service_topic": "service",
        **(ruling := ruled(provision)),
        **lists(users, approval, Ruling.objects.get(pk=ruling["ruling"])),
        "draft_measure": draft_measure(
            approval=approval, said=Measured(dt.date(2024, 1, 1), "test", trips=1), by=users["editor"]
        ).pk,
        **practices(),
        **drafts(users),
        **assessed(users["editor"]),
        "dead_letter": dead_letter().pk,
        **erasures(),
        "alarm": Alarm.objects.create(what="body altered", where="ledger.entry/1").pk,
        "tile_level": "0",
        "tile_path": "000.p/1",
        "receipt_ref": give_receipt(subject=bid, kind="tenders.bid_submitted", holder=None).ref,
        "bid_commitment": bytes(
            Entry.objects.get(subject=bid.urn, kind="tenders.bid_submitted").commitment
        ).hex(),
        **{f"{noun}_noun": noun for noun in NOUNS},
        **declared(users["agent"], seller.entity),
        "open_report": (report := oversight.report(user=users["owner"], files=[oversight.PDF])).ref,
        "evidence": report.evidence.get().pk,
        "answered_report": oversight.answered(oversight.report()).ref,
        "instrument": provision.instrument.ref,
        "provision": provision.ref,
        "scheme": scheme.ref,
        "intermediary_entity": seller.entity_id,
        "check": unknown.ref,
        "public_check": world.check(gate="inquiry").ref,
        "exemption": exempted(users["regulator"], seller.entity, approval.department),
        "rule_pack": propose_pack(body=shipped_body(PACK), source="test", by=None).pk,
        "sweep": start_sweep(on=dt.date(2026, 11, 24), by=None, at=timezone.now()).pk,
        "reaudit": start_reaudit(by=None, at=timezone.now()).pk,
        "finding": note_finding(
            seen=Seen(kind=FindingKind.CONFLICT, entity=seller.entity), at=timezone.now()
        ).ref,
        "intermediary": seller.ref,
        "offer": seller.offers.get().pk,
        "qualification": world.qualification(seller).pk,
        "tender": tender.ref,
        "draft": draft.ref,
        "document": documented(draft),
        **chosen(tender.owner, service, approval, seller),
        "bid": bid.ref,
        "trustee_ref": tender.appointments.first().trustee.ref,
        "notice_kind": "procurement",
        "own_notice": parties.notice_for(users["owner"]).ref,
        "page": "privacy/",
        "rows_kind": "services",
        "table_format": "csv",
        "all_kinds": "all",
        "workbook_format": "xlsx",
        "interest_import": upload_interests(
            name="x.jsonl", stream=bods.lines(bods.entity("e")), by=users["regulator"], at=timezone.now()
        ).pk,
        "bods_format": "jsonl",
        "import": upload_import(kind="services", name="x.csv", content=b"code", by=users["editor"]).pk,
        "nothing": 999_999_999,
        "file": "x.pdf",
        "a_field": "region",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("row", TABLE, ids=NAMES)
def test_the_site_answers_as_the_table_says(house, django_db_blocker, row):
    """Every role, one after the other; what a request does is undone before the next."""
    with django_db_blocker.unblock(), translation.override("zh-hans"):
        url = reverse(row.view, args=[house[a] for a in row.arguments])
        answers = {role: asked(house, role, row.method, url) for role in ROLES}
        assert {role: answer.status_code for role, answer in answers.items()} == row.answers, url
        stranger = answers["anonymous"]
        if stranger.status_code == 302:
            way = WAY_ON.get(row.view, "/")
            assert "/login/" in stranger.url or stranger.url == way or way == "/contracts/" in stranger.url


def asked(house, role, method, url):
    """What a role is answered; its session was opened once, for all rows."""
    client = Client()
    if role != "anonymous":
        client.cookies[settings.SESSION_COOKIE_NAME] = house["sessions"][role]
    point = transaction.savepoint()
    try:
        return getattr(client, method)(url)
    finally:
        transaction.savepoint_rollback(point)


def program_of(member):
    """A token of somebody's."""
    said = {"name": "erp", "scope": Scope.READ, "days": 30, "by": member.user, "at": timezone.now()}
    return make_token(membership=member, **said)[0]


def paid(payer, payee, by):
    """A payment between two, with a transfer that nobody has seen arrive."""
    charge = a_charge(payer=payer, payee=payee)
    order = order_funding(charge=charge, by=by)
    transfer = record_transfer(order=order, number="N-1", paid_on=dt.date(2026, 1, 1), voucher=None, by=by)
    event = ProviderEvent.objects.create(
        provider="stripe", external="evt_1", kind="k", payload="{}", state="failed"
    )
    hold = Hold.objects.create(charge=transfer.order.charge, cause="returned", external="tr_1/1", fen=1)
    days = DateRange(dt.date(2026, 1, 1), dt.date(2026, 2, 1), "[)")
    told = {"ref": "b260201-aaaaaa", "digest": "0", "rows": 0, "uploaded_by": by}
    keys = {
        "bank_statement": BankStatement.objects.create(entity=payer, days=days, **told).ref,
        "order": order.pk,
        "transfer": transfer.pk,
        "provider_event": event.pk,
        "payment_hold": hold.pk,
        "payer_entity": payer.pk,
    }
    return {"charge": charge.ref, **keys}


def sessions(users):
    """A session of each role, by its key."""
    opened = {}
    for role in set(ROLES) - {"anonymous"}:
        client = Client()
        client.force_login(users[role], backend="django.contrib.auth.backends.ModelBackend")
        opened[role] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return opened
