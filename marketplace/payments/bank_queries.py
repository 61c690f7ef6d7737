"""Reads of bank statements, and of the recorded transfers they are compared with."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils import timezone

from regulation.parties.models import Entity

from .banking.matching import Compared, Days, Movement, compare
from .banking.rows import same_number
from .books import fee_of
from .models import BankLine, BankStatement, BankTransfer, FeeRule, Order, PayoutAccount
from .models.account import Provider
from .models.order import OrderKind
from .models.transfer import PLAIN_NUMBER


def statements() -> QuerySet[BankStatement]:
    """All of them, the newest first."""
    return BankStatement.objects.select_related("entity", "uploaded_by").order_by("-pk")


def statements_of(entity: Entity) -> QuerySet[BankStatement]:
    return statements().filter(entity=entity)


def standing_lines(entity: Entity | None) -> QuerySet[BankLine]:
    """What statements of an account tell; `entity` none: of the operating centre's."""
    return BankLine.objects.filter(entity=entity, withdrawn=False)


def days_told(entity: Entity | None) -> list[Days]:
    """For which days statements of an account are here."""
    found = BankStatement.objects.filter(entity=entity, withdrawn_at__isnull=True)
    return [(days.lower, days.upper) for days in found.values_list("days", flat=True)]


def account_holders() -> list[Entity | None]:
    """Whose statements are here, the operating centre as None."""
    standing = BankStatement.objects.filter(withdrawn_at__isnull=True)
    named = Entity.objects.filter(pk__in=standing.exclude(entity=None).values("entity")).order_by("pk")
    own: list[Entity | None] = [None] if standing.filter(entity=None).exists() else []
    return [*own, *named]


def transfers_of(entity: Entity | None) -> QuerySet[BankTransfer]:
    """Recorded transfers from or to an account; `entity` none: from or to the operating centre's, all."""
    found = BankTransfer.objects.filter(order__charge__provider=Provider.BANK)
    found = found.select_related("order__charge__payer", "order__charge__payee")
    if entity is None:
        return found
    paid = Q(order__kind__in=[OrderKind.FUND, OrderKind.REFUND], order__charge__payer=entity)
    return found.filter(paid | Q(order__kind=OrderKind.RELEASE, order__charge__payee=entity))


def comparison(entity: Entity | None, days: Days, *, today: dt.date) -> list[Compared]:
    """An account's lines of some days beside the transfers recorded for them, the newest first.

    A fixed number of queries, whatever the rows.
    """
    lines = list(standing_lines(entity).filter(on__gte=days[0], on__lt=days[1]).select_related("statement"))
    near = Q(plain__in={line.number for line in lines}) | Q(paid_on__gte=days[0], paid_on__lt=days[1])
    transfers = list(transfers_of(entity).annotate(plain=PLAIN_NUMBER).filter(near).order_by("pk"))
    beyond = standing_lines(entity).filter(number__in={same_number(t.number) for t in transfers})
    return compare(
        [Movement(line.number, line.is_in, line.on, line.fen, line) for line in lines],
        _movements(entity, transfers),
        beyond=beyond.values_list("number", "is_in"),
        days=days,
        told=days_told(entity),
        today=today,
    )


def _movements(entity: Entity | None, transfers: Iterable[BankTransfer]) -> list[Movement]:
    """As the account sees them: what is paid into custody comes in there, and goes out of the payer's."""
    rules = list(FeeRule.objects.all())
    return [
        Movement(
            same_number(t.number),
            (t.order.kind == OrderKind.FUND) == (entity is None),
            t.paid_on,
            _moved(t.order, rules),
            t,
            refused=t.refused_at is not None,
        )
        for t in transfers
    ]


def _moved(order: Order, rules: list[FeeRule]) -> int:
    """Fen that a transfer of an order moves: of a release what the platform's fee leaves."""
    if order.kind != OrderKind.RELEASE:
        return order.fen
    on = timezone.localdate(order.ordered_at)
    return order.fen - sum(fee_of(order.fen, rule.per_mille) for rule in rules if on in rule.in_force)


def parties_of(lines: Iterable[BankLine]) -> dict[int, Entity]:
    """Of lines that no transfer answers to, by key: whose named account the other side's is, where it is one.

    An account number is told apart, a name never is: it could be anybody's.
    """
    told = list(lines)
    named = PayoutAccount.objects.filter(
        provider=Provider.BANK, external__in={line.account for line in told if line.account}
    )
    owners: dict[str, set[Entity]] = {}
    for account in named.select_related("entity"):
        owners.setdefault(account.external, set()).add(account.entity)
    alone = {number: found.pop() for number, found in owners.items() if len(found) == 1}
    return {line.pk: alone[line.account] for line in told if line.account in alone}
