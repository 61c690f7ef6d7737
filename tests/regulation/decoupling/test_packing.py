"""A version of the rules comes in by two regulators: read rule by rule, compared, published from a day on."""

import datetime as dt
import json
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.html import escape

from regulation.decoupling import errors
from regulation.decoupling.forms import ExemptionForm
from regulation.decoupling.models import Gate, PackPublication, PackRejection, RulePack
from regulation.decoupling.operations import propose_pack, publish_pack, reject_pack
from regulation.decoupling.packing.reading import Known, decoded, faults
from regulation.decoupling.queries import current_pack, pack_named, proposed_packs
from regulation.decoupling.rules import PACK, PACKS
from regulation.ledger.models import Entry
from regulation.parties.models import Role
from tests.factories import world

pytestmark = pytest.mark.django_db
KNOWN = Known({"law-1"}, {"000000", "510000"}, set(Gate.values))


def rule(**said) -> dict:
    return {
        "code": "r-1", "title": "A rule", "title_zh": "一条规则", "provisions": ["law-1"],
        "regions": ["000000"], "start": "2027-01-01", "end": None, "gates": [], "outcome": "bar",
        "test": "controlled-body", "parameters": {"threshold": "50"},
    } | said  # fmt: skip


def pack(*rules: object, **said) -> dict:
    return {
        "version": "own-1", "title": "Own", "title_zh": "自定", "start": "2027-01-01", "source": "局务会",
        "rules": list(rules) or [rule()],
    } | said  # fmt: skip


def told(body: object) -> set[tuple[int, str]]:
    return {(one.place, one.field) for one in faults(body, KNOWN)}


def test_a_pack_that_says_what_it_must_has_no_fault_and_the_shipped_ones_have_none():
    assert faults(pack(), KNOWN) == []
    for path in PACKS.glob("*.json"):
        body = json.loads(path.read_text(encoding="utf-8"))
        refs = {ref for one in body["rules"] for ref in one["provisions"]}
        codes = {code for one in body["rules"] for code in one["regions"]}
        assert faults(body, Known(refs, codes, set(Gate.values))) == [], path.name


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ([], {(0, "")}),
        (pack(version="new"), {(0, "version")}),
        (pack(version="../1"), {(0, "version")}),
        (pack(rules=[]), {(0, "rules")}),
        (pack(rules="x"), {(0, "rules")}),
        (pack(title="", source=3), {(0, "title"), (0, "source")}),
        (pack(further=1), {(0, "further")}),
        (pack("x"), {(1, "")}),
        (pack(rule(), rule()), {(2, "code")}),
        (pack(rule(code=["a"])), {(1, "code")}),
        (pack(rule(), rule(code="B c", title="", outcome="no")), {(2, "code"), (2, "title"), (2, "outcome")}),
        (pack(rule(test=["x"], gates=["door"])), {(1, "test"), (1, "gates")}),
        (pack(rule(provisions=["law-2"], regions=["1"])), {(1, "provisions"), (1, "regions")}),
        (pack(rule(provisions=[], regions=[])), {(1, "provisions"), (1, "regions")}),
        (pack(rule(provisions=[], note="n", note_zh="注")), set()),
        (pack(rule(provisions="law-1")), {(1, "provisions")}),
        (pack(rule(start="2027-02-30", end=7)), {(1, "start"), (1, "end")}),
        (pack(rule(end="2027-01-01")), {(1, "end")}),
        (pack(rule(parameters={"threshold": "101"})), {(1, "parameters.threshold")}),
        (pack(rule(parameters={"threshold": True})), {(1, "parameters.threshold")}),
        (pack(rule(parameters=[1])), {(1, "parameters")}),
        (pack(rule(test="any-tie", parameters={"steps": 99, "services": "x"})),
         {(1, "parameters.steps"), (1, "parameters.services")}),
        (pack(rule(test="parts-that-exclude", parameters={"excluding": ["x"]})),
         {(1, "parameters.excluding")}),
        (pack(rule(test="former-official", parameters={"leading_years": 4})),
         {(1, "parameters"), (1, "parameters.leading_years")}),
        (pack(rule(note="n" * 2001)), {(1, "note")}),
    ],
    ids=lambda value: str(sorted(value) if isinstance(value, set) else value),
)  # fmt: skip
def test_what_does_not_fit_is_told_by_rule_and_field(body, where):
    assert told(body) == where


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        b"[" * 100_000,
        b'{"a": 1.5}',
        b'{"a": NaN}',
        b'{"a": 1e3}',
        b'{"a": "\\ud800"}',
        b'{"a": "\\u0000"}',
        b'{"a": 99999999999999999999}',
    ],
    ids=lambda content: repr(content[:12]),
)
def test_what_is_no_json_is_told_as_one_fault(content):
    value, found = decoded(content)
    assert (value, len(found)) == (None, 1)
    assert str(found[0].why)


