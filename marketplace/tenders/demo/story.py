"""The main job played through the operations the pages call, each step told with its address."""

import datetime as dt
import time
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.directory.demo import BIDDERS, CERTIFICATE, HAZCHEM
from regulation.decoupling import explain
from regulation.decoupling.sweeping.errors import SweepRunning
from regulation.decoupling.sweeping.operations import start_sweep
from regulation.ledger.queries import database_now
from regulation.parties.models import Entity, User
from regulation.registry.models import Approval, Service
from regulation.registry.queries import verdict_for

from ..auditing.errors import AuditRunning
from ..auditing.operations import start_reaudit
from ..errors import ConflictedBidder
from ..methods import METHODS
from ..models import Tender
from ..operations import (
    approve_award,
    draft_tender,
    pass_tender,
    propose_award,
    publish_tender,
    submit_bid,
    submit_tender,
)
from ..operations.drafting import Terms
from ..sealing import PlainBid
from . import choosing
from .states import People, show_states
from .world import DOMAIN, ENTERPRISE

APPROVAL = "511602-1j-5100-00019"
STORY_TITLE = "临港仓库三年一次安全评价（演示）"
VISITOR_TITLE = "二号储罐区三年一次安全评价（演示，供访客投标）"
OPEN_FOR = dt.timedelta(seconds=14)
PATIENCE = 60  # seconds for the worker to open
PRICES = {"demo-shuan": "21800.00", "demo-jialing": "19600.00", "demo-huaying": "23500.00"}

Tell = Callable[[str, str], None]


class StoryStopped(Exception):
    """The story could not be played to its end; the message says why."""


def play(tell: Tell) -> None:
    """Play the story once; where it was played, tell nothing. Raises StoryStopped."""
    if Tender.objects.filter(title=VISITOR_TITLE).exists():
        return
    approval = Approval.objects.select_related("department", "region").get(ref=APPROVAL)
    service = Service.objects.get(code=HAZCHEM)
    buyer = User.objects.get(email=f"enterprise@{DOMAIN}")
    _need(tell, approval, service)
    tender = _tender(STORY_TITLE, approval, service, buyer, open_for=OPEN_FOR)
    tell(
        _("2. The enterprise opens a tender: %(title)s") % {"title": tender.title}, tender.get_absolute_url()
    )
    others = {
        wanted.method: _tender(
            wanted.title,
            approval,
            service,
            buyer,
            open_for=OPEN_FOR + OPEN_FOR,
            method=wanted.method,
            parameters=wanted.parameters,
        )
        for wanted in choosing.ALL
    }
    _bids(tell, tender)
    for other in others.values():
        _bids(lambda _says, _address: None, other)
    _await_opening(tender)
    tell(_("4. The worker opened the bids at the deadline"), f"{tender.get_absolute_url()}#bids")
    second = User.objects.get(email=f"enterprise2@{DOMAIN}")
    propose_award(tender=tender, by=buyer, at=database_now())
    award = approve_award(tender=tender, by=second, at=database_now())
    tell(
        _("5. Award to %(winner)s at ¥%(price)s; public notice")
        % {"winner": award.bid.tenderer, "price": f"{award.price:,.2f}"},
        f"{tender.get_absolute_url()}#award",
    )
    for other in others.values():
        _await_opening(other)
    choosing.play(tell, others, wait=lambda: time.sleep(0.25))
    visitor = _tender(VISITOR_TITLE, approval, service, buyer, open_for=dt.timedelta(days=7))
    tell(_("10. Another tender is open for you until next week"), visitor.get_absolute_url())
    show_states(visitor, _people())
    _look_again()


def _people() -> People:
    user = {
        key: User.objects.get(email=f"{key}@{DOMAIN}")
        for key in ("enterprise", "enterprise2", "reviewer", "regulator", "intermediary1")
    }
    return People(
        writer=user["enterprise"],
        second=user["enterprise2"],
        third=user["reviewer"],
        regulator=user["regulator"],
        agent=user["intermediary1"],
        asker=Entity.objects.get(name=BIDDERS[0].name),
        invited=tuple(Entity.objects.filter(name__in=[f.name for f in BIDDERS if f.ref in PRICES])),
    )


