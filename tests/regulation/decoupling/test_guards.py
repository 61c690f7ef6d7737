"""What the database refuses of a check, whoever writes it; exemptions and rule packs by two people."""

import datetime as dt
import itertools

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from regulation.decoupling import errors
from regulation.decoupling.models import Check, Exemption, Gate, PackPublication, RulePack
from regulation.decoupling.operations import (
    check,
    decide_exemption,
    propose_exemption,
    propose_pack,
    publish_pack,
    revoke_exemption,
)
from regulation.decoupling.queries import asked, current_pack, exempted, has_declared
from regulation.decoupling.rules import PACK, BadPack
from regulation.ledger.models import Entry
from regulation.parties.models import Declaration, Role, Same
from regulation.parties.queries import region_and_parents
from tests.factories import world

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 24)


@pytest.fixture
def pair():
    department, body = world.department(), world.entity("intermediary")
    Declaration.objects.create(entity=body, as_of=world.LONG_AGO)
    return department, body


def clear(pair, **fields: object) -> Check:
    department, body = pair
    return world.check(department=department, intermediary=body, on=DAY, gate="award", **fields)


def merged(pair) -> None:
    department, body = pair
    twin = world.entity()
    world.interest(department, twin)
    one, other = sorted((body, twin), key=lambda e: e.pk)
    Same.objects.create(entity=one, other_entity=other, tier="A", reason="同一代码")


TIED = {
    "an arm": lambda d, b: world.interest(d, b, "affiliation"),
    "an arm of an arm": lambda d, b: [world.interest(d, c := world.entity()), world.interest(c, b)],
    "a majority": lambda d, b: world.interest(d, b, "shareholding", share_min=51, share_max=51),
}


@pytest.mark.parametrize("case", TIED)
def test_nobody_writes_a_clear_check_over_a_tie_on_record(case, pair):
    clear(pair)
    TIED[case](*pair)
    with pytest.raises(IntegrityError, match="check_clear_is_true"), transaction.atomic():
        clear(pair)


def test_a_merge_counts_for_the_database_too(pair):
    merged(pair)
    with pytest.raises(IntegrityError, match="check_clear_is_true"), transaction.atomic():
        clear(pair)


def test_a_table_of_ones_own_cannot_stand_in_for_the_record(pair, as_site_role):
    world.interest(*pair)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE parties_interest (LIKE public.parties_interest)")
        try:
            with pytest.raises(IntegrityError, match="check_clear_is_true"), transaction.atomic():
                clear(pair)
        finally:
            cursor.execute("DROP TABLE pg_temp.parties_interest")


FREE = {
    "half": {"kind": "shareholding", "share_min": 50, "share_max": 50},
    "a name alone": {"tier": "C"},
    "ended": {"held": DateRange(dt.date(2020, 1, 1), DAY)},
}


@pytest.mark.parametrize("case", FREE)
def test_the_database_bars_no_more_than_the_rule(case, pair):
    world.interest(*pair, **FREE[case])
    clear(pair)


@pytest.mark.parametrize("kind", ["statutory", "transition"])
def test_an_exemption_opens_the_gate_for_its_days_alone(kind, pair):
    department, body = pair
    world.interest(department, body)
    one, other = world.user(), world.user()
    made = propose_exemption(
        intermediary=body,
        department=department,
        kind=kind,
        start=DAY - dt.timedelta(days=10),
        end=DAY + dt.timedelta(days=1),
        reason="依法",
        plan="三个月内转让" if kind == "transition" else "",
        provision=world.provision() if kind == "statutory" else None,
        by=one,
    )
    assert run(pair) == "conflicted", "proposed is not granted"
    with pytest.raises(errors.SamePerson):
        decide_exemption(exemption=made, confirm=True, by=one, at=timezone.now())
    decide_exemption(exemption=made, confirm=True, by=other, at=timezone.now())
    assert run(pair) == "clear"
    assert Check.objects.first().reason_code == made.urn
    assert run(pair, on=DAY + dt.timedelta(days=1)) == "conflicted", "it closes by itself"
    with pytest.raises(errors.AlreadyDecided):
        decide_exemption(exemption=made, confirm=False, by=other, at=timezone.now())
    revoke_exemption(exemption=made, reason="方案未执行", by=one, at=timezone.now())
    with pytest.raises(errors.NotInForce):
        revoke_exemption(exemption=made, reason="again", by=one, at=timezone.now())


