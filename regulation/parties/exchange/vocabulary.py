"""How our kinds are said in BODS 0.4, and how BODS codes are read. No ORM.

Every statement holds only codes of BODS 0.4; what is finer stands beside them under `qinqing`, which the
schema allows: it forbids no further properties. docs/decoupling.md documents the extension.
"""

import hashlib
import re

from ..models.entity import EntityKind
from ..models.interest import InterestKind, Rank

EXTENSION = "qinqing"
BODS_KINDS = frozenset(
    str(kind) for kind in list(InterestKind)[: list(InterestKind).index(InterestKind.UNPUBLISHED) + 1]
)
OTHER = str(InterestKind.CONTROL)
UNKNOWN = str(InterestKind.UNKNOWN)

# What a reader that knows BODS alone is told of the kinds of this field.
SAID_AS = {
    str(InterestKind.LEGAL_REPRESENTATIVE): str(InterestKind.SENIOR_MANAGER),
    str(InterestKind.SUPERVISOR): OTHER,
    str(InterestKind.PRACTITIONER): UNKNOWN,
    str(InterestKind.OFFICIAL): OTHER,
    str(InterestKind.CLOSE_KIN): UNKNOWN,
    str(InterestKind.AFFILIATION): OTHER,
    str(InterestKind.SET_UP): OTHER,
    str(InterestKind.SUPERVISION): OTHER,
    str(InterestKind.SPONSORSHIP): OTHER,
    str(InterestKind.SAME_PREMISES): UNKNOWN,
    str(InterestKind.SAME_FINANCES): UNKNOWN,
    str(InterestKind.SAME_CONTACT): UNKNOWN,
}
KINDS = frozenset(str(kind) for kind in InterestKind)
RANKS = frozenset(str(rank) for rank in Rank)
ENTITY_KINDS = frozenset(str(kind) for kind in EntityKind)

# entityType and subtype of BODS for each of our kinds.
ENTITY_TYPES: dict[str, dict[str, str]] = {
    str(EntityKind.DEPARTMENT): {"type": "stateBody", "subtype": "governmentDepartment"},
    str(EntityKind.PUBLIC_INSTITUTION): {"type": "stateBody", "subtype": "other"},
    str(EntityKind.SOCIAL_ORGANISATION): {"type": "registeredEntity"},
    str(EntityKind.INDUSTRY_ASSOCIATION): {"type": "registeredEntity"},
    str(EntityKind.ENTERPRISE): {"type": "registeredEntity"},
    str(EntityKind.INTERMEDIARY): {"type": "registeredEntity"},
    str(EntityKind.UNTOLD): {"type": "unknownEntity"},
}
BODS_ENTITY_TYPES = frozenset(
    [
        "registeredEntity",
        "legalEntity",
        "arrangement",
        "anonymousEntity",
        "unknownEntity",
        "state",
        "stateBody",
    ]
)
CREDIT_CODE_SCHEME = "Unified Social Credit Code (GB 32100-2015)"
DIGEST_SCHEME = "qinqing keyed digest"
IDENTITY_CARD = "CHN-IDCARD"


UNTOLD = str(EntityKind.UNTOLD)
NOBODY = "noBeneficialOwners"  # the one reason that says there is no holder
REASON = "informationUnknownToPublisher"  # where nothing else was said


def untold_id(record_id: str) -> str:
    """What the holder of a relationship is called that does not say who holds it: one for each."""
    return f"untold-{hashlib.sha256(record_id.encode()).hexdigest()[:40]}"


DERIVED = "table-"  # statement ids that follow from what a row of a table says
BY_CODE = "qinqing-uscc-"  # a party that a table names by its credit code


def table_id(publisher: str, text: str) -> str:
    """What a publisher's own id in a table is called among the ids of all."""
    return f"table-{hashlib.sha256(publisher.encode()).hexdigest()[:8]}-{text}"


def shown_id(record_id: str) -> str:
    """An id as the table says it."""
    return re.sub(r"\A(?:table-[0-9a-f]{8}-|qinqing-uscc-)", "", record_id)


def entity_kind(type_: str, subtype: str) -> str:
    """What we call an entity of a BODS type, where no extension says it more finely."""
    if type_ in ("state", "stateBody"):
        return str(EntityKind.DEPARTMENT if subtype != "other" else EntityKind.PUBLIC_INSTITUTION)
    return UNTOLD if type_ in ("unknownEntity", "anonymousEntity") else str(EntityKind.ENTERPRISE)


def site_code(site_url: str) -> str:
    """Eight characters that tell one site's own ids from another's."""
    return hashlib.sha256(site_url.rstrip("/").encode()).hexdigest()[:8]


def own_id(site: str, noun: str, key: int) -> str:
    """The record id of one of our own rows, the same in every export."""
    return f"qinqing-{site}-{noun}-{key:012d}"


_OWN = re.compile(r"qinqing-([0-9a-f]{8})-(entity|person|interest)-([0-9]{12})")


def own_key(site: str, noun: str, record_id: str) -> int | None:
    """The key of the row that an own record id names; None for anybody else's."""
    found = _OWN.fullmatch(record_id)
    return int(found[3]) if found and (found[1], found[2]) == (site, noun) else None
