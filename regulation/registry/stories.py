"""What this room's entries say, and who reads the record of a ruling or a consultation."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.ledger.stories import Sight, Subject, story, subject
from regulation.parties.access import acting, acts_as
from regulation.parties.models import Role

from .models import Consultation, Ruling

NOTE = ("note", _("Note"), "text")
KEEPERS = (Role.EDITOR, Role.REVIEWER)

story("registry.ruling_drafted", _("An editor drafted the ruling."))
story("registry.ruling_revised", _("An editor revised the draft."))
story("registry.ruling_submitted", _("The editor submitted the draft for legal review."))
story("registry.ruling_reviewed", _("A reviewer passed the legal review."))
story("registry.ruling_returned", _("A reviewer returned the draft to its editor."), facts=[NOTE])
story("registry.ruling_withdrawn", _("The draft was withdrawn."))
story("registry.ruling_scheduled", _("A reviewer set the time of publication."))
story("registry.ruling_unscheduled", _("A reviewer took back the time of publication."))
story("registry.publication_refused", _("The draft could not be published at its time."))
story("registry.ruling_published", _("A reviewer published the ruling an editor wrote."), disclosed=True)
story(
    "registry.ruling_replaced", _("A reviewer published it in the place of an earlier one."), disclosed=True
)
story(
    "registry.ruling_basis_lapsed",
    _("The legal basis of the demand has ended."),
    disclosed=True,
    facts=[("on", _("Since"), "day")],
)
story(
    "registry.consultation_opened",
    _("A draft was put to the public for comment."),
    disclosed=True,
    facts=[("closes_at", _("Comments until, exclusive"), "moment")],
)
story("registry.comment_filed", _("Somebody commented on the draft."), disclosed=True)
story("registry.comments_answered", _("The editors answered comments."), disclosed=True)
story("registry.comment_hidden", _("A reviewer hid a comment, with a reason."), disclosed=True)
story("registry.edition_compiled", _("An editor compiled an edition of a list."))
story("registry.edition_published", _("A reviewer published an edition of a list."), disclosed=True)
story("registry.edition_withdrawn", _("A draft edition was withdrawn."))
story("registry.measure_drafted", _("An editor drafted a measure."))
story("registry.measure_revised", _("An editor revised a draft measure."))
story("registry.measure_returned", _("A reviewer returned a draft measure."), facts=[NOTE])
story("registry.measure_published", _("A reviewer published a measure."), disclosed=True)
story("registry.measure_withdrawn", _("A draft measure was withdrawn."))
story("registry.approval_followed_measure", _("The approval took over its measured days."), disclosed=True)
story("registry.assessment_drafted", _("An editor drafted the assessment of a zone."))
story("registry.assessment_revised", _("An editor revised the draft assessment of a zone."))
story("registry.assessment_returned", _("A reviewer returned the draft assessment of a zone."), facts=[NOTE])
story("registry.assessment_withdrawn", _("The draft assessment of a zone was withdrawn."))
story("registry.assessment_published", _("A reviewer published the assessment of a zone."), disclosed=True)
story("registry.assessment_ended", _("A reviewer ended the assessment of a zone."), disclosed=True)
story("registry.following_started", _("Somebody began to follow it."))
story("registry.following_ended", _("Somebody ceased to follow it."))
story("registry.import_uploaded", _("An editor uploaded a table."))
story("registry.import_confirmed", _("The editor confirmed the table."))
story("registry.import_cancelled", _("The editor gave up the table."))
story("registry.import_written", _("The table was written into the registry."))
story("registry.seed_loaded", _("A file of facts was loaded."))
story("registry.provisions_imported", _("A file of laws and articles was loaded."))
for _noun in (
    "activity",
    "approval",
    "areaassessmentmatter",
    "calendarday",
    "condition",
    "counterpart",
    "delegation",
    "instrument",
    "jointreviewscheme",
    "provision",
    "service",
    "zone",
):
    story(f"registry.{_noun}_created", _("An editor put it into the catalogue."), disclosed=True)
    story(f"registry.{_noun}_changed", _("An editor changed it in the catalogue."), disclosed=True)


def _number(key: str) -> int:
    return int(key) if key.isdecimal() and len(key) < 19 else 0


def _ruling(key: str) -> Ruling | None:
    found = Ruling.objects.select_related("service", "region", "approval")
    return found.filter(pk=_number(key)).first()


def _sight_of_ruling(ruling: Ruling, request: Any) -> Sight:
    """Those who keep the registry see drafts too; for others there is none before its publication."""
    membership = acting(request)
    if acts_as(membership, *KEEPERS) or (ruling.published_at and acts_as(membership, Role.REGULATOR)):
        return Sight.ALL
    return Sight.DISCLOSED if ruling.published_at else Sight.NOTHING


def _address_of_ruling(ruling: Ruling, request: Any) -> str:
    """A draft is read where it is reviewed."""
    if ruling.published_at is not None:
        return ruling.get_absolute_url()
    return reverse("registry:draft_review", args=[ruling.pk])


def _consultation(key: str) -> Consultation | None:
    found = Consultation.objects.select_related("ruling__service", "ruling__region")
    return found.filter(pk=_number(key)).first()


def _sight_of_consultation(consultation: Consultation, request: Any) -> Sight:
    return Sight.ALL if acts_as(acting(request), *KEEPERS, Role.REGULATOR) else Sight.DISCLOSED


def _itself(found: Any, request: Any) -> list[str]:
    return [found.urn]


subject(Subject("ruling", _("Ruling"), _ruling, _sight_of_ruling, _itself, _address_of_ruling))
subject(Subject("consultation", _("Consultation"), _consultation, _sight_of_consultation, _itself))