def granted(pair, *, start=DAY - dt.timedelta(days=400), end=None, at=None, **fields) -> Exemption:
    """A statutory exemption of a pair by two regulators, confirmed at a moment."""
    department, body = pair
    made = propose_exemption(
        intermediary=body,
        department=department,
        kind="statutory",
        start=start,
        end=end,
        reason="依法",
        provision=world.provision(),
        by=world.user(),
        **fields,
    )
    return decide_exemption(exemption=made, confirm=True, by=world.user(), at=at or timezone.now())


def test_a_revoked_exemption_ends_on_its_day_and_what_was_done_before_stands(pair):
    world.interest(*pair)
    today = timezone.localdate()
    made = granted(pair)
    assert run(pair, on=today) == "clear"
    revoke_exemption(exemption=made, reason="情况变化", by=world.user(), at=timezone.now())
    assert run(pair, on=today) == "conflicted"
    assert run(pair, on=today - dt.timedelta(days=1)) == "clear"


def test_what_was_on_record_of_exemptions_at_a_moment(pair):
    """Confirmed at noon of the 3rd, revoked at noon of the 6th; each day asked, as known at each noon."""
    noon = [dt.datetime(2026, 3, n, 4, tzinfo=dt.UTC) for n in range(1, 10)]
    made = granted(pair, at=noon[2])
    revoke_exemption(exemption=made, reason="情况变化", by=world.user(), at=noon[5])
    department, body = pair
    days = [dt.date(2026, 3, 5), dt.date(2026, 3, 6), dt.date(2026, 3, 7)]
    told = [
        [bool(exempted(intermediary=body, department=department, on=on, known_at=at)) for on in days]
        for at in (noon[1], noon[2], noon[4], noon[5], noon[8], None)
    ]
    gates = [
        [
            bool(asked(intermediary=body, department=department, on=on, gate="bid", known_at=at)[1].exempted)
            for on in days
        ]
        for at in (noon[1], noon[2], noon[4], noon[5], noon[8], None)
    ]
    assert gates == told, "the gate reads by a function of the database what the pages read by queries"
    revoked = [True, False, False]
    assert told == [[False] * 3, [True] * 3, [True] * 3, revoked, revoked, revoked]


def test_a_matter_is_read_as_the_queries_say(pair):
    department, body = pair
    other = world.department(region=world.region("370102", "历下区"))
    moments = [None, timezone.now() - dt.timedelta(days=1), timezone.now() + dt.timedelta(days=1)]
    for authority, at, on in itertools.product((department, other), moments, (DAY, dt.date(2019, 1, 1))):
        matter = asked(intermediary=body, department=authority, on=on, gate="bid", known_at=at)[1]
        assert matter.declared == has_declared(body, on=on, known_at=at)
        assert matter.regions == tuple(region_and_parents(authority.region_id))
    nowhere = world.department(region=None)
    assert asked(intermediary=body, department=nowhere, on=DAY, gate="bid")[1].regions == ("000000",)


