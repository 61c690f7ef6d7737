"""What this room's entries say, and who reads the record of a report.

The public reads an answer on the report's own page, which tells no day that leads to a person.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from regulation.ledger.stories import Sight, Subject, story, subject
from regulation.parties.access import acting

from .access import may_handle
from .models import Report

DUE = ("due_on", _("Answer by"), "day")

story("oversight.report_filed", _("Somebody reported a demand."), facts=[DUE])
story("oversight.report_taken", _("A regulator took the report in hand."))
story("oversight.report_view_asked", _("A regulator asked the department for its view."))
story("oversight.report_view_given", _("A regulator recorded the department's view."))
story("oversight.report_proposed", _("A regulator proposed an answer that a second one decides on."))
story("oversight.report_returned", _("The second regulator returned the answer."))
story("oversight.report_answered", _("The report was answered."))
story("oversight.report_overdue", _("The day for the answer went by without one."))
story("oversight.report_review_asked", _("The reporter asked for a review."), facts=[DUE])
story("oversight.report_review_overdue", _("The day for the review went by without an answer."))
story("oversight.report_withdrawn", _("The reporter withdrew the report."))
story("oversight.report_kept", _("The reporter put the report with an account."))
story("oversight.finding_found", _("A finding was made."))
story("oversight.finding_changed", _("The finding was seen with other evidence."))
story("oversight.finding_cleared", _("The records no longer show what was found."))
story("oversight.finding_back", _("The records show again what was found."))
story("oversight.finding_replied", _("The firm replied to the finding."))
story("oversight.finding_proposed", _("A regulator proposed to close the finding."))
story("oversight.finding_returned", _("The second regulator returned the closure of the finding."))
story("oversight.finding_explained", _("The finding was closed as explained."))
story("oversight.finding_upheld", _("The finding was closed against the firm."))
story("oversight.report_lead_closed", _("The registry's editors dealt with what it showed."))


def _find(key: str) -> Report | None:
    return Report.objects.select_related("department").filter(ref=key).first()


def _sight(report: Report, request: Any) -> Sight:
    """Who reported it, and regulators who may handle it."""
    from .views.reporter import is_reporter

    whole = is_reporter(request, report) or may_handle(acting(request), report)
    return Sight.ALL if whole else Sight.NOTHING


def _address(report: Report, request: Any) -> str:
    """The desk for regulators, the status for who reported it."""
    return report.desk_url if may_handle(acting(request), report) else report.status_url


def _about(report: Report, request: Any) -> list[str]:
    return [report.urn]


subject(Subject("report", _("Report of a demand"), _find, _sight, _about, _address))
