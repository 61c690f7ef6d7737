"""The demo's three trustees: stores in folders of their own, a program each, everything invented."""

import datetime as dt
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from regulation.parties.models import Entity
from tools.trustee import Store, key_statement

from ..models import Trustee, TrusteePart
from ..operations import register_keys, register_trustee

PLATFORM = ("亲清平台运营中心（演示）", "Qinqing operating centre (demo)")
NOTARY = ("广安公证处（演示）", "Guang'an notary office (demo)")
SPARE = 6
ITERATIONS = 10_000  # the demo's passphrases are random, not remembered


def ensure_trustees(entities: Mapping[str, Entity], *, stores: Path, at: dt.datetime) -> None:
    """A store for each part, its trustee registered, and keys ready, so that a tender can be published."""
    for part, entity in entities.items():
        store = _store(stores / part, part)
        trustee = Trustee.objects.filter(ref=part, retired_at__isnull=True).first() or register_trustee(
            ref=part,
            entity=entity,
            part=TrusteePart(part),
            identity=store.identity_public,
            by=None,
            at=at,
            is_invented=True,
        )
        if trustee.keys.filter(appointment__isnull=True).count() < SPARE:
            publics = store.make_keys(SPARE)
            signatures = [store.identity.sign(key_statement(part, public)) for public in publics]
            register_keys(trustee=trustee, publics=publics, signatures=signatures, by=None, at=at)
            store.note_registered(publics)


def _store(folder: Path, part: str) -> Store:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path, secret = folder / "store.json", folder / "passphrase"
    if not secret.exists():
        with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(24))
    passphrase = secret.read_text()
    if path.exists():
        return Store(path, passphrase)
    return Store.create(path, trustee=part, passphrase=passphrase, iterations=ITERATIONS)
