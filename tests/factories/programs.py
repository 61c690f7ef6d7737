"""Programs that ask the interface, each with a token of somebody's."""

import datetime as dt
import itertools
import json
from typing import Any

from django.test import Client
from django.utils import timezone

from regulation.parties.models import Membership, Scope
from regulation.parties.operations import make_token

API = "/api/v1"
count = itertools.count(1)


class Program:
    """Asks in English with a token, or without one; each write under a new key unless one is given."""

    def __init__(self, of: Membership | None = None, scope: str = Scope.WRITE) -> None:
        self.client, self.secret, self.token = Client(), "", None
        if of is not None:
            self.token, self.secret = make_token(
                membership=of,
                name=f"program {next(count)}",
                scope=Scope(scope),
                days=30,
                by=of.user,
                at=timezone.now(),
            )

    def headers(self, **more: str) -> dict[str, str]:
        said = {"Accept-Language": "en"}
        if self.secret:
            said["Authorization"] = f"Bearer {self.secret}"
        return said | more

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(API + path, query, headers=self.headers())

    def send(self, method: str, path: str, body: Any = None, *, key: str = "", **more: Any) -> Any:
        """A write; `body` as JSON, or bytes as they are."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        kind = more.pop(
            "content_type", "application/octet-stream" if isinstance(body, bytes) else "application/json"
        )
        headers = self.headers(**{"Idempotency-Key": key or f"key-{next(count):08d}"} | more)
        return self.client.generic(method, API + path, raw, content_type=kind, headers=headers)

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.send("POST", path, body, **more)

    def put(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.send("PUT", path, body, **more)


def terms(**fields: Any) -> dict[str, Any]:
    """The least valid terms of a tender as a body."""
    closes = timezone.now() + dt.timedelta(days=20)
    return {
        "title": "安全现状评价",
        "description": "储罐区安全现状评价。",
        "days": 30,
        "ceiling": "20000.00",
        "closes_at": closes.isoformat(),
        "contact": "0826-1234567",
    } | fields
