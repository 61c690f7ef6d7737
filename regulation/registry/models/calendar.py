from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class CalendarDay(models.Model):
    """An exception that the State Council's yearly notice makes: a weekday off, a weekend day worked."""

    day = models.DateField(_("day"), primary_key=True)
    working = models.BooleanField(_("worked"))
    occasion = models.CharField(_("occasion"), max_length=60)
    occasion_en = models.CharField(_("occasion, in English"), max_length=80, blank=True)
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        verbose_name = _("day of the working calendar")
        verbose_name_plural = _("working calendar")
        ordering = ["day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(working=True, day__iso_week_day__gte=6)
                | Q(working=False, day__iso_week_day__lte=5),
                name="calendar_day_is_an_exception",
                violation_error_message=_(
                    "Weekdays are worked and weekends are not; enter only the exceptions."
                ),
            ),
            models.CheckConstraint(condition=~Q(source=""), name="calendar_day_names_its_source"),
        ]

    def __str__(self) -> str:
        occasion = self.occasion_en if get_language() == "en" and self.occasion_en else self.occasion
        return f"{self.day.isoformat()} {occasion}"

    @property
    def urn(self) -> str:
        return f"registry.calendarday/{self.day.isoformat()}"
