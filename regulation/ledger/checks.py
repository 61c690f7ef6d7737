"""What must be right about the witnesses before the site starts."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from .tlog import BadNote
from .witnesses import Witness, named


@register()
def witnesses(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Each word is a witness, no name and no key stands twice, and as many as are required can cosign."""
    found: list[CheckMessage] = []
    keys, names = set(), set()
    for word in settings.LEDGER_WITNESSES:
        try:
            witness = Witness.parse(word)
        except BadNote as fault:
            found.append(Error(f"LEDGER_WITNESSES: {word}: {fault}", id="ledger.E001"))
            continue
        if witness.name in names or witness.verifier.public in keys:
            found.append(Error(f"LEDGER_WITNESSES: {word}: this name or key stands twice", id="ledger.E002"))
        names.add(witness.name)
        keys.add(witness.verifier.public)
    if len(named()) < settings.LEDGER_WITNESSES_REQUIRED:
        hint = "LEDGER_WITNESSES_REQUIRED is greater than the number of witnesses: nothing would be published"
        found.append(Error(hint, id="ledger.E003"))
    return found
