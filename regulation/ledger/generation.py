"""The generation of what is public: a token that changes with every committed entry the public may notice.

Whatever is computed from the record may be kept under the generation it was computed in; the next such
entry makes it unreachable. What is computed from what a few rooms write alone may be kept under theirs: a
bid that is awarded leaves what was found in the registry. What changes without an entry (a page of the CMS)
calls `turn` itself, and counts for everything.
"""

import secrets

from django.core.cache import cache

KEY = "ledger.generation"
EDITED = "edited"  # what editors change of the site: beside the rooms


def generation(*rooms: str) -> str:
    """The present generation of everything, or of some rooms and of what editors change. Read it before
    reading what is to be kept under it. `EDITED` alone is what editors change and nothing else."""
    keys = [f"{KEY}.{room}" for room in dict.fromkeys((*rooms, EDITED))] if rooms else [KEY]
    there = cache.get_many(keys)
    for key in keys:
        if key not in there:
            cache.add(key, secrets.token_hex(8), timeout=None)
            there[key] = cache.get(key, "")
    return ".".join(str(there[key]) for key in keys)


def turn(room: str = EDITED) -> None:
    """Begin the next generation of a room and of everything: what is kept under the present ones is gone."""
    cache.set_many({key: secrets.token_hex(8) for key in (KEY, f"{KEY}.{room}")}, timeout=None)
