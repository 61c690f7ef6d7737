"""What a program does with a token: by the forms, the rules and the operations of the pages, once a key."""

import base64
import datetime as dt
import io
import json
import logging

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from config.logs import ABOUT_BIDS, HushBids
from marketplace.opendata.models import KeptAnswer
from marketplace.opendata.tasks import KEPT, forget_old_answers
from marketplace.tenders.models import AwardProposal, Bid, Challenge, Question, Tender
from regulation.decoupling.models import Check
from regulation.ledger.models import Entry
from regulation.parties.models import AccessToken, Role, Scope
from regulation.parties.operations import revoke_token
from tests.factories import tenders, world
from tests.factories.programs import API, Program, terms
from tests.marketplace.opendata.test_api_reads import problem
from tools.seal_bid import sealed

pytestmark = pytest.mark.django_db


def firm(owner=None):
    """Three colleagues who act for one owner, each with a program."""
    first = owner or world.member(Role.OWNER)
    colleagues = [first, *(world.member(Role.OWNER, first.entity) for _ in range(2))]
    return [Program(one) for one in colleagues]


def bidder(tender):
    seller = world.intermediary(sells=tender.service)
    member = world.member(Role.AGENT, seller.entity)
    return member, Program(member)


def pair():
    approval, service = world.approval(), world.service()
    return {"approval": approval.ref, "service": service.code}


def envelope(program, tender, price="900.00"):
    """As tools/seal_bid.py makes it of the card that the interface hands out."""
    card = program.get(f"/tenders/{tender.ref}/sealing-card").json()
    return sealed(card, price=price, days=10, note="")


def test_from_a_draft_to_a_public_tender():
    writer, reviewer, publisher = firm()
    world.trustees()
    made = writer.post("/tenders", pair() | terms())
    assert made.status_code == 201, made.content
    ref = made.json()["ref"]
    assert writer.put(f"/tenders/{ref}", terms(title="另一个名称")).json()["title"] == "另一个名称"
    assert writer.post(f"/tenders/{ref}/submit").json()["state"]["code"] == "in_review"
    problem(writer.post(f"/tenders/{ref}/pass"), 409, "same_person")
    assert (
        reviewer.post(f"/tenders/{ref}/return", {"reason": "写明储罐数量"}).json()["reason"] == "写明储罐数量"
    )
    writer.post(f"/tenders/{ref}/submit")
    assert reviewer.post(f"/tenders/{ref}/pass").json()["state"]["code"] == "reviewed"
    answer = publisher.post(f"/tenders/{ref}/publish")
    assert answer.status_code == 200, answer.content
    assert answer.json()["state"]["code"] == "open"
    assert Program().get(f"/tenders/{ref}").status_code == 200
    assert Entry.objects.filter(kind="tenders.published", subject=f"tenders.tender/{ref}").count() == 1


def test_a_public_tender_is_amended_postponed_cancelled_and_copied():
    tender = world.tender(closes_at=timezone.now() + dt.timedelta(days=9))
    (owner, *_rest) = firm(world.member(Role.OWNER, tender.owner))
    changed = terms(description="四个储罐", reason="数量有误", ceiling="10000.00")
    del changed["title"]
    answer = owner.post(f"/tenders/{tender.ref}/amend", changed)
    assert answer.status_code == 200, answer.content
    assert answer.json()["amendments"][0]["reason"] == "数量有误"
    later = (timezone.now() + dt.timedelta(days=40)).isoformat()
    answer = owner.post(f"/tenders/{tender.ref}/postpone", {"closes_at": later, "reason": "等待批复"})
    assert dt.datetime.fromisoformat(answer.json()["closes_at"]) == dt.datetime.fromisoformat(later)
    assert (
        owner.post(f"/tenders/{tender.ref}/cancel", {"reason": "不再需要"}).json()["state"]["code"]
        == "cancelled"
    )
    copy = owner.post(f"/tenders/{tender.ref}/copy")
    assert copy.status_code == 201
    assert copy.json()["state"]["code"] == "draft"


