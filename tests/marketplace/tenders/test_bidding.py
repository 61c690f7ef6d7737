"""What a bidder is told before writing, sealed files, late bids, and what nobody learns from a number."""

import datetime as dt
import hashlib
import json
import re
from decimal import Decimal

import pgtrigger
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.tenders import errors
from marketplace.tenders.amounts import in_words
from marketplace.tenders.models import Bid, SealedFile, SealedPart
from marketplace.tenders.operations import (
    content_of,
    forget_files,
    keep_part,
    open_tender,
    submit_bid,
    withdraw_bid,
)
from marketplace.tenders.sealing import (
    Attached,
    Key,
    PlainBid,
    Unreadable,
    attachments,
    context_of,
    seal,
)
from regulation.decoupling.models import Check
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.parties.models import Role
from tests.factories import world
from tools import seal_bid

pytestmark = pytest.mark.django_db
SEED = bytes(range(32))
REF = "0f" * 16


@pytest.fixture
def ready():
    """A tender and an agent of a firm that may bid in it."""
    tender = world.tender()
    firm = world.intermediary(sells=tender.service).entity
    return tender, world.member(Role.AGENT, firm)


# --- before writing ---


def test_who_may_bid_reads_why_and_finds_the_form(ready, sign_in):
    tender, agent = ready
    before = (Check.objects.count(), Entry.objects.count())
    page = sign_in(agent).get(f"/en/tenders/{tender.ref}/bid/").content.decode()
    assert 'id="bid"' in page
    assert "What happens next" in page
    assert "You publish a price for this service" in page
    for appointed in tender.appointments.select_related("key"):
        assert bytes(appointed.key.public).hex() in page
    assert (Check.objects.count(), Entry.objects.count()) == before


def test_who_may_not_bid_is_told_each_reason_before_writing(sign_in):
    tender = world.tender()
    firm = world.intermediary().entity
    world.avoid(tender, firm, "关联单位")
    world.interest(tender.department, firm, "setUp", source="登记档案")
    page = sign_in(world.member(Role.AGENT, firm)).get(f"/en/tenders/{tender.ref}/bid/").content.decode()
    assert 'id="bid"' not in page
    for words in ("Publish an offer for this service first", "关联单位", "登记档案", "Conflicted"):
        assert words in page
    assert Check.objects.count() == 0


def test_an_open_question_can_be_put_to_the_regulators_before_a_bid_is_written(sign_in):
    tender = world.tender()
    firm = world.intermediary(sells=tender.service, declared=False).entity
    agent = sign_in(world.member(Role.AGENT, firm))
    address = f"/en/tenders/{tender.ref}/bid/"
    assert "Ask the regulators" in agent.get(address).content.decode()
    asked = agent.post(address, {"ask": "yes"})
    assert asked.status_code == 409
    assert "Two regulators answer by" in asked.content.decode()
    assert (Check.objects.get().outcome, Bid.objects.count()) == ("unknown", 0)


