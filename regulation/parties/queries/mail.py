"""Which mail a person does not want."""

from ..models import MailStop, User


def stopped_mail(user: User) -> set[str]:
    """The kinds a person gets no mail of."""
    standing = MailStop.objects.filter(user=user, wanted_at__isnull=True)
    return set(standing.values_list("kind", flat=True))


def wants_mail(user: User, kind: str) -> bool:
    """Whether a person gets mail of a kind."""
    return not MailStop.objects.filter(user=user, kind=kind, wanted_at__isnull=True).exists()


def who_stopped(kind: str) -> set[int]:
    """Keys of everybody who gets no mail of a kind."""
    standing = MailStop.objects.filter(kind=kind, wanted_at__isnull=True)
    return set(standing.values_list("user_id", flat=True))
