"""What follows an entry of this room: who reported and left a mail address hears that there is an answer."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from regulation.ledger.effects import effect
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of

from .models import Report
from .operations.filing import review_until

LANGUAGES = ("zh-hans", "en")  # a reporter need not have told one, so the mail says it in both


def mail_address(contact: str) -> str | None:
    """The first mail address in what a reporter left; None where there is none."""
    for word in contact.replace(",", " ").replace(";", " ").replace("，", " ").replace("；", " ").split():
        try:
            validate_email(word)
        except ValidationError:
            continue
        return word
    return None


@effect("oversight.report_answered")
def tell_reporter(entry: Entry) -> None:
    """Mail that the report is answered: its number and the way to the answer, never what it is about.

    A second try after a failure carries the same Message-ID.
    """
    report = Report.objects.select_related("answer").get(ref=body_of(entry)["report"])
    to = mail_address(report.contact)
    if to is not None:
        _send(report, to, entry)


def _send(report: Report, to: str, entry: Entry) -> None:
    site = settings.WAGTAILADMIN_BASE_URL.rstrip("/")
    until = review_until(report) if body_of(entry)["round"] == 1 else None
    parts = []
    for language in LANGUAGES:
        with override(language):
            follow = f"{site}{reverse('oversight:follow')}?ref={report.ref}"
            said = {"ref": report.ref, "follow": follow, "until": until}
            parts.append(render_to_string("oversight/answered.txt", said))
    with override(LANGUAGES[0]):
        subject = _("Report %(ref)s is answered") % {"ref": report.ref}
    host = site.rpartition("/")[2].partition(":")[0]
    headers = {"Message-ID": f"<report-{entry.pk}@{host}>"}
    EmailMessage(subject=subject, body="\n".join(parts), to=[to], headers=headers).send()
