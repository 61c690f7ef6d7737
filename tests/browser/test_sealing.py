"""Sealing in Chromium: what the browser makes Python opens, and the reverse; only the envelope is sent."""

import hashlib
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from marketplace.tenders.amounts import in_words
from marketplace.tenders.models import Bid, SealedFile
from marketplace.tenders.operations import content_of, open_tender, submit_bid
from marketplace.tenders.sealing import Key, PlainBid, open_share, public_half, read_header, unseal
from marketplace.tenders.sealing.attachments import digest_of, open_chunks
from regulation.parties.models import Role
from tests.factories import world
from tools import trustee as program

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAID = json.loads((Path(__file__).parents[2] / "docs" / "sealing-vectors.json").read_text())
PLACE = {"tender": SAID["tender"], "tenderer": SAID["tenderer"]}
WORK = """async (said) => {
  const q = await import("/static/js/qq2.js");
  const place = { tender: said.tender, tenderer: said.tenderer };
  const trustees = said.public.map(q.bytesOf), needed = said.needed;
  const seal = (more) => q.seal(said.bid, { trustees, needed, ...place, ...more });
  const fixed = await seal({ seed: q.bytesOf(said.seed), coefficients: said.coefficients.map(q.bytesOf) });
  const fresh = await seal({});
  const unit = q.bytesOf(said.file.content_unit), content = new Uint8Array(said.file.size);
  for (let at = 0; at < content.length; at += unit.length) content.set(unit, at);
  const chunks = [];
  const file = { seed: q.bytesOf(said.seed), ...place, id: said.file.id };
  for await (const chunk of q.sealChunks(new Blob([content]), file)) chunks.push(q.hexOf(chunk));
  const shares = [];
  const secrets = said.private.map(q.bytesOf), wrong = { ...place, tenderer: "parties.entity/1" };
  for (const secret of secrets) shares.push(q.hexOf(await q.openShare(fixed, { secret, ...place })));
  const elsewhere = await q.openShare(fixed, { secret: secrets[0], ...wrong });
  return { fixed: q.hexOf(fixed), fresh: q.hexOf(fresh), chunks, shares, elsewhere };
}"""


def test_the_browser_makes_the_published_vectors_and_python_opens_them(new_page):
    page = new_page()
    page.goto("/robots.txt")
    made = page.evaluate(WORK, SAID)
    fixed, fresh = bytes.fromhex(made["fixed"]), bytes.fromhex(made["fresh"])
    assert hashlib.sha256(fixed).hexdigest() == SAID["envelope_sha256"]
    assert made["shares"] == SAID["shares"]
    assert made["elsewhere"] is None
    chunks = [bytes.fromhex(chunk) for chunk in made["chunks"]]
    assert digest_of(hashlib.sha256(chunk).digest() for chunk in chunks) == SAID["file"]["sha256"]
    given = {"seed": bytes.fromhex(SAID["seed"]), "context": bytes.fromhex(SAID["context"])}
    plain = b"".join(open_chunks(chunks, len(chunks), file=SAID["file"]["id"], **given))
    assert hashlib.sha256(plain).digest() == hashlib.sha256("方案".encode() * 1000).digest()

    assert fresh != fixed
    private = [bytes.fromhex(each) for each in SAID["private"]]
    header = read_header(fresh)
    shares = {b.x: open_share(b, context=header.context, private_key=private[b.x - 1]) for b in header.boxes}
    keys = [Key(public_half(key)) for key in private]
    for pair in ((1, 2), (1, 3), (2, 3)):
        opened = unseal(fresh, shares={x: shares[x] for x in pair}, trustees=keys, **PLACE)
        assert (opened.bid.price, opened.bid.note) == (Decimal("19600.00"), SAID["bid"]["note"])


@pytest.fixture
def signed_in(chromium, live_server):
    """A page in which somebody is signed in; `javascript` may be off."""
    contexts = []

    def make(membership, *, width: int = 390, javascript: bool = True):
        client = Client()
        client.force_login(membership.user, backend="django.contrib.auth.backends.ModelBackend")
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 800},
            java_script_enabled=javascript,
            accept_downloads=True,
        )
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


def agent_of(tender):
    return world.member(Role.AGENT, world.intermediary(sells=tender.service).entity)


