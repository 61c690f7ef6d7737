"""Following changes, and telling of them by e-mail."""

import datetime as dt
import hashlib
from collections.abc import Sequence

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from regulation.ledger.operations import record
from regulation.ledger.publication import published_note
from regulation.parties.models import User
from regulation.parties.queries import wants_mail

from ..errors import NotOnRecord, TooManyFollowings
from ..models import Following
from ..queries import changes_of, due_followings, followed
from ..rhythm import last_due

MOST = 100  # topics one user may follow
DIGESTS = "registry.digests"
SALT = "registry.following"


@transaction.atomic
def start_following(
    *, user: User, topic: str, key: str, rhythm: str, language: str, at: dt.datetime
) -> Following:
    """Tell a user of changes to a topic from `at` on; following again changes rhythm and language.

    Raises NotOnRecord and TooManyFollowings.
    """
    if followed(topic, key) is None:
        raise NotOnRecord
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    standing = Following.objects.filter(user=user, ended_at__isnull=True)
    found = standing.filter(topic=topic, key=key).first()
    if found is None and standing.count() >= MOST:
        raise TooManyFollowings
    if found is None:
        found = Following(user=user, topic=topic, key=key, started_at=at, told_until=at)
    found.rhythm, found.language = rhythm, language
    found.save()
    said = {"topic": topic, "key": key, "rhythm": rhythm}
    record(kind="registry.following_started", subject=found, actor=user, body=said, noticeable=False)
    return found


@transaction.atomic
def end_following(*, following: Following, at: dt.datetime) -> None:
    """Tell no more of this topic. Ending twice does nothing."""
    locked = Following.objects.select_for_update(no_key=True).get(pk=following.pk)
    if locked.ended_at is None:
        locked.ended_at = max(at, locked.started_at)
        locked.save(update_fields=["ended_at"])
        record(kind="registry.following_ended", subject=locked, actor=locked.user, body={}, noticeable=False)


@transaction.atomic
def tell_reader(*, user: User, now: dt.datetime) -> int:
    """Send a user what changed in the topics due, and note until when they have been told; how many changes.

    The mail goes out before the note commits: a failure between the two sends the same mail, with the same
    Message-ID, again; it loses none. Nothing is sent where nothing changed, or who wants no digests: what
    changed meanwhile is then not told later either.
    """
    due = list(due_followings(now=now).filter(user=user).select_for_update(of=("self",), skip_locked=True))
    told, wanted = 0, wants_mail(user, DIGESTS)
    for language in sorted({following.language for following in due if wanted}):
        with override(language):
            told += _tell(user, [one for one in due if one.language == language], now)
    for following in due:
        following.told_until = last_due(following.rhythm, now)
        following.save(update_fields=["told_until"])
    return told


def _tell(user: User, followings: Sequence[Following], now: dt.datetime) -> int:
    sections, count = [], 0
    for following in followings:
        what = followed(following.topic, following.key)
        if what is None:
            continue
        until = last_due(following.rhythm, now)
        changes = changes_of(what, since=following.told_until, until=until)
        if changes:
            sections.append({"followed": what, "changes": changes})
            count += len(changes)
    if sections:
        _mail(user, sections, until=now)
    return count


def _mail(user: User, sections: list[dict[str, object]], *, until: dt.datetime) -> None:
    site = settings.WAGTAILADMIN_BASE_URL.rstrip("/")
    stop = site + reverse("registry:following_stop", args=[stop_token(user)])
    text = render_to_string("registry/digest.txt", {"sections": sections, "site": site, "stop": stop})
    told = hashlib.sha256(text.encode()).hexdigest()[:32]
    if (checkpoint := published_note(at=until)) is not None:  # after the digest: a second try has the same
        text += render_to_string("ledger/checkpoint.txt", {"checkpoint": checkpoint, "site": site})
    EmailMultiAlternatives(
        subject=_("What changed in what approvals require"),
        body=text,
        to=[user.email],
        headers={
            "Message-ID": f"<digest-{user.pk}-{told}@{site.rpartition('/')[2].partition(':')[0]}>",
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    ).send()


def stop_token(user: User) -> str:
    """What the way out in each mail carries; it ends this user's followings and does nothing else."""
    return signing.dumps(user.pk, salt=SALT)


def user_of_token(token: str) -> User | None:
    """The user a token was made for; None where it is not ours."""
    try:
        return User.objects.filter(pk=signing.loads(token, salt=SALT)).first()
    except signing.BadSignature:
        return None
