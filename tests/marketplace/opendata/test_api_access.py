"""Who gets what by the interface: every address that needs a token, for a token of every role."""

import pytest
from django.utils import timezone

from marketplace.opendata.api.application import document_in
from marketplace.tenders.models import Exclusion, LowPrice
from regulation.parties.models import Role
from tests.factories import contracts, parties, tenders, world
from tests.factories.programs import Program

pytestmark = pytest.mark.django_db
ROLES = (
    "owner",
    "other_owner",
    "agent",
    "other_agent",
    "practitioner",
    "editor",
    "reviewer",
    "regulator",
    "trustee",
)


def only(otherwise=403, **roles):
    return dict.fromkeys(ROLES, otherwise) | roles


# What a token of each role is answered. Bodies are empty: 422 is what the form says to who may write it, 409
# the operation to who may ask it and cannot be done now.
TABLE = {
    "me": only(200),
    "own_tenders": only(owner=200, other_owner=200),
    "own_bids": only(agent=200, other_agent=200),
    "own_contracts": only(200),
    "sealing_card": only(agent=200, other_agent=200),
    "bid": only(404, agent=200),
    "scores": only(),
    "tender_create": only(owner=422, other_owner=422),
    "tender_revise": only(owner=422),
    "tender_copy": only(owner=201),
    "tender_amend": only(owner=422),
    "tender_postpone": only(owner=422),
    "tender_submit": only(owner=409),
    "tender_take_back": only(owner=409),
    "tender_return": only(owner=422, reviewer=422),
    "tender_pass": only(owner=409, reviewer=409),
    "tender_publish": only(owner=409, reviewer=409),
    "tender_cancel": only(owner=422),
    "tender_suspend": only(regulator=422),
    "tender_resume": only(regulator=422),
    "tender_annul": only(regulator=422),
    "bid_submit": only(agent=415, other_agent=415),
    "bid_part": only(agent=422, other_agent=422),
    "bid_withdraw": only(404, agent=409),
    "bid_confirm": only(404, agent=409),
    "question_ask": only(agent=422, other_agent=422),
    "question_answer": only(404, owner=422),
    "evaluator_name": only(owner=422),
    "evaluator_recuse": only(owner=422),
    "scores_save": only(),
    "scores_hand_in": only(),
    "award_propose": only(owner=409),
    "award_approve": only(owner=409),
    "award_decline": only(owner=422),
    "challenge_file": only(agent=422, other_agent=422),
    "challenge_answer": only(owner=422),
    "challenge_complain": only(other_agent=422),
    "challenge_take_up": only(regulator=422),
    "challenge_propose": only(regulator=422),
    "challenge_decide": only(regulator=409),
    "own_notices": only(200),
    "notice_read": only(404, owner=200),
    "notice_unread": only(404, owner=200),
    "notices_read": only(200),
    "draw_name": only(owner=422),
    "draw_commit": only(trustee=422),
    "draw_freeze": only(owner=409),
    "draw_value": only(owner=422),
    "draw_enter": only(),
    "draw_open": only(trustee=422),
    "draw_hold": only(owner=409),
    "draw_confirm": only(),
    "draw_end": only(owner=422),
    "auction_start": only(owner=422),
    "auction_seat": only(agent=404, other_agent=404),
    "auction_price": only(agent=404, other_agent=404),
    "bid_exclude": only(owner=422),
    "bid_step_back": only(404, agent=422),
    "exclusion_confirm": only(owner=200),
    "exclusion_decline": only(owner=409),
    "low_price_justify": only(agent=422),
    "low_price_accept": only(owner=422),
    "low_price_reject": only(owner=422),
    "document_add": only(owner=415),
    "document_replace": only(owner=404),
    "document_rename": only(owner=404),
    "document_move": only(owner=404),
    "document_remove": only(owner=404),
}
RAW = ("bid_submit", "bid_part", "document_add", "document_replace")  # their bodies are no JSON


@pytest.fixture
def house():
    """An awarded tender with two bidders and a challenge, a question, a seat on a panel, and everybody."""
    award, bids = tenders.awarded("900.00", "950.00")
    tender = award.tender
    people = {
        "owner": world.member(Role.OWNER, tender.owner),
        "other_owner": world.member(Role.OWNER),
        "agent": world.member(Role.AGENT, bids[0].tenderer),
        "other_agent": world.member(Role.AGENT, bids[1].tenderer),
        "trustee": world.member(Role.TRUSTEE, world.trustees()[0].entity),
    }
    people |= {role: world.member(Role(role)) for role in ROLES if role not in people}
    contracts_made = contracts.drawn_up()
    question = tender.questions.create(
        asker=bids[0].tenderer, asked_by=people["agent"].user, text="几个储罐？"
    )
    seat = tender.evaluators.create(user=world.user(), named_by=people["owner"].user)
    out = Exclusion.objects.create(bid=bids[1], kind="disqualified", reason="r", proposed_by=world.user())
    low = LowPrice.objects.create(bid=bids[0], grounds=[], due_at=timezone.now())
    drawn, _bids = tenders.opened("900.00", method="random_draw", owner=tender.owner)
    tenders.named_draw(drawn)
    places = {
        "/me/notices/{ref}": parties.notice_for(people["owner"].user).ref,
        "/tenders/{ref}/draws/{number}": f"{drawn.ref}/draws/1",
        "/tenders/{ref}": tender.ref,
        "/exclusions/{pk}": out.pk,
        "/low-prices/{pk}": low.pk,
        "/bids/{ref}": bids[0].ref,
        "/questions/{pk}": question.pk,
        "/evaluators/{pk}": seat.pk,
        "/challenges/{pk}": tenders.challenge(award, bids[1]).pk,
        "/contracts/{ref}": contracts_made.ref,
    }
    return {role: Program(member) for role, member in people.items()}, places


def operations():
    return [
        (operation["operationId"], method, path.removeprefix("/api/v1"))
        for path, methods in document_in("en")["paths"].items()
        for method, operation in methods.items()
        if operation.get("security")
    ]


def test_every_address_that_needs_a_token_has_a_row():
    assert {name for name, _method, _path in operations()} == set(TABLE)


def test_each_role_is_answered_as_the_table_says(house):
    programs, places = house
    wrong = []
    for name, method, path in operations():
        for start, key in places.items():
            if path.startswith(start):
                path = path.replace(start, start.split("{")[0] + str(key))
        path = path.replace("{document}", "0" * 32)
        for role, program in programs.items():
            sent = {} if method != "get" and name not in RAW else None
            asked = program.get if method == "get" else getattr(program, method)
            answer = asked(path) if method == "get" else asked(path, sent)
            if answer.status_code != TABLE[name][role]:
                wrong.append((name, role, answer.status_code, TABLE[name][role], answer.content[:120]))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("name", sorted(TABLE))
def test_nobody_without_a_token_gets_in(name):
    (found,) = [one for one in operations() if one[0] == name]
    path = found[2].replace("{ref}", "0b1b1b1b-0000-4000-8000-000000000000").replace("{pk}", "1")
    path = path.replace("{number}", "1").replace("{document}", "0" * 32)
    answer = Program().send(found[1].upper(), path)
    assert answer.status_code == 401
