"""Mail to the sides of a contract about what touches their rights: always sent."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop, override

from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.ledger.stories import story_of
from regulation.parties.models import Role, User

from .models import Contract

LANGUAGES = ("zh-hans", "en")


def people_of(contract: Contract) -> list[User]:
    """Whoever acts today for the buyer, the payer or the seller of a contract."""
    held = Q(memberships__valid__contains=timezone.localdate())
    owner = Q(memberships__role=Role.OWNER, memberships__entity__in=[contract.buyer_id, contract.payer_id])
    agent = Q(memberships__role=Role.AGENT, memberships__entity=contract.seller_id)
    found = User.objects.filter(held & (owner | agent), is_active=True).exclude(email="")
    return list(found.distinct().order_by("pk"))


def tell_sides_of_money(contract: Contract, entry: Entry) -> int:
    """Mail each person of both sides what a bank did with the money; how many."""
    return _tell(
        contract, entry, "contracts/money_moved.txt", gettext_noop("A payment of your contract changed")
    )


def tell_sides_of_mending(contract: Contract, entry: Entry) -> int:
    """Mail each person of both sides that returned work did not come in time; how many."""
    return _tell(contract, entry, "contracts/not_mended.txt", gettext_noop("Returned work is late"))


def _tell(contract: Contract, entry: Entry, template: str, subject: str) -> int:
    """One mail a person, in both languages. A second try carries the same Message-ID."""
    told, site, parts = story_of(entry.kind), settings.SITE_URL.rstrip("/"), []
    for language in LANGUAGES:
        with override(language):
            said = {
                "title": contract.award.tender.title,
                "sentence": told.sentence if told else entry.kind,
                "body": body_of(entry),
                "address": site + contract.get_absolute_url(),
            }
            parts.append(render_to_string(template, said))
    with override(LANGUAGES[0]):
        headline = gettext(subject)
    host = site.rpartition("/")[2].partition(":")[0]
    people = people_of(contract)
    for one in people:
        headers = {"Message-ID": f"<contract-{entry.pk}-{one.pk}@{host}>"}
        EmailMessage(subject=headline, body="\n".join(parts), to=[one.email], headers=headers).send()
    return len(people)
