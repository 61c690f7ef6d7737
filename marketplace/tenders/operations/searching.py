"""Searches for tenders that a user keeps, to be told of new ones."""

import datetime as dt

from django.core import signing
from django.db import transaction

from regulation.ledger.operations import record
from regulation.parties.models import Region, User
from regulation.registry.models import Service

from ..errors import NothingNamed, TooManySearches
from ..models import SavedSearch

MOST = 30  # one user may keep
SALT = "tenders.search"


@transaction.atomic
def save_search(
    *, user: User, q: str, service: Service | None, region: Region | None, language: str, at: dt.datetime
) -> SavedSearch:
    """Tell a user of new tenders of this kind from `at` on; the same again changes the language alone.

    Raises NothingNamed and TooManySearches.
    """
    words = " ".join(q.replace("\0", "").split())[:60]
    if not (words or service or region):
        raise NothingNamed
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    standing = SavedSearch.objects.filter(user=user, ended_at__isnull=True)
    found = standing.filter(q=words, service=service, region=region).first()
    if found is None and standing.count() >= MOST:
        raise TooManySearches(MOST)
    first = found is None
    found = found or SavedSearch(user=user, q=words, service=service, region=region, started_at=at)
    found.language = language
    found.save()
    if first:
        body = {"q": words, "service": service.urn if service else None, "region": found.region_id}
        record(kind="tenders.search_saved", subject=found, actor=user, body=body, noticeable=False)
    return found


@transaction.atomic
def end_search(*, search: SavedSearch, at: dt.datetime) -> None:
    """Tell no more of it. Ending twice does nothing."""
    locked = SavedSearch.objects.select_for_update(no_key=True).get(pk=search.pk)
    if locked.ended_at is None:
        locked.ended_at = max(at, locked.started_at)
        locked.save(update_fields=["ended_at"])
        record(kind="tenders.search_ended", subject=locked, actor=locked.user, body={}, noticeable=False)


def search_token(user: User) -> str:
    """What the way out in each mail carries: it ends this user's searches and does nothing else."""
    return signing.dumps(user.pk, salt=SALT)


def user_of_search_token(token: str) -> User | None:
    """The user a token was made for; None where it is not ours."""
    try:
        return User.objects.filter(pk=signing.loads(token, salt=SALT)).first()
    except signing.BadSignature:
        return None
