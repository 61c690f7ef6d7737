"""Trustees: who they are, the keys they register, and which of these a tender gets."""

import datetime as dt
from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import IntegrityError, transaction

from regulation.ledger.operations import record
from regulation.parties.models import Entity, User

from .. import errors
from ..models import NEEDED, TRUSTEES, Appointment, Tender, Trustee, TrusteeKey, TrusteePart
from ..queries import standing_trustees
from ..sealing import SUITE_ID, key_id

ENOUGH = 200  # spare keys of a trustee: more are not taken


def key_statement(trustee: str, public: bytes) -> bytes:
    """What a trustee's identity signs when it registers a key."""
    return f"qinqing/trustee-key/1\n{trustee}\n{public.hex()}\n".encode()


@transaction.atomic
def register_trustee(
    *,
    ref: str,
    entity: Entity,
    part: TrusteePart,
    identity: bytes | None,
    by: User | None,
    at: dt.datetime,
    is_invented: bool = False,
) -> Trustee:
    """Make an entity a trustee of the tenders published from now on; whoever had the part before retires."""
    for before in Trustee.objects.select_for_update().filter(part=part, retired_at__isnull=True):
        before.retired_at = at
        before.save(update_fields=["retired_at"])
    made = Trustee.objects.create(
        ref=ref, entity=entity, part=part, identity=identity, is_invented=is_invented
    )
    body = {"entity": entity.urn, "part": str(part), "identity": identity.hex() if identity else None}
    record(kind="tenders.trustee_registered", subject=made, actor=by, body=body)
    return made


@transaction.atomic
def register_keys(
    *,
    trustee: Trustee,
    publics: Sequence[bytes],
    signatures: Sequence[bytes] = (),
    by: User | None,
    at: dt.datetime,
) -> list[TrusteeKey]:
    """Take the public halves of keys a trustee made, each for one tender to come. Again, it changes nothing.

    Raises BadTrusteeKey, naming which: of another length, of low order, held by another, or not signed by the
    trustee's identity where it has one and signs; TooManyKeys where enough lie ready.
    """
    spare = trustee.keys.filter(appointment__isnull=True).count()
    known = set(trustee.keys.filter(pk__in=[key_id(p).hex() for p in publics]).values_list("pk", flat=True))
    fresh = [n for n, public in enumerate(publics) if key_id(public).hex() not in known]
    if spare + len(fresh) > ENOUGH:
        raise errors.TooManyKeys
    made = []
    for n in fresh:
        signature = signatures[n] if n < len(signatures) else None
        _judge_key(trustee, publics[n], signature, number=n + 1)
        made.append(_key(trustee, publics[n], signature, number=n + 1, by=by))
    if made:
        body = {"suite": SUITE_ID, "keys": [bytes(key.public).hex() for key in made]}
        record(kind="tenders.trustee_keys_registered", subject=trustee, actor=by, body=body, noticeable=False)
    return made


def _judge_key(trustee: Trustee, public: bytes, signature: bytes | None, *, number: int) -> None:
    if len(public) != 32 or public in LOW_ORDER:
        raise errors.BadTrusteeKey(number)
    if signature is not None and trustee.identity is not None:
        identity = Ed25519PublicKey.from_public_bytes(bytes(trustee.identity))
        try:
            identity.verify(signature, key_statement(trustee.ref, public))
        except InvalidSignature as failure:
            raise errors.BadTrusteeKey(number) from failure


def _key(
    trustee: Trustee, public: bytes, signature: bytes | None, *, number: int, by: User | None
) -> TrusteeKey:
    try:
        with transaction.atomic():
            return TrusteeKey.objects.create(
                kid=key_id(public).hex(),
                trustee=trustee,
                public=public,
                signature=signature,
                registered_by=by,
            )
    except IntegrityError as refusal:
        raise errors.BadTrusteeKey(number) from refusal


def appoint_trustees(*, tender: Tender, at: dt.datetime) -> list[Appointment]:
    """Give a tender its three trustees, each with a key used for nothing else, in the caller's transaction.

    A tender that has them keeps them. Raises TrusteesMissing, naming the parts without a spare key.
    """
    if there := list(tender.appointments.select_related("trustee", "key")):
        return there
    chosen: list[TrusteeKey] = []
    lacking = dict(TrusteePart.choices)
    # Nobody alters a key, so the site's role can lock none: who chooses holds the trustees instead.
    for trustee in standing_trustees().select_for_update(no_key=True, of=("self",)):
        spare = trustee.keys.filter(appointment__isnull=True)
        if key := spare.order_by("registered_at", "pk").first():
            chosen.append(key)
            lacking.pop(trustee.part, None)
    if len(chosen) != TRUSTEES:
        raise errors.TrusteesMissing([str(words) for words in lacking.values()])
    made = [
        Appointment.objects.create(tender=tender, trustee=key.trustee, key=key, position=n)
        for n, key in enumerate(chosen, start=1)
    ]
    named = [{"trustee": a.trustee.urn, "key": a.key_id, "public": bytes(a.key.public).hex()} for a in made]
    body = {"suite": SUITE_ID, "needed": NEEDED, "trustees": named}
    record(kind="tenders.trustees_appointed", subject=tender, actor=None, body=body)
    return made


LOW_ORDER = frozenset(
    bytes.fromhex(point)
    for point in (
        "00" * 32,
        "01" + "00" * 31,
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
)
"""Public keys with which the agreed secret is all zeros; the library refuses to seal to them."""
