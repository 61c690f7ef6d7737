from django.db import models
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Service(models.Model):
    """What an intermediary sells (OCDS item classification)."""

    code = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200, blank=True)
    category = models.CharField(max_length=60, blank=True)
    category_en = models.CharField(max_length=80, blank=True)
    description = models.TextField(blank=True)
    description_en = models.TextField(blank=True)
    pinyin = models.CharField(max_length=300, blank=True, db_index=True)
    initials = models.CharField(max_length=120, blank=True, db_index=True)
    source = models.CharField(max_length=400)

    class Meta:
        verbose_name = _("intermediary service")
        verbose_name_plural = _("intermediary services")
        ordering = ["pinyin", "pk"]

    def __str__(self) -> str:
        if get_language() == "en" and self.name_en:
            return self.name_en
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("registry:service", args=[self.code])

    @property
    def urn(self) -> str:
        return f"registry.service/{self.code}"
