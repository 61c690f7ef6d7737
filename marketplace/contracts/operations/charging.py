"""What is owed for each milestone, by whoever the ruling makes pay."""

from django.conf import settings
from django.db import transaction

from marketplace.payments.models import Charge
from marketplace.payments.models.account import Provider
from marketplace.payments.operations import charge
from marketplace.payments.queries import open_account
from regulation.parties.models import Entity, User

from ..errors import ApplicantDoesNotPay
from ..models import Contract, Milestone, MilestoneCharge
from ..queries import milestones_of


def way_of_payment(contract: Contract) -> Provider:
    """Stripe where a key is set and the seller has an account there that is ready; else a bank transfer."""
    if settings.STRIPE_API_KEY:
        account = open_account(contract.seller, Provider.STRIPE)
        if account is not None and account.ready_at is not None:
            return Provider.STRIPE
    return Provider.BANK


@transaction.atomic
def charge_milestone(
    *, milestone: Milestone, payer: Entity, by: User | None, fen: int | None = None
) -> Charge:
    """Make the sum of a milestone due, or the fen that its settlement leaves of it.

    Raises ApplicantDoesNotPay where anybody but the contract's payer would be charged: where the department
    commissions a service nobody may charge the applicant (优化营商环境条例 43).
    """
    contract = milestone.contract
    if payer.pk != contract.payer_id:
        raise ApplicantDoesNotPay
    made = charge(
        reference=milestone.urn,
        group=contract.urn,
        title=f"{contract.award.tender.title} · {milestone.name}",
        payer=payer,
        payee=contract.seller,
        fen=milestone.fen if fen is None else fen,
        provider=way_of_payment(contract),
        due_on=milestone.due_on,
        is_invented=contract.is_invented,
        by=by,
    )
    MilestoneCharge.objects.create(milestone=milestone, charge=made)
    return made


def charge_milestones(contract: Contract, *, by: User | None) -> None:
    """Each milestone's sum becomes due, in the caller's transaction."""
    for milestone in milestones_of(contract):
        milestone.contract = contract
        charge_milestone(milestone=milestone, payer=contract.payer, by=by)
