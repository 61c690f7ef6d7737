import datetime as dt

from django.db import transaction

from regulation.ledger.operations import record
from regulation.parties.models import User

from .. import keyring
from ..models import OpeningKey
from ..queries import current_opening_key
from ..sealing import SUITE_ID


class _Key:
    def __init__(self, kid: str) -> None:
        self.urn = f"tenders.opening_key/{kid}"


@transaction.atomic
def ensure_opening_key(*, by: User | None, at: dt.datetime) -> OpeningKey:
    """The current opening key; where there is none, make one and keep its private half in the keyring.

    Raises keyring.NoKeyring in a process that was not given the folder.
    """
    if (current := current_opening_key()) is not None:
        return current
    kid, public = keyring.create()
    made = OpeningKey.objects.create(kid=kid, suite=SUITE_ID, public=public, valid_from=at)
    record(
        kind="tenders.opening_key_created",
        subject=_Key(kid),
        actor=by,
        body={"kid": kid, "suite": SUITE_ID, "public": public.hex()},
    )
    return made
