"""What parties, below, asks before a contested interest is changed by one regulator alone."""

from django.db.models import OuterRef, Subquery

from regulation.parties.models import Interest
from regulation.parties.touching import conflict_test

from .models import Check, Outcome


@conflict_test
def decides_a_conflict(interest: Interest) -> bool:
    """Whether the newest check of some pair is conflicted and its chain leads over the interest."""
    newest = Check.objects.filter(intermediary=OuterRef("intermediary"), department=OuterRef("department"))
    return (
        Check.objects.filter(outcome=Outcome.CONFLICTED, chain__contains=[{"ref": interest.urn}])
        .filter(pk=Subquery(newest.order_by("-pk").values("pk")[:1]))
        .exists()
    )
