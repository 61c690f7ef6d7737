"""What BODS 0.4 demands of a statement, restated from its documentation as far as this site says it.

Not the official schema: that is `bods_official`. Every rule of it that touches a field of ours stands here,
stricter where it leaves room; `faults_of` gives a line for each that is broken.
"""

import datetime as dt
import re

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
INTERESTS = [
    "shareholding",
    "votingRights",
    "appointmentOfBoard",
    "otherInfluenceOrControl",
    "seniorManagingOfficial",
    "settlor",
    "trustee",
    "protector",
    "beneficiaryOfLegalArrangement",
    "rightsToSurplusAssetsOnDissolution",
    "rightsToProfitOrIncome",
    "rightsGrantedByContract",
    "conditionalRightsGrantedByContract",
    "controlViaCompanyRulesOrArticles",
    "controlByLegalFramework",
    "boardMember",
    "boardChair",
    "unknownInterest",
    "unpublishedInterest",
    "enjoymentAndUseOfAssets",
    "rightToProfitOrIncomeFromAssets",
    "nominee",
    "nominator",
]
SOURCES = ["selfDeclaration", "officialRegister", "thirdParty", "primaryResearch", "verified"]


def text(least=0, most=None, pattern=None):
    def check(value, at):
        if not isinstance(value, str):
            yield f"{at}: not text"
        elif len(value) < least or (most is not None and len(value) > most):
            yield f"{at}: length"
        elif pattern and not re.search(pattern, value):
            yield f"{at}: pattern"

    return check


def day(value, at):
    try:
        dt.date.fromisoformat(value if DAY.match(value) else "")
    except (TypeError, ValueError):
        yield f"{at}: not a day"


def one_of(*known):
    return lambda value, at: iter(() if value in known else (f"{at}: {value!r} is unknown",))


def boolean(value, at):
    if not isinstance(value, bool):
        yield f"{at}: not a boolean"


def per_cent(value, at):
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        yield f"{at}: no percentage"


def array(inner):
    def check(value, at):
        if not isinstance(value, list):
            yield f"{at}: no array"
            return
        for index, one in enumerate(value):
            yield from inner(one, f"{at}[{index}]")

    return check


def thing(needed="", some=(), **known):
    """An object: `needed` keys, one of `some` at least, what is known in its shape; others are allowed."""

    def check(value, at):
        if not isinstance(value, dict):
            yield f"{at}: no object"
            return
        yield from (f"{at}.{key}: missing" for key in needed.split() if key not in value)
        if some and not set(some) & set(value):
            yield f"{at}: none of {some}"
        for key, inner in known.items():
            if key in value:
                yield from inner(value[key], f"{at}.{key}")

    return check


uri = text(pattern=r"^[a-z]+://[^\s]+$")
country = thing("name", name=text(), code=text(2, 2))
identifier = thing(some=("scheme", "schemeName"), id=text(), scheme=text(), schemeName=text(), uri=uri)


def address(*types):
    return thing(type=one_of(*types), address=text(), postCode=text(), country=country)


def entity_type(value, at):
    known = [
        "registeredEntity",
        "legalEntity",
        "arrangement",
        "anonymousEntity",
        "unknownEntity",
        "state",
        "stateBody",
    ]
    yield from thing("type", type=one_of(*known))(value, at)
    subtype = value.get("subtype")
    allowed = {
        "governmentDepartment": ["stateBody"],
        "stateAgency": ["stateBody"],
        "nomination": ["arrangement"],
        "trust": ["arrangement", "legalEntity"],
    }
    if subtype not in (None, "other", *allowed):
        yield f"{at}.subtype: unknown"
    elif subtype in allowed and value.get("type") not in allowed[subtype]:
        yield f"{at}.subtype: does not go with the type"


def party(value, at):
    if not isinstance(value, str):
        yield from thing("reason", reason=text())(value, at)


share = thing(
    **dict.fromkeys(["exact", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"], per_cent)
)
interest = thing(
    type=one_of(*INTERESTS),
    directOrIndirect=one_of("direct", "indirect", "unknown"),
    beneficialOwnershipOrControl=boolean,
    details=text(),
    share=share,
    startDate=day,
    endDate=day,
)
DETAILS = {
    "entity": thing(
        "isComponent entityType",
        isComponent=boolean,
        entityType=entity_type,
        name=text(),
        alternateNames=array(text()),
        jurisdiction=thing("name", name=text(), code=text(2, 6)),
        identifiers=array(identifier),
        addresses=array(address("registered", "business", "alternative")),
    ),
    "person": thing(
        "isComponent personType",
        isComponent=boolean,
        personType=one_of("anonymousPerson", "unknownPerson", "knownPerson"),
        names=array(
            thing(
                "fullName",
                fullName=text(),
                type=one_of("legal", "translation", "transliteration", "former", "birth"),
            )
        ),
        identifiers=array(identifier),
        birthDate=text(pattern=r"^\d{4}(-(1[0-2]|0[1-9])(-\d\d)?)?$"),
        addresses=array(address("residence", "service", "alternative")),
    ),
    "relationship": thing(
        "isComponent subject interestedParty",
        isComponent=boolean,
        componentRecords=array(text()),
        subject=party,
        interestedParty=party,
        interests=array(interest),
    ),
}
statement = thing(
    "statementId statementDate declarationSubject recordId recordType recordDetails",
    statementId=text(32, 64),
    statementDate=day,
    declaration=text(),
    declarationSubject=text(),
    recordId=text(),
    recordType=one_of("entity", "person", "relationship"),
    recordStatus=one_of("new", "updated", "closed"),
    publicationDetails=thing(
        "publicationDate bodsVersion publisher",
        publicationDate=day,
        bodsVersion=text(pattern=r"^\d+\.\d+$"),
        license=uri,
        publisher=thing(some=("name", "url"), name=text(), url=uri),
    ),
    source=thing(
        type=array(one_of(*SOURCES)),
        description=text(),
        url=uri,
        retrievedAt=day,
        assertedBy=array(thing(name=text(), uri=uri)),
    ),
)


def faults_of(value):
    """What is wrong with a statement by BODS 0.4; empty where it is valid."""
    faults = list(statement(value, "statement"))
    if isinstance(value, dict) and value.get("recordType") in DETAILS:
        faults += DETAILS[value["recordType"]](value.get("recordDetails"), "recordDetails")
    return faults
