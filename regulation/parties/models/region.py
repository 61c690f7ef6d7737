from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Region(models.Model):
    """An administrative division. `code` is six digits (GB/T 2260); 000000 is the whole country."""

    code = models.CharField(max_length=6, primary_key=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    depth = models.PositiveSmallIntegerField(default=0)  # 0 country, 1 province, 2 prefecture, 3 county
    pinyin = models.CharField(max_length=200, blank=True, db_index=True)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("region")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^[0-9]{6}$"), name="region_code_is_six_digits"
            )
        ]

    def __str__(self) -> str:
        if get_language() == "en" and self.name_en:
            return self.name_en
        return self.name