def test_a_phone_seals_a_bid_with_a_file_and_sends_nothing_else(signed_in, tmp_path):
    tender = world.tender(ceiling=Decimal("99999.00"))
    page = signed_in(agent_of(tender))
    sent: list[bytes] = []
    page.on("request", lambda request: sent.append(request.post_data_buffer or b""))
    page.goto(f"/en/tenders/{tender.ref}/bid/")
    page.fill("input[name=price]", "9876.5")
    assert page.inner_text("#price-words") == in_words(Decimal("9876.50"))
    page.fill("input[name=days]", "20")
    page.fill("textarea[name=note]", "现场踏勘秘密")
    proposal = tmp_path / "技术方案.txt"
    proposal.write_bytes(b"a very secret plan " * 70_000)  # more than one chunk
    page.set_input_files("#files", str(proposal))
    page.click("#bid button")
    assert "玖仟捌佰柒拾陆元伍角整" in page.inner_text("#review")
    assert "技术方案.txt" in page.inner_text("#review")
    page.click("[data-do=seal]")
    page.wait_for_url("**/bids/**")
    text = page.inner_text("main")
    assert "on the bidder's own device" in text

    everything = b"".join(sent)
    for secret in (b"9876", "踏勘".encode(), b"secret plan", "技术方案".encode(), b"%E6%8A%80"):
        assert secret not in everything
    made = Bid.objects.get()
    assert made.sealed_by == "bidder"
    assert made.envelope_digest in text.replace("\n", "")
    file = SealedFile.objects.get()
    assert (file.bid, file.chunks, file.name) == (made, 2, "")

    open_tender(tender=world.close(tender), at=timezone.now())
    made.refresh_from_db()
    assert (made.price, made.days, made.note) == (Decimal("9876.50"), 20, "现场踏勘秘密")
    file.refresh_from_db()
    assert (file.opens, file.name) == (True, "技术方案.txt")
    assert b"".join(content_of(file)) == proposal.read_bytes()
    owner = signed_in(world.member(Role.OWNER, tender.owner))
    owner.goto(f"/en/tenders/{tender.ref}/")
    with owner.expect_download() as download:
        owner.click("text=技术方案.txt")
    assert Path(download.value.path()).read_bytes() == proposal.read_bytes()


def test_without_javascript_the_server_seals_and_the_receipt_says_so(signed_in):
    tender = world.tender()
    page = signed_in(agent_of(tender), javascript=False)
    page.goto(f"/en/tenders/{tender.ref}/bid/")
    page.fill("input[name=price]", "900")
    page.fill("input[name=days]", "10")
    page.click("#bid button")
    assert "玖佰元整" in page.inner_text("main")
    page.click("button[name=sealed]")
    assert "by the server" in page.inner_text("main")
    assert Bid.objects.get().sealed_by == "server"


def test_where_bids_are_sealed_on_the_device_alone_the_form_needs_javascript(signed_in):
    tender = world.tender(seal_on_device=True)
    agent = agent_of(tender)
    page = signed_in(agent, javascript=False)
    page.goto(f"/en/tenders/{tender.ref}/bid/")
    assert not page.is_visible("#bid")
    assert "takes only bids sealed on your own device" in page.inner_text("main")
    page = signed_in(agent)
    page.goto(f"/en/tenders/{tender.ref}/bid/")
    page.wait_for_selector("#bid:visible")


@pytest.mark.parametrize("price", ["0.05", "1", "10010", "100.05", "20000300.10", "9999999999.99", "101000"])
def test_browser_and_server_write_an_amount_in_the_same_words(price, signed_in):
    tender = world.tender()
    page = signed_in(agent_of(tender))
    page.goto(f"/en/tenders/{tender.ref}/bid/")
    page.wait_for_selector("#files-field:visible")
    page.fill("input[name=price]", price)
    assert page.inner_text("#price-words") == in_words(Decimal(price))


def test_a_trustee_hands_over_and_makes_keys_at_the_desk(signed_in, tmp_path):
    """With the store that its program made: the private half stays in the browser."""
    tender = world.tender()
    bid = submit_bid(
        tender=tender,
        tenderer=world.intermediary(sells=tender.service).entity,
        bid=PlainBid(Decimal("900.00"), 10),
        by=world.user(),
        at=timezone.now(),
    )
    appointed = tender.appointments.select_related("trustee", "key").get(position=2)
    path = tmp_path / "store.json"
    store = program.Store.create(path, trustee=appointed.trustee.ref, passphrase="six words", iterations=1000)
    private = world.PRIVATE[appointed.key_id]
    wrapped = program._wrap(store._kek, store.trustee, appointed.key_id, private)
    store.said["keys"][appointed.key_id] = {"public": bytes(appointed.key.public).hex(), "wrapped": wrapped}
    store._write()
    world.close(tender, shares=False)

    page = signed_in(world.member(Role.TRUSTEE, appointed.trustee.entity), width=1440)
    sent: list[bytes] = []
    page.on("request", lambda request: sent.append(request.post_data_buffer or b""))
    page.goto("/en/trustees/")
    page.set_input_files("#store", str(path))
    page.fill("#passphrase", "five words")
    page.click("button[value=answer]")
    page.wait_for_selector("[data-state=passphrase]:visible")
    page.fill("#passphrase", "six words")
    page.click("button[value=answer]")
    page.wait_for_selector(".messages")
    assert "are handed over" in page.inner_text(".messages")
    assert bytes(bid.shares.get().value or b"") == world.share_of(bid, tender, appointed)

    page.set_input_files("#store", str(path))
    page.fill("#passphrase", "six words")
    page.click("button[value=keys]")
    with page.expect_download() as download:
        page.click("#save")
    saved = program.Store(Path(download.value.path()), "six words")
    page.click("#register")
    page.wait_for_selector(".messages")
    assert "keys are registered" in page.inner_text(".messages")
    kept = set(saved.said["keys"])
    assert (
        set(appointed.trustee.keys.filter(registered_by__isnull=False).values_list("kid", flat=True)) < kept
    )
    everything = b"".join(sent)
    for kid, row in saved.said["keys"].items():
        secret = saved._unwrap(kid, row["wrapped"])
        assert secret.hex().encode() not in everything
        assert public_half(secret).hex() == row["public"]
    assert b"six words" not in everything
