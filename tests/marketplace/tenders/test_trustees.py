"""Any two of three trustees open, none before the deadline; what does not open is void by a rule."""

import datetime as dt
import json
from decimal import Decimal

import pgtrigger
import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from marketplace.tenders import errors
from marketplace.tenders.life import State
from marketplace.tenders.models import Appointment, Bid, Opening, ProcedureRule, Share, Tender, TrusteePart
from marketplace.tenders.operations import (
    appoint_trustees,
    copy_tender,
    hand_over,
    open_tender,
    register_keys,
    register_trustee,
    submit_bid,
    void_unopened,
    withdraw_bid,
)
from marketplace.tenders.sealing import Key, PlainBid, new_private_key, public_half, seal
from marketplace.tenders.tasks import open_due
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.parties.models import Role
from tests.factories import world
from tools import trustee as program

pytestmark = pytest.mark.django_db
PARTS = [str(part) for part in TrusteePart]
PAIRS = [(a, b) for n, a in enumerate(PARTS) for b in PARTS[n + 1 :]]


def bid(tender: Tender, price: str = "900.00", **fields: object) -> Bid:
    plain = {} if "envelope" in fields else {"bid": PlainBid(Decimal(price), 10)}
    tenderer = fields.pop("tenderer", None) or world.intermediary(sells=tender.service).entity
    return submit_bid(tender=tender, tenderer=tenderer, by=world.user(), at=timezone.now(), **plain | fields)


def envelope(of: Tender, firm, trustees: list[Key] | None = None, **bound: str) -> bytes:
    keys = trustees or [Key(bytes(a.key.public)) for a in of.appointments.select_related("key")]
    place = {"tender": of.urn, "tenderer": firm.urn} | bound
    return seal(PlainBid(Decimal("777.00"), 9), trustees=keys, needed=2, **place)


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_any_two_trustees_open_a_tender(pair):
    tender = world.tender()
    made = bid(tender)
    world.close(tender, shares=False)
    world.hand_over_shares(tender, pair[0])
    with pytest.raises(errors.AwaitsShares):
        open_tender(tender=tender, at=timezone.now())
    world.hand_over_shares(tender, pair[1])
    assert open_due() == 1
    made.refresh_from_db()
    assert (made.price, made.void_reason) == (Decimal("900.00"), "")


def test_a_bid_sealed_by_its_bidder_is_accepted_as_it_is_and_opened():
    tender = world.tender()
    firm = world.intermediary(sells=tender.service).entity
    sent = envelope(tender, firm)
    made = bid(tender, tenderer=firm, envelope=sent)
    assert (bytes(made.envelope), made.sealed_by) == (sent, "bidder")
    open_tender(tender=world.close(tender), at=timezone.now())
    made.refresh_from_db()
    assert made.price == Decimal("777.00")


def test_bids_sealed_here_and_there_are_of_one_size():
    tender = world.tender()
    firm = world.intermediary(sells=tender.service).entity
    bid(tender)
    bid(tender, "9999.99")
    bid(tender, tenderer=firm, envelope=envelope(tender, firm))
    assert len({len(bytes(each.envelope)) for each in tender.bids.all()}) == 1


def wrong_envelopes(tender: Tender, firm):
    others = [Key(public_half(new_private_key())) for _ in range(3)]
    good = envelope(tender, firm)
    yield "suite", b"{}"
    yield "suite", b""
    yield "form", good[:-1]
    yield "form", good + b"\0"
    yield "trustees", envelope(tender, firm, others)
    yield "trustees", good[:4] + b"\x03" + good[5:]
    yield "context", envelope(tender, firm, tenderer="parties.entity/0")
    yield "context", envelope(tender, firm, tender="tenders.tender/other")


