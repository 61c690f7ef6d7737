"""Where an entity is paid."""

import datetime as dt

from django.db import transaction

from regulation.ledger.operations import record
from regulation.parties.models import Entity, User
from regulation.parties.operations import note_account

from ..gateways.stripe_gateway import StripeProvider
from ..models import PayoutAccount
from ..models.account import Provider


@transaction.atomic
def name_bank_account(
    *, entity: Entity, holder: str, bank: str, number: str, by: User, at: dt.datetime
) -> PayoutAccount:
    """Name the bank account an entity is paid to; the one before is closed. The number is in no entry.

    Its keyed digest goes to the register of entities, where checks find bidders with one account.
    """
    _close(entity, Provider.BANK, by=by, at=at)
    made = PayoutAccount.objects.create(
        entity=entity, provider=Provider.BANK, holder=holder, bank=bank, external=number, ready_at=at
    )
    record(kind="payments.account_opened", subject=made, actor=by, body={"entity": entity.urn, "bank": bank})
    note_account(entity=entity, number=number, by=by)
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


def note_accounts_named_before() -> int:
    """The digests of accounts that were named before they were kept, or under another key; how many.

    Safe to run twice.
    """
    named = PayoutAccount.objects.filter(provider=Provider.BANK, closed_at__isnull=True)
    return sum(
        note_account(entity=one.entity, number=one.external, by=None)
        for one in named.select_related("entity").order_by("pk").iterator(chunk_size=200)
    )