def test_the_forms_of_the_pages_say_what_is_wrong():
    (owner, *_rest) = firm()
    body = pair() | terms(days=0, closes_at="yesterday", ceiling=None, avoided=["nobody | why"])
    said = problem(owner.post("/tenders", body), 422, "invalid")
    assert {fault["field"] for fault in said["errors"]} == {"days", "closes_at", "ceiling", "avoided"}
    chinese = owner.client.post(
        f"{API}/tenders",
        json.dumps(body),
        content_type="application/json",
        headers=owner.headers(**{"Idempotency-Key": "another-key", "Accept-Language": "zh"}),
    ).json()
    assert chinese["errors"] != said["errors"]
    assert chinese["detail"] != said["detail"]
    assert not Tender.objects.exists()
    assert not KeptAnswer.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        (b"{", 400, "not_json", None),
        (b"[" * 100_000, 400, "not_json", None),
        (b'{"days": NaN}', 400, "not_json", None),
        (b'"text"', 422, "invalid", None),
        (b'{"colour": "red"}', 422, "invalid", "colour"),
        (b'{"title": {"zh": "x"}}', 422, "invalid", "title"),
        (b'{"title": "\\ud800"}', 422, "invalid", "title"),
        (b'{"all_of": ["a\\nb"]}', 422, "invalid", "all_of"),
    ],
    ids=["cut off", "deep", "no number", "no object", "no such field", "nested", "no text", "two lines"],
)
def test_a_body_no_form_gets_to_see(body, status, code, field):
    (owner, *_rest) = firm()
    said = problem(owner.post("/tenders", body, content_type="application/json"), status, code)
    assert field is None or [fault["field"] for fault in said["errors"]] == [field]


def test_a_body_of_another_kind_is_not_read():
    (owner, *_rest) = firm()
    problem(
        owner.post("/tenders", b"title=x", content_type="application/x-www-form-urlencoded"), 415, "not_json"
    )


def test_a_method_with_parameters_is_written_by_its_own_fields():
    (owner, *_rest) = firm()
    criteria = ["方案 | 60", "业绩 | 10"]
    body = pair() | terms(method="best_value", parameter_criteria=criteria, parameter_price_weight="30")
    answer = owner.post("/tenders", body)
    assert answer.status_code == 201, answer.content
    assert answer.json()["method"] == "best_value"
    assert [row["name"] for row in answer.json()["method_parameters"]["criteria"]] == ["方案", "业绩"]


def test_a_sealed_bid_by_the_offline_sealer():
    tender = world.tender()
    member, program = bidder(tender)
    raw = envelope(program, tender)
    answer = program.post(f"/tenders/{tender.ref}/bids", raw)
    assert answer.status_code == 201, answer.content
    bid = Bid.objects.get()
    assert bytes(bid.envelope) == raw
    assert bid.sealed_by == "bidder"
    assert bid.submitted_by == member.user
    said = answer.json()
    assert set(said) == {"ref", "submitted_at", "address", "receipt"}
    assert said["ref"] == str(bid.ref)
    assert "/receipts/" in said["receipt"]
    assert program.post(f"/bids/{bid.ref}/withdraw").json()["withdrawn_at"]
    world.close(tender)


def test_a_sealed_bid_in_base64():
    tender = world.tender()
    _member, program = bidder(tender)
    sent = {"envelope": base64.b64encode(envelope(program, tender)).decode()}
    assert program.post(f"/tenders/{tender.ref}/bids", sent).status_code == 201
    problem(program.post(f"/tenders/{tender.ref}/bids", sent), 409, "already_bid")
    assert Bid.objects.count() == 1


@pytest.mark.parametrize(
    "sent", [{"price": "900.00", "days": 10}, {"envelope": "é"}, {}], ids=["clear", "no base64", "empty"]
)
def test_no_bid_comes_in_the_clear(sent):
    tender = world.tender()
    _member, program = bidder(tender)
    problem(program.post(f"/tenders/{tender.ref}/bids", sent), 422, "invalid")
    assert not Bid.objects.exists()
    assert not KeptAnswer.objects.exists()


