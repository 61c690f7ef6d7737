"""What a reader may have meant, where little was found."""

from collections import Counter
from collections.abc import Sequence

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Greatest, Length

from .. import alike
from ..models import Document, Kind
from .search import words_of

NAMED = (Kind.APPROVALS, Kind.SERVICES, Kind.LAWS)  # whose names have the index `document_names_alike`
CANDIDATES, SHOWN = 24, 3
AT_LEAST = 0.4  # of the trigrams of what was typed, before names are compared letter by letter
ALIKE = 0.78
NEAR = 0.08  # what is further behind the closest is noise beside it
SHORTEST = 4  # letters: shorter ones are like everything


def suggestions(
    query: str, *, kinds: Sequence[Kind] = NAMED, regions: Sequence[str] | None = None
) -> list[str]:
    """At most three other ways to put a query, closest first; each is part of a name and finds something.

    Chinese is compared by its pinyin, so that another character of the same sound is forgiven; what is typed
    in letters is compared with pinyin and English names. Names that hold the query already are left out.
    `kinds` are some of NAMED; with `regions`, what lies in another region is left out.
    """
    words = words_of(query)
    typed = " ".join(words)
    sound = alike.sound(typed)
    if len(sound) < SHORTEST:
        return []
    likeness: dict[str, float] = {}
    times: Counter[str] = Counter()
    for document in _candidates(typed, sound, kinds, regions):
        names = document.names.lower()
        if all(word.lower() in names for word in words):
            continue
        part, like = alike.part_meant(document.title, document.title_en, typed)
        if like >= ALIKE and part.lower() != typed.lower():
            key = next((known for known in likeness if known.lower() == part.lower()), part)
            likeness[key] = max(like, likeness.get(key, 0))
            times[key] += 1
    near = [part for part, like in likeness.items() if like >= max(likeness.values()) - NEAR]
    return sorted(near, key=lambda part: (-likeness[part], -times[part], part))[:SHOWN]


def _candidates(
    typed: str, sound: str, kinds: Sequence[Kind] = NAMED, regions: Sequence[str] | None = None
) -> list[Document]:
    """Documents whose names are most like what was typed by trigrams, through their index."""
    spoken = {sound} if alike.is_chinese(typed) else {sound, typed.lower()}
    alike_to = Q()
    for one in spoken:
        alike_to |= Q(names__trigram_word_similar=one)
    if regions is not None:
        alike_to &= Q(region__isnull=True) | Q(region__in=list(regions))
    measures = [TrigramWordSimilarity(one, "names") for one in sorted(spoken)]
    likeness = Greatest(*measures) if len(measures) > 1 else measures[0]
    found = (
        Document.objects.filter(alike_to, kind__in=kinds)
        .only("kind", "title", "title_en", "names")
        .annotate(likeness=likeness)
        .order_by("-likeness", Length("title"), "pk")
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(AT_LEAST)])
        return list(found[:CANDIDATES])
