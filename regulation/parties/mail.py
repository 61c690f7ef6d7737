"""Mail that a person may choose not to get; rooms above name theirs. What has legal effect is always sent."""

from dataclasses import dataclass
from typing import Any

from django.core import signing

SALT = "parties.mail"


@dataclass(frozen=True, slots=True)
class MailKind:
    """One kind: its code, which begins with its room; what it is; when it comes."""

    code: str
    title: Any
    told: Any


KINDS: dict[str, MailKind] = {}


def optional_mail(code: str, title: Any, told: Any) -> None:
    """A kind a person may choose not to get. To be called when the room is made ready."""
    KINDS[code] = MailKind(code, title, told)


def way_out(user_pk: int, code: str) -> str:
    """What the way out in a mail carries: whose, and of which kind; it can do nothing else."""
    return signing.dumps([user_pk, code], salt=SALT)


def of_way_out(token: str) -> tuple[int, MailKind] | None:
    """Whose mail of which kind a token is about; None where it is not ours."""
    try:
        pk, code = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return (pk, KINDS[code]) if code in KINDS else None
