"""Who may read and handle reports. Nobody acts here for the department complained of."""

from regulation.parties.access import acts_as
from regulation.parties.models import Membership, Role

from .models import Finding, Report
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


def may_read_finding(membership: Membership | None, finding: Finding) -> bool:
    """Regulators; and who acts for the firm concerned as its agent."""
    return acts_as(membership, Role.REGULATOR) or may_reply(membership, finding)


def may_reply(membership: Membership | None, finding: Finding) -> bool:
    """Whoever acts for the firm concerned as its agent."""
    return (
        membership is not None
        and acts_as(membership, Role.AGENT)
        and membership.entity_id == finding.entity_id
    )
