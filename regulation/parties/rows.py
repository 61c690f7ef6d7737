"""What a declaration's rows are, by what they tell. No ORM, no clock, no request.

A row of a draft is a dict of JSON values: `key` its token, `sort` one of SORTS, `kind` of interest, the
holder (`entity` a key, or `code` and `name` of a body not on record yet; or `name`, `birth_month` YYYY-MM
and `identity`, the hex of the HMAC, of a person; or `who`, one of the firm's people), `share` [least,
most] or null, `post`, `rank`, `department` a key, `start` and `end` days or null, `source`, `url`. An
"agreed" row holds `interest` alone, the key of what another source stated.
"""

from typing import Any

OWNER, CONTROLLER, POST, OFFICIAL, KIN, AGREED = "owner", "controller", "post", "official", "kin", "agreed"
SORTS: dict[str, tuple[str, ...]] = {
    OWNER: ("shareholding", "votingRights"),
    CONTROLLER: (
        "otherInfluenceOrControl",
        "appointmentOfBoard",
        "setUp",
        "sponsorship",
        "affiliation",
        "supervision",
    ),
    POST: (
        "legalRepresentative",
        "boardChair",
        "boardMember",
        "supervisor",
        "seniorManagingOfficial",
        "practitioner",
    ),
    OFFICIAL: ("official",),
    KIN: ("closeKin",),
}
SHARED = (*SORTS[OWNER],)  # kinds that have a share
PEOPLES = (OWNER, CONTROLLER, POST)  # sorts whose holder is named in the row itself
DECLARED_KINDS = tuple(kind for sort in PEOPLES for kind in SORTS[sort])
MOST_ROWS = 200


def people_of(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The people named in a draft's rows, as (token, name); each person once, by name, month and number."""
    found: dict[tuple[str, str, str], tuple[str, str]] = {}
    for row in rows:
        if row["sort"] in PEOPLES and row.get("person"):
            found.setdefault(
                (row["name"], row["birth_month"], row["identity"]), (f"r:{row['key']}", row["name"])
            )
    return list(found.values())