@pytest.mark.parametrize(("body", "code"), [(b"QQ2 no", "wrong_envelope"), (b"x" * 100, "wrong_envelope")])
def test_what_is_no_envelope_is_refused_by_name(body, code):
    tender = world.tender()
    _member, program = bidder(tender)
    said = problem(program.post(f"/tenders/{tender.ref}/bids", body), 409, code)
    assert said["detail"]
    assert said["next_step"]


def test_an_envelope_of_another_bidder_is_refused():
    tender = world.tender()
    (_one, program), (_two, other) = bidder(tender), bidder(tender)
    problem(other.post(f"/tenders/{tender.ref}/bids", envelope(program, tender)), 409, "wrong_envelope")


def test_a_longer_body_is_too_long():
    tender = world.tender()
    _member, program = bidder(tender)
    problem(program.post(f"/tenders/{tender.ref}/bids", b"x" * 300_000), 413, "too_long")
    problem(program.post(f"/tenders/{tender.ref}/bids", b"x" * 3_000_000), 413, "too_long")


def test_a_refusal_of_the_gate_keeps_its_check_and_says_the_law():
    tender = world.tender()
    member, program = bidder(tender)
    world.interest(tender.department, member.entity)
    answer = program.post(f"/tenders/{tender.ref}/bids", envelope(program, tender))
    said = problem(answer, 409, "conflicted")
    assert said["check"]["outcome"] == "conflicted"
    assert said["next_step"]
    assert "provision" in said
    assert Check.objects.filter(intermediary=member.entity, gate="bid", outcome="conflicted").count() == 1
    assert not Bid.objects.exists()


def test_a_late_bid_is_refused_with_its_difference():
    tender = world.tender()
    _member, program = bidder(tender)
    raw = envelope(program, tender)
    world.close(tender)
    said = problem(program.post(f"/tenders/{tender.ref}/bids", raw), 409, "tender_closed")
    assert "after the deadline" in said["detail"]


def test_a_question_is_asked_and_answered():
    tender = world.tender()
    _member, program = bidder(tender)
    asked = program.post(f"/tenders/{tender.ref}/questions", {"text": "几个储罐？"})
    assert asked.status_code == 201
    assert asked.json()["mine"] is True
    (owner, *_rest) = firm(world.member(Role.OWNER, tender.owner))
    answered = owner.post(f"/questions/{asked.json()['id']}/answer", {"answer": "三个。"})
    assert answered.json()["answer"] == "三个。"
    problem(
        owner.post(f"/questions/{asked.json()['id']}/answer", {"answer": "四个。"}), 409, "already_answered"
    )
    assert Question.objects.get().answer == "三个。"


def test_a_bid_is_confirmed_after_an_amendment():
    tender = world.tender(closes_at=timezone.now() + dt.timedelta(days=9))
    _member, program = bidder(tender)
    ref = program.post(f"/tenders/{tender.ref}/bids", envelope(program, tender)).json()["ref"]
    (owner, *_rest) = firm(world.member(Role.OWNER, tender.owner))
    changed = terms(description="四个储罐", reason="数量有误", ceiling="10000.00")
    del changed["title"]
    assert owner.post(f"/tenders/{tender.ref}/amend", changed).status_code == 200
    assert program.get(f"/bids/{ref}").json()["to_confirm"] is True
    assert program.post(f"/bids/{ref}/confirm").json()["to_confirm"] is False