@pytest.mark.parametrize(
    ("late", "said"),
    [
        (dt.timedelta(0), "0 h 0 min 0.000000 s"),
        (dt.timedelta(microseconds=1), "0 h 0 min 0.000001 s"),
        (dt.timedelta(hours=2, minutes=3, seconds=4, microseconds=50), "2 h 3 min 4.000050 s"),
        (dt.timedelta(days=2), "48 h 0 min 0.000000 s"),
    ],
    ids=["at it", "a microsecond", "hours", "days"],
)
def test_a_late_bid_is_told_by_how_much(ready, late, said):
    tender, agent = ready
    with pytest.raises(errors.TenderClosed) as refusal:
        submit_bid(
            tender=tender,
            tenderer=agent.entity,
            bid=PlainBid(Decimal(9), 9),
            by=agent.user,
            at=tender.closes_at + late,
        )
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("10", "壹拾元整"),
        ("100.05", "壹佰元零伍分"),
        ("10010", "壹万零壹拾元整"),
        ("12800", "壹万贰仟捌佰元整"),
        ("1000000", "壹佰万元整"),
        ("20000300.10", "贰仟万零叁佰元壹角整"),
        ("100000001", "壹亿零壹元整"),
        ("9999999999.99", "玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_amounts_in_capital_numerals(amount, words):
    assert in_words(Decimal(amount)) == words


@pytest.mark.parametrize("amount", ["-1", "0.001", "1e16"])
def test_what_is_no_amount_has_no_words(amount):
    with pytest.raises(ValueError, match="yuan"):
        in_words(Decimal(amount))


# --- sealed elsewhere ---


def test_a_bid_sealed_offline_is_uploaded_and_opened(ready, sign_in, tmp_path, capsys):
    tender, agent = ready
    client = sign_in(agent)
    card = tmp_path / "card.json"
    card.write_bytes(client.get(f"/en/tenders/{tender.ref}/bid/card.json").content)
    out = tmp_path / "bid.qq2"
    words = [str(card), "--price", "876.50", "--days", "9", "--note", "离线", "--out", str(out)]
    assert seal_bid.main(words) == 0
    told = capsys.readouterr().out
    assert hashlib.sha256(out.read_bytes()).hexdigest() in told
    for appointed in tender.appointments.all():
        assert appointed.key_id in told
    with out.open("rb") as file:
        answer = client.post(f"/en/tenders/{tender.ref}/bid/", {"sealed_file": file}, follow=True)
    assert "on the bidder&#x27;s own device" in answer.content.decode()
    open_tender(tender=world.close(tender), at=timezone.now())
    made = Bid.objects.get()
    assert (made.price, made.days, made.note) == (Decimal("876.50"), 9, "离线")


def offline(tender, client, folder, *files) -> dict:
    """A bid sealed by the program with files beside it, as its page takes it."""
    card = folder / "card.json"
    card.write_bytes(client.get(f"/en/tenders/{tender.ref}/bid/card.json").content)
    words = [str(card), "--price", "876.50", "--days", "9", "--out", str(folder / "bid.qq2")]
    assert seal_bid.main([*words, *(word for path in files for word in ("--file", str(path)))]) == 0
    parts = [folder / f"bid-{n}.qq2f" for n in range(1, len(files) + 1)]
    said = {path.name: SimpleUploadedFile(path.name, path.read_bytes()) for path in parts}
    envelope = SimpleUploadedFile("bid.qq2", (folder / "bid.qq2").read_bytes())
    return {"sealed_file": envelope, "sealed_parts": list(said.values())}


def test_files_sealed_offline_come_with_the_bid_and_open_with_it(ready, sign_in, tmp_path):
    tender, agent = ready
    proposal, small = tmp_path / "技术方案.pdf", tmp_path / "b.txt"
    proposal.write_bytes(b"secret plan" * 200_000)  # three megabytes: more than one chunk
    small.write_bytes(b"x")
    client = sign_in(agent)
    sent = offline(tender, client, tmp_path, proposal, small)
    assert b"secret plan" not in b"".join(one.read() for one in sent["sealed_parts"])
    for one in sent["sealed_parts"]:
        one.seek(0)
    assert client.post(f"/en/tenders/{tender.ref}/bid/", sent).status_code == 302
    open_tender(tender=world.close(tender), at=timezone.now())
    made = Bid.objects.get()
    opened = {file.name: b"".join(content_of(file)) for file in made.sealed_files.all()}
    assert opened == {"技术方案.pdf": proposal.read_bytes(), "b.txt": b"x"}


@pytest.mark.parametrize("fault", ["cut", "other"])
def test_a_sealed_file_that_is_none_is_refused_and_the_bid_with_it(fault, ready, sign_in, tmp_path):
    tender, agent = ready
    (tmp_path / "a.txt").write_bytes(b"x")
    client = sign_in(agent)
    sent = offline(tender, client, tmp_path, tmp_path / "a.txt")
    whole = sent["sealed_parts"][0].read()
    wrong = {"cut": whole[:-1], "other": b"%PDF" + whole[4:]}[fault]
    sent["sealed_parts"] = [SimpleUploadedFile("a.qq2f", wrong)]
    answer = client.post(f"/en/tenders/{tender.ref}/bid/", sent)
    assert answer.status_code == 422
    assert "not a part of a sealed file" in answer.content.decode()
    assert Bid.objects.count() == SealedFile.objects.count() == 0


def test_the_offline_sealer_refuses_too_many_files_and_writes_nothing(ready, sign_in, tmp_path, capsys):
    tender, agent = ready
    card = tmp_path / "card.json"
    card.write_bytes(sign_in(agent).get(f"/en/tenders/{tender.ref}/bid/card.json").content)
    words = [str(card), "--price", "1", "--days", "9", "--out", str(tmp_path / "bid.qq2")]
    assert seal_bid.main([*words, *["--file", str(card)] * 6]) == 1
    assert "up to 5 files" in capsys.readouterr().err
    assert not list(tmp_path.glob("*.qq2*"))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--price", "10000.01", "--days", "9"], "above the ceiling"),
        (["--price", "1.001", "--days", "9"], "two places"),
        (["--price", "x", "--days", "9"], "no amount"),
        (["--price", "1", "--days", "31"], "1 to 30 working days"),
        (["--price", "1", "--days", "1", "--note", "x" * 1501], "1500 characters"),
    ],
    ids=["dear", "places", "text", "slow", "note"],
)
def test_the_offline_sealer_refuses_what_would_not_count(words, why, ready, sign_in, tmp_path, capsys):
    tender, agent = ready
    card = tmp_path / "card.json"
    card.write_bytes(sign_in(agent).get(f"/en/tenders/{tender.ref}/bid/card.json").content)
    assert seal_bid.main([str(card), *words, "--out", str(tmp_path / "bid.qq2")]) == 1
    assert why in capsys.readouterr().err
    assert not (tmp_path / "bid.qq2").exists()


