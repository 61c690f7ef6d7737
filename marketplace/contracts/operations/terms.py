"""What is signed: every term and both texts, filled in, as one JSON object with its digest."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import override

from marketplace.payments.books import to_yuan
from marketplace.tenders.limits import Limit
from marketplace.tenders.queries import services_relied
from regulation.parties.models import Entity
from regulation.registry.models import Ruling

from ..models import Contract, ContractRule, Milestone
from ..text import fill
from .rules import rule_of

UNITS = {
    "zh": {"seconds": "秒", "hours": "小时", "days": "日", "working_days": "个工作日"},
    "en": {"seconds": "seconds", "hours": "hours", "days": "days", "working_days": "working days"},
}


def told(limit: Limit, lang: str) -> str:
    """A time limit in words."""
    unit = UNITS[lang][limit.unit.value]
    return f"{limit.amount}{unit}" if lang == "zh" else f"{limit.amount} {unit}"


def _name(of: Any, lang: str) -> str:
    return (getattr(of, "name_en", "") if lang == "en" else "") or str(of.name)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _rulings(contract: Contract, lang: str) -> str:
    """Of each service the necessity and the law it rests on."""
    rows = services_relied(contract.award.tender)
    if len(rows) == 1:
        return _ruling(contract.ruling, lang)
    said = [f"{_name(one.service, lang)}: {_ruling(one.ruling, lang)}" for one in rows]
    return "；".join(said) if lang == "zh" else "; ".join(said)


def _ruling(ruling: Ruling | None, lang: str) -> str:
    """The necessity and the law it rests on; at most three provisions are named."""
    if ruling is None:
        return "无，系自愿委托" if lang == "zh" else "none, the buyer buys by its own choice"
    cited = ruling.bases.select_related("provision__instrument").order_by("pk")[:3]
    laws = [f"《{one.provision.instrument.title}》{one.provision.article}" for one in cited]
    with override("zh-hans" if lang == "zh" else "en"):
        said = ruling.get_necessity_display()
    return f"{said}（{'、'.join(laws)}）" if lang == "zh" else f"{said} ({', '.join(laws)})"


def blanks(contract: Contract, price: Decimal, days: int, lang: str) -> dict[str, str]:
    """What fills the standard text."""
    rule: ContractRule = contract.rule
    settling = rule_of(contract, at=contract.created_at)
    return {
        "buyer": _name(contract.buyer, lang),
        "seller": _name(contract.seller, lang),
        "payer": _name(contract.payer, lang),
        "department": _name(contract.department, lang),
        "service": ("、" if lang == "zh" else "; ").join(_name(one.service, lang) for one in contract.bought),
        "approval": _name(contract.approval, lang),
        "tender": f"{contract.award.tender.title} ({contract.award.tender.ref})",
        "ruling": _rulings(contract, lang),
        "price": f"{price:,.2f}",
        "days": str(days),
        "sign_by": f"{timezone.localtime(contract.sign_by):%Y-%m-%d %H:%M}",
        "silence": told(rule.silence, lang),
        "late": _plain(rule.late_per_mille),
        "late_cap": _plain(rule.late_cap),
        "cure": told(rule.cure, lang),
        "decide": told(settling.decide, lang),
        "grace": told(settling.grace, lang),
    }


def _party(entity: Entity) -> dict[str, str]:
    return {"urn": entity.urn, "name": entity.name, "credit_code": entity.credit_code or ""}


def terms_of(
    contract: Contract, milestones: Sequence[Milestone], *, number: int, price: Decimal, days: int
) -> dict[str, Any]:
    """Everything a signature stands under, as JSON values; `services` where there are several."""
    wording, bought = contract.wording, services_relied(contract.award.tender)
    services = [
        {"service": one.service.code, "ruling": one.ruling.urn if one.ruling else None} for one in bought
    ]
    return ({"services": services} if len(services) > 1 else {}) | {
        "format": "qinqing-contract/1",
        "contract": contract.ref,
        "version": number,
        "award": contract.award.urn,
        "tender": contract.award.tender.urn,
        "ruling": contract.ruling.urn if contract.ruling else None,
        "buyer": _party(contract.buyer),
        "seller": _party(contract.seller),
        "payer": _party(contract.payer),
        "department": _party(contract.department),
        "service": contract.service.code,
        "approval": contract.approval.ref,
        "bid_price": str(contract.bid_price),
        "price": str(price),
        "currency": "CNY",
        "days": days,
        "sign_by": contract.sign_by.isoformat(),
        "wording": wording.urn,
        "milestones": [
            {
                "position": m.position,
                "name": m.name,
                "name_en": m.name_en,
                "amount": str(to_yuan(m.fen)),
                "days": m.days,
                "checklist": m.checklist,
            }
            for m in milestones
        ],
        "text": {
            "zh": fill(wording.text, blanks(contract, price, days, "zh")),
            "en": fill(wording.text_en, blanks(contract, price, days, "en")),
        },
    }