def test_an_award_is_proposed_by_one_and_approved_by_another():
    tender, bids = tenders.opened("900.00", "950.00")
    proposer, approver, _third = firm(world.member(Role.OWNER, tender.owner))
    said = proposer.post(f"/tenders/{tender.ref}/award/propose", {})
    assert said.status_code == 200, said.content
    assert said.json()["bid"] == bids[0].pk
    problem(proposer.post(f"/tenders/{tender.ref}/award/approve"), 409, "same_decider")
    assert (
        approver.post(f"/tenders/{tender.ref}/award/decline", {"reason": "再看一遍"}).json()["declined"]
        is True
    )
    assert proposer.post(f"/tenders/{tender.ref}/award/propose", {}).status_code == 200
    answer = approver.post(f"/tenders/{tender.ref}/award/approve")
    assert answer.json()["state"]["code"] == "standstill"
    assert AwardProposal.objects.count() == 2
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_challenge_is_filed_and_answered():
    award, bids = tenders.awarded("900.00", "950.00")
    loser = Program(world.member(Role.AGENT, bids[1].tenderer))
    filed = loser.post(
        f"/tenders/{award.tender.ref}/challenges", {"grounds": "资质不符", "sought": "重新评审"}
    )
    assert filed.status_code == 201, filed.content
    pk = filed.json()["id"]
    problem(loser.post(f"/challenges/{pk}/answer", {"upheld": "no", "answer": "x"}), 403, "forbidden")
    (owner, *_rest) = firm(world.member(Role.OWNER, award.tender.owner))
    answered = owner.post(f"/challenges/{pk}/answer", {"upheld": "no", "answer": "资质有效。"})
    assert answered.json()["stage"] == "answered"
    assert answered.json()["upheld"] is False
    assert loser.post(f"/challenges/{pk}/complain", {"text": "未逐条答复"}).json()["stage"] == "complained"
    assert Program().get("/challenges").json()["items"][0]["id"] == pk


def test_a_decision_that_waits_is_told_to_nobody():
    award, bids = tenders.awarded("900.00", "950.00")
    made = tenders.challenge(award, bids[1])
    Challenge.objects.filter(pk=made.pk).update(decision="拟驳回", complaint_upheld=False)
    said = Program(world.member(Role.REGULATOR)).get(f"/challenges/{made.pk}").json()
    assert said["decision"] == ""
    assert said["complaint_upheld"] is None


def test_scores_are_kept_and_handed_in():
    criteria = [{"name": "方案", "weight": "60"}, {"name": "业绩", "weight": "10"}]
    settings = {"criteria": criteria, "price_weight": "30", "evaluators": 3}
    tender, _bids = tenders.opened("900.00", "950.00", method="best_value", method_parameters=settings)
    (owner, *_rest) = firm(world.member(Role.OWNER, tender.owner))
    judge = world.member(Role.PRACTITIONER)
    named = owner.post(f"/tenders/{tender.ref}/evaluators", {"email": judge.user.email})
    assert named.status_code == 201, named.content
    problem(owner.get(f"/tenders/{tender.ref}/scores"), 403, "forbidden")
    program = Program(judge)
    fields = {one["field"]: "5.00" for one in program.get(f"/tenders/{tender.ref}/scores").json()["scores"]}
    assert len(fields) == 4
    name = next(iter(fields))
    problem(program.put(f"/tenders/{tender.ref}/scores", {name: "500"}), 422, "invalid")
    kept = program.put(f"/tenders/{tender.ref}/scores", fields).json()
    assert {one["points"] for one in kept["scores"]} == {"5.00"}
    assert kept["handed_in_at"] is None
    assert program.post(f"/tenders/{tender.ref}/scores/hand-in", {"remark": "独立评分"}).json()[
        "handed_in_at"
    ]


# --- who may ---


def test_without_a_token_nothing_is_written():
    answer = Program().post("/tenders", pair() | terms())
    problem(answer, 401, "no_token")
    assert answer["WWW-Authenticate"] == "Bearer"
    assert not Tender.objects.exists()


def test_a_session_writes_nothing_here(sign_in):
    owner = world.member(Role.OWNER)
    client = sign_in(owner)
    sent = json.dumps(pair() | terms())
    answer = client.post(
        f"{API}/tenders", sent, content_type="application/json", headers={"Idempotency-Key": "abcdefgh"}
    )
    problem(answer, 401, "no_token")
    problem(client.get(f"{API}/me/tenders"), 401, "no_token")
    draft = world.tender(published_at=None, owner=owner.entity, created_by=owner.user)
    problem(client.get(f"{API}/tenders/{draft.ref}"), 404, "not_found")