def test_an_envelope_that_could_not_be_opened_is_refused_with_why_and_leaves_nothing():
    tender = world.tender()
    firm = world.intermediary(sells=tender.service).entity
    for what, sent in wrong_envelopes(tender, firm):
        before = Entry.objects.count()
        with pytest.raises(errors.WrongEnvelope) as refusal:
            bid(tender, tenderer=firm, envelope=sent)
        assert refusal.value.what == what
        assert (tender.bids.count(), Entry.objects.count()) == (0, before)


def test_where_the_owner_asks_for_it_the_server_seals_for_nobody():
    tender = world.tender(seal_on_device=True)
    firm = world.intermediary(sells=tender.service).entity
    with pytest.raises(errors.SealItYourself):
        bid(tender, tenderer=firm)
    assert bid(tender, tenderer=firm, envelope=envelope(tender, firm)).sealed_by == "bidder"


def test_no_share_before_the_deadline_by_the_database_clock():
    tender = world.tender()
    made = bid(tender)
    appointed = tender.appointments.select_related("tender", "trustee").first()
    share = world.share_of(made, tender, appointed)
    early = {"appointment": appointed, "shares": {str(made.ref): share}, "by": None}
    with pytest.raises(errors.TooEarly):
        hand_over(**early, at=timezone.now())
    with pytest.raises(errors.TooEarly):  # the web server's clock is a day ahead
        hand_over(**early, at=timezone.now() + dt.timedelta(days=1))
    with pytest.raises(IntegrityError, match="share_only_after_the_deadline"), transaction.atomic():
        Share.objects.create(bid=made, appointment=appointed, value=share)
    assert Share.objects.count() == 0
    assert not Entry.objects.filter(kind="tenders.shares_handed").exists()


def test_without_the_trigger_a_wrong_clock_would_have_let_it_in():
    """The control of the test above."""
    tender = world.tender()
    made = bid(tender)
    appointed = tender.appointments.select_related("tender", "trustee").first()
    share = world.share_of(made, tender, appointed)
    with pgtrigger.ignore("tenders.Share:after_the_deadline"):
        ahead = timezone.now() + dt.timedelta(days=1)
        assert hand_over(appointment=appointed, shares={str(made.ref): share}, by=None, at=ahead) == 1


def test_a_share_of_a_withdrawn_bid_and_one_of_another_tender_are_refused():
    tender, other = world.tender(), world.tender()
    made, gone = bid(tender), bid(tender)
    withdraw_bid(bid=gone, by=gone.submitted_by, at=timezone.now())
    world.close(tender, shares=False)
    world.close(other)
    mine = tender.appointments.select_related("tender", "trustee").first()
    theirs = other.appointments.select_related("tender", "trustee").first()
    share = world.share_of(made, tender, mine)
    for appointed, ref in ((mine, gone.ref), (theirs, made.ref)):
        with pytest.raises(errors.WrongShare):
            hand_over(appointment=appointed, shares={str(ref): share}, by=None, at=timezone.now())
    with pytest.raises(IntegrityError, match="share_only_after_the_deadline"), transaction.atomic():
        Share.objects.create(bid=made, appointment=theirs, value=share)
    with pytest.raises(IntegrityError, match="share_only_after_the_deadline"), transaction.atomic():
        Share.objects.create(bid=gone, appointment=mine, value=share)


def test_a_wrong_share_is_refused_and_takes_the_right_ones_with_it():
    tender = world.tender()
    one, other = bid(tender), bid(tender)
    world.close(tender, shares=False)
    appointed = tender.appointments.select_related("tender", "trustee").first()
    shares = {str(one.ref): world.share_of(one, tender, appointed), str(other.ref): bytes(32)}
    with pytest.raises(errors.WrongShare):
        hand_over(appointment=appointed, shares=shares, by=None, at=timezone.now())
    assert Share.objects.count() == 0


def test_handing_over_twice_is_handing_over_once():
    tender = world.tender()
    bid(tender)
    world.close(tender)
    world.hand_over_shares(tender)
    assert Share.objects.count() == 3
    assert Entry.objects.filter(kind="tenders.shares_handed").count() == 3


