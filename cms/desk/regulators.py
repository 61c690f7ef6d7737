"""The desk of a regulator."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from regulation.decoupling.queries import (
    overdue_checks,
    proposed_determinations,
    proposed_exemptions,
    proposed_packs,
    waiting_checks,
)
from regulation.ledger.queries import database_now, erasures_to_decide
from regulation.oversight import queries as oversight
from regulation.parties.exchange.queries import unsettled_imports
from regulation.parties.models import Membership

from .choosing import complaints
from .disputes import unheard
from .interests import to_judge
from .parts import SHOWN, item, section


def regulator(acting: Membership) -> list[dict[str, Any]]:
    now = database_now()
    return [
        *_reports(acting),
        *to_judge(acting),
        _overdue(now),
        *_checks(now),
        complaints(),
        unheard(),
        *_findings(acting),
        *_rules_of_the_gate(),
        _imports(acting),
        _erasures(acting),
    ]


def _checks(now: dt.datetime) -> list[dict[str, Any]]:
    """Checks that wait for a person, and answers that wait for a second one."""
    waiting = [
        item(
            _("%(intermediary)s and %(department)s")
            % {"intermediary": c.intermediary, "department": c.department},
            c.get_absolute_url(),
            _("The records do not settle this check: determine it."),
            c.due_at,
        )
        for c in waiting_checks().filter(due_at__gt=now)[:SHOWN]
    ]
    proposed = [
        item(
            _("%(intermediary)s and %(department)s")
            % {"intermediary": d.check_made.intermediary, "department": d.check_made.department},
            d.check_made.get_absolute_url(),
            _("Proposed by %(name)s; a second regulator decides.") % {"name": d.proposed_by},
        )
        for d in proposed_determinations()[:SHOWN]
    ]
    checks = (_("All checks"), reverse("decoupling:check_list"))
    return [
        section(_("Checks to determine"), waiting, _("No check waits."), checks),
        section(_("Determinations to decide"), proposed, _("No determination waits.")),
    ]


def _rules_of_the_gate() -> list[dict[str, Any]]:
    """Exemptions and versions of the rules that wait for a second regulator."""
    exemptions = [
        item(
            _("%(intermediary)s and %(department)s")
            % {"intermediary": e.intermediary, "department": e.department},
            reverse("decoupling:exemption", args=[e.pk]),
            _("Proposed by %(name)s; a second regulator decides.") % {"name": e.proposed_by},
        )
        for e in proposed_exemptions()[:SHOWN]
    ]
    packs = [
        item(
            p.version,
            reverse("decoupling:pack", args=[p.version]),
            _("Proposed by %(name)s; a second regulator decides.") % {"name": p.proposed_by}
            if p.proposed_by
            else _("It comes with the site; a regulator decides."),
        )
        for p in proposed_packs()[:SHOWN]
    ]
    every_pack = (_("Versions of the rules"), reverse("decoupling:pack_list"))
    all_exemptions = (_("Exemptions"), reverse("decoupling:exemption_list"))
    return [
        section(_("Exemptions to decide"), exemptions, _("No exemption waits."), all_exemptions),
        section(_("Versions of the rules to decide"), packs, _("No version waits."), every_pack),
    ]


def _overdue(now: dt.datetime) -> dict[str, Any]:
    """Doubts that two regulators did not settle in time: whoever bids is passed over until they do."""
    late = [
        item(
            _("%(intermediary)s and %(department)s")
            % {"intermediary": c.intermediary, "department": c.department},
            c.get_absolute_url(),
            _("Not answered in time. The firm is passed over until it is."),
            c.due_at,
        )
        for c in overdue_checks(now)[:SHOWN]
    ]
    every = (_("All that is overdue"), reverse("decoupling:check_list") + "?waiting=overdue")
    return section(_("Referrals that are overdue"), late, _("None is overdue."), every)


def _erasures(acting: Membership) -> dict[str, Any]:
    """Erasures another regulator asked for."""
    waiting = [
        item(
            one,
            one.get_absolute_url(),
            _("Asked for by %(name)s; a second regulator decides.") % {"name": one.asked_by},
        )
        for one in erasures_to_decide(acting.user)[:SHOWN]
    ]
    every = (_("Erasures"), reverse("ledger:erasure_list"))
    new = (_("Ask for an erasure"), reverse("ledger:erasure_find"))
    return section(_("Erasures to decide"), waiting, _("No erasure waits for you."), every, new)


def _findings(acting: Membership) -> list[dict[str, Any]]:
    """Findings to look into, closures to second, and the way to what makes findings."""
    waiting = [
        item(f.entity, f.get_absolute_url(), f.get_kind_display()) for f in oversight.open_findings()[:SHOWN]
    ]
    second = [
        item(
            c.finding.entity,
            c.finding.get_absolute_url(),
            _("Proposed by %(name)s; a second regulator decides.") % {"name": c.proposed_by},
        )
        for c in oversight.closures_to_second(acting)[:SHOWN]
    ]
    links = (
        (_("All findings"), reverse("oversight:finding_list")),
        (_("Sweeps"), reverse("decoupling:sweep_list")),
        (_("Explorer"), reverse("decoupling:explorer")),
        (_("Audits of awards"), reverse("tenders:reaudit_list")),
        (_("Reconciliations"), reverse("contracts:reconciliation_list")),
        (_("Objections and complaints"), reverse("contracts:plea_list")),
        (_("Suspensions and removals"), reverse("directory:sanction_list")),
        (_("Who may not serve whom"), reverse("decoupling:rules")),
    )
    return [
        section(_("Findings to look into"), waiting, _("No finding is open."), *links),
        section(_("Closures to second"), second, _("No closure waits for a second regulator.")),
    ]


def _imports(acting: Membership) -> dict[str, Any]:
    """Files of interests this regulator brought and has not confirmed."""
    waiting = [
        item(job.name, job.get_absolute_url(), job.get_state_display())
        for job in unsettled_imports(acting.user_id)[:SHOWN]
    ]
    every = (_("Imports of interests"), reverse("interests:import_list"))
    return section(_("Interests to confirm"), waiting, _("No import of interests waits."), every)


def _reports(acting: Membership) -> list[dict[str, Any]]:
    """Reports of demands that wait for this regulator, or for any."""
    second = [
        item(
            d.report.department,
            d.report.desk_url,
            _("Proposed by %(name)s; a second regulator decides.") % {"name": d.proposed_by},
        )
        for d in oversight.to_second(acting)[:SHOWN]
    ]
    waiting = [
        item(
            r.department,
            r.desk_url,
            _("%(ref)s, to be answered by %(day)s") % {"ref": r.ref, "day": r.review_due_on or r.due_on},
        )
        for r in oversight.owed(oversight.queue_for(acting))[:SHOWN]
    ]
    queue = (_("Reports to answer"), reverse("oversight:queue"))
    seen = (_("Who looked at what"), reverse("oversight:look_list"))
    return [
        section(_("Reports to answer"), waiting, _("No report waits."), queue, seen),
        section(_("Answers to second"), second, _("No answer waits for a second regulator.")),
    ]
