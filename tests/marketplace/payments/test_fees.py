"""What the platform takes is dated data from a file: public, and not changed once it held."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from marketplace.payments.models import FeeRule
from marketplace.payments.queries import fee_in_force
from marketplace.payments.seed import FILE, ensure_fees, seeded
from regulation.ledger.models import Entry

pytestmark = pytest.mark.django_db
HEAD = "per_mille,in_force_from,reason,reason_en\n"


def file(tmp_path, *lines):
    made = tmp_path / "fee_rules.csv"
    made.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return made


def at(year):
    return dt.datetime(year, 6, 1, tzinfo=dt.UTC)


def test_the_file_is_loaded_once_and_leaves_one_entry():
    assert bool(seeded(timezone.now()))
    assert not seeded(timezone.now())
    assert (
        Entry.objects.filter(kind="registry.seed_loaded", subject="registry.seed/fee_rules.csv").count() == 1
    )
    assert FILE.exists()
    assert fee_in_force(100_000, at=timezone.now()) == 0


def test_a_later_row_ends_the_one_before_and_each_day_has_its_rate(tmp_path):
    ensure_fees(file(tmp_path, "0,2026-01-01,免费,Free"))
    ensure_fees(file(tmp_path, "0,2026-01-01,免费,Free", "2.5,2030-01-01,规则,Rule"))
    assert [(one.per_mille, one.in_force.upper) for one in FeeRule.objects.all()] == [
        (Decimal(0), dt.date(2030, 1, 1)),
        (Decimal("2.50"), None),
    ]
    assert (fee_in_force(100_000, at=at(2029)), fee_in_force(100_000, at=at(2030))) == (0, 250)


@pytest.mark.parametrize(
    "line",
    ["x,2026-01-01,免费,", "0,2026,免费,", "101,2026-01-01,免费,", "0,2026-01-01,,"],
    ids=["rate", "day", "too_much", "no_reason"],
)
def test_a_row_that_cannot_be_read_is_named_and_nothing_is_written(tmp_path, line):
    with pytest.raises(ValueError, match="row 3"):
        ensure_fees(file(tmp_path, "0,2025-01-01,免费,Free", line))
    assert not FeeRule.objects.exists()


def test_a_rate_on_record_is_not_changed(tmp_path):
    ensure_fees(file(tmp_path, "0,2026-01-01,免费,Free"))
    with pytest.raises(ValueError, match="on record as 0"):
        ensure_fees(file(tmp_path, "1,2026-01-01,收费,Fee"))
    with pytest.raises(IntegrityError, match="fee_rule_stands"), transaction.atomic():
        FeeRule.objects.update(per_mille=1)


def test_everyone_reads_what_is_taken_since_when_and_by_which_rule(client, tmp_path, assert_flat):
    with override("en"):
        way = reverse("payments:fees")
        assert "No rule on fees is on record" in client.get(way).content.decode()
        ensure_fees()
        page = client.get(way).content.decode()
        assert "Nothing. Neither side pays" in page
        assert "A rule of this site: the platform takes nothing" in page
        FeeRule.objects.create(
            per_mille=3, in_force=(dt.date(2020, 1, 1), dt.date(2021, 1, 1)), reason="旧规则"
        )
        assert "旧规则" in client.get(way).content.decode()
