"""Time limits, procedure, direct choice, invitations, low prices: rules from data files. Idempotent."""

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from regulation.registry.models import Provision

from .models import DirectChoiceRule, InvitationRule, LowPriceRule, ProcedureRule, TimeLimit

FILE = Path(settings.BASE_DIR) / "data" / "time_limits.csv"
INVITED = FILE.with_name("invitation_rules.csv")
DIRECT = FILE.with_name("direct_choice_rules.csv")
LOW = FILE.with_name("low_price_rules.csv")
PROCEDURE = FILE.with_name("procedure_rules.csv")


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
    return made + _low_prices() + _procedure() + _direct_choice() + _invitations()


def _low_prices() -> int:
    made = 0
    with LOW.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if LowPriceRule.objects.filter(region=row["region"]).exists():
                continue
            LowPriceRule.objects.create(
                region_id=row["region"],
                in_force=DateRange(dt.date.fromisoformat(row["in_force_from"]), None, "[)"),
                **{name: Decimal(row[name]) for name in ("of_mean", "of_next", "of_ceiling")},
                **{name: row[name] for name in ("note", "note_en")},
            )
            made += 1
    return made


def _procedure() -> int:
    made, times = 0, ("minimum_bidding", "opening_grace", "after_amendment")
    with PROCEDURE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if ProcedureRule.objects.filter(region=row["region"]).exists():
                continue
            ProcedureRule.objects.create(
                region_id=row["region"],
                in_force=DateRange(dt.date.fromisoformat(row["in_force_from"]), None, "[)"),
                **{name: dt.timedelta(hours=int(row[f"{name}_hours"])) for name in times},
                **{name: row[name] for name in ("note", "note_en")},
            )
            made += 1
    return made


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
