"""Where an entity is paid."""

import datetime as dt

from django.db import transaction

from regulation.ledger.operations import record
from regulation.parties.models import Entity, User

from ..gateways.stripe_gateway import StripeProvider
from ..models import PayoutAccount
from ..models.account import Provider


@transaction.atomic
def name_bank_account(
    *, entity: Entity, holder: str, bank: str, number: str, by: User, at: dt.datetime
) -> PayoutAccount:
    """Name the bank account an entity is paid to; the one before is closed. The number is in no entry."""
    _close(entity, Provider.BANK, by=by, at=at)
    made = PayoutAccount.objects.create(
        entity=entity, provider=Provider.BANK, holder=holder, bank=bank, external=number, ready_at=at
    )
    record(kind="payments.account_opened", subject=made, actor=by, body={"entity": entity.urn, "bank": bank})
    return made


def open_stripe_account(
    *, entity: Entity, email: str, provider: StripeProvider, by: User, at: dt.datetime
) -> PayoutAccount:
    """An account with Stripe, which asks the intermediary for the rest; the same again gives the same."""
    there = PayoutAccount.objects.filter(
        entity=entity, provider=Provider.STRIPE, closed_at__isnull=True
    ).first()
    if there is not None:
        return there
    external = provider.open_account(email=email, key=f"account-{entity.pk}")
    with transaction.atomic():
        made, new = PayoutAccount.objects.get_or_create(
            entity=entity, provider=Provider.STRIPE, closed_at=None, defaults={"external": external}
        )
        if new:
            record(kind="payments.account_opened", subject=made, actor=by, body={"entity": entity.urn})
    return made


def _close(entity: Entity, provider: Provider, *, by: User, at: dt.datetime) -> None:
    for account in PayoutAccount.objects.select_for_update().filter(
        entity=entity, provider=provider, closed_at__isnull=True
    ):
        account.closed_at = at
        account.save(update_fields=["closed_at"])
        record(kind="payments.account_closed", subject=account, actor=by, body={"account": account.ending})
