"""Every kind of entry has its sentence, and the record of a subject shows each what is theirs to see."""

import ast
import base64
import importlib
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone, translation

from marketplace.contracts.models import PleaKind
from marketplace.payments.books import Move
from marketplace.tenders.operations import open_tender, submit_bid, withdraw_bid
from marketplace.tenders.sealing import PlainBid
from regulation.ledger import logkey
from regulation.ledger.models import Entry
from regulation.ledger.operations import record
from regulation.ledger.publication import next_moment
from regulation.ledger.queries import database_now
from regulation.ledger.stories import story, story_of, told_kinds
from regulation.ledger.tasks import integrate
from regulation.oversight.models import EventKind, FindingEventKind
from regulation.parties.models import Role
from regulation.registry.operations import catalogue
from tests.factories import world
from tools import verify_receipt as tool

ROOT = Path(__file__).parents[3]
ROOMS = ("regulation", "marketplace", "cms", "config")


def catalogued() -> set[str]:
    names = {model._meta.model_name for model in catalogue.Catalogued.__args__}
    return {f"registry.{name}_{what}" for name in names for what in ("created", "changed")}


SUSPENDING = {"tenders.bid_suspended", "tenders.bid_reinstated"}
RECORDING = ("record", "do_act")  # the second records the kind it is given
DYNAMIC = {  # kinds made of parts: the file that makes them, and all they can be
    "regulation/oversight/operations/story.py": {f"oversight.report_{kind}" for kind in EventKind.values},
    "regulation/registry/operations/catalogue.py": catalogued(),
    "regulation/oversight/operations/noting.py": {f"oversight.finding_{k}" for k in FindingEventKind.values},
    "marketplace/tenders/operations/gating.py": SUSPENDING,
    "marketplace/tenders/operations/acting.py": set(),
    "marketplace/contracts/operations/acting.py": set(),
    "marketplace/contracts/operations/copying.py": {
        f"contracts.copy_{said}" for said in ("confirmed", "differs", "taken_back")
    },
    "marketplace/contracts/operations/pleading.py": {
        *(f"contracts.{kind}_raised" for kind in PleaKind.values),
        *(f"contracts.plea_{what}" for what in ("replied", "proposed", "returned", "decided")),
    },
    "marketplace/directory/operations/sanctioning.py": {
        f"directory.sanction_{what}"
        for what in ("opened", "replied", "proposed", "returned", "imposed", "dropped", "lifted")
    },
    "marketplace/payments/operations/posting.py": {f"payments.{move}" for move in Move},
    "marketplace/payments/operations/transferring.py": {
        f"payments.transfer_{step}" for step in ("received", "confirmed", "refused")
    },
}


def kinds_in(path: Path) -> tuple[set[str], int]:
    """The kinds a source file records, and how many calls of `record` it has."""
    name = str(path.relative_to(ROOT))
    module, found, calls = None, set(), 0
    for node in ast.walk(ast.parse(path.read_text())):
        if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") in RECORDING):
            continue
        calls += 1
        kind = next(k.value for k in node.keywords if k.arg == "kind")
        options = [kind.body, kind.orelse] if isinstance(kind, ast.IfExp) else [kind]
        for option in options:
            if isinstance(option, ast.Constant):
                found.add(option.value)
            elif isinstance(option, ast.Name) and name not in DYNAMIC:
                module = module or importlib.import_module(name.removesuffix(".py").replace("/", "."))
                found.add(getattr(module, option.id))
            else:
                found |= DYNAMIC[name]
    return found, calls


def all_kinds() -> set[str]:
    found: set[str] = set()
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            said = path.read_text()
            if "migrations" not in path.parts and any(f"{name}(" in said for name in RECORDING):
                found |= kinds_in(path)[0]
    return found


def test_every_kind_that_the_source_records_has_its_sentence():
    kinds = all_kinds()
    assert {"tenders.awarded", "registry.edition_published", "oversight.report_filed"} <= kinds
    assert len(kinds) > 90
    assert kinds - told_kinds() == set()
    assert told_kinds() - kinds == set()


