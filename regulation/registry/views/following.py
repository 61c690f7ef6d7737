from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from regulation.ledger.queries import database_now
from regulation.parties.models import User

from .. import queries
from ..errors import RegistryRefused
from ..forms import ChangesForm, FollowForm
from ..models import Following, Rhythm, Topic
from ..operations import end_following, start_following
from ..operations.following import user_of_token
from ..queries import Followed

PAGE, LISTED = 50, 1_000  # what is paged through: who looks for more names the days


def _asked(topic: str, key: str) -> Followed:
    found = queries.followed(topic, key)
    if found is None:
        raise Http404
    return found


def _reader(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  behind login_required, or asked before
    return request.user


def changes(request: HttpRequest, topic: str = Topic.EVERYTHING, key: str = "") -> HttpResponse:
    """What changed lately in a topic, with the feed and the way to be told by e-mail."""
    what = _asked(topic, key)
    standing = None
    if request.user.is_authenticated:
        standing = queries.followings_of(_reader(request)).filter(topic=topic, key=key).first()
    initial = {"topic": topic, "key": key, "rhythm": standing.rhythm if standing else Rhythm.WEEKLY}
    chosen = ChangesForm(request.GET or None)
    context = {
        "followed": what,
        "form": FollowForm(initial=initial),
        "chosen": SimpleNamespace(form=chosen),
        "narrowed": any(request.GET.get(name) for name in chosen.fields),
        "following": standing,
        "feed_url": _feed_url(what),
        **_page(request, what, chosen),
    }
    return render(request, "registry/changes.html", context, status=422 if chosen.errors else 200)


def _page(request: HttpRequest, what: Followed, chosen: ChangesForm) -> dict[str, Any]:
    """One page of the changes, newest first, with the pages before and after it. Nothing is counted whole."""
    said = request.GET.get("page", "")
    last = LISTED // PAGE
    number = min(max(int(said), 1), last) if said.isascii() and said.isdigit() and len(said) < 9 else 1
    if chosen.errors:
        return {"changes": [], "page": 1}
    found = queries.changes_of(what, most=number * PAGE + 1, **chosen.asked())
    more = len(found) > number * PAGE
    return {
        "changes": found[(number - 1) * PAGE : number * PAGE],
        "page": number,
        "newer": number - 1,
        "older": number + 1 if more and number < last else 0,
        "cut": more and number == last,
    }


def _feed_url(what: Followed) -> str:
    if what.topic == Topic.EVERYTHING:
        return reverse("registry:changes_feed")
    return reverse("registry:topic_feed", args=[what.topic, what.key])


def feed(request: HttpRequest, topic: str = Topic.EVERYTHING, key: str = "") -> HttpResponse:
    """The same as an Atom feed (RFC 4287)."""
    what = _asked(topic, key)
    host = request.get_host().partition(":")[0]
    made = Atom1Feed(
        title=_("Changes: %(what)s") % {"what": what.thing or _("everything")},
        link=request.build_absolute_uri(),
        description="",
        language=get_language(),
        feed_url=request.build_absolute_uri(),
        author_name=_("Qinqing"),
    )
    for change in queries.changes_of(what):
        made.add_item(
            title=change.headline,
            link=request.build_absolute_uri(change.about.get_absolute_url()),
            description=getattr(change.about, "reason", ""),
            unique_id=f"tag:{host},2026:{change.ident}",
            updateddate=change.at,
            pubdate=change.at,
        )
    return HttpResponse(made.writeString("utf-8"), content_type=made.content_type)


@login_required
def following_list(request: HttpRequest) -> HttpResponse:
    """What the user follows."""
    standing = queries.with_things(queries.followings_of(_reader(request)))
    return render(request, "registry/following_list.html", {"standing": standing})


@require_POST
@login_required
def following_start(request: HttpRequest) -> HttpResponse:
    form = FollowForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose how often to be told."))
        return redirect("registry:changes")
    said: dict[str, Any] = form.cleaned_data
    try:
        start_following(
            user=_reader(request), language=get_language() or "zh-hans", at=database_now(), **said
        )
    except RegistryRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("registry:changes")
    messages.success(request, _("You will be told by e-mail."))
    return redirect("registry:following_list")


@require_POST
@login_required
def following_end(request: HttpRequest, pk: int) -> HttpResponse:
    own = get_object_or_404(Following, pk=pk, user=request.user)
    end_following(following=own, at=database_now())
    messages.success(request, _("You will not be told of this any more."))
    return redirect("registry:following_list")


@csrf_exempt  # mail programs post here by themselves (RFC 8058); the token says for whom
def following_stop(request: HttpRequest, token: str) -> HttpResponse:
    """The way out that stands in every mail: asks, and ends all the user follows."""
    user = user_of_token(token)
    if user is None:
        raise Http404
    if request.method == "POST":
        for following in queries.followings_of(user):
            end_following(following=following, at=database_now())
    return render(request, "registry/following_stop.html", {"done": request.method == "POST"})
