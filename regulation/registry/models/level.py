from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    """The rank of an instrument. Only the first three can make an intermediary mandatory (条例 43)."""

    LAW = "law", _("law")
    ADMINISTRATIVE_REGULATION = "administrative_regulation", _("administrative regulation")
    STATE_COUNCIL_DECISION = "state_council_decision", _("State Council decision")
    STATE_COUNCIL_DOCUMENT = "state_council_document", _("State Council document")
    CENTRAL_DOCUMENT = "central_document", _("central document")
    DEPARTMENT_RULE = "department_rule", _("departmental rule")
    LOCAL_REGULATION = "local_regulation", _("local regulation")
    LOCAL_RULE = "local_rule", _("local government rule")
    NORMATIVE_DOCUMENT = "normative_document", _("normative document")
    REPORT = "report", _("official or press summary")


LAWFUL_LEVELS = (Level.LAW, Level.ADMINISTRATIVE_REGULATION, Level.STATE_COUNCIL_DECISION)
