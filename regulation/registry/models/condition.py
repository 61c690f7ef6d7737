from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Condition(models.Model):
    """A question about a project on whose answer a ruling depends (CCCEV Criterion).

    A ruling with a condition speaks of a project only where the answer is yes.
    """

    code = models.SlugField(_("code"), max_length=60, primary_key=True)
    question = models.CharField(_("question"), max_length=200)
    question_en = models.CharField(_("question, in English"), max_length=300, blank=True)
    hint = models.TextField(_("how to tell"), blank=True)
    hint_en = models.TextField(_("how to tell, in English"), blank=True)
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=~Q(question=""), name="condition_asks_something"),
            models.CheckConstraint(condition=~Q(source=""), name="condition_names_its_source"),
        ]

    def __str__(self) -> str:
        return self.question_en if get_language() == "en" and self.question_en else self.question

    @property
    def urn(self) -> str:
        return f"registry.condition/{self.code}"
