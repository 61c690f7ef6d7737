from django.db import models
from django.utils.translation import gettext_lazy as _


class Ground(models.TextChoices):
    """Why approvals of several regions are held to be the same."""

    CODE = "code", _("one item code")
    NAME = "name", _("one name")
    COUNTERPART = "counterpart", _("a finding on record")


class Standard(models.Model):
    """A set of approvals of at least two regions that are the same, and how far their standards lie apart.

    A view, read only: approvals with one item code; with one name, where the codes do not say it already;
    and those found to be counterparts. `days` are committed working days, `papers` how many are asked for; an
    approval without either on record does not count. `first_ref` is the member whose page compares them.
    """

    key = models.CharField(max_length=320, primary_key=True)
    ground = models.CharField(max_length=12, choices=Ground.choices)
    group_key = models.CharField(max_length=300)
    label = models.CharField(max_length=300)
    first_ref = models.CharField(max_length=90)
    approvals = models.IntegerField()
    regions = models.IntegerField()
    days_least = models.IntegerField(null=True)
    days_most = models.IntegerField(null=True)
    papers_least = models.IntegerField(null=True)
    papers_most = models.IntegerField(null=True)

    class Meta:
        managed = False
        db_table = "registry_standard"

    def __str__(self) -> str:
        return self.label