def test_a_pack_is_used_from_its_day_on_and_not_before():
    at = timezone.now()
    made = propose_pack(body=pack(), source="s", by=world.user())
    day = timezone.localdate(at) + dt.timedelta(days=3)
    held = publish_pack(pack=made, by=world.user(), at=at, start=day)
    begins = timezone.make_aware(dt.datetime.combine(day, dt.time()))
    assert held.starts_at == begins
    assert current_pack(at=begins - dt.timedelta(microseconds=1)).version == PACK
    assert current_pack(at=begins).version == "own-1"
    sooner = propose_pack(body=pack(version="own-2"), source="s", by=world.user())
    publish_pack(pack=sooner, by=world.user(), at=timezone.now(), start=timezone.localdate(at))
    assert current_pack(at=timezone.now()).version == "own-2"
    assert current_pack(at=begins).version == "own-1", "what begins last is used, not what was published last"


def test_a_pack_does_not_begin_before_it_is_published():
    made = propose_pack(body=pack(), source="s", by=world.user())
    at = timezone.now()
    with pytest.raises(errors.PackStartsBefore):
        publish_pack(pack=made, by=world.user(), at=at, start=timezone.localdate(at) - dt.timedelta(days=1))
    with pytest.raises(IntegrityError, match="pack_starts_after_its_publication"), transaction.atomic():
        PackPublication.objects.create(pack=made, published_by=world.user(), starts_at=at - dt.timedelta(1))


def test_what_was_given_up_is_not_published_nor_the_other_way_round():
    one, other = world.user(), world.user()
    made = propose_pack(body=pack(), source="s", by=one)
    with pytest.raises(errors.ReasonMissing):
        reject_pack(pack=made, reason=" ", by=one)
    reject_pack(pack=made, reason="写错了", by=one)
    with pytest.raises(errors.AlreadyDecided):
        publish_pack(pack=made, by=other)
    with pytest.raises(errors.AlreadyDecided):
        reject_pack(pack=made, reason="again", by=other)
    second = propose_pack(body=pack(version="own-2"), source="s", by=one)
    publish_pack(pack=second, by=other)
    with pytest.raises(errors.AlreadyDecided):
        reject_pack(pack=second, reason="late", by=one)
    assert set(Entry.objects.filter(kind__startswith="decoupling.pack_").values_list("kind", flat=True)) == {
        "decoupling.pack_proposed", "decoupling.pack_rejected", "decoupling.pack_published"
    }  # fmt: skip


@pytest.mark.parametrize("who", ["proposer", "nobody"])
def test_the_database_itself_lets_no_proposer_publish(who):
    one = world.user()
    made = propose_pack(body=pack(), source="s", by=one)
    with pytest.raises(IntegrityError, match="pack_published_by_a_second_person"), transaction.atomic():
        PackPublication.objects.create(pack=made, published_by=one if who == "proposer" else None)


def test_the_database_itself_keeps_one_decision():
    one, other = world.user(), world.user()
    made = propose_pack(body=pack(), source="s", by=one)
    PackRejection.objects.create(pack=made, rejected_by=one, reason="r")
    with pytest.raises(IntegrityError, match="pack_decided_once"), transaction.atomic():
        PackPublication.objects.create(pack=made, published_by=other)
    second = propose_pack(body=pack(version="own-2"), source="s", by=one)
    PackPublication.objects.create(pack=second, published_by=other)
    with pytest.raises(IntegrityError, match="pack_decided_once"), transaction.atomic():
        PackRejection.objects.create(pack=second, rejected_by=one, reason="r")


