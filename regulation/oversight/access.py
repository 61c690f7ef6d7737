"""Who may read and handle reports. Nobody acts here for the department complained of."""

from regulation.parties.access import acts_as
from regulation.parties.models import Membership, Role

from .models import Report
from .queries import own_departments


def may_handle(membership: Membership | None, report: Report) -> bool:
    """A regulator who in no role acts for the department the report is about."""
    return (
        membership is not None
        and acts_as(membership, Role.REGULATOR)
        and not own_departments(membership.user_id).filter(entity=report.department_id).exists()
    )


def may_assist(membership: Membership | None) -> bool:
    """Clerks who enter a report for a person at a counter: registry editors and regulators."""
    return acts_as(membership, Role.EDITOR, Role.REGULATOR)
