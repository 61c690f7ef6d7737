"""What editors may put on a page. The live blocks read the record at the moment the page is shown."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from . import live

FEATURES = ["h2", "h3", "bold", "italic", "ol", "ul", "link", "document-link", "hr"]
TONES = [("info", _("Information")), ("good", _("Good news")), ("warn", _("Warning")), ("bad", _("Danger"))]


class NoticeBlock(blocks.StructBlock):
    tone = blocks.ChoiceBlock(choices=TONES, default="info", label=_("Tone"))
    title = blocks.CharBlock(max_length=120, label=_("Title"))
    text = blocks.RichTextBlock(features=["bold", "link", "ul"], label=_("Text"))

    class Meta:
        template = "cms/blocks/notice.html"
        icon = "info-circle"
        label = _("Notice")


class LatestRulingsBlock(blocks.StructBlock):
    count = blocks.IntegerBlock(min_value=1, max_value=20, default=5, label=_("How many"))

    class Meta:
        template = "cms/blocks/latest_rulings.html"
        icon = "list-ul"
        label = _("Latest rulings")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context)
        return context | {"rulings": live.latest_rulings(value["count"])}


class OpenTendersBlock(blocks.StructBlock):
    count = blocks.IntegerBlock(min_value=1, max_value=20, default=5, label=_("How many"))

    class Meta:
        template = "cms/blocks/open_tenders.html"
        icon = "time"
        label = _("Tenders open now")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context)
        return context | {"tenders": live.open_tenders(value["count"])}


class PriceTableBlock(blocks.StructBlock):
    service = blocks.RegexBlock(
        regex=r"^[-\w]{1,80}$",
        label=_("Service code"),
        help_text=_("The last part of the service's address."),
    )
    count = blocks.IntegerBlock(min_value=1, max_value=30, default=10, label=_("How many"))

    class Meta:
        template = "cms/blocks/price_table.html"
        icon = "table"
        label = _("Price table")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context)
        return context | live.price_table(value["service"], value["count"])


class ReportedBlock(blocks.StructBlock):
    """A result as a local government reports it, with where it says so."""

    text = blocks.CharBlock(max_length=300, label=_("What is reported"))
    source = blocks.CharBlock(max_length=400, label=_("Source"))

    class Meta:
        icon = "openquote"
        label = _("Reported result")


def paragraph() -> blocks.RichTextBlock:
    """A fresh block each time: a block takes the name of where it stands, so two places cannot share one."""
    return blocks.RichTextBlock(features=FEATURES, label=_("Paragraph"), icon="pilcrow")


class BodyBlock(blocks.StreamBlock):
    paragraph = paragraph()
    notice = NoticeBlock()
    latest_rulings = LatestRulingsBlock()
    open_tenders = OpenTendersBlock()
    price_table = PriceTableBlock()

    class Meta:
        block_counts: ClassVar[dict[str, dict[str, int]]] = {"latest_rulings": {"max_num": 3}}