def test_every_sentence_is_in_both_languages_and_a_kind_has_one():
    for kind in told_kinds():
        with translation.override("en"):
            english = str(story_of(kind).sentence)
        with translation.override("zh-hans"):
            assert any("\u4e00" <= sign <= "\u9fff" for sign in str(story_of(kind).sentence)), kind
        assert english.endswith("."), kind
    with pytest.raises(ValueError, match="has its sentence"):
        story("tenders.awarded", "again")


@pytest.fixture
def market(db):
    """A tender with one standing bid and one that was withdrawn, and who may know of them."""
    owner = world.member(Role.OWNER)
    service, approval = world.service(), world.approval()
    sellers = [world.intermediary(sells=service) for _n in range(2)]
    agents = [world.member(Role.AGENT, seller.entity) for seller in sellers]
    tender = world.tender(owner=owner.entity, service=service, approval=approval)
    with transaction.atomic():
        record(kind="tenders.published", subject=tender, actor=owner.user, body={"ceiling": "1000.00"})
    bids = [
        submit_bid(
            tender=tender, tenderer=m.entity, bid=PlainBid(Decimal("9.00"), 5), by=m.user, at=timezone.now()
        )
        for m in agents
    ]
    withdraw_bid(bid=bids[1], by=agents[1].user, at=timezone.now())
    return {"tender": tender, "owner": owner, "agents": agents, "bids": bids}


RECEIVED, WITHDREW = "A bid was sealed and received.", "The bidder withdrew its bid."