def test_the_offline_sealer_refuses_a_card_whose_keys_do_not_fit(ready, sign_in, tmp_path):
    tender, agent = ready
    card = json.loads(sign_in(agent).get(f"/en/tenders/{tender.ref}/bid/card.json").content)
    card["trustees"][0]["public"] = "11" * 32
    with pytest.raises(seal_bid.CannotSeal, match="not the one"):
        seal_bid.sealed(card, price="1", days=1, note="")


@pytest.mark.parametrize(
    "content", [b"", b"x", b"QQ2\n", b"QQ2\n" + bytes(16821), bytes(100_000)], ids=range(5)
)
def test_a_file_that_is_no_sealed_bid_is_told_so(content, ready, sign_in):
    tender, agent = ready
    upload = SimpleUploadedFile("bid.qq2", content)
    answer = sign_in(agent).post(f"/en/tenders/{tender.ref}/bid/", {"sealed_file": upload})
    assert answer.status_code in (409, 422)
    assert Bid.objects.count() == 0


@pytest.mark.parametrize("text", ["", "x", "===", "AAAA", "\0", "长"])
def test_an_envelope_that_is_none_is_refused(text, ready, sign_in):
    tender, agent = ready
    answer = sign_in(agent).post(f"/en/tenders/{tender.ref}/bid/", {"envelope": text})
    assert answer.status_code == 409
    assert Bid.objects.count() == 0


# --- files ---


def parts_of(tender, firm, content: bytes, ref: str = REF) -> list[bytes]:
    context = context_of(tender=tender.urn, tenderer=firm.urn)
    given = {"seed": SEED, "context": context, "file": ref}
    return list(attachments.seal_chunks([content], len(content), **given))


def keep(tender, agent, content: bytes, number: int, *, ref: str = REF, chunks: int = 1, **fields):
    given = {"tender": tender, "tenderer": agent.entity, "by": agent.user, "at": timezone.now()}
    return keep_part(**given | fields, ref=ref, chunks=chunks, number=number, content=content)


def bid_with(tender, agent, *listed: Attached, files=(REF,)) -> Bid:
    keys = [Key(bytes(a.key.public)) for a in tender.appointments.select_related("key")]
    plain = PlainBid(Decimal("900.00"), 9, "", tuple(listed))
    place = {"tender": tender.urn, "tenderer": agent.entity.urn}
    sent = seal(plain, trustees=keys, needed=2, seed=SEED, **place)
    given = {"tender": tender, "tenderer": agent.entity, "by": agent.user, "at": timezone.now()}
    return submit_bid(envelope=sent, files=files, **given)


def attached(parts: list[bytes], size: int, ref: str = REF) -> Attached:
    digest = attachments.digest_of(hashlib.sha256(part).digest() for part in parts)
    return Attached(ref, "方案.pdf", size, digest)


def test_a_file_comes_in_parts_opens_with_its_bid_and_is_read_by_the_owner_alone(ready, sign_in, client):
    tender, agent = ready
    content = b"secret plan" * 200_000
    parts = parts_of(tender, agent.entity, content)
    for number in (2, 0, 3, 1, 1):  # in any order, and again
        keep(tender, agent, parts[number], number, chunks=4)
    made = bid_with(tender, agent, attached(parts, len(content)))
    address = f"/en/bids/{made.ref}/files/{REF}/"
    owner = world.member(Role.OWNER, tender.owner)
    assert sign_in(owner).get(address).status_code == 404
    rival = bid_of_another(tender)
    open_tender(tender=world.close(tender), at=timezone.now())
    file = made.sealed_files.get()
    assert (file.name, file.size, file.opens) == ("方案.pdf", len(content), True)
    for reader in (owner, agent, world.member(Role.REGULATOR)):
        answer = sign_in(reader).get(address)
        assert b"".join(answer.streaming_content) == content
        assert answer["Content-Disposition"].startswith("attachment")
    for reader in (rival, world.member(Role.OWNER), world.member(Role.EDITOR)):
        assert sign_in(reader).get(address).status_code == 404
    assert "方案.pdf" in sign_in(owner).get(f"/en/tenders/{tender.ref}/").content.decode()
    client.logout()
    assert "方案.pdf" not in client.get(f"/en/tenders/{tender.ref}/").content.decode()


