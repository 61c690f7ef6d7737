"""Where an entity says it is reached and paid: checks compare that between bidders, and with departments."""

from django.conf import settings
from django.db import transaction

from regulation.ledger.operations import record

from ..identifiers import account_digest
from ..models import Entity, User

CONTACTS = ("address", "phone", "email")


@transaction.atomic
def note_contacts(*, entity: Entity, address: str, phone: str, email: str, by: User) -> list[str]:
    """What an entity tells of its address, telephone and mail, for the register that checks compare.

    What another source put on record stays, or a firm could take a tie off the record by telling something
    else. Returns the names of those; where nothing changes no entry is written.
    """
    locked = Entity.objects.select_for_update(no_key=True).get(pk=entity.pk)
    told = {"address": address.strip(), "phone": phone.strip(), "email": email.strip()}
    kept, changed = [], []
    for name in CONTACTS:
        held = getattr(locked, name)
        if held == told[name]:
            continue
        if held and name not in locked.self_stated:
            kept.append(name)
            continue
        setattr(locked, name, told[name])
        changed.append(name)
    if changed:
        locked.self_stated = sorted({*locked.self_stated, *changed})
        locked.save(update_fields=[*changed, "self_stated"])
        body = {"entity": locked.urn, "changed": changed}
        record(kind="parties.contacts_told", subject=locked, actor=by, body=body)
    return kept


@transaction.atomic
def note_account(*, entity: Entity, number: str, by: User | None) -> bool:
    """Keep the keyed digest of the account an entity is paid to; whether it is another than before.

    The number itself is in no entry, and where the site has no key nothing is made of it: production does
    not start without one.
    """
    key = settings.IDENTITY_HMAC_KEY
    if not key:
        return False
    digest = account_digest(number, key=key.encode())
    locked = Entity.objects.select_for_update(no_key=True).get(pk=entity.pk)
    if locked.account_digest is not None and bytes(locked.account_digest) == digest:
        return False
    locked.account_digest = digest
    locked.save(update_fields=["account_digest"])
    record(
        kind="parties.account_told", subject=locked, actor=by, body={"entity": locked.urn}, noticeable=False
    )
    return True