def read(client, tender, membership=None) -> str:
    client.logout()
    if membership is not None:
        client.force_login(membership.user, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(f"/en/record/tender/{tender.ref}/").content.decode()


def test_before_the_opening_nobody_counts_the_bids(client, market):
    tender = market["tender"]
    for reader in (None, market["owner"], world.member(Role.AGENT), world.member(Role.OWNER)):
        page = read(client, tender, reader)
        assert "The owner published the tender" in page
        assert RECEIVED not in page
        assert WITHDREW not in page
        assert "conflict gate" not in page


def test_before_the_opening_no_regulator_counts_the_bids_by_what_could_be_erased(client, market):
    """The list of entries whose content may go, and the page of each."""
    regulator = world.member(Role.REGULATOR)
    read(client, market["tender"], regulator)
    kinds = ("tenders.bid_submitted", "tenders.bid_withdrawn", "decoupling.checked")

    def listed() -> list[int]:
        pages = [client.get("/en/ledger/erasures/ask/", {"kind": kind}).context["page_obj"] for kind in kinds]
        return [page.paginator.count for page in pages]

    entry = Entry.objects.filter(kind="tenders.bid_submitted").first()
    assert listed() == [0, 0, 0]
    assert client.get(f"/en/ledger/erasures/ask/{entry.pk}/").status_code == 404
    open_tender(tender=world.close(market["tender"]), at=timezone.now())
    assert listed()[:2] == [2, 1]
    assert listed()[2] >= 2
    assert client.get(f"/en/ledger/erasures/ask/{entry.pk}/").status_code == 200


def test_a_bidder_sees_its_own_bid_alone(client, market):
    first, second = (read(client, market["tender"], agent) for agent in market["agents"])
    assert (first.count(RECEIVED), first.count(WITHDREW)) == (1, 0)
    assert (second.count(RECEIVED), second.count(WITHDREW)) == (1, 1)


def test_a_regulator_sees_all_once_the_bids_are_opened(client, market):
    regulator = world.member(Role.REGULATOR)
    assert RECEIVED not in read(client, market["tender"], regulator)
    open_tender(tender=world.close(market["tender"]), at=timezone.now())
    page = read(client, market["tender"], regulator)
    assert (page.count(RECEIVED), page.count(WITHDREW)) == (2, 1)
    assert page.count("The conflict gate asked") == 2


def test_after_the_opening_the_public_reads_of_the_bids_that_stand(client, market):
    tender = market["tender"]
    open_tender(tender=world.close(tender), at=timezone.now())
    page = read(client, tender)
    assert (page.count(RECEIVED), page.count(WITHDREW)) == (1, 0)
    assert "All bids were opened at once." in page


def test_names_of_persons_and_numbers_of_entries_are_not_on_the_page(client, market):
    page = read(client, market["tender"])
    assert str(market["owner"].user) not in page
    assert not re.search(r"[Ee]ntry \d", page)


@pytest.mark.parametrize("kind", ["tender", "ruling", "consultation", "report", "check", "intermediary", "x"])
@pytest.mark.parametrize("key", ["0", "99999999999999999999999", "a%00b", "%C2%B2", "-1", "中"])
def test_what_is_not_there_is_not_found(db, client, kind, key):
    assert client.get(f"/en/record/{kind}/{key}/").status_code == 404


def test_the_page_is_flat(client, market, assert_flat):
    def add() -> None:
        with transaction.atomic():
            record(kind="tenders.cancelled", subject=market["tender"], actor=None, body={"reason": "x"})

    assert_flat(client, f"/en/record/tender/{market['tender'].ref}/", add)


def test_a_body_that_is_not_as_expected_leaves_its_fact_out(client, market):
    with transaction.atomic():
        body = {"closes_at": "yesterday", "ceiling": "much", "days": 3}
        record(kind="tenders.published", subject=market["tender"], actor=None, body=body)
    assert read(client, market["tender"]).count("The owner published the tender") == 2


@pytest.fixture
def published(market, monkeypatch):
    """The record of the market as a checkpoint that is published, and the keys that verify it."""
    with transaction.atomic():
        more = {"ceiling": "1000.00", "note": "not on the page"}
        record(kind="tenders.published", subject=market["tender"], actor=None, body=more)
    key = str(logkey.create())
    integrate()
    at = next_moment(at=database_now())
    monkeypatch.setattr("regulation.ledger.proofs.database_now", lambda: at)
    return [tool.Key.read(key)]


def proof_of(client, tender, entry, membership=None):
    read(client, tender, membership)
    return client.get(f"/en/record/tender/{tender.ref}/{bytes(entry.commitment).hex()}/")


def test_each_line_of_a_record_has_its_proof_which_tells_no_more_than_the_page(client, market, published):
    tender = market["tender"]
    whole, more = Entry.objects.filter(kind="tenders.published").order_by("pk")
    for entry, tells in ((whole, True), (more, False)):
        answer = proof_of(client, tender, entry)
        assert f"/{bytes(entry.commitment).hex()}/" in read(client, tender)
        verdict = tool.check_receipt(answer.content.decode(), published, [], 0)
        assert (verdict.code, verdict.body is not None) == ("valid", tells)
        assert b"not on the page" not in base64.b64decode(answer.content.split(b"\n")[1].split()[1])


def test_the_proof_of_a_bid_is_there_for_its_bidder_alone(client, market, published):
    tender = market["tender"]
    entry = Entry.objects.get(kind="tenders.bid_submitted", subject=market["bids"][0].urn)
    first, second = market["agents"]
    asked = [(None, 404), (market["owner"], 404), (second, 404), (first, 200)]
    assert [proof_of(client, tender, entry, who).status_code for who, _ in asked] == [n for _, n in asked]


def test_before_a_checkpoint_holds_it_there_is_no_proof(client, market):
    entry = Entry.objects.get(kind="tenders.published")
    answer = proof_of(client, market["tender"], entry)
    assert answer.url == f"/en/record/tender/{market['tender'].ref}/"
    assert "No published checkpoint holds this entry yet." in client.get(answer.url).content.decode()
    for nothing in ("0", "g" * 64, "0" * 64):
        assert client.get(f"{answer.url}{nothing}/").status_code == 404
