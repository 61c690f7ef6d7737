"""Stripe in this process: a stateful stand-in behind StripeClient(http_client=…).

The real SDK runs; only the transport is replaced. Parameters are validated against the SDK's own types, a
repeated idempotency key gives the first answer, and events are signed as Stripe signs them.
"""

import hashlib
import hmac
import importlib
import itertools
import json
import re
import time
import urllib.parse
from typing import Any

import stripe

from marketplace.payments.gateways import stripe_gateway

KEY, SECRET = "rk_test_stand_in", "whsec_stand_in"
TYPES = {
    "checkout/sessions": "checkout.SessionCreateParams",
    "transfers": "TransferCreateParams",
    "refunds": "RefundCreateParams",
    "accounts": "AccountCreateParams",
    "account_links": "AccountLinkCreateParams",
}
SHIPS_WITH_A_CALL = {"api_key", "headers", "idempotency_key", "stripe_account", "stripe_version"}


class Killed(BaseException):
    """The process died: after the provider's answer, before our commit."""


def nested(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """a[b][c]=d as dictionaries."""
    out: dict[str, Any] = {}
    for name, value in pairs:
        parts = re.findall(r"[^\[\]]+", name)
        at = out
        for part in parts[:-1]:
            at = at.setdefault(part, {})
        at[parts[-1]] = value
    return out


def allowed(path: str) -> set[str]:
    module, _, name = ("stripe.params." + TYPES[path]).rpartition(".")
    return set(getattr(importlib.import_module(module), name).__annotations__) - SHIPS_WITH_A_CALL


class StandIn(stripe.HTTPClient):
    """`things` by identifier; `calls` as (method, path, parameters); `events` not yet sent."""

    name = "stand-in"

    def __init__(self) -> None:
        super().__init__()
        self.things: dict[str, dict[str, Any]] = {}
        self.kept: dict[str, tuple[Any, Any]] = {}
        self.numbers = itertools.count(1)
        self.events: list[dict[str, Any]] = []
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self.dies_after: str | None = None
        self.away = False

    def close(self) -> None: ...

    def request(self, method, url, headers=None, post_data=None, **_):
        if self.away:
            raise stripe.APIConnectionError("away")
        at = urllib.parse.urlparse(url)
        path, verb = at.path.removeprefix("/v1/"), method.upper()
        told = nested(urllib.parse.parse_qsl(post_data or at.query))
        self.calls.append((verb, path, told))
        key = (headers or {}).get("Idempotency-Key")
        if verb == "POST" and key in self.kept:
            asked, answer = self.kept[key]
            if asked != (path, told):
                return self._refuse("idempotency_error", "Keys are for the same parameters only")
            return answer
        if verb == "POST" and path in TYPES and set(told) - allowed(path):
            return self._refuse("parameter_unknown", f"unknown: {sorted(set(told) - allowed(path))}")
        made = self._route(verb, path, told)
        answer = made if isinstance(made, tuple) else (json.dumps(made), 200, {"request-id": "req_1"})
        if verb == "POST" and key:
            self.kept[key] = ((path, told), answer)
        if self.dies_after == path:
            self.dies_after = None
            raise Killed
        return answer

    def _refuse(self, code: str, message: str, status: int = 400):
        told = {"error": {"type": "invalid_request_error", "code": code, "message": message}}
        return json.dumps(told), status, {"request-id": "req_1"}

    def _new(self, kind: str, prefix: str, **fields: Any) -> dict[str, Any]:
        made = {"id": f"{prefix}_{next(self.numbers)}", "object": kind, "created": int(time.time()), **fields}
        self.things[made["id"]] = made
        return made

    def _route(self, verb: str, path: str, told: dict[str, Any]) -> Any:
        if verb == "GET":
            found = self.things.get(path.split("/")[-1])
            return found or self._refuse("resource_missing", path, 404)
        made = {
            "checkout/sessions": self._session,
            "transfers": self._transfer,
            "refunds": self._refund,
            "accounts": lambda told: self._new("account", "acct", payouts_enabled=False),
            "account_links": lambda told: {"object": "account_link", "url": "https://connect.example/x"},
        }.get(path)
        return made(told) if made else self._refuse("resource_missing", path, 404)

    def _session(self, told: dict[str, Any]) -> Any:
        price = told["line_items"]["0"]["price_data"]
        intent = self._new(
            "payment_intent", "pi", amount=int(price["unit_amount"]), metadata=told["metadata"]
        )
        return self._new(
            "checkout.session",
            "cs",
            status="open",
            payment_status="unpaid",
            amount_total=int(price["unit_amount"]),
            url="https://checkout.example/x",
            payment_intent=intent["id"],
            metadata=told["metadata"],
        )

    def _transfer(self, told: dict[str, Any]) -> Any:
        if told["destination"] not in self.things:
            return self._refuse("resource_missing", "no such destination")
        marks = told.get("metadata", {})
        return self._new(
            "transfer", "tr", amount=int(told["amount"]), amount_reversed=0, reversed=False, metadata=marks
        )

    def _refund(self, told: dict[str, Any]) -> Any:
        marks = told.get("metadata", {})
        return self._new("refund", "re", amount=int(told["amount"]), status="succeeded", metadata=marks)

    # --- what happens at Stripe ---

    def pay(self, session: str) -> dict[str, Any]:
        """The payer pays; gives the event."""
        self.things[session] |= {"status": "complete", "payment_status": "paid", "url": None}
        return self.event("checkout.session.completed", session)

    def expire(self, session: str) -> dict[str, Any]:
        self.things[session] |= {"status": "expired", "url": None}
        return self.event("checkout.session.expired", session)

    def send_back(self, transfer: str, fen: int) -> dict[str, Any]:
        """A part of a transfer comes back; gives the event."""
        held = self.things[transfer]
        held["amount_reversed"] += fen
        held["reversed"] = held["amount_reversed"] == held["amount"]
        return self.event("transfer.reversed", transfer)

    def fail_refund(self, refund: str) -> dict[str, Any]:
        """A refund that was done fails afterwards."""
        self.things[refund]["status"] = "failed"
        return self.event("refund.failed", refund)

    def dispute(self, session: str, *, fen: int | None = None) -> list[dict[str, Any]]:
        """The payer's bank opens a dispute and takes the money: the events, and the dispute's identifier."""
        intent = self.things[self.things[session]["payment_intent"]]
        made = self._new(
            "dispute",
            "dp",
            amount=fen or intent["amount"],
            currency="cny",
            status="needs_response",
            payment_intent=intent["id"],
            metadata={},
            evidence_details={"due_by": int(time.time()) + 86400},
            balance_transactions=[],
        )
        told = [self.event("charge.dispute.created", made)]
        self._moves(made, -made["amount"])
        return [*told, self.event("charge.dispute.funds_withdrawn", made)]

    def decide(self, dispute: str, *, won: bool) -> list[dict[str, Any]]:
        """The bank decides; won, the money comes back."""
        held = self.things[dispute]
        held["status"] = "won" if won else "lost"
        told = [self.event("charge.dispute.closed", held)]
        if won:
            self._moves(held, held["amount"])
            told.append(self.event("charge.dispute.funds_reinstated", held))
        return told

    def _moves(self, dispute: dict[str, Any], fen: int) -> None:
        moved = {"object": "balance_transaction", "amount": fen, "currency": "cny"}
        dispute["balance_transactions"] = [*dispute["balance_transactions"], moved]

    def event(self, kind: str, thing: str | dict[str, Any]) -> dict[str, Any]:
        about = self.things[thing] if isinstance(thing, str) else thing
        made = {
            "id": f"evt_{next(self.numbers)}",
            "object": "event",
            "type": kind,
            "data": {"object": dict(about)},
            "created": int(time.time()),
            "api_version": stripe.api_version,
        }
        self.events.append(made)
        return made


def signed(event: dict[str, Any], *, secret: str = SECRET, age: int = 0) -> tuple[str, str]:
    """The body and its Stripe-Signature header, as if signed `age` seconds ago."""
    body, at = json.dumps(event), int(time.time()) - age
    told = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    return body, f"t={at},v1={told}"


def wired(settings: Any, monkeypatch: Any) -> StandIn:
    """The stand-in, wired where the site would reach Stripe."""
    settings.STRIPE_API_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, SECRET
    there = StandIn()
    provider = stripe_gateway.StripeProvider(
        stripe.StripeClient(KEY, http_client=there, max_network_retries=0)
    )
    monkeypatch.setattr(stripe_gateway, "from_settings", lambda: provider)
    monkeypatch.setattr("marketplace.payments.views.provider.from_settings", lambda: provider)
    monkeypatch.setattr("marketplace.payments.views.own.from_settings", lambda: provider)
    there.provider = provider
    return there