def _look_again() -> None:
    """The night's sweep and audit at once, so that the regulator's desk has something to show."""
    now = database_now()
    with suppress(SweepRunning):
        start_sweep(on=timezone.localdate(now), by=None, at=now)
    with suppress(AuditRunning):
        start_reaudit(by=None, at=now)


def _need(tell: Tell, approval: Approval, service: Service) -> None:
    ruling = verdict_for(approval=approval, service=service, region=approval.region, on=timezone.localdate())
    if ruling is None:
        raise StoryStopped("the seed data has no ruling for the story")
    says = _("1. Need check: %(approval)s needs %(service)s: %(verdict)s") % {
        "approval": approval,
        "service": service,
        "verdict": ruling.get_necessity_display(),
    }
    tell(says, f"/need/?approval={approval.ref}&zone=none")


def _tender(
    title: str,
    approval: Approval,
    service: Service,
    by: User,
    *,
    open_for: dt.timedelta,
    method: str = "lowest_price",
    parameters: dict[str, Any] | None = None,
) -> Tender:
    now = database_now()
    draft = draft_tender(
        owner=Entity.objects.get(name=ENTERPRISE[0]),
        approval=approval,
        service=service,
        ruling=verdict_for(
            approval=approval, service=service, region=approval.region, on=timezone.localdate()
        ),
        terms=Terms(
            title=title,
            description="港区危险化学品仓库，面积 6,200 平方米，每三年进行一次安全评价并报送备案。（演示）",
            days=30,
            contact="0826-0000000（演示）",
            closes_at=now + open_for,
            ceiling=Decimal("30000.00"),
            any_of=[CERTIFICATE],
        ),
        by=by,
        at=now,
    )
    Tender.objects.filter(pk=draft.pk).update(
        method=method, method_parameters=METHODS[method].clean(parameters or {})
    )
    colleague, reviewer = (User.objects.get(email=f"{key}@{DOMAIN}") for key in ("enterprise2", "reviewer"))
    submit_tender(tender=draft, by=by, at=database_now())
    pass_tender(tender=draft, by=colleague, at=database_now())
    return publish_tender(tender=draft, by=reviewer, at=database_now())


def _bids(tell: Tell, tender: Tender) -> None:
    for n, firm in enumerate(BIDDERS, start=1):
        agent = User.objects.get(email=f"intermediary{n}@{DOMAIN}")
        entity = Entity.objects.get(name=firm.name)
        bid = PlainBid(price=Decimal(PRICES.get(firm.ref, "17900.00")), days=20)
        try:
            made = submit_bid(tender=tender, tenderer=entity, bid=bid, by=agent, at=database_now())
            tell(
                _("3. %(bidder)s bids sealed; envelope %(code)s")
                % {"bidder": entity, "code": made.envelope_digest[:16]},
                made.get_absolute_url(),
            )
        except ConflictedBidder as refusal:
            check = refusal.check
            tell(
                _("3. %(bidder)s is refused: %(why)s") % {"bidder": entity, "why": explain.sentence(check)},
                "",
            )
            for step in explain.steps(check):
                share = f" {step['share']}" if step["share"] else ""
                tell(f"     {step['holder']} —[{step['kind_label']}{share}]→ {step['subject']}", "")
            tell(f"     {explain.provision_of(check) or check.provision_ref}", check.get_absolute_url())


def _await_opening(tender: Tender) -> None:
    give_up = time.monotonic() + 2 * OPEN_FOR.total_seconds() + PATIENCE
    while time.monotonic() < give_up:
        tender.refresh_from_db()
        if tender.opened_at:
            return
        time.sleep(0.25)
    raise StoryStopped("no worker opened the tender within a minute of its deadline; is the worker running?")


def address(path: str) -> str:
    return f"{settings.SITE_URL}{path}" if path else ""