def test_no_entry_of_a_trustee_tells_how_many_bids_there_were():
    sizes = []
    for bids in (1, 4):
        tender = world.tender()
        for _ in range(bids):
            bid(tender)
        world.close(tender)
        entries = Entry.objects.filter(kind="tenders.shares_handed", subject=tender.urn)
        sizes.append([len(entry.body) for entry in entries])
        assert {tuple(sorted(body_of(entry))) for entry in entries} == {("digest", "key", "trustee")}
    assert sizes[0] == sizes[1]


def test_when_two_trustees_do_not_come_in_time_the_tender_is_void_and_nothing_is_opened():
    world.region()
    ProcedureRule.objects.create(
        region_id="511602",
        minimum_bidding=dt.timedelta(days=3),
        opening_grace=dt.timedelta(hours=5),
        in_force=world.DateRange(world.LONG_AGO, None),
    )
    tender = world.tender()
    made = bid(tender)
    world.close(tender, shares=False)
    world.hand_over_shares(tender, "notary")
    ends = tender.closes_at + dt.timedelta(hours=5)
    with pytest.raises(errors.NotVoid):
        void_unopened(tender=tender, at=ends - dt.timedelta(microseconds=1))
    void_unopened(tender=tender, at=ends)
    tender.refresh_from_db()
    made.refresh_from_db()
    assert (tender.failure, tender.opened_at, made.price) == ("shares_missing", None, None)
    assert (tender.state_at(timezone.now()), tender.failed_at) == (State.VOID, None)
    entry = Entry.objects.get(kind="tenders.voided")
    missing = [a.trustee.urn for a in tender.appointments.all() if a.trustee.part != "notary"]
    assert body_of(entry)["missing"] == missing
    assert open_due() == 0
    with pytest.raises(errors.NotVoid):
        void_unopened(tender=tender, at=ends)
    with pytest.raises(errors.TooEarly):
        world.hand_over_shares(tender, "platform")
    again = copy_tender(tender=tender, by=tender.created_by, at=timezone.now())
    assert (again.replaces, again.published_at) == (tender, None)


def test_the_pages_say_that_it_is_void_by_rule_and_can_be_tendered_again(sign_in):
    member = world.member(Role.OWNER)
    tender = world.tender(owner=member.entity)
    bid(tender)
    world.close(tender, shares=False)
    void_unopened(tender=tender, at=tender.closes_at + dt.timedelta(days=30))
    browser = sign_in(member)
    page = browser.get(tender.get_absolute_url()).content.decode()
    assert page.count("Too few trustees came in time") == 2  # the verdict and the history
    assert "Tender it again" in page
    assert "Tender it again" in browser.get(reverse("tenders:own_tenders")).content.decode()
    notice = browser.get(reverse("tenders:notice", args=[tender.ref, "end"])).content.decode()
    assert "Too few trustees came in time" in notice


def test_with_two_trustees_a_tender_is_never_void_for_want_of_the_third():
    tender = world.tender()
    bid(tender)
    world.close(tender, shares=False)
    world.hand_over_shares(tender, "notary", "platform")
    with pytest.raises(errors.NotVoid):
        void_unopened(tender=tender, at=timezone.now() + dt.timedelta(days=30))


def test_a_box_that_does_not_open_waits_for_the_others_and_voids_the_bid_whoever_comes():
    tender = world.tender()
    good, spoilt = bid(tender), bid(tender)
    raw = bytearray(bytes(spoilt.envelope))
    raw[38 + 81 : 38 + 129] = bytes(48)  # the first trustee's box
    with pgtrigger.ignore("tenders.Bid:sealed"):
        Bid.objects.filter(pk=spoilt.pk).update(envelope=bytes(raw))
    world.close(tender, shares=False)
    world.hand_over_shares(tender, "platform", "regulator")
    with pytest.raises(errors.AwaitsShares):
        open_tender(tender=tender, at=timezone.now())
    world.hand_over_shares(tender, "notary")
    open_tender(tender=tender, at=timezone.now())
    reasons = dict(Bid.objects.values_list("pk", "void_reason"))
    assert reasons == {good.pk: "", spoilt.pk: "unreadable"}