def bid_of_another(tender):
    other = world.member(Role.AGENT, world.intermediary(sells=tender.service).entity)
    plain = PlainBid(Decimal("950.00"), 9)
    given = {"tender": tender, "tenderer": other.entity, "by": other.user, "at": timezone.now()}
    submit_bid(bid=plain, **given)
    return other


def test_a_bid_does_not_take_up_files_that_are_incomplete_or_anothers(ready):
    tender, agent = ready
    other = world.member(Role.AGENT, world.intermediary(sells=tender.service).entity)
    part = parts_of(tender, agent.entity, b"x")[0]
    keep(tender, agent, part, 0, chunks=2)
    keep(tender, other, part, 0, ref="1f" * 16)
    for files in ((REF,), ("1f" * 16,), ("2f" * 16,), ("../x",), tuple(f"{n:032x}" for n in range(6))):
        with pytest.raises(errors.WrongEnvelope) as refusal:
            bid_with(tender, agent, files=files)
        assert refusal.value.what == "files"
    assert Bid.objects.count() == 0
    assert not Entry.objects.filter(kind="tenders.bid_submitted").exists()


def test_a_file_the_bid_lists_otherwise_does_not_open_and_the_bid_stands(ready):
    tender, agent = ready
    parts = parts_of(tender, agent.entity, b"x")
    keep(tender, agent, parts[0], 0)
    keep(tender, agent, parts[0], 0, ref="1f" * 16)
    wrong = Attached(REF, "方案.pdf", 1, "0" * 64)
    made = bid_with(tender, agent, wrong, files=(REF, "1f" * 16))
    open_tender(tender=world.close(tender), at=timezone.now())
    made.refresh_from_db()
    assert made.void_reason == ""
    assert list(made.sealed_files.values_list("opens", flat=True)) == [False, False]
    with pytest.raises(Unreadable):
        content_of(made.sealed_files.first())


def test_what_is_no_part_is_refused_and_not_kept(ready):
    tender, agent = ready
    part = parts_of(tender, agent.entity, b"x")[0]
    other = world.member(Role.AGENT, world.intermediary(sells=tender.service).entity)
    keep(tender, agent, part, 0)
    for wrong in (
        {"content": part[:-1]},
        {"content": part + b"x"},
        {"content": bytes(len(part))},  # the number is taken by another content
        {"number": 1},
        {"number": -1},
        {"chunks": 3},
        {"chunks": 2},  # begun as one
        {"ref": "x"},
        {"tenderer": other.entity},
    ):
        given = {"content": part, "number": 0} | wrong
        with pytest.raises(errors.WrongPart):
            keep(tender, agent, **given)
    with pytest.raises(errors.WrongPart):
        keep(world.tender(), agent, part, 0)
    with pytest.raises(errors.TenderClosed):
        keep(tender, agent, part, 0, at=tender.closes_at)
    assert SealedPart.objects.count() == 1


def test_more_files_than_a_bid_can_use_are_refused(ready):
    tender, agent = ready
    part = parts_of(tender, agent.entity, b"x")[0]
    keep(tender, agent, part, 0, ref="1f" * 16, chunks=200)
    keep(tender, agent, part, 0, ref="2f" * 16, chunks=200)
    with pytest.raises(errors.TooMuch):
        keep(tender, agent, part, 0, ref="3f" * 16)


def test_files_without_a_bid_are_forgotten_after_a_day_and_no_others(ready):
    tender, agent = ready
    parts = parts_of(tender, agent.entity, b"x")
    keep(tender, agent, parts[0], 0)
    bid_with(tender, agent, attached(parts, 1))
    keep(tender, agent, parts[0], 0, ref="1f" * 16)
    forget_files(at=timezone.now() + dt.timedelta(hours=23))
    assert SealedFile.objects.count() == 2
    forget_files(at=timezone.now() + dt.timedelta(hours=25))
    assert [file.ref for file in SealedFile.objects.all()] == [REF]
    assert SealedPart.objects.count() == 1


