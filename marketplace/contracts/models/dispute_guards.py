"""What the database holds disputes and their mediators to."""

from typing import Any

import pgtrigger

from .guards import only, refuse, trigger

SIDE_OF = """CASE NEW.side WHEN 'buyer' THEN c.buyer_id WHEN 'seller' THEN c.seller_id
                                   ELSE c.payer_id END"""


def acts_for(who: str) -> str:
    """A condition: somebody acts for the side's entity `party` on the day by the database's clock."""
    return f"""EXISTS (
                SELECT 1 FROM public.parties_membership m
                WHERE m.user_id = {who} AND m.entity_id = party AND m.valid @> today
                  AND m.role = CASE NEW.side WHEN 'seller' THEN 'agent' ELSE 'owner' END)"""


def splits_the_whole(condition: Any = None) -> pgtrigger.Trigger:
    """A split of a standing dispute adds up to the milestone's amount."""
    return trigger(
        "splits_the_whole",
        pgtrigger.Insert,
        f"""
            IF NOT EXISTS (
                SELECT 1 FROM public.contracts_dispute d
                JOIN public.contracts_milestone m ON m.id = d.milestone_id
                WHERE d.id = NEW.dispute_id AND d.closed_at IS NULL
                  AND m.fen = NEW.released_fen + NEW.refunded_fen) THEN
                {refuse("split_is_the_whole", "NEW.dispute_id")}
            END IF;
            RETURN NEW;
        """,
        **({"condition": condition} if condition else {}),
    )


def suggested_by_who_sits() -> pgtrigger.Trigger:
    """A mediator's proposal is of whoever accepted and sits."""
    return trigger(
        "suggested_by_who_sits",
        pgtrigger.Insert,
        f"""
            IF NOT EXISTS (
                SELECT 1 FROM public.contracts_seat s
                JOIN public.contracts_mediator p ON p.id = s.mediator_id
                WHERE s.dispute_id = NEW.dispute_id AND p.user_id = NEW.proposed_by_id
                  AND s.accepted_at IS NOT NULL AND s.ended_at IS NULL
                  AND clock_timestamp() < s.decide_by) THEN
                {refuse("split_suggested_by_who_sits", "NEW.dispute_id")}
            END IF;
            RETURN NEW;
        """,
        condition=pgtrigger.Q(new__side="mediator"),
    )


def closes_with_its_milestone() -> pgtrigger.Trigger:
    """At the commit of a dispute's end its milestone has left the dispute, and the outcome has what it rests
    on: a settlement, a decision, both or neither."""
    return trigger(
        "closes_with_its_milestone",
        pgtrigger.Update,
        f"""
            IF EXISTS (
                SELECT 1 FROM public.contracts_milestone m WHERE m.id = NEW.milestone_id
                  AND public.contracts_milestone_state(m, clock_timestamp()) = 'disputed'
                  AND NOT EXISTS (SELECT 1 FROM public.contracts_dispute o
                                  WHERE o.milestone_id = m.id AND o.closed_at IS NULL))
               OR (NEW.outcome IN ('agreed', 'decided')) <> EXISTS (
                   SELECT 1 FROM public.contracts_settlement s WHERE s.dispute_id = NEW.id)
               OR (NEW.outcome IN ('decided', 'dismissed')) <> EXISTS (
                   SELECT 1 FROM public.contracts_decision x WHERE x.dispute_id = NEW.id) THEN
                {refuse("dispute_closes_with_its_milestone", "NEW.id")}
            END IF;
            RETURN NULL;
        """,
        deferred=True,
        condition=pgtrigger.Condition("OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL"),
    )


def assent_guard() -> pgtrigger.Trigger:
    """Whoever agrees acts for the side; what is agreed to is the newest proposal of a standing dispute."""
    return trigger(
        "by_who_may_bind",
        pgtrigger.Insert,
        f"""
            DECLARE
                c public.contracts_contract%ROWTYPE;
                party bigint;
                today date := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
            BEGIN
            SELECT k.* INTO c FROM public.contracts_proposal p
            JOIN public.contracts_dispute d ON d.id = p.dispute_id
            JOIN public.contracts_milestone m ON m.id = d.milestone_id
            JOIN public.contracts_contract k ON k.id = m.contract_id
            WHERE p.id = NEW.proposal_id AND d.closed_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM public.contracts_proposal n
                WHERE n.dispute_id = p.dispute_id AND n.number > p.number);
            IF c.id IS NULL THEN
                {refuse("assent_to_what_stands", "NEW.proposal_id")}
            END IF;
            party := {SIDE_OF};
            IF NOT {acts_for("NEW.agreed_by_id")} THEN
                {refuse("assent_by_who_may_bind", "NEW.proposal_id")}
            END IF;
            RETURN NEW;
            END;
        """,
    )


