"""Before the opening no answer of the site depends on how many bids there are: not one byte, not one query.

Each address is asked as the owner, a regulator of the site's staff, a stranger, and a bidder with a bid of
its own, with none, one and twenty bids of others. The controls take a guard away and have to be seen.
"""

import re
import sys

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone, translation

from marketplace.opendata.api import tenders as api_tenders
from marketplace.tenders import operations
from marketplace.tenders.operations import bidding
from marketplace.tenders.tasks import recheck_live
from regulation.ledger import queries
from regulation.ledger.generation import generation
from regulation.ledger.models import Entry
from regulation.ledger.tasks import deliver
from regulation.parties.models import Notice, Role, User
from tests.factories import tenders, world
from tests.factories.programs import Program

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(1200)]
ROLES = ("owner", "staff", "stranger", "bidder")
PER_REQUEST = re.compile(r'(name="csrfmiddlewaretoken" value|nonce)="[^"]*"')


def addresses(tender):
    """What anybody may ask of a tender, or of all of them."""
    return {
        **{view: reverse(f"tenders:{view}", args=[tender.ref]) for view in ("tender", "choosing")},
        "record": reverse("ledger:record", args=["tender", tender.ref]),
        "list": reverse("tenders:tender_list"),
        "feed": reverse("tenders:tender_feed"),
        "desk": reverse("desk"),
        "inbox": reverse("parties:inbox"),
        "own tenders": reverse("tenders:own_tenders"),
        "checks": reverse("decoupling:check_list"),
        "outbox": reverse("ledger:dead_letter_list"),
        **{
            f"api {noun}": f"/api/v1/tenders/{tender.ref}{noun}"
            for noun in ("", "/opening", "/exclusions", "/low-prices", "/draws")
        },
        "api list": "/api/v1/tenders",
    }


@pytest.fixture
def still(monkeypatch):
    """The clock stands, for every module that asks it; none may be loaded while it does."""
    assert get_resolver().reverse_dict
    moment = queries.database_now()
    real = queries.database_now
    for module in list(sys.modules.values()):
        if getattr(module, "database_now", None) is real:
            monkeypatch.setattr(module, "database_now", lambda: moment)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    return moment


@pytest.fixture
def house():
    """A tender, and for each role a client and a program that act in it."""
    tender = world.tender()
    bidder = world.member(Role.AGENT, world.intermediary(sells=tender.service).entity)
    members = {
        "owner": world.member(Role.OWNER, tender.owner),
        "staff": world.member(Role.REGULATOR),
        "stranger": world.member(Role.AGENT, world.intermediary(sells=tender.service).entity),
        "bidder": bidder,
    }
    User.objects.filter(pk=members["staff"].user_id).update(is_staff=True, is_superuser=True)
    tenders.bid(tender, "500.00", by=bidder.entity)
    clients = {}
    for role, member in members.items():
        clients[role] = Client()
        clients[role].force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    programs = {role: Program(member) for role, member in members.items()}
    return tender, clients, programs


def ask(client, address, **headers):
    """Status, body without what is new at each request, and how many queries it took."""
    cache.clear()
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address, headers=headers)
    return answer.status_code, PER_REQUEST.sub("", answer.text), len(asked)


def everything(house, *, first=False):
    """Each answer to each role at this moment; of the first asking, what it leaves in the process goes by."""
    tender, clients, programs = house
    seen = {}
    with translation.override("en"):
        asked = addresses(tender)
    for role in ROLES:
        headers = programs[role].headers()
        for name, address in asked.items():
            sent = headers if name.startswith("api") else {}
            if first:
                ask(clients[role], address, **sent)
            seen[role, name] = ask(clients[role], address, **sent)
    return seen


def bids_of_others(tender, many):
    """More bids, checked again as every night, and what follows from their entries."""
    for _ in range(many):
        tenders.bid(tender, "900.00")
    recheck_live()
    for entry in Entry.objects.order_by("pk"):
        deliver(entry.pk)


def differing(before, after):
    """Where an answer is another, and in what: status, the first line that differs, queries."""
    found = []
    for place, (status, text, asked) in before.items():
        other, after_text, after_asked = after[place]
        if (status, text, asked) != after[place]:
            lines = zip(text.splitlines(), after_text.splitlines(), strict=False)
            line = next(((a, b) for a, b in lines if a != b), None)
            found.append((place, status, other, line, asked, after_asked))
    return found


def test_no_answer_depends_on_how_many_bids_there_are(house, still, settings):
    settings.API_RATE_ADDRESS = settings.API_RATE_TOKEN = ""
    tender = house[0]
    for entry in Entry.objects.order_by("pk"):
        deliver(entry.pk)
    none = everything(house, first=True)
    reached = {name for (_role, name), (status, _, _) in none.items() if status == 200}
    assert reached >= set(addresses(tender)), "each of them is answered to somebody"
    bids_of_others(tender, 1)
    assert not (found := differing(none, everything(house))), "\n".join(map(str, found))
    bids_of_others(tender, 19)
    assert not (found := differing(none, everything(house))), "\n".join(map(str, found))


def test_the_control_that_shows_sealed_bids_is_seen(house, still, settings, monkeypatch):
    settings.API_RATE_ADDRESS = settings.API_RATE_TOKEN = ""
    tender, clients, programs = house
    monkeypatch.setattr(api_tenders, "opened_bids", lambda of, **_how: list(of.bids.standing()))
    address = f"/api/v1/tenders/{tender.ref}/opening"
    before = ask(clients["stranger"], address, **programs["stranger"].headers())
    bids_of_others(tender, 1)
    after = ask(clients["stranger"], address, **programs["stranger"].headers())
    assert before[0] == after[0] == 200
    assert before[1] != after[1]


def test_a_bid_leaves_what_is_kept_for_visitors(django_capture_on_commit_callbacks):
    tender = world.tender()
    before = generation()
    with django_capture_on_commit_callbacks(execute=True):
        made = tenders.bid(tender, "900.00")
        operations.withdraw_bid(bid=made, by=world.user(), at=timezone.now())
    assert generation() == before


def test_the_control_whose_bids_are_noticeable_is_seen(django_capture_on_commit_callbacks, monkeypatch):
    tender, record = world.tender(), bidding.record
    monkeypatch.setattr(bidding, "record", lambda **said: record(**said | {"noticeable": True}))
    before = generation()
    with django_capture_on_commit_callbacks(execute=True):
        tenders.bid(tender, "900.00")
    assert generation() != before


def test_nobody_but_its_bidder_is_told_of_a_sealed_bid(house):
    tender = house[0]
    bids_of_others(tender, 2)
    operations.cancel_tender(tender=tender, by=world.user(), at=timezone.now(), reason="不再需要")
    for entry in Entry.objects.order_by("pk"):
        deliver(entry.pk)
    told = set(Notice.objects.exclude(kind="parties.token_made").values_list("user", "entity", "kind"))
    agent = next(member for member in tender.bids.first().tenderer.memberships.all())
    owner = tender.owner.memberships.get()
    assert told == {
        (agent.user_id, agent.entity_id, "tenders.cancelled"),
        (owner.user_id, owner.entity_id, "tenders.cancelled"),
    }