def test_the_database_keeps_the_files_of_a_bid(ready):
    tender, agent = ready
    parts = parts_of(tender, agent.entity, b"x")
    keep(tender, agent, parts[0], 0)
    made = bid_with(tender, agent, attached(parts, 1))
    file, part = made.sealed_files.get(), SealedPart.objects.get()
    for change in (
        lambda: SealedFile.objects.filter(pk=file.pk).update(chunks=2),
        lambda: SealedFile.objects.filter(pk=file.pk).update(bid=None),
        lambda: SealedPart.objects.filter(pk=part.pk).update(content=b"y"),
        lambda: SealedPart.objects.filter(pk=part.pk)._raw_delete("default"),
        lambda: SealedPart.objects.create(file=file, number=1, content=part.content, digest=part.digest),
    ):
        with pytest.raises(IntegrityError, match="sealed_"), transaction.atomic():
            change()


def test_parts_come_in_over_the_wire(ready, sign_in):
    tender, agent = ready
    client = sign_in(agent)
    part = parts_of(tender, agent.entity, b"x")[0]

    def post(query: str, body: bytes = part) -> int:
        address = f"/en/tenders/{tender.ref}/bid/parts/?{query}"
        return client.post(address, body, content_type="application/octet-stream").status_code

    assert post(f"file={REF}&chunks=1&number=0") == 200
    assert post(f"file={REF}&chunks=1&number=0", part[:-1]) == 422
    for query in ("", "file=%00", f"file={REF}&chunks=²&number=0", f"file={REF}&chunks=1&number=99999999999"):
        assert post(query) == 409
    assert SealedPart.objects.count() == 1


# --- what nobody learns ---


def test_nothing_a_bidder_holds_tells_how_many_came_before(ready, sign_in):
    tender, agent = ready
    for _ in range(3):
        bid_of_another(tender)
    client = sign_in(agent)
    form = {"price": "900", "days": "9", "sealed": "yes"}
    receipt = client.post(f"/en/tenders/{tender.ref}/bid/", form, follow=True)
    made = Bid.objects.get(tenderer=agent.entity)
    address = receipt.redirect_chain[-1][0]
    assert re.fullmatch(r"/en/bids/[0-9a-f]{8}-[0-9a-f-]{27}/", address)
    entry = Entry.objects.get(kind="tenders.bid_submitted", subject=made.urn)
    said = json.dumps(body_of(entry)) + entry.subject
    assert not re.search(rf"/({made.pk}|{made.gate_id})\b", said)
    assert re.fullmatch(r"/en/checks/[0-9a-f]{8}-[0-9a-f-]{27}/", made.gate.get_absolute_url())


@pytest.mark.parametrize(
    "path", ["/tenders/t-1/bid/", "/en/tenders/t-1/bid/parts/?x", "/bids/x/", "/en/trustees/"]
)
def test_no_log_tells_of_a_request_about_bids(path):
    import structlog

    from config.logs import hush_bids

    with pytest.raises(structlog.DropEvent):
        hush_bids(None, "info", {"event": "request_started", "request": f"POST {path}"})
    other = {"event": "request_started", "request": "GET /tenders/t-1/"}
    assert hush_bids(None, "info", other) == other


def test_a_withdrawn_bid_stays_sealed_for_good(ready):
    tender, agent = ready
    parts = parts_of(tender, agent.entity, b"x")
    keep(tender, agent, parts[0], 0)
    made = bid_with(tender, agent, attached(parts, 1))
    withdraw_bid(bid=made, by=agent.user, at=timezone.now())
    world.close(tender)
    assert made.shares.count() == 0
    open_tender(tender=tender, at=timezone.now())
    made.refresh_from_db()
    assert (made.price, made.sealed_files.get().opens) == (None, None)
    with pytest.raises(Unreadable):
        content_of(made.sealed_files.get())


def test_the_guard_of_files_is_what_keeps_them(ready):
    """The control of test_the_database_keeps_the_files_of_a_bid."""
    tender, agent = ready
    parts = parts_of(tender, agent.entity, b"x")
    keep(tender, agent, parts[0], 0)
    made = bid_with(tender, agent, attached(parts, 1))
    with pgtrigger.ignore("tenders.SealedFile:stands_with_its_bid"):
        assert SealedFile.objects.filter(bid=made).update(bid=None) == 1
