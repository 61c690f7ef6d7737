"""A draw anyone can repeat: pure function, script, steps, and what the database refuses."""

import datetime as dt
import hashlib
import json
import secrets
import subprocess
import sys
from collections import Counter
from itertools import permutations

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.tenders import choosing_errors as refused
from marketplace.tenders import draw as pure
from marketplace.tenders import operations
from marketplace.tenders.models import Draw, DrawSecret, PublicSource
from regulation.ledger.models import Entry
from tests.factories import tenders, world

NAMES = st.text("0123456789ABCDEFGH", min_size=1, max_size=18)


def inputs(names, value="2026133 01 02", *, values=("11" * 32, "22" * 32), number=1) -> pure.Inputs:
    rows = tuple(
        (
            f"parties.user/{n}",
            secret,
            pure.commitment(
                tender="tenders.tender/t", number=number, trustee=f"parties.user/{n}", secret=secret
            ),
        )
        for n, secret in enumerate(values)
    )
    return pure.Inputs("tenders.tender/t", number, pure.frozen_list(names), value, rows)


def by_hand(of: pure.Inputs) -> list[str]:
    """The definition of docs/choosing.md once more."""
    lines = ["qinqing-draw-v1", of.tender, str(of.number)]
    lines.append(hashlib.sha256("\n".join(of.candidates).encode()).hexdigest())
    lines.append(of.public_value)
    lines += sorted(f"{who} {secret}" for who, secret, _c in of.secrets)
    key = "\n".join(lines).encode()
    left, order = list(of.candidates), []
    for pick in range(len(of.candidates)):
        attempt = 0
        while True:
            mark = bytes([0, 0, pick >> 8, pick & 255]) + attempt.to_bytes(4, "big")
            number = int(hashlib.sha256(mark + key + mark).hexdigest(), 16)
            if number < 2**256 - 2**256 % len(left):
                break
            attempt += 1
        order.append(left.pop(number % len(left)))
    return order


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(names=st.sets(NAMES, min_size=1, max_size=12))
def test_a_draw_is_the_definition_and_loses_nobody(names):
    of = inputs(sorted(names))
    assert pure.draw(of) == by_hand(of)
    assert sorted(pure.draw(of)) == sorted(names)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(names=st.lists(NAMES, min_size=2, max_size=8, unique=True))
def test_the_order_in_which_names_or_trustees_are_stored_does_not_matter(names):
    of = inputs(names)
    other = pure.Inputs(
        of.tender, of.number, pure.frozen_list(names[::-1]), of.public_value, of.secrets[::-1]
    )
    assert pure.draw(of) == pure.draw(other)


def test_each_input_changes_the_result():
    names = [f"{n:04d}" for n in range(200)]
    orders = [
        pure.draw(of)
        for of in (
            inputs(names),
            inputs(names, "2026133 01 03"),
            inputs(names, values=("11" * 32, "23" + "22" * 31)),
            inputs(names, number=2),
            inputs([*names[:-1], "9999"]),
        )
    ]
    assert len({tuple(order) for order in orders}) == len(orders)


def test_every_order_is_as_likely_as_the_other():
    """24 orders, 12,000 values: chi-square with 23 degrees of freedom below 58.6 (p = 0.00006)."""
    counted = Counter(tuple(pure.draw(inputs("ABCD", f"{n}"))) for n in range(12_000))
    assert set(counted) == set(permutations("ABCD"))
    assert sum((seen - 500) ** 2 / 500 for seen in counted.values()) < 58.6


def test_numbers_that_would_favour_anyone_are_thrown_away():
    """Of 16 numbers for three places the last, 15, is in a shorter round: place 0 would get it."""
    places = Counter(pure.below(3, iter([first, 7]), space=16) for first in range(16))
    assert places[0] == places[2] == 5
    assert pure.below(3, iter([15, 7]), space=16) == 7 % 3
    control = Counter(number % 3 for number in range(16))
    assert control[0] == 6


@pytest.mark.parametrize("names", [[], ["A", "A"], ["A\nB"], [""]])
def test_a_list_that_cannot_be_drawn_from_is_refused(names):
    with pytest.raises(pure.Unusable):
        pure.frozen_list(names)


@pytest.mark.parametrize(
    ("typed", "kept"), [(" ０３ 07  08 ", "03 07 08"), ("ABCDEF", "abcdef"), ("4,194-7", "4,194-7")]
)
def test_a_public_value_has_one_spelling(typed, kept):
    assert pure.plain_value(typed) == kept


@pytest.mark.parametrize("typed", ["", "  ", "红球", 'a"""b', "x" * 201, "a\u0000"])
def test_a_value_that_is_no_plain_line_is_refused(typed):
    with pytest.raises(pure.Unusable):
        pure.plain_value(typed)


