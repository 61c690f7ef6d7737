"""The sheets of a table of interests, as data: entities, people, and who holds what in whom. No queries."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from regulation.tables.columns import MARK, YES_NO, Column, Holds, Sheet, choices_of

from ..models.entity import EntityKind
from ..models.interest import InterestKind, Rank
from . import vocabulary as words

ID_MOST = 40

NUMBER_KINDS = {
    words.IDENTITY_CARD: _("resident identity card"),
    "CHN-PASSPORT": _("Chinese passport"),
    "CHN-HKMT-PASS": _("travel permit of Hong Kong, Macao or Taiwan"),
    "PASSPORT": _("foreign passport: the country's two letters before the number"),
    "digest": _("keyed digest, as this site gives it out"),
}
STATUSES = {
    "new": _("new"),
    "updated": _("takes the place of what was said"),
    "closed": _("ended, or retracted where no day of its end stands"),
}

ID_HINT = _(
    "Your own id, the same in every table of one publisher; up to 40 characters. A row of an export keeps "
    "the id that stands there."
)
PARTY_HINT = _(
    "The id of a row of the other two sheets, of this file or an earlier one; or a credit code; or the id of "
    "an export."
)
PUBLISHER = Column(
    "publisher",
    _("Publisher"),
    needed=True,
    most=100,
    hint=_("Whoever keeps the register that says so. Ids belong to it: write it the same each time."),
)
STATED_ON = Column(
    "statement_date",
    _("Said on"),
    Holds.DAY,
    hint=_("The day the source said so. The latest one stands."),
    width=12,
)
STATEMENT = Column(
    "statement_id",
    _("Statement id"),
    most=64,
    hint=_("32 to 64 characters, where the publisher has them. Empty: it follows from what the row says."),
)
INVENTED = Column(
    "invented", _("Invented"), Holds.CHOICE, choices=YES_NO, hint=_("For demonstrations."), width=10
)
ADDRESS = Column("address", _("Address"), most=200, width=32)

ENTITIES = Sheet(
    "entities",
    _("Entities"),
    (
        MARK,
        Column("entity_id", _("Entity id"), most=64, key=True, needed=True, hint=ID_HINT),
        Column("name", _("Name"), most=200, needed=True, width=36),
        Column(
            "kind", _("Kind of entity"), Holds.CHOICE, needed=True, choices=choices_of(EntityKind), width=18
        ),
        Column("credit_code", _("Unified Social Credit Code"), most=100, exact=True),
        Column(
            "region", _("Region code"), Holds.REGION, most=12, hint=_("Six digits (GB/T 2260)."), width=12
        ),
        ADDRESS,
        Column("phone", _("Telephone"), most=40, exact=True),
        PUBLISHER,
        STATED_ON,
        STATEMENT,
        INVENTED,
    ),
    (
        {
            "entity_id": "E-001",
            "name": "示例环保技术有限公司",
            "kind": "intermediary",
            "region": "511602",
            "address": "示例路1号",
            "phone": "0826-1000000",
            "publisher": "示例登记机关",
        },
        {
            "entity_id": "E-002",
            "name": "示例县环境科学研究所",
            "kind": "public_institution",
            "region": "511602",
            "publisher": "示例登记机关",
        },
    ),
)

PEOPLE = Sheet(
    "people",
    _("People"),
    (
        MARK,
        Column("person_id", _("Person id"), most=64, key=True, needed=True, hint=ID_HINT),
        Column("name", _("Name"), most=100, needed=True),
        Column(
            "identity_number",
            _("Identity number"),
            most=100,
            exact=True,
            hint=_(
                "It becomes a keyed digest while the file is read and is kept nowhere. The cell has to be "
                "text: as a number a spreadsheet loses its last digits."
            ),
        ),
        Column(
            "number_kind",
            _("Kind of number"),
            Holds.CHOICE,
            choices=NUMBER_KINDS,
            hint=_("Left empty: resident identity card."),
        ),
        Column("birth_month", _("Month of birth"), Holds.DAY, most=10, hint=_("1975-03"), width=12),
        ADDRESS,
        PUBLISHER,
        STATED_ON,
        STATEMENT,
        INVENTED,
    ),
    ({"person_id": "P-001", "name": "某甲", "birth_month": "1975-03", "publisher": "示例登记机关"},),
)

INTERESTS = Sheet(
    "interests",
    _("Interests"),
    (
        MARK,
        Column("interest_id", _("Interest id"), most=64, key=True, needed=True, hint=ID_HINT),
        Column("holder", _("Who holds it"), most=64, needed=True, hint=PARTY_HINT),
        Column(
            "holder_name",
            _("Name of the holder"),
            Holds.NAME,
            of="holder",
            hint=_("For reading. It may be empty; where it stands, it has to be the name of that party."),
        ),
        Column(
            "kind",
            _("Kind of interest"),
            Holds.CHOICE,
            needed=True,
            choices=choices_of(InterestKind),
            width=22,
        ),
        Column("subject", _("In whom"), most=64, needed=True, hint=PARTY_HINT),
        Column(
            "subject_name",
            _("Name of the one it is held in"),
            Holds.NAME,
            of="subject",
            hint=_("For reading. It may be empty; where it stands, it has to be the name of that party."),
        ),
        Column(
            "share",
            _("Share, exactly, per cent"),
            Holds.NUMBER,
            hint=_("51, not 0.51. A share that is not stated is unknown; it is never taken as zero."),
            width=12,
        ),
        Column("share_min", _("Share, at least, per cent"), Holds.NUMBER, width=12),
        Column("share_max", _("Share, at most, per cent"), Holds.NUMBER, width=12),
        Column("start", _("Held from"), Holds.DAY, hint=_("2026-08-15"), width=12),
        Column("end", _("Held until, that day not included"), Holds.DAY, width=12),
        Column("post", _("Post"), most=100, hint=_("Of an official.")),
        Column(
            "rank", _("Rank"), Holds.CHOICE, choices=choices_of(Rank), hint=_("Of an official."), width=14
        ),
        replace(
            Column("source", _("Source"), most=300, needed=True, width=32),
            hint=_("The document or register that says so."),
        ),
        Column("source_url", _("Address of the source"), most=500),
        Column(
            "declared_by",
            _("Declared by"),
            most=64,
            hint=_("Where an entity itself declared it: that entity, as in “Who holds it”."),
        ),
        PUBLISHER,
        replace(STATED_ON, needed=True),
        Column(
            "status",
            _("What it does"),
            Holds.CHOICE,
            choices=STATUSES,
            hint=_("Left empty: new, or in the place of what this id said before."),
            width=14,
        ),
        STATEMENT,
        INVENTED,
    ),
    (
        {
            "interest_id": "I-001",
            "holder": "E-002",
            "holder_name": "示例县环境科学研究所",
            "kind": "shareholding",
            "subject": "E-001",
            "subject_name": "示例环保技术有限公司",
            "share": "60",
            "start": "2015-05-01",
            "source": "示例：章程、公示系统、日期",
            "publisher": "示例登记机关",
            "statement_date": "2026-08-15",
        },
        {
            "interest_id": "I-002",
            "holder": "P-001",
            "holder_name": "某甲",
            "kind": "legalRepresentative",
            "subject": "E-001",
            "subject_name": "示例环保技术有限公司",
            "source": "示例：章程、公示系统、日期",
            "publisher": "示例登记机关",
            "statement_date": "2026-08-15",
        },
    ),
)

SHEETS = (ENTITIES, PEOPLE, INTERESTS)
