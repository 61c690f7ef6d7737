"""What follows an entry: who reported and left a mail address hears that there is an answer; and what other
rooms find becomes a finding."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from regulation.decoupling.graph import digest_of
from regulation.decoupling.models import Check, Sweep
from regulation.ledger.effects import effect
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.parties.models import Entity

from .models import FindingKind, Report
from .noticing import FINDINGS, concerns_the_firm, notice_of_finding
from .operations import Seen, note_finding, note_leads, note_sweep
from .operations.filing import review_until

SHARING = ("bidders-share", "bidders-one-control")  # rules about bidders, not about the department

LANGUAGES = ("zh-hans", "en")  # a reporter need not have told one, so the mail says it in both


def mail_address(contact: str) -> str | None:
    """The first mail address in what a reporter left; None where there is none."""
    for word in contact.replace(",", " ").replace(";", " ").replace("，", " ").replace("；", " ").split():
        try:
            validate_email(word)
        except ValidationError:
            continue
        return word
    return None


@effect("oversight.report_answered")
def tell_reporter(entry: Entry) -> None:
    """Mail that the report is answered: its number and the way to the answer, never what it is about.

    A second try after a failure carries the same Message-ID.
    """
    report = Report.objects.select_related("answer").get(ref=body_of(entry)["report"])
    to = mail_address(report.contact)
    if to is not None:
        _send(report, to, entry)


def _send(report: Report, to: str, entry: Entry) -> None:
    site = settings.WAGTAILADMIN_BASE_URL.rstrip("/")
    until = review_until(report) if body_of(entry)["round"] == 1 else None
    parts = []
    for language in LANGUAGES:
        with override(language):
            follow = f"{site}{reverse('oversight:follow')}?ref={report.ref}"
            said = {"ref": report.ref, "follow": follow, "until": until}
            parts.append(render_to_string("oversight/answered.txt", said))
    with override(LANGUAGES[0]):
        subject = _("Report %(ref)s is answered") % {"ref": report.ref}
    host = site.rpartition("/")[2].partition(":")[0]
    headers = {"Message-ID": f"<report-{entry.pk}@{host}>"}
    EmailMessage(subject=subject, body="\n".join(parts), to=[to], headers=headers).send()


def _party(urn: object) -> Entity | None:
    """The entity an entry names; None for anything else."""
    prefix, _slash, key = str(urn or "").partition("/")
    is_key = prefix == "parties.entity" and key.isascii() and key.isdigit() and len(key) < 18
    return Entity.objects.filter(pk=int(key)).first() if is_key else None


def _check(urn: object) -> Check | None:
    key = str(urn or "").removeprefix("decoupling.check/")
    is_key = key.isascii() and key.isdigit() and len(key) < 18
    return Check.objects.filter(pk=int(key)).first() if is_key else None


@effect("decoupling.swept")
def note_swept(entry: Entry) -> None:
    """Findings follow what a sweep found: new, seen again, cleared."""
    note_sweep(sweep=Sweep.objects.get(pk=int(entry.subject.removeprefix("decoupling.sweep/"))))


@effect("decoupling.conflict_found")
def note_conflict(entry: Entry) -> None:
    """A recheck, or the audit of an award, found a conflict. On what is closed it is a finding of its own."""
    body = body_of(entry)
    entity, department = _party(body.get("intermediary")), _party(body.get("department"))
    if entity is None:
        return
    made, closed = _check(body.get("check")), bool(body.get("closed"))
    seen = Seen(
        kind=FindingKind.AWARD_CONFLICT if closed else FindingKind.CONFLICT,
        entity=entity,
        department=department,
        rule=str(body.get("rule") or ""),
        pack=made.rule_pack if made else "",
        provision=made.provision_ref if made else "",
        subject=str(body.get("of") or "") if closed else "",
        evidence={
            "chain": made.chain if made else [],
            "reason": made.reason_code if made else "",
        }
        | ({"check": made.urn, "input_digest": made.input_digest} if made and closed else {}),
        after_award=closed,
    )
    note_finding(seen=seen, at=entry.recorded_at)


DECLARED = {
    "parties.declaration_late": FindingKind.LATE_DECLARATION,
    "parties.declaration_contradicted": FindingKind.CONTRADICTED,
}


@effect(*DECLARED)
def note_declaration(entry: Entry) -> None:
    """A declaration came late, or the record says otherwise."""
    body = body_of(entry)
    if (entity := _party(body.get("entity"))) is not None:
        note_finding(
            seen=Seen(kind=DECLARED[entry.kind], entity=entity, evidence={"said": body}), at=entry.recorded_at
        )


@effect("decoupling.checked", concerns=lambda body: body.get("rule") in SHARING)
def note_shared(entry: Entry) -> None:
    """Bidders that share people, contact or premises are told to regulators (招标投标法实施条例 39–41)."""
    if body_of(entry).get("rule") not in SHARING:
        return
    made = _check(entry.subject)
    if made is None or not made.chain:
        return
    others = sorted({tie.get(end, "") for tie in made.chain for end in ("holder", "subject")})
    note_finding(
        seen=Seen(
            kind=FindingKind.BIDDERS_SHARE,
            entity=made.intermediary,
            department=made.department,
            rule=made.rule_code,
            pack=made.rule_pack,
            provision=made.provision_ref,
            subject=digest_of(others)[:16],
            evidence={"chain": made.chain, "check": made.urn, "input_digest": made.input_digest},
        ),
        at=entry.recorded_at,
    )


@effect("decoupling.earlier_contacts_found")
def note_earlier_contacts(entry: Entry) -> None:
    """What bidders had in common shortly before an opening, and changed: a lead for each firm and rule."""
    body = body_of(entry)
    for told in body["found"]:
        if (entity := _party(told.get("intermediary"))) is None:
            continue
        first, *more = told["chains"]
        seen = Seen(
            kind=FindingKind.EARLIER_CONTACTS,
            entity=entity,
            department=_party(told.get("department")),
            rule=str(told["rule"]),
            pack=str(told["rule_pack"]),
            provision=str(told["provision"]),
            subject=str(body["of"]),
            evidence={"chain": first, "more": more, "days": body["days"], "check": told["check"]},
        )
        note_finding(seen=seen, at=entry.recorded_at)


CONTRACTS = {"contracts.lapsed": FindingKind.UNSIGNED, "contracts.drifted": FindingKind.DRIFT}


@effect(*CONTRACTS)
def note_contract(entry: Entry) -> None:
    """An owner let a contract lapse, or a price moved further than the rule's limit."""
    body = body_of(entry)
    if entry.kind == "contracts.lapsed" and body.get("why") != "owner_did_not_sign":
        return
    if (entity := _party(body.get("buyer"))) is not None:
        what = "drift" if entry.kind == "contracts.drifted" else "owner_did_not_sign"
        told = {"what": what, "ours": body.get("bid_price", ""), "theirs": body.get("price", "")}
        note_finding(
            seen=Seen(
                kind=CONTRACTS[entry.kind],
                entity=entity,
                department=_party(body.get("department")),
                subject=entry.subject,
                evidence={"difference": told, "entry": entry.commitment.hex()},
            ),
            at=entry.recorded_at,
        )


