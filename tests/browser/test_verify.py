"""The page's script says of a receipt what the tool says, in the browser itself."""

import json

import pytest

from regulation.ledger import proofs
from tests.factories import receipts as made
from tools.verify_receipt import Key, check_receipt

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_script_says_what_the_tool_says(new_page, monkeypatch):
    log = made.Log()
    said = proofs.Trust([log.signer.vkey], [log.witness.vkey], 1)
    monkeypatch.setattr(proofs, "trust", lambda: said)
    page, posts = new_page(390), []
    page.on("request", lambda r: posts.append(r.url) if r.method == "POST" else None)
    page.goto("/en/verify/")
    page.wait_for_function("document.documentElement.dataset.verifies === 'here'")
    for name, text, verdict in made.cases(log):
        page.evaluate("document.getElementById('verdict').dataset.code = ''")
        file = {"name": "r.tlog-proof", "mimeType": "text/plain", "buffer": text.encode()}
        page.set_input_files("main input[type=file]", [file])
        page.click("main form#verify button")
        page.wait_for_function("document.getElementById('verdict').dataset.code")
        assert page.evaluate("document.getElementById('verdict').dataset.code") == verdict, name
    assert posts == []  # nothing was sent anywhere
    for until, verdict in ((log.size, "valid"), (log.size - 1, "retired"), (0, "retired")):
        ended = proofs.Trust([f"{log.signer.vkey}@{until}"], [log.witness.vkey], 1)
        monkeypatch.setattr(proofs, "trust", lambda ended=ended: ended)
        assert check_receipt(log.receipt(), [Key.read(ended.log[0])], [], 0).code == verdict
        page.goto("/en/verify/")
        page.wait_for_function("document.documentElement.dataset.verifies === 'here'")
        page.fill("main textarea", log.receipt())
        page.click("main form#verify button")
        page.wait_for_function("document.getElementById('verdict').dataset.code")
        assert page.evaluate("document.getElementById('verdict').dataset.code") == verdict, until
    monkeypatch.setattr(proofs, "trust", lambda: said)
    page.goto("/en/verify/")
    page.wait_for_function("document.documentElement.dataset.verifies === 'here'")
    page.set_input_files("main input[type=file]", [])
    page.fill("main textarea", log.receipt())
    page.click("main form#verify button")
    page.wait_for_function("document.getElementById('verdict').dataset.code === 'valid'")
    shown = page.inner_text("#verdict")
    assert "The receipt is genuine" in shown
    tool = check_receipt(log.receipt(), *[[Key.read(v)] for v in (log.signer.vkey, log.witness.vkey)], 1)
    facts = [tool.header["kind"], *tool.witnesses, f"{tool.index} / {tool.size}"]
    assert [one for one in facts if one not in shown] == []
    assert json.loads(page.inner_text("#verdict pre")) == tool.body
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
