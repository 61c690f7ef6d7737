"""A receipt verifies offline, a tampered one does not, and the site says the same as the tool."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils.html import escape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulation.ledger import effects, proofs
from regulation.ledger.models import Entry, ReceiptLink
from regulation.ledger.operations import record
from regulation.ledger.receipts import give_receipt, gives_receipt, receipt_link, short_code
from regulation.ledger.tasks import deliver
from regulation.parties.models import Role
from tests.factories import receipts as made
from tests.factories import world
from tools import verify_receipt as tool

TOOL = Path(tool.__file__)
LOG = made.Log()
CASES = made.cases(LOG)
KEYS = [tool.Key.read(LOG.signer.vkey)], [tool.Key.read(LOG.witness.vkey)]


@pytest.mark.parametrize(("name", "text", "verdict"), CASES, ids=[c[0] for c in CASES])
def test_the_tool_tells_good_from_tampered(name, text, verdict):
    assert tool.check_receipt(text, *KEYS, 1).code == verdict


@pytest.fixture
def trusted(monkeypatch):
    said = proofs.Trust([LOG.signer.vkey], [LOG.witness.vkey, "broken"], 1)
    monkeypatch.setattr("regulation.ledger.receipts.trust", lambda: said)
    monkeypatch.setattr(proofs, "trust", lambda: said)


@pytest.mark.django_db
def test_the_site_says_the_same_by_upload_and_by_paste(client, trusted):
    words = {}
    for _name, text, verdict in CASES:
        sent = SimpleUploadedFile("r.tlog-proof", text.encode())
        by_file = client.post("/en/verify/", {"file": sent})
        assert by_file.context["verdict"].code == verdict
        if "\0" not in text:
            assert client.post("/en/verify/", {"text": text}).context["verdict"].code == verdict
        words.setdefault(verdict, by_file.context["said"][1])
        shown = by_file.content.decode().partition('id="verdict"')[2].partition("<template")[0]
        assert escape(words[verdict]) in shown
    assert len(set(words.values())) == len(words) == 6


def test_every_single_byte_of_a_receipt_counts():
    """Whichever byte is altered, the receipt is not valid: all but the spelling of unknown lines is held."""
    text = LOG.receipt().encode()
    for at in range(0, len(text)):
        try:
            bad = made.flipped(text, at).decode()
        except UnicodeDecodeError:
            continue
        assert tool.check_receipt(bad, *KEYS, 1).code != "valid", at


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text())
def test_whatever_is_not_a_receipt_is_malformed(text):
    assert tool.check_receipt(text, *KEYS).code == "malformed"
    assert tool.check_receipt(f"c2sp.org/tlog-proof@v1\n{text}\n\n{text}", *KEYS).code == "malformed"


def test_without_keys_or_cryptography_it_says_that_signatures_are_unchecked(monkeypatch):
    assert tool.check_receipt(LOG.receipt()).code == "unsigned"
    monkeypatch.setattr(tool, "ed25519", lambda: None)
    assert tool.check_receipt(LOG.receipt(), *KEYS, 1).code == "unsigned"


def run(tmp_path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The file alone, from another folder, with nothing of this site on its path."""
    command = [sys.executable, str(TOOL), *arguments]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)


def test_the_tool_is_one_file_that_runs_alone(tmp_path):
    keys = ["--log-key", LOG.signer.vkey, "--witness-key", LOG.witness.vkey, "--quorum", "1"]
    by_name = {name: (text, verdict) for name, text, verdict in CASES}
    for name, status in (("good", 0), ("body", 1)):
        (tmp_path / name).write_text(by_name[name][0])
        done = run(tmp_path, "receipt", name, *keys)
        assert (done.returncode, done.stdout.split()[1]) == (status, by_name[name][1]), done.stderr
    assert run(tmp_path, "receipt", "good").returncode == 2