BY_THE_BANK = {"payments.reversed": ("taken_back", "payer"), "payments.returned": ("came_back", "payee")}


@effect(*BY_THE_BANK)
def note_taken_back(entry: Entry) -> None:
    """Money held or paid out for a contract was taken back by a bank, or came back."""
    body, (what, side) = body_of(entry), BY_THE_BANK[entry.kind]
    if (entity := _party(body.get(side))) is not None:
        told = {"what": what, "ours": body.get("amount", ""), "theirs": ""}
        seen = Seen(
            kind=FindingKind.MONEY,
            entity=entity,
            rule=what,
            subject=str(body.get("group") or entry.subject),
            evidence={"difference": told, "entry": entry.commitment.hex()},
        )
        note_finding(seen=seen, at=entry.recorded_at)


@effect("contracts.seat_ended")
def note_undecided(entry: Entry) -> None:
    """A mediator did not decide a dispute in time: told of the body it acts for."""
    body = body_of(entry)
    if body.get("why") == "late" and (entity := _party(body.get("body"))) is not None:
        told = {"what": "undecided", "ours": "", "theirs": ""}
        seen = Seen(
            kind=FindingKind.UNDECIDED,
            entity=entity,
            department=_party(body.get("department")),
            subject=entry.subject,
            evidence={"difference": told, "entry": entry.commitment.hex()},
        )
        note_finding(seen=seen, at=entry.recorded_at)


@effect("contracts.reconciled", "payments.bank_statement_taken")
def note_differences(entry: Entry) -> None:
    """What the day's reconciliation, or a bank statement, found not to fit, each once as long as it lasts."""
    for told in body_of(entry).get("differences", []):
        if (entity := _party(told.get("party"))) is not None:
            of = f"contracts.contract/{told['contract']}" if told.get("contract") else told.get("charge")
            seen = Seen(
                kind=FindingKind.MONEY,
                entity=entity,
                rule=str(told.get("what", "")),
                subject=str(of or told.get("line", "")),
                evidence={"difference": told},
            )
            note_finding(seen=seen, at=entry.recorded_at)


@effect("tenders.designation_found")
def note_designation(entry: Entry) -> None:
    """One firm won more of a department's work than chance explains: a lead, told with its method."""
    body, seen = body_of(entry), []
    methods: dict[object, str] = body.get("methods") or {}
    for lead in body["leads"]:
        entity, department = _party(lead.get("intermediary")), _party(lead.get("department"))
        if entity is not None:
            seen.append(
                Seen(
                    kind=FindingKind.DESIGNATION,
                    entity=entity,
                    department=department,
                    evidence={"lead": lead, "method": methods.get(lead.get("basis"), body.get("method", ""))},
                )
            )
    note_leads(seen=seen, at=entry.recorded_at, source=entry.subject)


ODD = {"ring": FindingKind.REVIEW_RING, "retaliation": FindingKind.RETALIATION}


@effect("contracts.review_odd")
def note_odd_reviews(entry: Entry) -> None:
    """Reviews of two parties look odd: a lead about whoever gave them, never a verdict."""
    body = body_of(entry)
    entity, other = _party(body.get("giver")), _party(body.get("taker"))
    kind = ODD.get(str(body.get("what")))
    if entity is not None and other is not None and kind is not None:
        seen = Seen(
            kind=kind,
            entity=entity,
            subject=other.urn,
            evidence={"reviews": {"other": other.urn, "contracts": body.get("contracts", [])}},
        )
        note_finding(seen=seen, at=entry.recorded_at)


@effect(*FINDINGS, concerns=concerns_the_firm)
def tell_the_firm(entry: Entry) -> None:
    """What was found about a firm, and what became of it, in its inbox."""
    notice_of_finding(entry)