def _clear_of_every_side(seat: str) -> str:
    """A condition: body, user, contract `c` and day given, nothing ties who sits to a side.

    Each side has a clear check of the hour against the body; neither stands above the other; and the person
    has had no role for a side within three years (政府采购法实施条例 9, by analogy).
    """
    return f"""NOT EXISTS (
                SELECT 1 FROM unnest(ARRAY[c.buyer_id, c.seller_id, c.payer_id]) AS side(id)
                WHERE public.decoupling_affiliated(side.id, body, today)
                   OR NOT EXISTS (
                       SELECT 1 FROM public.contracts_seatcheck k
                       WHERE k.seat_id = {seat} AND k.party_id = side.id
                         AND public.decoupling_clear(k.check_made_id, 'mediation', body, side.id))
                   OR EXISTS (
                       SELECT 1 FROM public.parties_membership x
                       WHERE x.user_id = who AND x.entity_id = side.id
                         AND x.valid && daterange(today - 1095, today, '[]')))"""


_WHO_SITS = """
                c public.contracts_contract%ROWTYPE;
                d public.contracts_dispute%ROWTYPE;
                listed daterange;
                body bigint;
                who bigint;
                today date := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;"""


def _read_who_sits(mediator: str) -> str:
    return f"""
            SELECT * INTO d FROM public.contracts_dispute WHERE id = NEW.dispute_id;
            SELECT k.* INTO c FROM public.contracts_milestone m
            JOIN public.contracts_contract k ON k.id = m.contract_id WHERE m.id = d.milestone_id;
            SELECT p.body_id, p.user_id, p.listed INTO body, who, listed
            FROM public.contracts_mediator p WHERE p.id = {mediator};"""


def seat_guard() -> pgtrigger.Trigger:
    """At the commit whoever is named is on the list, acts for its body, and is tied to no side; and the time
    to agree is over."""
    return trigger(
        "named_when_clear",
        pgtrigger.Insert,
        f"""
            DECLARE{_WHO_SITS}
            BEGIN
            {_read_who_sits("NEW.mediator_id")}
            IF d.asked_at IS NULL OR d.closed_at IS NOT NULL OR clock_timestamp() < d.cure_until THEN
                {refuse("seat_after_the_cure", "NEW.dispute_id")}
            END IF;
            IF NOT listed @> today OR NOT EXISTS (
                SELECT 1 FROM public.parties_membership m
                WHERE m.user_id = who AND m.entity_id = body AND m.role = 'mediator'
                  AND m.valid @> today) THEN
                {refuse("seat_of_a_listed_mediator", "NEW.mediator_id")}
            END IF;
            IF NOT ({_clear_of_every_side("NEW.id")}) THEN
                {refuse("seat_when_clear", "NEW.mediator_id")}
            END IF;
            RETURN NULL;
            END;
        """,
        deferred=True,
    )


def seat_stands() -> pgtrigger.Trigger:
    """What was said stays said; deadlines move only to give back lost time."""
    changing = only("accepted_at", "decide_by", "answer_by", "ended_at", "end", "end_side", "end_reason")
    return trigger(
        "stands",
        pgtrigger.Update,
        f"""
            IF OLD.ended_at IS NOT NULL OR NOT ({changing}) OR NEW.answer_by < OLD.answer_by
               OR NEW.decide_by < OLD.decide_by
               OR (OLD.accepted_at IS NOT NULL AND NEW.accepted_at IS DISTINCT FROM OLD.accepted_at)
               OR EXISTS (SELECT 1 FROM public.contracts_decision x WHERE x.seat_id = OLD.id) THEN
                {refuse("seat_stands")}
            END IF;
            RETURN NEW;
        """,
    )


def decision_guard() -> pgtrigger.Trigger:
    """By whoever sits, after the time to object, in time by the database's clock, tied to no side."""
    return trigger(
        "by_who_sits",
        pgtrigger.Insert,
        f"""
            DECLARE{_WHO_SITS}
                s public.contracts_seat%ROWTYPE;
            BEGIN
            SELECT * INTO s FROM public.contracts_seat WHERE id = NEW.seat_id FOR SHARE;
            {_read_who_sits("s.mediator_id")}
            IF s.dispute_id <> NEW.dispute_id OR who <> NEW.decided_by_id OR s.accepted_at IS NULL
               OR s.ended_at IS NOT NULL OR d.closed_at IS NOT NULL THEN
                {refuse("decision_by_who_sits", "NEW.seat_id")}
            END IF;
            IF clock_timestamp() < s.answer_by OR clock_timestamp() >= s.decide_by THEN
                {refuse("decision_in_its_time", "NEW.seat_id")}
            END IF;
            IF NOT ({_clear_of_every_side("s.id")}) THEN
                {refuse("decision_when_clear", "NEW.seat_id")}
            END IF;
            RETURN NEW;
            END;
        """,
    )
