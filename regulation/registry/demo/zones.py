"""Two invented zones for the demo: which real zones have completed an assessment is not on record."""

import datetime as dt
from dataclasses import dataclass

from regulation.parties.models import User

from ..models import Effect, Provision, Service, Zone
from ..operations import Assessed, draft_assessment, publish_assessment, save_catalogued

SOURCE = "演示虚构数据"
PROVISION = "business-environment-42"  # the national article on area assessments
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Invented:
    """One assessment: valid for the days [starts, ends) counted from today."""

    service: str
    effect: Effect
    starts: int
    ends: int | None
    published: bool = True


ZONES: dict[tuple[str, str, str, str], tuple[Invented, ...]] = {
    (
        "demo-tangshan-binhai",
        "130200",
        "唐山滨海产业示范园（演示）",
        "Tangshan Binhai Industrial Park (demo)",
    ): (
        Invented("geological-hazard-assessment", Effect.WAIVED, -300, 900),
        Invented("mineral-overlay-assessment", Effect.WAIVED, -300, 900),
        Invented("seismic-safety-assessment", Effect.WAIVED, -300, None),
        Invented("soil-and-water-plan", Effect.SIMPLIFIED, -700, 40),
        Invented("flood-impact-report", Effect.FILED, -300, 900),
        Invented("water-resources-report", Effect.SIMPLIFIED, 0, 900, published=False),
    ),
    (
        "demo-guangan-lingang",
        "511602",
        "广安临港物流示范园（演示）",
        "Guang'an Harbour Logistics Park (demo)",
    ): (
        Invented("soil-and-water-plan", Effect.WAIVED, -760, -30),
        Invented("energy-conservation-report", Effect.FILED, -200, 500),
    ),
}


def ensure_demo_zones(*, editor: User, reviewer: User, today: dt.date, at: dt.datetime) -> None:
    """Make the two zones once: one whose assessments are valid, one with an assessment that has ended."""
    provision = Provision.objects.get(ref=PROVISION)
    services = {service.code: service for service in Service.objects.all()}
    for (ref, region, name, name_en), assessments in ZONES.items():
        if Zone.objects.filter(ref=ref).exists():
            continue
        zone = Zone(ref=ref, region_id=region, name=name, name_en=name_en, is_invented=True, source=SOURCE)
        save_catalogued(item=zone, changed=["ref", "name"], by=editor)
        for one in assessments:
            said = _said(one, zone, services[one.service], provision, today=today)
            draft = draft_assessment(said=said, by=editor)
            if one.published:
                publish_assessment(assessment=draft, by=reviewer, at=at)


def _said(one: Invented, zone: Zone, service: Service, provision: Provision, *, today: dt.date) -> Assessed:
    return Assessed(
        zone=zone,
        service=service,
        report=f"{zone.name}{service.name}区域评估报告",
        effect=one.effect,
        provision=provision,
        source=SOURCE,
        start=today + DAY * one.starts,
        end=None if one.ends is None else today + DAY * one.ends,
    )