@pytest.mark.parametrize(
    "fields",
    [
        {"confirmed_at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)},
        {"confirmed_at": None, "confirmed_by": None},
        {"valid": DateRange(DAY, None)},
        {"rules": ["affiliated-body"]},
    ],
)
def test_the_database_lets_nobody_rewrite_what_was_decided_of_an_exemption(fields, pair, as_site_role):
    made = granted(pair)
    with pytest.raises(IntegrityError, match="exemption_decided_once"), transaction.atomic():
        Exemption.objects.filter(pk=made.pk).update(**fields)
    revoke_exemption(exemption=made, reason="情况变化", by=world.user(), at=timezone.now())
    with pytest.raises(IntegrityError, match="exemption_decided_once"), transaction.atomic():
        Exemption.objects.filter(pk=made.pk).update(revoked_at=None, revoked_by=None, revoke_reason="")


def test_the_database_refuses_a_revocation_without_its_reason(pair):
    made = granted(pair)
    with pytest.raises(IntegrityError, match="exemption_revoked_with_its_reason"), transaction.atomic():
        Exemption.objects.filter(pk=made.pk).update(revoked_at=timezone.now())


def run(pair, on: dt.date = DAY) -> str:
    department, body = pair
    made = check(
        intermediary=body, department=department, on=on, gate=Gate.INQUIRY, by=None, at=timezone.now()
    )
    return str(made.outcome)


@pytest.mark.parametrize(
    ("refusal", "fields"),
    [
        (errors.ReasonMissing, {"reason": " "}),
        (errors.ProvisionMissing, {}),
        (errors.NotLawful, {"provision": "local_regulation"}),
        (errors.PlanMissing, {"kind": "transition"}),
        (errors.EndMissing, {"kind": "transition", "plan": "p", "end": None}),
        (errors.EndMissing, {"provision": "law", "end": DAY}),
    ],
)
def test_an_exemption_without_its_ground_is_refused_and_leaves_nothing(refusal, fields, pair):
    facts = {"kind": "statutory", "start": DAY, "end": DAY + dt.timedelta(days=9), "reason": "r"} | fields
    if level := facts.pop("provision", None):
        facts["provision"] = world.provision(level)
    with pytest.raises(refusal):
        propose_exemption(department=pair[0], intermediary=pair[1], by=world.user(), **facts)
    assert Exemption.objects.count() == Entry.objects.count() == 0


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("exemption_by_statute_cites_it", {"kind": "statutory"}),
        ("exemption_for_transition_has_plan_and_end", {"kind": "transition", "plan": ""}),
        ("exemption_gives_its_reason", {"kind": "transition", "plan": "p", "reason": ""}),
    ],
)
def test_the_database_refuses_an_exemption_without_its_ground(constraint, fields, pair):
    facts = {"department": pair[0], "intermediary": pair[1], "reason": "r", "proposed_by": world.user()}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Exemption.objects.create(**facts | {"valid": DateRange(DAY, DAY + dt.timedelta(days=9))} | fields)


def pack(version: str, **rule: object) -> dict:
    facts = {"code": "r", "test": "controlled-body", "outcome": "warn", "regions": ["000000"]}
    return {"version": version, "rules": [facts | rule]}


def test_a_pack_counts_once_a_second_person_published_it():
    one, other = world.user(), world.user()
    made = propose_pack(body=pack("test.1"), source="测试", by=one)
    assert propose_pack(body=pack("test.1"), source="测试", by=other) == made
    assert current_pack(at=timezone.now()).version == PACK
    with pytest.raises(errors.SamePerson):
        publish_pack(pack=made, by=one)
    publish_pack(pack=made, by=other)
    assert current_pack(at=timezone.now()).version == "test.1"
    with pytest.raises(errors.AlreadyDecided):
        publish_pack(pack=made, by=other)
    with pytest.raises(errors.PackKnown):
        propose_pack(body=pack("test.1", outcome="bar"), source="测试", by=other)
    assert PackPublication.objects.count() == 1


def test_a_warning_opens_the_gate_and_stays_on_the_check(pair):
    world.interest(*pair, kind="shareholding", share_min=60, share_max=60, held=DateRange(None, DAY))
    made = propose_pack(body=pack("test.2", parameters={"threshold": "10"}), source="测试", by=None)
    publish_pack(pack=made, by=None)
    world.interest(*pair, kind="shareholding", share_min=20, share_max=20)
    assert run(pair) == "clear"
    assert [g["outcome"] for g in Check.objects.first().grounds] == ["warn"]


@pytest.mark.parametrize(
    "body",
    [{}, {"version": "x", "rules": []}, pack("x", test="none"), pack("x", outcome="x"), pack("x", start="x")],
)
def test_a_pack_that_does_not_say_what_it_must_is_refused(body):
    with pytest.raises(BadPack):
        propose_pack(body=body, source="测试", by=None)
    assert not RulePack.objects.exists()


