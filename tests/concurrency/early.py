"""A site that says yes before it has committed: the control in test_killed_bidding.py."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction

from config.wsgi import application as site

for signal in (request_started, request_finished):
    signal.disconnect(close_old_connections)  # it would close what is in a transaction


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
    with transaction.atomic():
        yield from site(environ, start_response)
        time.sleep(1)