def test_keys_are_used_for_one_tender_each_and_for_none_that_has_a_bid():
    tender = world.tender()
    made = bid(tender)
    used = tender.appointments.get(position=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.create(tender=world.tender(), trustee=used.trustee, key=used.key, position=1)
    spare = world.trustee_key(used.trustee)
    other = world.trustees()[0]
    with pytest.raises(DatabaseError), transaction.atomic():
        Appointment.objects.filter(pk=used.pk).update(key=spare)
    fresh = world.tender()
    with pgtrigger.ignore("tenders.Appointment:append_only"):
        fresh.appointments.all().delete()
    with pytest.raises(IntegrityError, match="appointment_before_the_first_bid"), transaction.atomic():
        Appointment.objects.create(tender=fresh, trustee=world.trustees()[1], key=spare, position=1)
    with pgtrigger.ignore("tenders.Appointment:append_only"):
        made.tender.appointments.filter(position=1).delete()
    with pytest.raises(IntegrityError, match="appointment_before_the_first_bid"), transaction.atomic():
        Appointment.objects.create(tender=made.tender, trustee=other, key=spare, position=1)


def test_a_tender_without_trustees_takes_no_bid():
    tender = world.tender()
    with pgtrigger.ignore("tenders.Appointment:append_only"):
        tender.appointments.all().delete()
    with pytest.raises(errors.NotSealable):
        bid(tender)


def test_appointing_again_changes_nothing():
    tender = world.tender()
    before = list(tender.appointments.values_list("key_id", flat=True))
    assert [a.key_id for a in appoint_trustees(tender=tender, at=timezone.now())] == before


@pytest.mark.parametrize(
    "public",
    [bytes(32), b"\x01" + bytes(31), b"x" * 31, b"x" * 33, b""],
    ids=["zero", "one", "31", "33", "none"],
)
def test_a_public_key_with_which_nothing_can_be_sealed_is_refused(public):
    of = world.trustees()[0]
    good = public_half(new_private_key())
    before = of.keys.count()
    with pytest.raises(errors.BadTrusteeKey) as refusal:
        register_keys(trustee=of, publics=[good, public], by=None, at=timezone.now())
    assert refusal.value.number == 2
    assert of.keys.count() == before


def test_a_key_of_another_trustee_is_refused_and_the_same_again_changes_nothing():
    one, other, _third = world.trustees()
    public = public_half(new_private_key())
    assert len(register_keys(trustee=one, publics=[public], by=None, at=timezone.now())) == 1
    assert register_keys(trustee=one, publics=[public], by=None, at=timezone.now()) == []
    with pytest.raises(errors.BadTrusteeKey):
        register_keys(trustee=other, publics=[public], by=None, at=timezone.now())


def test_a_trustee_that_follows_another_retires_it():
    before = world.trustees()[2]
    made = register_trustee(
        ref="new-notary",
        entity=world.entity(),
        part=TrusteePart.NOTARY,
        identity=None,
        by=None,
        at=timezone.now(),
    )
    before.refresh_from_db()
    assert before.retired_at is not None
    world.trustees()
    assert made in [a.trustee for a in world.tender().appointments.select_related("trustee")]


# --- the trustee's own program ---


class Wire(program.Site):
    """The program's site, spoken to through Django's test client."""

    def __init__(self, store: program.Store, client) -> None:
        super().__init__("http://testserver", store)
        self.client = client

    def ask(self, what: str, said: dict) -> dict:
        path = f"/trustees/{self.store.trustee}/{what}/"
        body, moment = json.dumps(said).encode(), dt.datetime.now(dt.UTC).isoformat()
        signature = self.store.identity.sign(program.request_statement(path, moment, body)).hex()
        headers = {"Qinqing-Moment": moment, "Qinqing-Signature": signature}
        reply = self.client.post(path, body, content_type="application/json", headers=headers)
        assert reply.status_code == 200, reply.content
        return reply.json()


@pytest.fixture
def stores(tmp_path):
    """Three trustees whose keys lie in stores of their own."""
    made = {}
    for part in PARTS:
        store = program.Store.create(
            tmp_path / f"{part}.json", trustee=part, passphrase="long and secret", iterations=10
        )
        register_trustee(
            ref=part,
            entity=world.entity(),
            part=TrusteePart(part),
            identity=store.identity_public,
            by=None,
            at=timezone.now(),
        )
        made[part] = store
    return made


def rounds(stores, client, *parts: str) -> list[str]:
    told: list[str] = []
    for part in parts or PARTS:
        program.once(stores[part], Wire(stores[part], client), told.append)
    return told


@pytest.fixture
def sealed(stores, client, monkeypatch):
    """A tender whose trustees answer by their programs, with one bid."""
    rounds(stores, client)
    monkeypatch.setattr(world, "trustees", lambda spare=2: None)
    tender = world.tender()
    return tender, bid(tender)


def test_the_program_registers_keys_and_answers_after_the_deadline(sealed, stores, client):
    tender, made = sealed
    assert Share.objects.count() == 0
    world.close(tender, shares=False)
    told = rounds(stores, client, "platform", "notary")
    first = f"first heard of {tender.urn} after its deadline: see its page"
    assert told == [first, f"handed over the shares of {tender.urn}"] * 2
    assert open_due() == 1
    made.refresh_from_db()
    assert made.price == Decimal("900.00")
    assert rounds(stores, client) == []


def test_the_store_remembers_the_deadline_and_answers_no_earlier(sealed, stores, client):
    tender, made = sealed
    assert rounds(stores, client) == []
    header = bytes(made.envelope)[:425]
    due = {
        "tender": tender.urn,
        "key": tender.appointments.get(trustee__ref="notary").key_id,
        "bids": [{"bid": str(made.ref), "tenderer": made.tenderer.urn, "header": header.hex()}],
    }
    now = timezone.now()
    with pytest.raises(program.StoreError, match="not closed before"):
        program.answer(stores["notary"], due, now)
    earlier = now - dt.timedelta(hours=1)  # the site says that the deadline has passed
    stores["notary"].note_appointed(due["key"], tender=tender.urn, closes_at=earlier)
    with pytest.raises(program.StoreError, match="not closed before"):
        program.answer(stores["notary"], due, now)
    with pytest.raises(program.StoreError, match="as well"):
        stores["notary"].note_appointed(due["key"], tender="tenders.tender/other", closes_at=earlier)
    with pytest.raises(program.StoreError, match="did not make"):
        stores["notary"].note_appointed("0" * 32, tender=tender.urn, closes_at=earlier)
    shares = program.answer(stores["notary"], due, tender.closes_at)["shares"]
    assert len(shares[str(made.ref)]) == 64


def test_what_waits_tells_nothing_of_bids_before_the_deadline(sealed, stores, client):
    tender, made = sealed
    said = Wire(stores["platform"], client).ask("waiting", {})
    assert said["due"] == []
    assert [each["tender"] for each in said["appointed"]] == [tender.urn]
    assert str(made.ref) not in json.dumps(said)
    assert made.tenderer.urn not in json.dumps(said)


def test_requests_that_are_not_signed_by_the_trustee_are_refused(stores, client, sealed):
    tender, _made = sealed
    world.close(tender, shares=False)
    path, body = "/trustees/notary/waiting/", b"{}"
    notary, platform = stores["notary"].identity, stores["platform"].identity
    now = dt.datetime.now(dt.UTC)
    old = (now - dt.timedelta(hours=1)).isoformat()

    def status(identity, said_path, moment, said_body) -> int:
        signature = identity.sign(program.request_statement(said_path, moment, said_body)).hex()
        headers = {"Qinqing-Moment": moment, "Qinqing-Signature": signature}
        return client.post(path, body, content_type="application/json", headers=headers).status_code

    assert status(notary, path, now.isoformat(), body) == 200
    assert status(platform, path, now.isoformat(), body) == 403
    assert status(notary, "/trustees/notary/keys/", now.isoformat(), body) == 403
    assert status(notary, path, old, body) == 403
    assert status(notary, path, now.isoformat(), b"[]") == 403
    assert status(notary, path, now.replace(tzinfo=None).isoformat(), body) == 403
    assert client.post(path, body, content_type="application/json").status_code == 403


def test_the_store_keeps_private_halves_wrapped_and_needs_its_passphrase(stores, tmp_path):
    publics = stores["notary"].make_keys(2)
    text = (tmp_path / "notary.json").read_text()
    assert all(public.hex() in text for public in publics)
    with pytest.raises(program.StoreError, match="passphrase"):
        program.Store(tmp_path / "notary.json", "long and wrong")
    again = program.Store(tmp_path / "notary.json", "long and secret")
    for kid, row in again.said["keys"].items():
        private = again._unwrap(kid, row["wrapped"])
        assert private.hex() not in text
        assert public_half(private).hex() == row["public"]


def test_the_program_works_without_a_connection(sealed, stores, tmp_path, client, sign_in, capsys):
    tender, _made = sealed
    world.close(tender, shares=False)
    notary = tender.appointments.get(trustee__ref="notary").trustee
    desk = sign_in(world.member(Role.TRUSTEE, notary.entity))
    (tmp_path / "waiting.json").write_bytes(desk.get("/trustees/waiting.json").content)
    (tmp_path / "secret").write_text("long and secret")
    words = ["--passphrase-file", str(tmp_path / "secret"), "answer", str(tmp_path / "notary.json")]
    assert program.main([*words, str(tmp_path / "waiting.json")]) == 0
    answer = capsys.readouterr().out
    page = desk.post("/en/trustees/answer/", {"answer": answer}, follow=True).content.decode()
    assert "are handed over" in page
    assert Share.objects.get().appointment.trustee == notary
    assert "No tender waits for your shares" in page


@pytest.mark.parametrize(
    "answer",
    ["", "x", "[]", '{"answers": 1}', '{"answers": [1]}', '{"answers": [{"tender": "x", "shares": {}}]}',
     '{"keys": [{}]}', '{"keys": [{"public": "zz"}]}', "[" * 50_000],
    ids=range(9),
)  # fmt: skip
def test_an_answer_that_cannot_be_read_is_told_so_and_changes_nothing(answer, sign_in):
    of = world.trustees()[0]
    desk = sign_in(world.member(Role.TRUSTEE, of.entity))
    before = of.keys.count()
    page = desk.post("/en/trustees/answer/", {"answer": answer}, follow=True).content.decode()
    assert "cannot be read" in page
    assert (of.keys.count(), Share.objects.count(), Opening.objects.count()) == (before, 0, 0)


def test_the_desk_shows_what_waits_and_until_when(sign_in):
    tender = world.tender()
    bid(tender)
    of = tender.appointments.get(position=1).trustee
    desk = sign_in(world.member(Role.TRUSTEE, of.entity))
    before = desk.get("/en/trustees/").content.decode()
    assert tender.title in before
    assert "No tender waits for your shares" in before
    world.close(tender, shares=False)
    assert "Your shares are wanted" in desk.get("/en/trustees/").content.decode()
    assert tender.title in desk.get("/en/desk/").content.decode()
    world.hand_over_shares(tender)
    assert "Your shares are wanted" not in desk.get("/en/trustees/").content.decode()


def test_the_desk_takes_as_many_queries_for_twenty_tenders_as_for_one(sign_in, assert_flat):
    of = world.trustees()[0]
    assert_flat(sign_in(world.member(Role.TRUSTEE, of.entity)), "/en/trustees/", world.tender, limit=14)
