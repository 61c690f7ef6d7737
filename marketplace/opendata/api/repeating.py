"""Each write happens once, however often it is sent.

Every write names a key. The first request with it makes a row in the transaction of its effect; a second one
waits at that row, and is answered from it. What was refused by an operation is kept too, since a refusal may
leave a check on record; what was never asked of an operation (401, 403, 404, 422) is not, and leaves the key
free for a better request.
"""

import hashlib
import json
import logging
import re
from collections.abc import Callable

from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from ..models import KeptAnswer
from .problems import PROBLEM, REFUSALS, Problem, refused

logger = logging.getLogger(__name__)
HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_KEY = re.compile(r"[!-~]{8,255}")
CLAIM = """
    INSERT INTO opendata_keptanswer (token_id, key, digest, body) VALUES (%s, %s, %s, '')
    ON CONFLICT DO NOTHING RETURNING id
"""


def once(request: HttpRequest, work: Callable[[], str], *, status: int) -> HttpResponse:
    """Answer a write. `work` does it and returns the body of its answer as JSON; it runs once a key."""
    key = request.headers.get(HEADER, "")
    if not _KEY.fullmatch(key):
        said = _("A write names itself: Idempotency-Key, 8 to 255 visible characters, new for each.")
        raise Problem(400, "idempotency_key_missing", said)
    token, digest = request.auth.pk, _digest(request)  # type: ignore[attr-defined]
    try:
        with transaction.atomic():
            row = _claim(token, key, digest)
            if row is None:
                return _again(KeptAnswer.objects.get(token=token, key=key), digest)
            done = _done(work, status)
            KeptAnswer.objects.filter(pk=row).update(status=done[0], body=done[1])
    except IntegrityError as overtaken:
        # A constraint refuses it, at the commit at the latest: another request was first. Nothing of this one
        # is kept. Only the constraint's name is logged: the database's own words hold the row.
        logger.warning("refused by a constraint: %s", _constraint(overtaken))
        said = _("Something changed while this was done, so it was not done. Read it again and decide anew.")
        raise Problem(409, "overtaken", said) from overtaken
    return _answer(*done)


def _constraint(failure: IntegrityError) -> str:
    told = getattr(failure.__cause__, "diag", None)
    return str(getattr(told, "constraint_name", "") or "unnamed")


def _digest(request: HttpRequest) -> str:
    place = f"{request.method}\n{request.get_full_path()}\n{request.content_type}\n"
    return hashlib.sha256(place.encode(errors="replace") + request.body).hexdigest()


def _claim(token: int, key: str, digest: str) -> int | None:
    """Take the key; waits for whoever is taking it. None where it was taken."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [token, key, digest])
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _done(work: Callable[[], str], status: int) -> tuple[int, str]:
    try:
        return status, work()
    except REFUSALS as refusal:
        problem = refused(refusal)
        return problem.status, json.dumps(problem.told(), ensure_ascii=False)


def _again(kept: KeptAnswer, digest: str) -> HttpResponse:
    if kept.digest != digest:
        said = _("This key was used for another request. Use a new key for each.")
        raise Problem(422, "idempotency_key_used", said, errors=[])
    answer = _answer(kept.status or 500, kept.body)
    answer.headers[REPLAYED] = "true"
    return answer


def _answer(status: int, body: str) -> HttpResponse:
    kind = PROBLEM if status >= 400 else "application/json"
    return HttpResponse(body, status=status, content_type=kind)
