"""What the database holds reviews, replies, repairs, objections and complaints to."""

import pgtrigger

from .guards import only, refuse, trigger

_TODAY = "(clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date"


def acts(user: str, entity: str, role: str) -> str:
    """A condition: somebody acts for an entity in this role today."""
    return f"""EXISTS (SELECT 1 FROM public.parties_membership m
                WHERE m.user_id = {user} AND m.entity_id = {entity} AND m.role = {role}
                  AND m.valid @> {_TODAY})"""


def of_the_centre(user: str, contract: str) -> str:
    """A condition: one of the operating centre's people, who acts for no party of the contract."""
    return f"""(EXISTS (SELECT 1 FROM public.parties_user u
                 WHERE u.id = {user} AND u.is_staff AND u.is_active)
         AND NOT EXISTS (SELECT 1 FROM public.parties_membership m
                 WHERE m.user_id = {user} AND m.valid @> {_TODAY}
                   AND m.entity_id IN ({contract}.buyer_id, {contract}.seller_id, {contract}.payer_id,
                                       {contract}.department_id)))"""


def round_opens() -> pgtrigger.Trigger:
    """Reviews begin once the work is over, by the database's clock, and for as long as the rule says."""
    return trigger(
        "opens",
        pgtrigger.Insert,
        f"""
            DECLARE long interval;
            BEGIN
            IF NOT EXISTS (SELECT 1 FROM public.contracts_contract c WHERE c.id = NEW.contract_id
                           AND (c.completed_at IS NOT NULL OR c.terminated_at IS NOT NULL)) THEN
                {refuse("review_after_the_work", "NEW.contract_id")}
            END IF;
            SELECT open_for INTO long FROM public.contracts_reviewrule WHERE id = NEW.rule_id;
            IF NEW.until IS DISTINCT FROM NEW.opened_at + long OR NEW.disclosed_at IS NOT NULL
               OR abs(extract(epoch FROM NEW.opened_at - clock_timestamp())) > 3600 THEN
                {refuse("review_window_by_its_rule", "NEW.contract_id")}
            END IF;
            RETURN NEW;
            END;
        """,
    )


def round_stands() -> pgtrigger.Trigger:
    """Reviews are disclosed once: when both sides' are in, or the window is over by the database's clock."""
    return trigger(
        "stands",
        pgtrigger.Update,
        f"""
            IF NOT ({only("disclosed_at")}) OR OLD.disclosed_at IS NOT NULL THEN
                {refuse("review_round_stands")}
            END IF;
            IF NEW.disclosed_at IS NOT NULL AND clock_timestamp() < OLD.until AND (
                SELECT count(*) FROM public.contracts_review r WHERE r.contract_id = OLD.contract_id
                   AND r.number = 1 AND r.side IN ('buyer', 'seller')) < 2 THEN
                {refuse("review_sealed_until_both_or_the_end")}
            END IF;
            RETURN NEW;
        """,
    )


def review_guard() -> pgtrigger.Trigger:
    """A review comes from somebody who acts for its side, in its window; a raised one after a repair."""
    return trigger(
        "by_who_may",
        pgtrigger.Insert,
        f"""
            DECLARE
                c public.contracts_contract%ROWTYPE;
                o public.contracts_reviewround%ROWTYPE;
            BEGIN
            SELECT * INTO c FROM public.contracts_contract WHERE id = NEW.contract_id;
            SELECT * INTO o FROM public.contracts_reviewround WHERE contract_id = NEW.contract_id;
            IF o.id IS NULL THEN
                {refuse("review_after_the_work", "NEW.contract_id")}
            END IF;
            IF NEW.number = 1 AND clock_timestamp() >= o.until THEN
                {refuse("review_in_its_window", "NEW.contract_id")}
            END IF;
            IF NOT (CASE NEW.side
                WHEN 'centre' THEN NEW.entity_id IS NULL AND {of_the_centre("NEW.by_id", "c")}
                WHEN 'buyer' THEN NEW.entity_id = c.buyer_id AND {acts("NEW.by_id", "c.buyer_id", "'owner'")}
                WHEN 'seller' THEN NEW.entity_id = c.seller_id
                     AND {acts("NEW.by_id", "c.seller_id", "'agent'")}
                ELSE NEW.entity_id = c.department_id AND c.department_id <> c.buyer_id
                     AND {acts("NEW.by_id", "c.department_id", "'owner'")} END) THEN
                {refuse("review_by_who_may", "NEW.contract_id")}
            END IF;
            IF NEW.number = 2 AND NOT EXISTS (
                SELECT 1 FROM public.contracts_repair r
                WHERE r.contract_id = NEW.contract_id AND clock_timestamp() < r.raise_until) THEN
                {refuse("review_raised_after_a_repair", "NEW.contract_id")}
            END IF;
            RETURN NEW;
            END;
        """,
    )


