"""Whatever is sent, the interface answers as its document says: no defect, no other status or shape."""

import random

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from marketplace.opendata.api.application import document_in
from marketplace.tenders.models import Exclusion, LowPrice
from marketplace.tenders.operations import start_auction
from regulation.parties.models import Role
from tests.factories import contracts, parties, tenders, world
from tests.factories.programs import Program, count

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
SCHEMA = schemathesis.openapi.from_dict(document_in("en"))
OPERATIONS = {one.ok().label: one.ok() for one in SCHEMA.get_all_operations()}
EXAMPLES = 6  # of each operation, valid and not; with 60 operations twice that is 700 requests


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    """A world in which there is something at each address, and a program of each role."""
    with django_db_blocker.unblock(), transaction.atomic():
        award, bids = tenders.awarded("900.00", "950.00")
        tender, open_tender = award.tender, world.tender()
        owner = world.member(Role.OWNER, tender.owner)
        agent = world.member(Role.AGENT, bids[1].tenderer)
        ruling = world.ruling(approval=tender.approval, service=tender.service, region=tender.region)
        question = open_tender.questions.create(asker=agent.entity, asked_by=agent.user, text="几个储罐？")
        seat = tender.evaluators.create(user=world.user(), named_by=owner.user)
        auctioned, _seated = tenders.opened("900.00", "950.00", method="price_auction", owner=tender.owner)
        now = timezone.now()
        start_auction(tender=auctioned, starts_at=now, by=owner.user, at=now)
        drawn, _drawn = tenders.opened("900.00", method="random_draw", owner=tender.owner)
        tenders.named_draw(drawn)
        low = LowPrice.objects.create(
            bid=bids[1],
            grounds=[{"test": "mean", "against": "900.00", "bound": "450.00"}],
            due_at=timezone.now(),
        )
        out = Exclusion.objects.create(bid=bids[1], kind="disqualified", reason="r", proposed_by=owner.user)
        places = {
            "/me/notices/": [str(parties.notice_for(owner.user).ref)],
            "/draws/": [drawn.ref],
            "/auction/": [auctioned.ref],
            "/exclusions/": [out.pk],
            "/low-prices/": [low.pk],
            "/tenders/": [tender.ref, open_tender.ref],
            "/bids/": [str(bids[1].ref)],
            "/questions/": [question.pk],
            "/evaluators/": [seat.pk],
            "/challenges/": [tenders.challenge(award, bids[1]).pk],
            "/contracts/": [contracts.drawn_up().ref],
            "/approvals/": [tender.approval.ref],
            "/services/": [tender.service.code],
            "/rulings/": [ruling.pk],
            "/intermediaries/": [bids[0].tenderer.intermediary.ref],
        }
        members = [owner, agent, world.member(Role.REGULATOR), world.member(Role.REVIEWER)]
        programs = [Program(), *(Program(one) for one in members)]
        yield places, programs
        transaction.set_rollback(True)


@pytest.fixture
def unhurried(settings):
    """No rate, and the one connection stays open between requests."""
    settings.API_RATE_ADDRESS = settings.API_RATE_TOKEN = ""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", sorted(OPERATIONS))
@pytest.mark.django_db
def test_answers_keep_to_the_document(label, mode, house, unhurried, django_db_blocker):
    places, programs = house
    operation, chance = OPERATIONS[label], random.Random(label)
    known = next((keys for start, keys in places.items() if start in f"{operation.path}/"), [None])
    app = get_wsgi_application()

    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        if known[0] is not None and chance.random() < 0.8:
            case.path_parameters = dict.fromkeys(case.path_parameters or {}, chance.choice(known)) | (
                {"number": 1} if "number" in (case.path_parameters or {}) else {}
            )
        headers = chance.choice(programs).headers(**{"Idempotency-Key": f"fuzz-{next(count):08d}"})
        point = transaction.savepoint()
        try:
            case.validate_response(case.call(app=app, headers=headers), checks=CHECKS)
        finally:
            transaction.savepoint_rollback(point)

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SET ROLE qinqing_site")
        try:
            ask()
        except Exception as nothing_fits:
            if "Unsatisfiable" not in type(nothing_fits).__name__:
                raise
        finally:
            cursor.execute("RESET ROLE")
