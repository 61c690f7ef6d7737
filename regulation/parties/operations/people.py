"""People: put on record under the HMAC of their number, and looked at by regulators."""

from django.conf import settings
from django.db import transaction

from ..errors import IdentityKeyMissing, NumberAndNameDiffer
from ..identifiers import identity_digest
from ..models import Entity, Interest, Person, Tier, User
from .looking import note_look


def digest_of_number(number: str) -> bytes:
    """The keyed HMAC of an identity number. Raises IdentityKeyMissing where the site has no key.

    Without a key nothing is made of the number: a plain hash of it could be tried out.
    """
    key = settings.IDENTITY_HMAC_KEY
    if not key:
        raise IdentityKeyMissing
    return identity_digest(number, key=key.encode())


def declared_person(
    *, entity: Entity, name: str, birth_month: str, digest: bytes | None, row: int, is_invented: bool
) -> tuple[Person, str]:
    """The person an entity declares, and the tier of what it says of them.

    A number settles it (tier A). Without one the record this entity itself declared under the same name and
    month of birth is taken up again; otherwise a new one is made (tier B: name, month and firm agree).
    Raises NumberAndNameDiffer, which names the row.
    """
    if digest is not None:
        said = {
            "name": name,
            "birth_month": birth_month,
            "is_invented": is_invented,
            "source": entity.name,
        }
        there, _new = Person.objects.get_or_create(identity_digest=digest, defaults=said)
        if there.name != name:
            raise NumberAndNameDiffer(row)
        return there, Tier.A
    own = Interest.objects.standing().filter(declared_by=entity)
    known = (
        Person.objects.filter(name=name, birth_month=birth_month)
        .filter(pk__in=own.values("holder_person"))
        .order_by("pk")
        .first()
    )
    made = known or Person.objects.create(
        name=name, birth_month=birth_month, is_invented=is_invented, source=entity.name
    )
    return made, Tier.A if made.identity_digest else Tier.B


@transaction.atomic
def see_people(*, people: list[Person], page: str, by: User) -> None:
    """A regulator looked at what is held of people: a look of each of them, on no visitor's page.

    `page` is the URN of what showed them.
    """
    for person in people:
        note_look(subject=person, what="person", detail=page, by=by)
