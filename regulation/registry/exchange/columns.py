"""The sheets, as data: which columns each kind has and what a cell of each may hold. No queries."""

from django.utils.translation import gettext_lazy as _

from regulation.tables.columns import MARK, YES_NO, Column, Holds, Sheet, choices_of, name_of

from ..models import DayKind, Necessity, Payer, PriceRegime

REGION = Column(
    "region",
    _("Region code"),
    Holds.REGION,
    needed=True,
    hint=_(
        "Six digits (GB/T 2260), or the region's Chinese name where only one has it; 000000 is the country."
    ),
    width=12,
)
SOURCE = Column(
    "source", _("Source"), needed=True, most=400, hint=_("The document or record that says so."), width=40
)

APPROVALS = Sheet(
    "approvals",
    _("Approvals"),
    (
        MARK,
        Column(
            "ref",
            _("Address part"),
            Holds.KEY,
            most=90,
            key=True,
            needed=True,
            hint=_("The last part of the approval's address on this site. It says which approval is meant."),
        ),
        Column("code", _("National item code"), most=90, hint=_("No two approvals share one.")),
        Column("base_code", _("Base code"), most=40),
        Column("name", _("Name"), most=300, needed=True, width=40),
        Column("name_en", _("Name in English"), most=300),
        Column("main_item", _("Main item"), most=300),
        REGION,
        name_of("region", _("Name of the region")),
        Column(
            "department",
            _("Department"),
            Holds.DEPARTMENT,
            most=200,
            needed=True,
            hint=_(
                "The name of a department on record, in the approval's own region first; or its credit code."
            ),
        ),
        Column(
            "committed_days",
            _("Committed working days"),
            Holds.NUMBER,
            most=3650,
            hint=_("A whole number."),
            width=12,
        ),
        SOURCE,
    ),
    (
        {
            "ref": "511602-example-permit",
            "name": "示例许可",
            "name_en": "Example permit",
            "region": "511602",
            "region_name": "广安区",
            "committed_days": "20",
            "source": "示例：文件名称、文号、日期",
        },
    ),
)

SERVICES = Sheet(
    "services",
    _("Intermediary services"),
    (
        MARK,
        Column(
            "code",
            _("Service code"),
            Holds.KEY,
            most=80,
            key=True,
            needed=True,
            hint=_("The last part of the service's address on this site. It says which service is meant."),
        ),
        Column("name", _("Name"), most=120, needed=True, width=32),
        Column("name_en", _("Name in English"), most=200),
        Column("category", _("Category"), most=60),
        Column("category_en", _("Category in English"), most=80),
        Column("description", _("Description"), width=40),
        Column("description_en", _("Description in English"), width=40),
        SOURCE,
    ),
    (
        {
            "code": "example-assessment",
            "name": "示例评估报告编制",
            "name_en": "Example assessment report",
            "category": "评估评价",
            "source": "示例：文件名称、文号、日期",
        },
    ),
)

RULINGS = Sheet(
    "rulings",
    _("Rulings"),
    (
        MARK,
        Column(
            "approval",
            _("Approval (its address part)"),
            Holds.APPROVAL,
            most=90,
            key=True,
            hint=_("Leave empty where the law speaks of the service in every approval."),
        ),
        name_of("approval", _("Name of the approval")),
        Column(
            "service",
            _("Service code"),
            Holds.SERVICE,
            most=120,
            key=True,
            needed=True,
            hint=_("The code, or the Chinese name, of a service on record."),
        ),
        name_of("service", _("Name of the service")),
        Column("region", REGION.label, Holds.REGION, key=True, needed=True, hint=REGION.hint, width=12),
        name_of("region", _("Name of the region")),
        Column("start", _("In force from"), Holds.DAY, key=True, needed=True, hint=_("2026-08-15"), width=12),
        Column(
            "end",
            _("In force until, that day not included"),
            Holds.DAY,
            hint=_("Leave empty until something replaces it."),
            width=12,
        ),
        Column("necessity", _("Verdict"), Holds.CHOICE, needed=True, choices=choices_of(Necessity)),
        Column("payer", _("Who pays"), Holds.CHOICE, choices=choices_of(Payer), width=12),
        Column(
            "provisions",
            _("Provisions"),
            Holds.PROVISIONS,
            needed=True,
            hint=_(
                "The address parts of the articles it rests on, the principal one first, between semicolons."
            ),
        ),
        Column("reason", _("Reason"), needed=True, width=40),
        Column("reason_en", _("Reason in English"), width=40),
        Column("conditions", _("Conditions")),
        Column("conditions_en", _("Conditions in English")),
        Column(
            "condition",
            _("Condition code"),
            Holds.CONDITION,
            most=60,
            hint=_("A question of the need check; the ruling speaks of projects that answer yes."),
        ),
        Column("days", _("Time limit of the service"), Holds.NUMBER, most=3650, width=10),
        Column(
            "day_kind", _("Working or calendar days"), Holds.CHOICE, choices=choices_of(DayKind), width=12
        ),
        Column(
            "counts_in_clock",
            _("Counted in the approval's own time limit"),
            Holds.CHOICE,
            choices=YES_NO,
            width=12,
        ),
        Column("price_regime", _("Price"), Holds.CHOICE, choices=choices_of(PriceRegime)),
        Column("follow_up", _("Supervision from then on"), hint=_("Needed where a demand is abolished.")),
        Column("follow_up_en", _("Supervision from then on, in English")),
        Column("risk", _("Risk to watch")),
        Column("risk_en", _("Risk to watch, in English")),
        Column("note", _("Note")),
        Column("note_en", _("Note in English")),
        SOURCE,
    ),
    (
        {
            "service": "eia-report",
            "region": "000000",
            "region_name": "全国",
            "start": "2026-08-15",
            "necessity": "optional",
            "provisions": "environmental-code-98; environmental-code-95",
            "reason": "示例：您可以自行编制，也可以自己选择技术单位。",
            "source": "示例：文件名称、文号、日期",
        },
    ),
)

SHEETS = {sheet.kind: sheet for sheet in (APPROVALS, SERVICES, RULINGS)}
