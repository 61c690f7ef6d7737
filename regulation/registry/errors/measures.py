"""Refusals of measures."""

from django.utils.translation import gettext_lazy as _

from .base import RegistryRefused
from .rulings import EmptyPeriod, SamePerson, SourceMissing


class MeasureByOnePerson(SamePerson):
    message = _("Whoever wrote a measure cannot publish or return it. A second person has to.")


class MeasureWithoutSource(SourceMissing):
    message = _("A measure names its source: the document or record that says so.")


class MeasurePeriodEmpty(EmptyPeriod):
    message = _("The measure has to end after it starts.")


class MeasureNotADraft(RegistryRefused):
    message = _("This measure was published or withdrawn already. Correct it with a new one.")


class MeasureEmpty(RegistryRefused):
    message = _("A measure states at least one of trips, papers, days, online level and fee.")


class PromiseBeyondLaw(RegistryRefused):
    message = _("The committed days cannot be more than the days the law allows.")


class MeasureOverlaps(RegistryRefused):
    message = _("Another measure was published for that period just now. Read it, then try again.")
