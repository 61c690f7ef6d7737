"""Refusals of assessments of zones."""

from django.utils.translation import gettext_lazy as _

from .base import RegistryRefused
from .rulings import EmptyPeriod, NotADraft, SamePerson


class SamePersonAssessed(SamePerson):
    message = _("Whoever wrote an assessment cannot publish, return or end it. A second person has to.")


class AssessmentIncomplete(RegistryRefused):
    message = _("An assessment names its report and its source.")


class AssessmentPeriodEmpty(EmptyPeriod):
    message = _("The assessment has to end after it starts.")


class AssessmentOverlaps(RegistryRefused):
    message = _(
        "A published assessment of this matter is already valid in the zone on some of these days. End that "
        "one first, or let this one start where it ends."
    )


class AssessmentNotADraft(NotADraft):
    message = _("This assessment was published or withdrawn already. End it, or draft a new one.")


class NotPublished(RegistryRefused):
    message = _("Only a published assessment can be ended. A draft is withdrawn by its author.")


class AssessmentEndsTooEarly(RegistryRefused):
    message = _("What held on days gone by is not taken back. Name today or a later day.")


class EndOutsidePeriod(RegistryRefused):
    message = _("The day has to lie after the first day of the assessment and before the day it ends anyway.")