@pytest.mark.django_db(transaction=True)
def test_of_a_publication_and_a_rejection_at_once_one_is_let_in():
    one, other = world.user(), world.user()
    for n in range(6):
        made = propose_pack(body=pack(version=f"race-{n}"), source="s", by=one)
        gate, refused = threading.Barrier(2), []

        def decide(act, *, made=made, gate=gate, refused=refused):
            gate.wait()
            try:
                act(made)
            except errors.AlreadyDecided:
                refused.append(act)
            finally:
                connection.close()

        acts = (
            lambda made: publish_pack(pack=made, by=other),
            lambda made: reject_pack(pack=made, reason="r", by=one),
        )
        threads = [threading.Thread(target=decide, args=[act]) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(refused) == 1
        decided = PackPublication.objects.filter(pack=made).count()
        assert decided + PackRejection.objects.filter(pack=made).count() == 1


def file(body: object) -> SimpleUploadedFile:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return SimpleUploadedFile("pack.json", content, "application/json")


@pytest.fixture
def law():
    world.region()
    return world.provision(ref="law-1")


@pytest.mark.parametrize("language", ["", "/en"])
def test_two_regulators_bring_a_version_in_on_the_pages(language, law, sign_in, client):
    one, other = world.member(Role.REGULATOR), world.member(Role.REGULATOR)
    sign_in(one)
    wrong = client.post(f"{language}/packs/new/", {"file": file(pack(rule(regions=["99"], outcome="x")))})
    assert wrong.status_code == 422
    text = wrong.content.decode()
    assert "r-1" in text
    assert all(f">{field}</td>" in text for field in ("regions", "outcome"))
    assert not RulePack.objects.exists()
    asked = client.post(f"{language}/packs/new/", {"file": file(pack())})
    assert asked.url == f"{language}/packs/own-1/"
    text = client.get(asked.url).content.decode()
    assert ("A rule" if language else "一条规则") in text, "new against the version in use"
    assert "affiliated-body" in text, "what it takes out"
    assert "/packs/own-1/publish/" not in text
    day = (timezone.localdate() + dt.timedelta(days=2)).isoformat()
    refused = client.post(f"{language}/packs/own-1/publish/", {"start": day})
    assert refused.status_code == 422
    assert not PackPublication.objects.exists()
    assert [p.pk for p in proposed_packs()] == ["own-1"]
    sign_in(other)
    assert "own-1" in client.get(f"{language}/desk/").content.decode()
    assert client.post(f"{language}/packs/own-1/publish/", {"start": "2020-01-01"}).status_code == 422
    assert client.post(f"{language}/packs/own-1/publish/", {"start": "9999-01-01"}).status_code == 422
    assert client.post(f"{language}/packs/own-1/publish/", {"start": day}).status_code == 302
    assert PackPublication.objects.get().published_by == other.user
    listed = client.get(f"{language}/packs/").content.decode()
    assert ("from a later day" if language else "尚未生效") in listed
    client.logout()
    assert "own-1" in client.get(f"{language}/decoupling/").content.decode(), (
        "everybody reads what is to come"
    )


def test_a_proposer_takes_its_version_back(law, sign_in, client):
    sign_in(world.member(Role.REGULATOR))
    client.post("/en/packs/new/", {"file": file(pack())})
    assert client.post("/en/packs/own-1/reject/", {"reason": ""}).status_code == 422
    assert client.post("/en/packs/own-1/reject/", {"reason": "写错了"}).status_code == 302
    text = client.get("/en/packs/own-1/").content.decode()
    assert "写错了" in text
    assert "given up" in text
    assert client.post("/en/packs/own-1/reject/", {"reason": "x"}).status_code == 422
    again = client.post("/en/packs/new/", {"file": file(pack(title="Other"))})
    assert again.status_code == 422
    assert escape(str(errors.PackKnown.message)) in again.content.decode()


@pytest.mark.parametrize("content", [b"", b"no", b"x" * (1024 * 1024 + 1), b"[" * 60_000])
def test_a_file_that_is_none_is_refused_on_the_page(content, sign_in):
    client = sign_in(world.member(Role.REGULATOR))
    assert client.post("/en/packs/new/", {"file": file(content)}).status_code == 422
    assert client.post("/en/packs/new/").status_code == 422
    assert client.get("/en/packs/nothing-1/").status_code == 404


def test_a_proposal_that_was_taken_back_is_not_remembered():
    """What judges is what stands on record: a version may come again with other words."""
    with transaction.atomic():
        propose_pack(body=pack(), source="s", by=world.user())
        assert pack_named("own-1").rule("r-1").outcome == "bar"
        transaction.set_rollback(True)
    propose_pack(body=pack(rule(outcome="refer")), source="s", by=world.user())
    assert pack_named("own-1").rule("r-1").outcome == "refer"


def test_the_list_of_versions_takes_the_same_queries_for_any_number(sign_in, assert_flat):
    numbers = iter(range(100))

    def more():
        propose_pack(body=pack(version=f"v-{next(numbers)}"), source="s", by=world.user())

    assert_flat(sign_in(world.member(Role.REGULATOR)), "/en/packs/", more)


def test_an_exemption_names_the_rules_in_use():
    made = propose_pack(body=pack(), source="s", by=world.user())
    publish_pack(pack=made, by=world.user())
    assert [code for code, _title in ExemptionForm().fields["rules"].choices] == ["r-1"]
