"""What a trustee's own program asks and answers: JSON, each request signed by the trustee's identity."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from regulation.ledger.queries import database_now
from tools.trustee import request_statement

from ..errors import TenderRefused
from ..models import Trustee
from ..operations import answer_draws, hand_over, register_keys
from ..waiting import BadAnswer, draws_in, keys_in, shares_in, waiting_for

ANSWERED_WITHIN = dt.timedelta(minutes=5)  # how far a trustee's clock may be off
MOST = 8 * 1024 * 1024  # bytes of one request

Answer = Callable[[Trustee, Any, dt.datetime], dict[str, Any]]


def _signer(request: HttpRequest, ref: str, now: dt.datetime) -> Trustee | None:
    """The trustee who signed this request with its identity, within five minutes of the database clock."""
    trustee = Trustee.objects.filter(ref=ref, retired_at__isnull=True, identity__isnull=False).first()
    said = request.headers.get("Qinqing-Moment", "")
    try:
        moment = dt.datetime.fromisoformat(said)
        signature = bytes.fromhex(request.headers.get("Qinqing-Signature", ""))
    except ValueError:
        return None
    if trustee is None or moment.tzinfo is None or abs(now - moment) > ANSWERED_WITHIN:
        return None
    identity = Ed25519PublicKey.from_public_bytes(bytes(trustee.identity or b""))
    try:
        identity.verify(signature, request_statement(request.path, said, request.body))
    except InvalidSignature:
        return None
    return trustee


def _signed(answer: Answer) -> Callable[..., HttpResponse]:
    @csrf_exempt
    @require_POST
    @never_cache
    def view(request: HttpRequest, ref: str) -> HttpResponse:
        now = database_now()
        if int(request.headers.get("Content-Length") or 0) > MOST:
            return JsonResponse({"error": "too_long"}, status=413)
        trustee = _signer(request, ref, now)
        if trustee is None:
            return JsonResponse({"error": "not_signed"}, status=403)
        try:
            return JsonResponse(answer(trustee, json.loads(request.body), now))
        except (BadAnswer, ValueError) as fault:
            return JsonResponse({"error": "malformed", "message": str(fault)}, status=422)
        except TenderRefused as refusal:
            return JsonResponse({"error": refusal.code, "message": str(refusal)}, status=409)

    return view


def _waiting(trustee: Trustee, _said: Any, now: dt.datetime) -> dict[str, Any]:
    return waiting_for(trustee, now=now)


def _keys(trustee: Trustee, said: Any, now: dt.datetime) -> dict[str, Any]:
    publics, signatures = keys_in(said)
    made = register_keys(trustee=trustee, publics=publics, signatures=signatures, by=None, at=now)
    return {"registered": len(made)}


def _shares(trustee: Trustee, said: Any, now: dt.datetime) -> dict[str, Any]:
    appointment, shares = shares_in(trustee, said)
    return {"taken": hand_over(appointment=appointment, shares=shares, by=None, at=now)}


def _draws(trustee: Trustee, said: Any, now: dt.datetime) -> dict[str, Any]:
    commitments, secrets = draws_in(trustee, said)
    return answer_draws(trustee=trustee, commitments=commitments, secrets=secrets, by=None, at=now)


trustee_waiting, trustee_keys, trustee_shares = _signed(_waiting), _signed(_keys), _signed(_shares)
trustee_draws = _signed(_draws)