def test_a_token_for_reading_writes_nothing():
    program = Program(world.member(Role.OWNER), Scope.READ)
    problem(program.post("/tenders", pair() | terms()), 403, "read_only_token")
    assert program.get("/me").json()["scope"] == "read"


@pytest.mark.parametrize("kind", ["revoked", "wrong", "other scheme"])
def test_a_token_that_does_not_hold_reads_nothing_either(kind):
    program = Program(world.member(Role.OWNER))
    if kind == "revoked":
        revoke_token(token=program.token, by=program.token.membership.user, at=timezone.now())
    if kind == "wrong":
        program.secret = program.secret[:-1] + ("A" if program.secret[-1] != "A" else "B")
    headers = program.headers()
    if kind == "other scheme":
        headers["Authorization"] = f"Basic {program.secret}"
    for path in ("/me", "/tenders"):
        problem(program.client.get(API + path, headers=headers), 401, "no_token")


def test_a_token_acts_for_its_own_membership_and_no_other():
    """Somebody who acts for two entities: the token of one does nothing for the other."""
    first = world.member(Role.OWNER)
    second = world.member(Role.OWNER)
    second.user = first.user
    second.save()
    later = timezone.now() + dt.timedelta(days=20)
    draft = world.tender(published_at=None, owner=second.entity, created_by=first.user, closes_at=later)
    problem(Program(first).post(f"/tenders/{draft.ref}/submit"), 404, "not_found")
    assert Program(second).post(f"/tenders/{draft.ref}/submit").status_code == 200


def test_another_owners_tender_is_not_theirs_to_change():
    tender = world.tender(closes_at=timezone.now() + dt.timedelta(days=9))
    (other, *_rest) = firm()
    problem(other.post(f"/tenders/{tender.ref}/cancel", {"reason": "x"}), 403, "forbidden")
    problem(other.put(f"/tenders/{tender.ref}", terms()), 403, "forbidden")
    tender.refresh_from_db()
    assert tender.cancelled_at is None


# --- once a key ---


def test_a_write_without_a_key_is_not_done():
    program = Program(world.member(Role.OWNER))
    sent = json.dumps(pair() | terms())
    for key in ("", "short", "with space in it", "x" * 256):
        headers = program.headers(**({"Idempotency-Key": key} if key else {}))
        answer = program.client.post(f"{API}/tenders", sent, content_type="application/json", headers=headers)
        problem(answer, 400, "idempotency_key_missing")
    assert not Tender.objects.exists()


def test_the_same_request_again_is_done_once_and_answered_the_same():
    program = Program(world.member(Role.OWNER))
    body = pair() | terms()
    first = program.post("/tenders", body, key="one-and-the-same")
    second = program.post("/tenders", body, key="one-and-the-same")
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert "Idempotency-Replayed" not in first
    assert second["Idempotency-Replayed"] == "true"
    assert Tender.objects.count() == Entry.objects.filter(kind="tenders.drafted").count() == 1


def test_another_request_under_a_used_key_is_refused():
    program = Program(world.member(Role.OWNER))
    body = pair() | terms()
    program.post("/tenders", body, key="one-and-the-same")
    problem(
        program.post("/tenders", body | {"title": "x"}, key="one-and-the-same"), 422, "idempotency_key_used"
    )
    ref = Tender.objects.get().ref
    problem(program.post(f"/tenders/{ref}/submit", key="one-and-the-same"), 422, "idempotency_key_used")
    assert Tender.objects.count() == 1


def test_a_key_is_its_tokens_own():
    body = pair() | terms()
    for program in (Program(world.member(Role.OWNER)), Program(world.member(Role.OWNER))):
        assert program.post("/tenders", body, key="one-and-the-same").status_code == 201
    assert Tender.objects.count() == 2


def test_a_refusal_is_answered_the_same_again():
    tender = world.tender()
    member, program = bidder(tender)
    world.interest(tender.department, member.entity)
    raw = envelope(program, tender)
    first = program.post(f"/tenders/{tender.ref}/bids", raw, key="one-and-the-same")
    second = program.post(f"/tenders/{tender.ref}/bids", raw, key="one-and-the-same")
    assert first.content == second.content
    assert second["Idempotency-Replayed"] == "true"
    assert second["Content-Type"] == "application/problem+json"
    assert Check.objects.filter(intermediary=member.entity, gate="bid").count() == 1


