"""Pages the editors write, and the frame round every page. Facts of the record live in their rooms."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page
from wagtail.search import index

from regulation.registry.queries import regions_with_approvals, zones_to_choose

from .. import live
from ..blocks import BodyBlock, paragraph

PER_PAGE = 10


class BasePage(Page):
    """A page with what every one of ours has: a lead and a body."""

    intro = models.CharField(_("lead"), max_length=300, blank=True)
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("body"))

    content_panels: ClassVar[list[Any]] = [*Page.content_panels, FieldPanel("intro"), FieldPanel("body")]
    search_fields: ClassVar[list[Any]] = [
        *Page.search_fields,
        index.SearchField("intro"),
        index.SearchField("body"),
    ]

    class Meta:
        abstract = True


class HomePage(BasePage):
    """One question, three doors, today's figures; `body` stands below them."""

    question = models.CharField(_("question"), max_length=120)

    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        FieldPanel("question"),
        FieldPanel("intro"),
        FieldPanel("body"),
    ]
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    subpage_types: ClassVar[list[str]] = ["cms.StandardPage", "cms.ArticleIndexPage", "cms.PracticeIndexPage"]
    template = "cms/home_page.html"

    class Meta:
        verbose_name = _("home page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return context | {
            "regions": regions_with_approvals(),
            "zones": zones_to_choose(),
            "figures": live.figures(),
            "rulings": live.latest_rulings(5),
            "tenders": live.open_tenders(5),
        }


class StandardPage(BasePage):
    parent_page_types: ClassVar[list[str]] = ["cms.HomePage", "cms.StandardPage"]
    subpage_types: ClassVar[list[str]] = ["cms.StandardPage"]
    template = "cms/standard_page.html"

    class Meta:
        verbose_name = _("page")


class ArticleIndexPage(BasePage):
    parent_page_types: ClassVar[list[str]] = ["cms.HomePage"]
    subpage_types: ClassVar[list[str]] = ["cms.ArticlePage"]
    template = "cms/article_index_page.html"

    class Meta:
        verbose_name = _("list of articles")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The live articles below, the newest first, a page of them at a time."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        articles = ArticlePage.objects.child_of(self).live().order_by("-date", "-pk")
        page_obj = Paginator(articles, PER_PAGE).get_page(request.GET.get("page"))
        return context | {"page_obj": page_obj}


class ArticlePage(BasePage):
    date = models.DateField(_("date"))
    sources = StreamField([("source", paragraph())], blank=True, verbose_name=_("sources"))

    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        FieldPanel("date"),
        FieldPanel("intro"),
        FieldPanel("body"),
        FieldPanel("sources"),
    ]
    parent_page_types: ClassVar[list[str]] = ["cms.ArticleIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "cms/article_page.html"

    class Meta:
        verbose_name = _("article")


@register_setting(icon="site")
class SiteSettings(ClusterableModel, BaseSiteSetting):
    """What editors may say in the frame round every page."""

    notice = models.CharField(_("notice on every page"), max_length=300, blank=True)
    notice_en = models.CharField(_("the notice in English"), max_length=300, blank=True)
    contact = models.CharField(_("contact"), max_length=200, blank=True)

    panels: ClassVar[list[Any]] = [
        FieldPanel("notice"),
        FieldPanel("notice_en"),
        FieldPanel("contact"),
        InlinePanel("items", label=_("Navigation")),
    ]

    class Meta:
        verbose_name = _("frame and navigation")


class NavigationItem(Orderable):
    """One entry of the main or footer navigation: a page (in the reader's language) or an address."""

    class Place(models.TextChoices):
        MAIN = "main", _("main")
        FOOTER = "footer", _("footer")

    settings = ParentalKey(SiteSettings, on_delete=models.CASCADE, related_name="items")
    place = models.CharField(_("place"), max_length=6, choices=Place.choices, default=Place.MAIN)
    title = models.CharField(_("title"), max_length=40, blank=True)
    title_en = models.CharField(_("English title"), max_length=60, blank=True)
    page = models.ForeignKey(
        Page, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("page")
    )
    view = models.CharField(
        _("address"), max_length=80, blank=True, help_text=_("For example registry:need_check, or /laws/.")
    )

    panels: ClassVar[list[Any]] = [
        FieldPanel("place"),
        FieldPanel("title"),
        FieldPanel("title_en"),
        FieldPanel("page"),
        FieldPanel("view"),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("navigation entry")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(page__isnull=False) ^ ~models.Q(view=""),
                name="navigation_leads_to_one_place",
            )
        ]

    def __str__(self) -> str:
        return self.title or str(self.page or self.view)

    def clean(self) -> None:
        if bool(self.page_id) == bool(self.view):
            raise ValidationError(_("Choose a page or write an address, and not both."))
