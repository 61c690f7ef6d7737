"""The rule, the schedule and the standard text contracts begin with, for the country. Idempotent."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from regulation.ledger.operations import record
from regulation.parties.models import Region
from regulation.registry.models import Provision, Service
from regulation.registry.seed.files import DataFile
from regulation.registry.seed.put import Change
from regulation.registry.seed.rulings import AUTHOR, signatory

from .models import ContractRule, ReviewRule, Schedule, SettlementRule, Wording

SCHEDULES = Path(settings.BASE_DIR) / "data" / "contract_schedules.json"
REVIEWS = SCHEDULES.with_name("review_rules.json")
TEXTS = Path(__file__).parent / "texts"
SINCE = dt.date(2026, 1, 1)
NOTE = (
    "本平台规则：中选结果确定后三十日内签订（参照招标投标法第四十六条）；提交成果后十个工作日内不答复视为通过。",
    "Rules of this site: signed within thirty days of the final award (by analogy with the Tendering Law, "
    "article 46); work not answered in ten working days counts as accepted.",
)


SETTLING = (
    "本平台规则：调解人和各方有两个工作日答复或者提出异议，此后十个工作日内作出决定；催告宽限十日"
    "（参照民法典第五百六十三条）。",
    "Rules of this site: two working days for a mediator to answer and the sides to object, ten more to "
    "decide; a demand gives ten days (by analogy with the Civil Code, article 563).",
)


def _settling() -> int:
    if SettlementRule.objects.filter(region="000000").exists():
        return 0
    country, _ = Region.objects.get_or_create(code="000000", defaults={"name": "全国"})
    SettlementRule.objects.create(
        region=country,
        in_force=DateRange(SINCE, None, "[)"),
        answer_amount=2,
        answer_unit="working_days",
        decide_amount=10,
        decide_unit="working_days",
        grace_amount=10,
        grace_unit="days",
        note=SETTLING[0],
        note_en=SETTLING[1],
    )
    return 1


def _rule() -> int:
    if ContractRule.objects.filter(region="000000").exists():
        return 0
    country, _ = Region.objects.get_or_create(code="000000", defaults={"name": "全国"})
    ContractRule.objects.create(
        region=country,
        in_force=DateRange(SINCE, None, "[)"),
        sign_amount=30,
        sign_unit="days",
        silence_amount=10,
        silence_unit="working_days",
        cure_amount=24,
        cure_unit="hours",
        late_per_mille=Decimal("0.50"),
        late_cap=Decimal("10"),
        drift_limit=Decimal("10"),
        provision=Provision.objects.filter(ref="tendering-law-46").first(),
        note=NOTE[0],
        note_en=NOTE[1],
    )
    return 1


def _schedules() -> int:
    made = 0
    for row in json.loads(SCHEDULES.read_text(encoding="utf-8")):
        service = Service.objects.filter(code=row["service"]).first() if row["service"] else None
        if (row["service"] and service is None) or Schedule.objects.filter(service=service).exists():
            continue
        Schedule.objects.create(
            service=service,
            in_force=DateRange(SINCE, None, "[)"),
            parts=row["parts"],
            note=row["note"],
            note_en=row["note_en"],
        )
        made += 1
    return made


@transaction.atomic
def ensure_terms() -> int:
    """Put on record what is missing; returns how many rows were made."""
    made = _rule() + _settling() + _schedules()
    if not Wording.objects.filter(service__isnull=True).exists():
        text, text_en = _text("general")
        Wording.objects.create(version=1, starts_on=SINCE, text=text, text_en=text_en)
        made += 1
    return made + _special_texts()


def _text(name: str) -> tuple[str, str]:
    """A text in Chinese and in English."""
    zh, en = ((TEXTS / f"{name}.{lang}.txt").read_text(encoding="utf-8") for lang in ("zh", "en"))
    return zh, en


def _special_texts() -> int:
    """Texts of services that have terms of their own: the general one, and these after it."""
    codes = {path.name.partition(".")[0] for path in (TEXTS / "special").glob("*.txt")}
    lacking = Service.objects.filter(code__in=codes).exclude(
        pk__in=Wording.objects.filter(service__isnull=False).values("service")
    )
    general, made = _text("general"), 0
    for service in lacking.order_by("code"):
        own = _text(f"special/{service.code}")
        text, text_en = (f"{one.rstrip()}\n\n{more}" for one, more in zip(general, own, strict=True))
        note = f"通用文本，另加{service.name}的特别约定。"
        Wording.objects.create(
            service=service, version=1, starts_on=SINCE, text=text, text_en=text_en, note=note
        )
        made += 1
    return made


@transaction.atomic
def seeded(at: dt.datetime) -> Change:
    """As the loading of the seed calls it: one entry where something was put on record."""
    return told_of(Change(created=ensure_terms()), SCHEDULES)


def told_of(change: Change, path: Path) -> Change:
    """One entry of a file that wrote something, in the caller's transaction."""
    if change:
        file = DataFile(path.parent, path.name)
        body = {"sha256": file.sha256(), "created": change.created, "updated": change.updated}
        record(kind="registry.seed_loaded", subject=file, actor=signatory(AUTHOR), body=body)
    return change


@transaction.atomic
def ensure_review_rules() -> int:
    """Put the rules on reviews on record that are missing; returns how many were made."""
    made = 0
    for row in json.loads(REVIEWS.read_text(encoding="utf-8")):
        if ReviewRule.objects.filter(region=row["region"], is_invented=False).exists():
            continue
        region, _ = Region.objects.get_or_create(code=row["region"], defaults={"name": "全国"})
        times = ("open_for", "object_within", "reply_within", "answer_within", "mend_within")
        ReviewRule.objects.create(
            region=region,
            in_force=DateRange(dt.date.fromisoformat(row["in_force_from"]), None, "[)"),
            **{name: dt.timedelta(days=row[f"{name}_days"]) for name in times},
            **{f"weight_{by}": weight for by, weight in row["weights"].items()},
            **{name: row[name] for name in ("ages", "least_contracts", "least_buyers", "stars")},
            **{name: row[name] for name in ("note", "note_en", "source")},
        )
        made += 1
    return made


@transaction.atomic
def reviews_seeded(at: dt.datetime) -> Change:
    """The rules on reviews as the loading of the seed calls for them."""
    return told_of(Change(created=ensure_review_rules()), REVIEWS)
