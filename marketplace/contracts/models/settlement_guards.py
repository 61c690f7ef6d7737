"""What the database holds early ends, settlements and refunds to."""

import pgtrigger

from .dispute_guards import SIDE_OF, acts_for
from .guards import refuse, trigger


def part_is_the_whole() -> pgtrigger.Trigger:
    """A part of an early end is about a milestone of its contract that is not accepted, and all its money."""
    return trigger(
        "splits_the_whole",
        pgtrigger.Insert,
        f"""
            IF NOT EXISTS (
                SELECT 1 FROM public.contracts_ending e
                JOIN public.contracts_milestone m ON m.contract_id = e.contract_id
                WHERE e.id = NEW.ending_id AND e.done_at IS NULL AND m.id = NEW.milestone_id
                  AND m.accepted_at IS NULL AND m.cancelled_at IS NULL
                  AND m.fen = NEW.released_fen + NEW.refunded_fen) THEN
                {refuse("ending_part_is_the_whole", "NEW.milestone_id")}
            END IF;
            RETURN NEW;
        """,
    )


def ending_signature_guard() -> pgtrigger.Trigger:
    """Whoever signs acts for that side on that day, and the early end stands."""
    return trigger(
        "by_who_may_bind",
        pgtrigger.Insert,
        f"""
            DECLARE
                c public.contracts_contract%ROWTYPE;
                party bigint;
                today date := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
            BEGIN
            SELECT k.* INTO c FROM public.contracts_ending e
            JOIN public.contracts_contract k ON k.id = e.contract_id
            WHERE e.id = NEW.ending_id AND e.done_at IS NULL AND e.declined_at IS NULL;
            IF c.id IS NULL THEN
                {refuse("ending_signed_while_it_stands", "NEW.ending_id")}
            END IF;
            party := {SIDE_OF};
            IF NEW.entity_id <> party OR NOT {acts_for("NEW.signed_by_id")} THEN
                {refuse("ending_signed_by_who_may_bind", "NEW.ending_id")}
            END IF;
            RETURN NEW;
            END;
        """,
    )


_DONE_ON_ITS_GROUND = f"""
            DECLARE
                c public.contracts_contract%ROWTYPE;
            BEGIN
            SELECT * INTO c FROM public.contracts_contract WHERE id = NEW.contract_id;
            IF c.terminated_at IS NULL OR EXISTS (
                SELECT 1 FROM public.contracts_milestone m
                WHERE m.contract_id = c.id AND m.accepted_at IS NULL AND m.cancelled_at IS NULL) THEN
                {refuse("ending_leaves_nothing_open", "NEW.id")}
            END IF;
            IF NEW.ground = 'agreed' AND EXISTS (
                SELECT 1 FROM unnest(CASE WHEN c.payer_id = c.buyer_id THEN ARRAY['buyer', 'seller']
                                          ELSE ARRAY['buyer', 'seller', 'payer'] END) AS wanted(side)
                WHERE NOT EXISTS (SELECT 1 FROM public.contracts_endingsignature s
                                  WHERE s.ending_id = NEW.id AND s.side = wanted.side)) THEN
                {refuse("ending_signed_by_all", "NEW.id")}
            END IF;
            IF NEW.ground <> 'agreed' AND EXISTS (
                SELECT 1 FROM public.contracts_contractact s
                WHERE s.contract_id = c.id AND s.act = 'suspend' AND s.at < NEW.grace_until AND NOT EXISTS (
                    SELECT 1 FROM public.contracts_contractact r
                    WHERE r.contract_id = c.id AND r.act = 'resume' AND r.id > s.id)) THEN
                {refuse("ending_after_its_grace", "NEW.id")}
            END IF;
            IF NEW.ground <> 'agreed' AND NOT EXISTS (
                SELECT 1 FROM public.contracts_milestone m
                WHERE m.id = NEW.milestone_id AND m.contract_id = c.id AND CASE NEW.ground
                    WHEN 'late_work' THEN NEW.side <> 'seller' AND m.submitted_at IS NULL
                        AND m.accepted_at IS NULL AND m.due_on < (NEW.proposed_at AT TIME ZONE
                                                                 'Asia/Shanghai')::date
                    ELSE NEW.side = 'seller' AND m.accepted_at IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM public.contracts_milestonecharge h
                        JOIN public.payments_postingline l ON l.charge_id = h.charge_id
                        WHERE h.milestone_id = m.id) END) THEN
                {refuse("ending_of_what_is_overdue", "NEW.id")}
            END IF;
            RETURN NULL;
            END;
        """


def ending_done() -> pgtrigger.Trigger:
    """At the commit of an early end its contract is terminated with nothing left open; every side signed it,
    or what was demanded is still overdue, and its grace did not stand still in a suspension."""
    return trigger(
        "done_on_its_ground",
        pgtrigger.Update,
        _DONE_ON_ITS_GROUND,
        deferred=True,
        condition=pgtrigger.Condition("OLD.done_at IS NULL AND NEW.done_at IS NOT NULL"),
    )