def test_what_was_never_asked_leaves_the_key_free():
    program = Program(world.member(Role.OWNER))
    body = pair() | terms()
    problem(program.post("/tenders", body | {"days": "0"}, key="one-and-the-same"), 422, "invalid")
    assert program.post("/tenders", body, key="one-and-the-same").status_code == 201


def test_what_fails_on_our_side_leaves_nothing(monkeypatch):
    program = Program(world.member(Role.OWNER))
    program.client.raise_request_exception = False

    def breaks(**_said):
        raise RuntimeError

    body = pair() | terms()
    with monkeypatch.context() as patched:
        patched.setattr("marketplace.opendata.api.drafting.whole", breaks)
        answer = program.post("/tenders", body, key="one-and-the-same")
    problem(answer, 500, "server_error")
    assert not Tender.objects.exists()
    assert not KeptAnswer.objects.exists()
    assert program.post("/tenders", body, key="one-and-the-same").status_code == 201


def test_what_is_kept_of_a_bid_holds_nothing_of_the_bid():
    tender = world.tender()
    _member, program = bidder(tender)
    raw = envelope(program, tender, price="876.54")
    program.post(f"/tenders/{tender.ref}/bids", raw)
    bid, kept = Bid.objects.get(), KeptAnswer.objects.get()
    row = json.dumps({f.name: str(getattr(kept, f.attname)) for f in kept._meta.fields})
    for told in ("876.54", bid.envelope_digest, base64.b64encode(raw).decode()[:40], raw.hex()[:40]):
        assert told not in row


def test_answers_are_forgotten_after_a_week():
    program = Program(world.member(Role.OWNER))
    for key in ("an-old-one", "a-new-one"):
        program.post("/tenders", pair() | terms(), key=key)
    KeptAnswer.objects.filter(key="an-old-one").update(
        kept_at=timezone.now() - KEPT - dt.timedelta(minutes=1)
    )
    assert forget_old_answers() == 1
    assert KeptAnswer.objects.get().key == "a-new-one"


# --- how much, and what stays unsaid ---


def test_too_many_requests_of_one_token_are_told_to_wait(settings):
    settings.API_RATE_TOKEN = "3/m"
    program, other = Program(world.member(Role.OWNER)), Program(world.member(Role.OWNER))
    assert [program.get("/me").status_code for _ in range(3)] == [200] * 3
    answer = program.get("/me")
    problem(answer, 429, "slow_down")
    assert 0 < int(answer["Retry-After"]) <= 60
    assert other.get("/me").status_code == 200


