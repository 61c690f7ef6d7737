"""The generation of what is public: a token that changes with every committed entry the public may notice.

Whatever is computed from the record may be kept under the generation it was computed in; the next such
entry makes it unreachable. What changes without an entry (a page of the CMS) calls `turn` itself.
"""

import secrets

from django.core.cache import cache

KEY = "ledger.generation"


def generation() -> str:
    """The present generation. Read it before reading what is to be kept under it."""
    present = cache.get(KEY)
    if present is None:
        cache.add(KEY, secrets.token_hex(8), timeout=None)
        present = cache.get(KEY, "")
    return str(present)


def turn() -> None:
    """Begin the next generation: everything kept under the present one is as good as gone."""
    cache.set(KEY, secrets.token_hex(8), timeout=None)
