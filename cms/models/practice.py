"""Practices that a region publishes and others adopt."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import DateTimeRangeField
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Count, Func, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Now
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page, PageManager
from wagtail.query import PageQuerySet

from regulation.ledger.triggers import kept
from regulation.parties.models import Region, User
from regulation.registry.models import Approval, Provision

from ..blocks import ReportedBlock
from .pages import BasePage

PER_PAGE = 10
ADOPTIONS = 50


class PracticeIndexPage(BasePage):
    """Practices of every region, filtered by region and approval."""

    parent_page_types: ClassVar[list[str]] = ["cms.HomePage"]
    subpage_types: ClassVar[list[str]] = ["cms.PracticePage"]
    template = "cms/practice_index_page.html"

    class Meta:
        verbose_name = _("list of practices")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The live practices below, the latest first, each with how many regions adopted it."""
        from ..practice_forms import PracticeFilter

        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        practices = PracticePage.objects.child_of(self).live().with_adoptions().select_related("region")
        found = PracticeFilter(request.GET or None, queryset=practices.order_by("-since", "-pk"))
        page_obj = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
        return context | {"filter": found, "page_obj": page_obj}


class PracticeQuerySet(PageQuerySet):
    def with_adoptions(self) -> "PracticeQuerySet":
        """Each with `adoptions`: how many regions adopt it now, in whichever language it was read."""
        standing = Adoption.objects.standing().filter(practice=OuterRef("translation_key")).order_by()
        counted = standing.values("practice").annotate(n=Count("pk")).values("n")
        return self.annotate(adoptions=Coalesce(Subquery(counted, output_field=IntegerField()), 0))


class PracticePage(BasePage):
    """What one region did, for which approvals, since when, on what ground.

    What changed is computed from the approvals' measures round `since`. `reported` holds what the local
    government says of itself, each with its source; nothing here has measured that.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    since = models.DateField(_("practised since"), null=True, blank=True)
    provision = models.ForeignKey(
        Provision, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("provision")
    )
    reported = StreamField([("figure", ReportedBlock())], blank=True, verbose_name=_("reported results"))
    is_invented = models.BooleanField(_("invented for the demo"), default=False)
    source = models.CharField(_("source"), max_length=400)

    objects = PageManager.from_queryset(PracticeQuerySet)()

    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        FieldPanel("intro"),
        FieldPanel("region"),
        FieldPanel("since"),
        FieldPanel("body"),
        InlinePanel("concerned", label=_("Approvals concerned")),
        FieldPanel("provision"),
        FieldPanel("reported"),
        FieldPanel("source"),
        FieldPanel("is_invented"),
    ]
    parent_page_types: ClassVar[list[str]] = ["cms.PracticeIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "cms/practice_page.html"

    class Meta:
        verbose_name = _("practice")
        constraints = [models.CheckConstraint(condition=~Q(source=""), name="practice_names_its_source")]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The measured change, who adopted it, and whether whoever looks may adopt it for a region."""
        from regulation.parties.access import acting
        from regulation.registry.queries import measures_of

        from .. import practices
        from ..access import may_adopt

        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        concerned = self.concerned.select_related("approval__region").order_by("sort_order", "pk")
        approvals = [row.approval for row in concerned]
        adoptions = self.standing_adoptions()
        page_obj = Paginator(adoptions, ADOPTIONS).get_page(request.GET.get("page"))
        membership = acting(request)
        own = next((a for a in adoptions if membership and a.region_id == membership.entity.region_id), None)
        return context | {
            "measured": practices.measured(approvals, measures_of(approvals), self.since),
            "page_obj": page_obj,
            "adopted": practices.adopted(list(page_obj.object_list), approvals),
            "may_adopt": may_adopt(membership, self) and own is None,
            "own": own,
        }

    def standing_adoptions(self) -> "models.QuerySet[Adoption]":
        found = Adoption.objects.standing().filter(practice=self.translation_key)
        return found.select_related("region", "by").order_by("since", "pk")

    @property
    def urn(self) -> str:
        return f"cms.practice/{self.translation_key}"


class PracticeApproval(Orderable):
    """An approval that a practice concerns."""

    page = ParentalKey(PracticePage, on_delete=models.CASCADE, related_name="concerned")
    approval = models.ForeignKey(Approval, models.PROTECT, related_name="+", verbose_name=_("approval"))

    panels: ClassVar[list[Any]] = [FieldPanel("approval")]

    class Meta(Orderable.Meta):
        verbose_name = _("approval concerned")
        constraints = [
            models.UniqueConstraint(fields=["page", "approval"], name="practice_concerns_an_approval_once")
        ]


class AdoptionQuerySet(models.QuerySet["Adoption"]):
    def standing(self) -> "AdoptionQuerySet":
        """Adoptions that nobody has taken back."""
        return self.filter(recorded__upper_inf=True)


class Adoption(models.Model):
    """A region says that it follows a practice since a day.

    `practice` is the page's translation key, so that both languages count the same adoptions. Taking one back
    closes `recorded` [start, end); rows stay.
    """

    practice = models.UUIDField(db_index=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    since = models.DateField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    note = models.TextField(blank=True)
    source = models.CharField(max_length=400)
    is_invented = models.BooleanField(default=False)
    recorded = DateTimeRangeField(
        db_default=Func(Now(), None, function="tstzrange", output_field=DateTimeRangeField()), editable=False
    )

    objects = AdoptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("adoption of a practice")
        ordering = ["practice", "since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "region"],
                condition=Q(recorded__upper_inf=True),
                name="practice_adopted_once_by_a_region",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="adoption_names_its_source"),
        ]
        triggers = kept()

    def __str__(self) -> str:
        return f"{self.region} · {self.since}"

    @property
    def urn(self) -> str:
        return f"cms.adoption/{self.pk}"