def test_an_export_is_held_against_a_range_of_checkpoints(tmp_path):
    leaves = [made.b64(leaf) for leaf in LOG.leaves()]
    (tmp_path / "leaves").write_text("\n".join(leaves) + "\n")
    for size in range(1, LOG.size + 1):
        (tmp_path / f"c{size}").write_text(LOG.checkpoint(size))
    names = [f"c{n}" for n in range(1, LOG.size + 1)]
    keys = ["--log-key", LOG.signer.vkey]
    assert run(tmp_path, "export", "leaves", *names, *keys).returncode == 0
    leaves[4], leaves[5] = leaves[5], leaves[4]
    (tmp_path / "leaves").write_text("\n".join(leaves) + "\n")
    done = run(tmp_path, "export", "leaves", *names, *keys)
    assert done.returncode == 1
    bad = [int(line.split()[0]) for line in done.stdout.splitlines() if line.endswith("inclusion")]
    assert bad[0] == 5  # the first checkpoint that the swap reaches
    (tmp_path / "leaves").write_text("\n".join(leaves[:3]) + "\n")
    assert "11 inclusion" in run(tmp_path, "export", "leaves", "c11", *keys).stdout


def entry(kind: str = "registry.comment_filed", actor=None) -> Entry:
    class Thing:
        urn = "test.subject/9"

    with transaction.atomic():
        return record(kind=kind, subject=Thing(), actor=actor, body={"a": 1})


class Thing:
    urn = "test.subject/9"


@pytest.mark.django_db
def test_a_receipt_waits_until_its_entry_is_integrated(client, monkeypatch):
    link = give_receipt(subject=Thing, kind=entry().kind, holder=None)
    page = client.get(f"/en/receipts/{link.ref}/")
    assert "Its proof follows" in page.content.decode()
    assert "<svg" in page.content.decode()
    assert page["X-Robots-Tag"] == "noindex"
    assert client.get(f"/en/receipts/{link.ref}/file/").status_code == 404
    found = LOG.parts()
    proof = proofs.Proof(6, made.path(6, LOG.leaves()), LOG.checkpoint())
    head = proofs.Disclosed(found["header_salt"], found["header"])
    monkeypatch.setattr(proofs, "header_of", lambda e: head)
    monkeypatch.setattr(proofs, "content_of", lambda e: proofs.Disclosed(found["salt"], found["body"]))
    monkeypatch.setattr(proofs, "proof_of", lambda e: proof)
    assert "Download the receipt" in client.get(f"/en/receipts/{link.ref}/").content.decode()
    file = client.get(f"/en/receipts/{link.ref}/file/")
    assert file.content.decode() == LOG.receipt()
    assert short_code(link.entry).lower() in file["Content-Disposition"]


@pytest.mark.django_db
def test_a_receipt_is_given_once_to_whoever_wrote(client):
    first, second = world.user(), world.user()
    mine = entry(actor=first)
    entry(actor=second)
    link = give_receipt(subject=Thing, kind=mine.kind, holder=first, by=first)
    assert link.entry == mine
    assert give_receipt(subject=Thing, kind=mine.kind, holder=first, by=first) == link
    assert len(link.ref) == 26
    with pytest.raises(Entry.DoesNotExist):
        give_receipt(subject=Thing, kind="nothing", holder=None)


@pytest.mark.django_db
def test_kinds_register_for_receipts_of_what_no_page_records(monkeypatch):
    """A payment's entry is written by a webhook: its receipt is there without a page that gives it."""
    monkeypatch.setattr(effects, "_effects", {})
    gives_receipt("test.paid", "test.refunded")
    payer = world.user()
    paid, other = entry("test.paid", actor=payer), entry("test.viewed", actor=payer)
    for one in (paid, paid, other):
        deliver(one.pk)
    assert receipt_link(subject=Thing, kind="test.paid").holder == payer
    assert ReceiptLink.objects.get().entry == paid


@pytest.mark.django_db
def test_a_declaration_gives_a_receipt(client, sign_in):
    agent = world.member(Role.AGENT, world.intermediary().entity)
    page = sign_in(agent).post("/en/account/declare/", follow=True)
    link = ReceiptLink.objects.get()
    assert link.holder == agent.user
    assert f'href="/en/receipts/{link.ref}/"' in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Choose the file"),
        ({"text": "  \n"}, "Choose the file"),
        ({"file": SimpleUploadedFile("x", b"\xff\xfe")}, "not text"),
        ({"file": SimpleUploadedFile("x", b"a" * (tool.MOST + 1))}, "too large"),
        ({"text": "\0"}, "Null characters"),
    ],
)
def test_what_cannot_be_checked_is_told(client, sent, said):
    answer = client.post("/en/verify/", sent)
    assert answer.status_code == 422
    assert said in answer.content.decode()