def raised_at_the_commit() -> pgtrigger.Trigger:
    """At the commit, when it can be read, a raised review is nowhere lower than the one it follows."""
    return trigger(
        "raised",
        pgtrigger.Insert,
        f"""
            IF NOT EXISTS (
                SELECT 1 FROM public.contracts_review r
                JOIN public.contracts_reviewcontent w ON w.id = r.content_id
                JOIN public.contracts_reviewcontent b ON b.id = NEW.content_id
                WHERE r.contract_id = NEW.contract_id AND r.side = 'buyer' AND r.number = 1
                  AND w.scores <> b.scores AND NOT EXISTS (
                      SELECT 1 FROM jsonb_each_text(w.scores) s
                      WHERE coalesce((b.scores ->> s.key)::int, 0) < s.value::int)) THEN
                {refuse("review_is_raised_alone", "NEW.contract_id")}
            END IF;
            RETURN NULL;
        """,
        deferred=True,
        condition=pgtrigger.Condition("NEW.number = 2"),
    )


def content_guard(known: dict[str, tuple[list[str], bool]]) -> pgtrigger.Trigger:
    """Scores are whole numbers from 1 to 5 of what the side rates; both sides of the contract rate it all."""
    lists = "\n".join(
        f"WHEN '{side}' THEN ARRAY[{', '.join(repr(code) for code in codes)}]"
        for side, (codes, _part) in known.items()
    )
    whole = ", ".join(repr(str(side)) for side, (_codes, part) in known.items() if not part)
    return trigger(
        "rates",
        pgtrigger.Insert,
        f"""
            DECLARE wanted text[] := CASE NEW.side {lists} END;
            BEGIN
            IF wanted IS NULL OR jsonb_typeof(NEW.scores) <> 'object' OR NEW.scores = '{{}}'::jsonb
               OR EXISTS (SELECT 1 FROM jsonb_each(NEW.scores) s
                          WHERE NOT s.key = ANY(wanted) OR s.value::text NOT IN ('1', '2', '3', '4', '5'))
               OR NEW.side IN ({whole}) AND NOT NEW.scores ?& wanted THEN
                {refuse("review_rates_what_it_may", "NEW.side")}
            END IF;
            RETURN NEW;
            END;
        """,
    )


def reply_guard() -> pgtrigger.Trigger:
    """Who was reviewed replies, once the review is disclosed."""
    return trigger(
        "by_who_was_reviewed",
        pgtrigger.Insert,
        f"""
            IF NOT EXISTS (
                SELECT 1 FROM public.contracts_review r
                JOIN public.contracts_contract c ON c.id = r.contract_id
                JOIN public.contracts_reviewround o ON o.contract_id = c.id AND o.disclosed_at IS NOT NULL
                WHERE r.id = NEW.review_id AND CASE r.side
                    WHEN 'seller' THEN {acts("NEW.by_id", "c.buyer_id", "'owner'")}
                    ELSE {acts("NEW.by_id", "c.seller_id", "'agent'")} END) THEN
                {refuse("review_reply_by_who_was_reviewed", "NEW.review_id")}
            END IF;
            RETURN NEW;
        """,
    )


def repair_guard() -> pgtrigger.Trigger:
    """The intermediary mends after the buyer's review is disclosed and within the time of the rule."""
    return trigger(
        "in_time",
        pgtrigger.Insert,
        f"""
            IF NOT EXISTS (
                SELECT 1 FROM public.contracts_reviewround o
                JOIN public.contracts_reviewrule u ON u.id = o.rule_id
                JOIN public.contracts_contract c ON c.id = o.contract_id
                JOIN public.contracts_review r ON r.contract_id = c.id AND r.side = 'buyer' AND r.number = 1
                WHERE o.contract_id = NEW.contract_id AND o.disclosed_at IS NOT NULL
                  AND clock_timestamp() < o.disclosed_at + u.mend_within
                  AND NEW.raise_until = NEW.at + u.mend_within
                  AND {acts("NEW.by_id", "c.seller_id", "'agent'")}) THEN
                {refuse("repair_in_time_by_the_intermediary", "NEW.contract_id")}
            END IF;
            RETURN NEW;
        """,
    )


