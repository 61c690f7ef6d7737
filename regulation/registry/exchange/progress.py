"""How far a running job is. Told through the cache: what a transaction writes is not seen before its end."""

from django.core.cache import cache

KEPT = 3600


def tell(pk: int, done: int, total: int) -> None:
    cache.set(f"exchange.progress.{pk}", (done, total), KEPT)


def told(pk: int) -> tuple[int, int]:
    """Rows done and rows in all; (0, 0) before the first chunk."""
    found: tuple[int, int] = cache.get(f"exchange.progress.{pk}") or (0, 0)
    return found
