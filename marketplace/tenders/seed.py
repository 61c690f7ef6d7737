"""Time limits, the grounds of direct choice and invitations, the rule on low prices. Idempotent."""

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from regulation.registry.models import Provision

from .models import DirectChoiceRule, InvitationRule, LowPriceRule, TimeLimit

FILE = Path(settings.BASE_DIR) / "data" / "time_limits.csv"
INVITED = FILE.with_name("invitation_rules.csv")
DIRECT = FILE.with_name("direct_choice_rules.csv")
LOW_NOTE = (
    "本平台规则：低于全部有效报价平均值的50%、低于次低报价的50%，或者低于最高限价的45%的，视为异常低价。",
    "A rule of this site: below 50% of the mean of valid prices or of the next price, or 45% of the ceiling.",
)


@transaction.atomic
def ensure_rules() -> int:
    """Put on record what is missing; returns how many rows were made."""
    made = 0
    provisions = {
        provision.ref: provision for provision in Provision.objects.filter(ref__startswith="tendering-")
    }
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            _limit, new = TimeLimit.objects.get_or_create(
                kind=row["kind"],
                region_id=row["region"],
                in_force=DateRange(dt.date.fromisoformat(row["in_force_from"]), None, "[)"),
                defaults={
                    "amount": int(row["amount"]),
                    "unit": row["unit"],
                    "provision": provisions.get(row["provision"]),
                    "note": row["note"],
                    "note_en": row["note_en"],
                },
            )
            made += new
    if not LowPriceRule.objects.filter(region="000000").exists():
        LowPriceRule.objects.create(
            region_id="000000",
            of_mean=Decimal(50),
            of_next=Decimal(50),
            of_ceiling=Decimal(45),
            in_force=DateRange(dt.date(2026, 1, 1), None, "[)"),
            note=LOW_NOTE[0],
            note_en=LOW_NOTE[1],
        )
        made += 1
    return made + _direct_choice() + _invitations()


def _direct_choice() -> int:
    made = 0
    with DIRECT.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            _rule, new = DirectChoiceRule.objects.get_or_create(
                ground=row["ground"],
                region_id=row["region"],
                in_force=DateRange(dt.date.fromisoformat(row["in_force_from"]), None, "[)"),
                defaults={
                    "amount": Decimal(row["amount"]) if row["amount"] else None,
                    "note": row["note"],
                    "note_en": row["note_en"],
                },
            )
            made += new
    return made


def _invitations() -> int:
    made = 0
    with INVITED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            _rule, new = InvitationRule.objects.get_or_create(
                ground=row["ground"],
                region_id=row["region"],
                in_force=DateRange(dt.date.fromisoformat(row["in_force_from"]), None, "[)"),
                defaults={"least": int(row["least"]), "note": row["note"], "note_en": row["note_en"]},
            )
            made += new
    return made