def plea_guard() -> pgtrigger.Trigger:
    """An objection comes from who was reviewed, in its time; a complaint from who buys or decides. Nobody has
    answered it yet."""
    return trigger(
        "raised_by_who_may",
        pgtrigger.Insert,
        f"""
            DECLARE c public.contracts_contract%ROWTYPE;
            BEGIN
            SELECT * INTO c FROM public.contracts_contract WHERE id = NEW.contract_id;
            IF NEW.replied_at IS NOT NULL OR NEW.outcome <> '' OR NEW.decided_at IS NOT NULL THEN
                {refuse("plea_begins_unanswered", "NEW.contract_id")}
            END IF;
            IF NEW.kind = 'objection' AND NOT EXISTS (
                SELECT 1 FROM public.contracts_review r
                JOIN public.contracts_reviewround o ON o.contract_id = r.contract_id
                JOIN public.contracts_reviewrule u ON u.id = o.rule_id
                WHERE r.id = NEW.review_id AND r.contract_id = NEW.contract_id AND o.disclosed_at IS NOT NULL
                  AND clock_timestamp() < greatest(o.disclosed_at, r.at) + u.object_within
                  AND (NEW.side = 'buyer') = (r.side = 'seller')) THEN
                {refuse("objection_in_time_by_who_was_reviewed", "NEW.contract_id")}
            END IF;
            IF NEW.kind = 'complaint'
               AND (c.signed_at IS NULL OR NEW.side NOT IN ('buyer', 'department')) THEN
                {refuse("complaint_by_who_used_the_work", "NEW.contract_id")}
            END IF;
            IF NOT (CASE NEW.side
                WHEN 'buyer' THEN {acts("NEW.raised_by_id", "c.buyer_id", "'owner'")}
                WHEN 'seller' THEN {acts("NEW.raised_by_id", "c.seller_id", "'agent'")}
                ELSE {acts("NEW.raised_by_id", "c.department_id", "'owner'")} END) THEN
                {refuse("plea_by_who_may", "NEW.contract_id")}
            END IF;
            RETURN NEW;
            END;
        """,
    )


ANSWERED = (
    "replied_at",
    "reply",
    "replied_by_id",
    "outcome",
    "outcome_reason",
    "proposed_by_id",
    "proposed_at",
    "decided_by_id",
    "decided_at",
)


def plea_stands() -> pgtrigger.Trigger:
    """What was put stands, a reply is given once, and two of the centre's people decide, who act for no party
    and did not review the work, once the other side has replied or had its time."""
    return trigger(
        "stands",
        pgtrigger.Update,
        f"""
            DECLARE c public.contracts_contract%ROWTYPE;
            BEGIN
            SELECT * INTO c FROM public.contracts_contract WHERE id = NEW.contract_id;
            IF NOT ({only(*ANSWERED)}) OR OLD.decided_at IS NOT NULL THEN
                {refuse("plea_stands")}
            END IF;
            IF (OLD.replied_at IS NOT NULL AND (NEW.replied_at, NEW.reply, NEW.replied_by_id)
                IS DISTINCT FROM (OLD.replied_at, OLD.reply, OLD.replied_by_id)) THEN
                {refuse("plea_reply_stands")}
            END IF;
            IF OLD.replied_at IS NULL AND NEW.replied_at IS NOT NULL AND NOT (CASE
                coalesce((SELECT r.side FROM public.contracts_review r WHERE r.id = NEW.review_id), 'seller')
                WHEN 'seller' THEN {acts("NEW.replied_by_id", "c.seller_id", "'agent'")}
                WHEN 'buyer' THEN {acts("NEW.replied_by_id", "c.buyer_id", "'owner'")}
                WHEN 'department' THEN {acts("NEW.replied_by_id", "c.department_id", "'owner'")}
                ELSE {of_the_centre("NEW.replied_by_id", "c")} END) THEN
                {refuse("plea_reply_by_the_other_side")}
            END IF;
            IF NEW.proposed_at IS NOT NULL THEN
                IF NEW.replied_at IS NULL AND clock_timestamp() < NEW.reply_until THEN
                    {refuse("plea_right_of_reply")}
                END IF;
                IF NOT {of_the_centre("NEW.proposed_by_id", "c")}
                   OR NEW.decided_by_id IS NOT NULL AND NOT {of_the_centre("NEW.decided_by_id", "c")}
                   OR EXISTS (SELECT 1 FROM public.contracts_review r WHERE r.contract_id = NEW.contract_id
                              AND r.side = 'centre' AND r.by_id IN (NEW.proposed_by_id, NEW.decided_by_id)
                              AND r.id = NEW.review_id) THEN
                    {refuse("plea_decided_by_the_centre")}
                END IF;
            END IF;
            IF NEW.decided_at IS NOT NULL AND (
                OLD.proposed_at IS NULL OR (NEW.outcome, NEW.outcome_reason, NEW.proposed_by_id)
                IS DISTINCT FROM (OLD.outcome, OLD.outcome_reason, OLD.proposed_by_id)) THEN
                {refuse("plea_decided_as_proposed")}
            END IF;
            RETURN NEW;
            END;
        """,
    )