def settlement_as_its_ground() -> pgtrigger.Trigger:
    """At the commit a settlement is the whole of its milestone, and its ground says the same."""
    return trigger(
        "as_its_ground",
        pgtrigger.Insert,
        f"""
            IF NOT EXISTS (
                SELECT 1 FROM public.contracts_milestone m
                JOIN public.contracts_contract c ON c.id = m.contract_id
                LEFT JOIN public.contracts_dispute d ON d.id = NEW.dispute_id AND d.milestone_id = m.id
                LEFT JOIN public.contracts_ending e ON e.id = NEW.ending_id AND e.contract_id = c.id
                WHERE m.id = NEW.milestone_id AND m.fen = NEW.released_fen + NEW.refunded_fen
                  AND (m.accepted_at IS NOT NULL OR m.cancelled_at IS NOT NULL)
                  AND CASE
                    WHEN d.outcome = 'decided' THEN EXISTS (
                        SELECT 1 FROM public.contracts_decision x
                        WHERE x.dispute_id = d.id AND x.released_fen = NEW.released_fen)
                    WHEN d.outcome = 'agreed' THEN EXISTS (
                        SELECT 1 FROM public.contracts_proposal p
                        WHERE p.dispute_id = d.id AND p.released_fen = NEW.released_fen AND NOT EXISTS (
                            SELECT 1 FROM public.contracts_proposal n
                            WHERE n.dispute_id = d.id AND n.number > p.number)
                          AND NOT EXISTS (
                            SELECT 1 FROM unnest(
                                CASE WHEN c.payer_id = c.buyer_id THEN ARRAY['buyer', 'seller']
                                     ELSE ARRAY['buyer', 'seller', 'payer'] END) AS wanted(side)
                            WHERE NOT EXISTS (SELECT 1 FROM public.contracts_assent a
                                              WHERE a.proposal_id = p.id AND a.side = wanted.side)))
                    WHEN e.done_at IS NOT NULL THEN EXISTS (
                        SELECT 1 FROM public.contracts_endingpart t
                        WHERE t.ending_id = e.id AND t.milestone_id = m.id
                          AND t.released_fen = NEW.released_fen)
                    ELSE false END) THEN
                {refuse("settlement_as_its_ground", "NEW.milestone_id")}
            END IF;
            RETURN NULL;
        """,
        deferred=True,
    )


ORDERED = """(SELECT coalesce(sum(x.fen), 0) FROM public.payments_order x
                        JOIN public.contracts_milestonecharge hx ON hx.charge_id = x.charge_id
                        WHERE hx.milestone_id = {milestone} AND x.kind = '{kind}' AND x.failed_at IS NULL)"""
"""Fen ordered of a milestone's charges, by kind, but for what failed."""


def refund_as_settled() -> pgtrigger.Trigger:
    """At the commit no more goes back than the settlement says, of the milestone's own money, and nothing
    while its contract is suspended."""
    return trigger(
        "as_settled",
        pgtrigger.Insert,
        f"""
            IF NOT EXISTS (
                SELECT 1 FROM public.contracts_settlement s
                JOIN public.contracts_milestone m ON m.id = s.milestone_id
                JOIN public.contracts_contract c ON c.id = m.contract_id
                JOIN public.payments_order o ON o.id = NEW.order_id
                JOIN public.contracts_milestonecharge h
                  ON h.milestone_id = m.id AND h.charge_id = o.charge_id
                WHERE s.id = NEW.settlement_id AND o.kind = 'refund' AND c.suspended_at IS NULL
                  AND s.refunded_fen >= {ORDERED.format(milestone="m.id", kind="refund")}) THEN
                {refuse("refund_as_settled", "NEW.settlement_id")}
            END IF;
            RETURN NULL;
        """,
        deferred=True,
    )


def milestone_with_its_ground() -> pgtrigger.Trigger:
    """At the commit a milestone is disputed as long as a dispute stands, and what is cancelled, or accepted
    out of a dispute, has its settlement."""
    return trigger(
        "with_its_ground",
        pgtrigger.Update,
        f"""
            DECLARE
                m public.contracts_milestone%ROWTYPE;
                state text;
            BEGIN
            SELECT * INTO m FROM public.contracts_milestone WHERE id = NEW.id;
            state := public.contracts_milestone_state(m, clock_timestamp());
            IF (state = 'disputed') <> EXISTS (
                SELECT 1 FROM public.contracts_dispute d
                WHERE d.milestone_id = m.id AND d.closed_at IS NULL) THEN
                {refuse("milestone_disputed_while_a_dispute_stands", "NEW.id")}
            END IF;
            IF (state = 'cancelled' OR (state = 'accepted' AND m.disputed_at IS NOT NULL))
               AND NOT EXISTS (SELECT 1 FROM public.contracts_settlement s WHERE s.milestone_id = m.id) THEN
                {refuse("milestone_settled_with_its_ground", "NEW.id")}
            END IF;
            RETURN NULL;
            END;
        """,
        deferred=True,
        condition=pgtrigger.Condition(
            "OLD.disputed_at IS DISTINCT FROM NEW.disputed_at OR OLD.accepted_at IS DISTINCT FROM"
            " NEW.accepted_at OR OLD.cancelled_at IS DISTINCT FROM NEW.cancelled_at"
        ),
    )
