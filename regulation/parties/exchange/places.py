"""Which row and which column of a table a place in a statement stands for. Pure."""

from regulation.tables.columns import Column, Sheet

from .sheets import SHEETS

LINES = 10_000_000  # a row is told by LINES times the place of its sheet, and its number


def line_of(sheet: Sheet, row: int) -> int:
    """The line under which a row of a sheet is told; each sheet has its own range."""
    return SHEETS.index(sheet) * LINES + row


def place_of(line: int) -> tuple[Sheet, int]:
    """The sheet and the row that a line stands for."""
    at, row = divmod(line, LINES)
    return SHEETS[min(at, len(SHEETS) - 1)], row


# Where in a statement a column stands, the most exact first; a fault names the column instead.
PATHS: dict[str, tuple[tuple[str, str], ...]] = {
    "entities": (
        ("recordDetails.identifiers", "credit_code"),
        ("recordDetails.addresses", "address"),
        ("recordDetails.qinqing.kind", "kind"),
        ("recordDetails.qinqing.region", "region"),
        ("recordDetails.qinqing.phone", "phone"),
        ("recordDetails.name", "name"),
        ("recordId", "entity_id"),
    ),
    "people": (
        ("recordDetails.identifiers", "identity_number"),
        ("recordDetails.addresses", "address"),
        ("recordDetails.birthDate", "birth_month"),
        ("recordDetails.names", "name"),
        ("recordId", "person_id"),
    ),
    "interests": (
        ("recordDetails.interestedParty", "holder"),
        ("recordDetails.subject", "subject"),
        ("recordDetails.qinqing.holderName", "holder_name"),
        ("recordDetails.qinqing.subjectName", "subject_name"),
        ("recordDetails.interests[0].share.minimum", "share_min"),
        ("recordDetails.interests[0].share.maximum", "share_max"),
        ("recordDetails.interests[0].share", "share"),
        ("recordDetails.interests[0].startDate", "start"),
        ("recordDetails.interests[0].endDate", "end"),
        ("recordDetails.interests[0].qinqing.post", "post"),
        ("recordDetails.interests[0].qinqing.rank", "rank"),
        ("recordDetails.interests[0]", "kind"),
        ("source.url", "source_url"),
        ("source", "source"),
        ("declarationSubject", "declared_by"),
        ("recordStatus", "status"),
        ("recordId", "interest_id"),
    ),
}
COMMON = (
    ("statementId", "statement_id"),
    ("statementDate", "statement_date"),
    ("publicationDetails", "publisher"),
)


def column_at(sheet: Sheet, path: str) -> Column | None:
    """The column that a place in a statement stands for; None where the row as a whole is meant."""
    for column in sheet.columns:
        if column.name == path:
            return column
    for start, name in (*PATHS[sheet.kind], *COMMON):
        if path.startswith(start):
            return sheet.column(name)
    return None