def test_a_secret_that_was_not_committed_to_is_refused():
    of = inputs("ABC")
    (who, _secret, committed), other = of.secrets
    with pytest.raises(pure.Unusable):
        pure.draw(
            pure.Inputs(
                of.tender, of.number, of.candidates, of.public_value, ((who, "00" * 32, committed), other)
            )
        )


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(names=st.sets(NAMES, min_size=1, max_size=20))
def test_the_script_on_the_page_repeats_the_draw(names):
    of = inputs(sorted(names))
    assert len(pure.script(of).strip().splitlines()) <= 20
    run = subprocess.run(
        [sys.executable, "-I", "-c", pure.script(of)], capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == pure.draw(of)


def test_the_script_refuses_a_changed_secret_or_list():
    text = pure.script(inputs("ABC"))
    for forged in (text.replace("11" * 32, "33" * 32, 1), text.replace('["A", "B", "C"]', '["A", "B", "D"]')):
        assert forged != text
        run = subprocess.run(
            [sys.executable, "-I", "-c", forged], capture_output=True, text=True, check=False
        )
        assert "AssertionError" in run.stderr


# --- step by step

pytestmark = pytest.mark.django_db


@pytest.fixture
def tender():
    return tenders.opened("900.00", "950.00", "990.00", method="random_draw")[0]


def now() -> dt.datetime:
    return timezone.now()


def test_from_the_naming_to_the_award_and_the_witness(tender):
    witness = world.user()
    draw = tenders.ready_to_draw(tender, witnesses=(witness,))
    with pytest.raises(refused.NotDrawn):
        operations.propose_award(tender=tender, by=world.user(), at=now())
    held = operations.hold_draw(draw=draw, by=world.user(), at=now())
    assert held.outcome == by_hand(operations.inputs_of(held))
    made = tenders.award_tender(tender=tender, by=world.user(), at=now())
    assert made.bid_id == held.bids[held.outcome[0]]
    seat = operations.confirm_draw(draw=held, by=witness, at=now())
    assert seat.confirmed_at
    with pytest.raises(refused.NotDecidable):
        operations.confirm_draw(draw=held, objection="后悔", by=witness, at=now())
    told = json.loads(Entry.objects.get(kind="tenders.drawn").body)
    assert "outcome" in json.dumps(told)


def test_commitments_come_before_the_freeze_and_the_freeze_before_the_value(tender):
    draw = tenders.named_draw(tender)
    with pytest.raises(refused.NotCommitted):
        operations.freeze_draw(draw=draw, by=world.user(), at=now())
    (trustee, secret), _other = tenders.committed(draw)
    with pytest.raises(refused.NotFrozen):
        operations.open_secret(draw=draw, secret=secret, by=trustee, at=now())
    draw = operations.freeze_draw(draw=draw, by=world.user(), at=now())
    assert draw.candidates == sorted(draw.candidates)
    assert draw.list_digest == hashlib.sha256("\n".join(draw.candidates).encode()).hexdigest()
    with pytest.raises(refused.AlreadyFrozen):
        operations.commit_secret(draw=draw, commitment="0" * 64, by=world.user(), at=now())
    with pytest.raises(refused.NotKnownYet):
        operations.enter_value(draw=draw, value="1", reference="r", by=world.user(), at=now())
    with pytest.raises(refused.NotKnownYet):
        operations.open_secret(draw=draw, secret=secret, by=trustee, at=now())
    with pytest.raises(IntegrityError, match="draw_secret_as_committed"), transaction.atomic():
        DrawSecret.objects.filter(trustee=trustee).update(secret=secret, opened_at=now())
    operations.enter_value(draw=tenders.known(draw), value="1", reference="r", by=world.user(), at=now())
    with pytest.raises(refused.WrongSecret):
        operations.open_secret(draw=draw, secret="0" * 64, by=trustee, at=now())
    with pytest.raises(refused.InputsMissing):
        operations.hold_draw(draw=draw, by=world.user(), at=now())


def test_a_list_is_not_frozen_once_the_value_can_be_known(tender):
    draw = tenders.named_draw(tender)
    tenders.committed(draw)
    with pytest.raises(refused.KnownTooSoon):
        operations.freeze_draw(draw=draw, by=world.user(), at=draw.known_from)
    with pytest.raises(refused.KnownTooSoon):
        operations.name_draw(
            tender=tenders.opened("900.00", method="random_draw")[0],
            source=PublicSource.DRAND,
            source_name="1",
            known_from=now(),
            by=world.user(),
            at=now(),
        )


def test_who_is_tied_is_not_in_the_list(tender):
    tied = tender.bids.order_by("pk").first().tenderer
    world.interest(tender.department, tied, "setUp")
    draw = tenders.named_draw(tender)
    tenders.committed(draw)
    draw = operations.freeze_draw(draw=draw, by=world.user(), at=now())
    assert len(draw.candidates) == 2
    assert tied.credit_code not in draw.candidates
    assert [row["outcome"] for row in draw.kept_out] == ["conflicted"]


def test_another_draw_needs_a_reason_and_a_value_never_named_before(tender):
    draw = tenders.named_draw(tender)
    with pytest.raises(refused.DrawStands):
        tenders.named_draw(tender, name="other")
    with pytest.raises(refused.SayWhy):
        operations.end_draw(draw=draw, reason="", by=world.user(), at=now())
    operations.end_draw(draw=draw, reason="受托人失联", by=world.user(), at=now())
    with pytest.raises(refused.ValueUsed):
        tenders.named_draw(tender)
    assert tenders.named_draw(tender, name="2026134").number == 2


def test_the_witnesses_enter_a_value_together(tender):
    one, other = world.user(), world.user()
    draw = operations.name_draw(
        tender=tender,
        source=PublicSource.WITNESSES,
        source_name="各自写下的数字",
        known_from=now() + dt.timedelta(hours=1),
        witnesses=(one, other),
        by=world.user(),
        at=now(),
    )
    tenders.committed(draw)
    operations.freeze_draw(draw=draw, by=world.user(), at=now())
    draw.refresh_from_db()
    draw = tenders.known(draw)
    with pytest.raises(refused.BadValue):
        operations.enter_value(draw=draw, value="1", reference="r", by=world.user(), at=now())
    operations.witness_value(draw=draw, value="77", by=other, at=now())
    draw.refresh_from_db()
    assert draw.public_value == ""
    operations.witness_value(draw=draw, value="13", by=one, at=now())
    draw.refresh_from_db()
    assert draw.public_value == "13/77"


@pytest.mark.parametrize(
    ("change", "guard"),
    [
        ({"candidates": ["X"]}, "draw_stands"),
        ({"list_digest": "0" * 64}, "draw_stands"),
        ({"public_value": "9"}, "draw_stands"),
        ({"source_name": "another"}, "draw_stands"),
        ({"known_from": timezone.now()}, "draw_stands"),
        ({"outcome": ["X"]}, "draw_stands"),
    ],
)
def test_the_database_lets_nothing_of_a_draw_be_changed(tender, change, guard):
    draw = tenders.ready_to_draw(tender)
    operations.hold_draw(draw=draw, by=None, at=now())
    with pytest.raises(DatabaseError, match=guard), transaction.atomic():
        Draw.objects.filter(pk=draw.pk).update(**change)


def test_the_database_itself_knows_what_a_trustee_committed_to(tender):
    draw = tenders.named_draw(tender)
    tenders.committed(draw)
    draw = operations.freeze_draw(draw=draw, by=world.user(), at=now())
    with pytest.raises(DatabaseError, match="draw_secret_as_committed"), transaction.atomic():
        DrawSecret.objects.update(secret=secrets.token_hex(32), opened_at=now())
    with pytest.raises(DatabaseError, match="draw_secret_committed_before_the_freeze"), transaction.atomic():
        DrawSecret.objects.create(draw=draw, trustee=world.user(), commitment="0" * 64)
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        Draw.objects.filter(pk=draw.pk).update(public_value="1", value_at=now())


def test_a_single_draw_names_one_and_a_withdrawal_leads_to_another_draw():
    tender, _bids = tenders.opened(
        "900.00", "950.00", method="random_draw", method_parameters={"mode": "single"}
    )
    held = operations.hold_draw(draw=tenders.ready_to_draw(tender), by=None, at=now())
    assert len(held.outcome) == 1
    made = tenders.award_tender(tender=tender, by=world.user(), at=now())
    operations.withdraw_after_opening(bid=made.bid, reason="放弃", by=world.user(), at=now())
    operations.end_draw(draw=held, reason="中选人放弃", by=world.user(), at=now())
    assert tenders.named_draw(tender, name="2026135").number == 2


def test_the_page_has_every_input_and_the_script_and_its_file_runs(tender, client):
    draw = operations.hold_draw(draw=tenders.ready_to_draw(tender), by=None, at=now())
    page = client.get(f"/en/tenders/{tender.ref}/draws/1/").content.decode()
    for text in (
        draw.list_digest,
        draw.public_value,
        *draw.candidates,
        *draw.secrets.values_list("secret", flat=True),
    ):
        assert text in page
    script = client.get(f"/en/tenders/{tender.ref}/draws/1/draw.py").content.decode()
    run = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.split() == draw.outcome


def test_the_file_of_a_trustee_makes_a_commitment_that_the_site_takes(tender, tmp_path):
    draw, trustee = tenders.named_draw(tender), world.user()
    kept = tmp_path / "secret"
    tool = [sys.executable, "tools/draw_secret.py"]
    made = subprocess.run(
        [*tool, "make", tender.urn, "1", trustee.urn, str(kept)], capture_output=True, text=True, check=True
    )
    operations.commit_secret(draw=draw, commitment=made.stdout.strip(), by=trustee, at=now())
    tenders.committed(draw, 1)
    frozen = operations.freeze_draw(draw=draw, by=world.user(), at=now())
    operations.enter_value(draw=tenders.known(frozen), value="1", reference="r", by=world.user(), at=now())
    shown = subprocess.run([*tool, "show", str(kept)], capture_output=True, text=True, check=True)
    assert operations.open_secret(draw=draw, secret=shown.stdout, by=trustee, at=now()).opened_at