def test_too_many_requests_of_one_address_are_told_to_wait(settings):
    settings.API_RATE_ADDRESS = "2/m"
    client = Client()
    codes = [client.get(f"{API}/tenders", REMOTE_ADDR="192.0.2.1").status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert client.get(f"{API}/tenders", REMOTE_ADDR="192.0.2.2").status_code == 200


def test_whoever_guesses_tokens_is_slowed_down(settings):
    settings.API_RATE_ADDRESS = "2/m"
    client = Client()
    headers = [{"Authorization": f"Bearer qq_{letter * 43}"} for letter in "abc"]
    codes = [client.get(f"{API}/me", headers=one, REMOTE_ADDR="192.0.2.1").status_code for one in headers]
    assert codes == [401, 401, 429]
    cache.clear()


@pytest.mark.parametrize(
    "line",
    [
        "POST /api/v1/tenders/t-1/bids",
        "POST /api/v1/tenders/t-1/bids/parts?file=1",
        "POST /api/v1/bids/1-2/withdraw",
    ],
)
def test_requests_about_bids_leave_no_line_in_the_log(line):
    assert ABOUT_BIDS.search(line)
    said = logging.LogRecord(
        "django.request", logging.WARNING, "", 0, "Conflict: %s", (line.split()[1],), None
    )
    assert not HushBids().filter(said)
    said.levelno = logging.ERROR  # a defect is told
    assert HushBids().filter(said)


def test_django_writes_no_line_of_a_refused_bid(monkeypatch):
    """The handler that the running site logs by holds it back, whatever else it writes."""
    (console,) = [one for one in logging.getLogger().handlers if any(map(is_hush, one.filters))]
    written = io.StringIO()
    monkeypatch.setattr(console, "stream", written)
    tender = world.tender()
    _member, program = bidder(tender)
    problem(program.post(f"/tenders/{tender.ref}/bids", b"QQ2 no"), 409, "wrong_envelope")
    problem(program.get("/tenders/nothing"), 404, "not_found")
    assert tender.ref not in written.getvalue()
    assert "/tenders/nothing" in written.getvalue()


def is_hush(one):
    return isinstance(one, HushBids)


def test_the_log_holds_neither_token_nor_envelope(caplog, capfd):
    caplog.set_level("DEBUG")
    tender = world.tender()
    _member, program = bidder(tender)
    raw = envelope(program, tender)
    program.post(f"/tenders/{tender.ref}/bids", raw)
    program.post(f"/tenders/{tender.ref}/bids", b"QQ2 no")
    program.get("/me")
    said = caplog.text + "".join(capfd.readouterr())
    assert program.secret not in said
    assert raw.hex()[:32] not in said
    assert repr(raw[:24])[2:-1] not in said


def test_nothing_of_a_token_is_kept_on_the_way():
    program = Program(world.member(Role.OWNER))
    assert program.get("/me")["Cache-Control"] == "no-store"
    assert "Authorization" in program.get("/me")["Vary"]


def test_use_is_noted():
    program = Program(world.member(Role.OWNER))
    program.get("/me")
    assert AccessToken.objects.get(pk=program.token.pk).last_used_at is not None


def test_several_services_are_written_and_read_as_a_list():
    writer, approval = firm()[0], world.approval()
    first, second, third = (world.service() for _n in range(3))
    ruling = world.ruling(approval=approval, service=first)
    asked = {"approval": approval.ref, "services": [first.code, second.code]}
    made = writer.post("/tenders", asked | terms())
    assert made.status_code == 201, made.content
    said = made.json()
    assert said["service"]["code"] == first.code
    assert [one["code"] for one in said["services"]] == [first.code, second.code]
    assert [(one["necessity"], len(one["bases"])) for one in said["relies_on"]] == [
        ("mandatory", 1),
        (None, 0),
    ]
    assert said["ruling"] == said["relies_on"][0]["ruling"]
    assert str(ruling.pk) in said["ruling"]
    address = f"/tenders/{said['ref']}"
    kept = writer.put(address, terms(title="改名")).json()
    assert [one["code"] for one in kept["services"]] == [first.code, second.code]
    changed = writer.put(address, terms() | {"services": [first.code, third.code]}).json()
    assert [one["code"] for one in changed["services"]] == [first.code, third.code]
    problem(writer.put(address, terms() | {"services": [third.code]}), 422, "invalid")
    alone = writer.put(address, terms() | {"services": [first.code]}).json()
    assert [one["code"] for one in alone["services"]] == [first.code]


def test_what_may_not_be_one_tender_is_refused_by_field():
    writer, approval = firm()[0], world.approval()
    first, paid = world.service(), world.service()
    world.ruling(approval=approval, service=first)
    world.ruling(approval=approval, service=paid, necessity="commissioned")
    for said, field, words in (
        ({"services": [first.code, paid.code]}, "services", "article 43"),
        ({"services": [first.code, "no-such"]}, "services", "no-such"),
        ({"service": paid.code, "services": [first.code]}, "services", "the service named by itself"),
        ({"services": [world.service().code for _n in range(11)]}, "services", "At most 10"),
        ({}, "service", "required"),
    ):
        answer = writer.post("/tenders", {"approval": approval.ref} | said | terms())
        faults = problem(answer, 422, "invalid")["errors"]
        assert any(fault["field"] == field and words in fault["message"] for fault in faults), faults
    assert not Tender.objects.exists()