def test_two_regulators_grant_and_revoke_an_exemption_on_the_pages(pair, sign_in):
    department, body = pair
    form = {
        "intermediary": body.credit_code,
        "department": department.name,
        "kind": "transition",
        "start": "2026-01-01",
        "end": "2027-01-01",
        "reason": "过渡",
        "plan": "",
    }
    one, other = sign_in(world.member(Role.REGULATOR)), world.member(Role.REGULATOR)
    refused = one.post("/en/exemptions/new/", form)
    assert refused.status_code == 422
    assert "needs the plan" in refused.content.decode()
    one.post("/en/exemptions/new/", form | {"plan": "转让股权"})
    made = Exemption.objects.get()
    address = f"/en/exemptions/{made.pk}/"
    assert one.get(address).status_code == 200
    one.post(f"{address}decide/", {"decision": "confirm"})
    made.refresh_from_db()
    assert made.confirmed_at is None, "the proposer cannot"
    second = sign_in(other)
    second.post(f"{address}decide/", {"decision": "confirm"})
    second.post(f"{address}revoke/", {"reason": ""})
    made.refresh_from_db()
    assert (made.confirmed_by, made.revoked_at) == (other.user, None)
    second.post(f"{address}revoke/", {"reason": "未执行"})
    made.refresh_from_db()
    assert made.revoke_reason == "未执行"


@pytest.mark.parametrize("language", ["", "/en"])
def test_the_public_reads_what_was_granted_and_not_what_was_proposed(language, pair, client):
    facts = {"intermediary": pair[1], "department": pair[0], "kind": "transition", "reason": "r", "plan": "p"}
    days = {"start": DAY, "end": DAY + dt.timedelta(days=9)}
    made = propose_exemption(**facts, **days, by=world.user())
    assert client.get(f"{language}/exemptions/{made.pk}/").status_code == 404
    decide_exemption(exemption=made, confirm=True, by=world.user(), at=timezone.now())
    assert pair[1].name in client.get(f"{language}/exemptions/").content.decode()
    assert client.get(f"{language}/exemptions/{made.pk}/").status_code == 200


@pytest.mark.parametrize("query", ["?on=x", "?kind=%00", "?page=-1", "?text=%00", "?on=2026-01-01&text=甲"])
def test_hostile_parameters_of_the_list_are_no_fault_of_ours(query, client):
    assert client.get(f"/en/exemptions/{query}").status_code == 200


def test_the_list_of_exemptions_takes_the_same_queries_for_any_number(client, assert_flat):
    def granted() -> None:
        made = propose_exemption(
            intermediary=world.entity(),
            department=world.department(),
            kind="transition",
            start=DAY,
            end=DAY + dt.timedelta(days=1),
            plan="p",
            reason="r",
            by=world.user(),
        )
        decide_exemption(exemption=made, confirm=True, by=world.user(), at=timezone.now())

    assert_flat(client, "/en/exemptions/", granted)


def test_what_is_wrong_with_an_exemption_is_told_beside_its_field(sign_in):
    department, body = world.department(), world.entity("intermediary")
    said = {
        "intermediary": body.name, "department": department.name, "kind": "transition", "start": "2026-01-01",
        "end": "2027-01-01", "reason": "r",
    }  # fmt: skip
    client = sign_in(world.member(Role.REGULATOR))
    wrong = {"plan": {}, "provision": {"kind": "statutory"}, "end": {"plan": "p", "end": ""}}
    for name, changed in wrong.items():
        page = client.post("/en/exemptions/new/", said | changed)
        assert (page.status_code, f'href="#id_{name}"' in page.content.decode()) == (422, True), name
    assert not Exemption.objects.exists()


def test_a_revocation_without_reason_and_a_decision_that_is_none_change_nothing(pair, sign_in):
    made = granted(pair, at=timezone.now())
    client, address = sign_in(world.member(Role.REGULATOR)), f"/en/exemptions/{made.pk}/"
    page = client.post(f"{address}revoke/", {"reason": ""})
    assert (page.status_code, 'href="#id_reason"' in page.content.decode()) == (422, True)
    assert "Choose what to do." in client.post(f"{address}decide/", {}, follow=True).content.decode()
    made.refresh_from_db()
    assert made.revoked_at is made.rejected_at is None
