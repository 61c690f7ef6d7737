"""What the database holds credit and sanctions to."""

import pgtrigger


def _refuse(name: str, key: str = "NEW.id") -> str:
    return f"""RAISE EXCEPTION '{name}: %', {key}
                USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';"""


def _trigger(name: str, operation: pgtrigger.Operation, func: str, condition: str = "") -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        operation=operation,
        when=pgtrigger.Before,
        func=func,
        condition=pgtrigger.Condition(condition) if condition else None,
    )


def credit_on_record() -> pgtrigger.Trigger:
    """What an intermediary shows as its credit is its newest record."""
    return _trigger(
        "credit_on_record",
        pgtrigger.Update,
        f"""
            DECLARE newest public.directory_creditrecord%ROWTYPE;
            BEGIN
            SELECT * INTO newest FROM public.directory_creditrecord r
            WHERE r.intermediary_id = NEW.id ORDER BY r.id DESC LIMIT 1;
            IF (NEW.credit_level, NEW.credit_score) IS DISTINCT FROM (newest.level, newest.score) THEN
                {_refuse("intermediary_credit_on_record")}
            END IF;
            RETURN NEW;
            END;
        """,
        "OLD.credit_level IS DISTINCT FROM NEW.credit_level"
        " OR OLD.credit_score IS DISTINCT FROM NEW.credit_score",
    )


def suspended_while_sanctioned() -> pgtrigger.Trigger:
    """Nobody lets an intermediary bid again while a sanction stands, by the database's clock."""
    return _trigger(
        "suspended_while_sanctioned",
        pgtrigger.Update,
        f"""
            IF EXISTS (SELECT 1 FROM public.directory_sanction s
                       WHERE s.intermediary_id = NEW.id AND s.outcome = 'imposed' AND s.decided_at IS NOT NULL
                         AND s.lifted_at IS NULL) THEN
                {_refuse("intermediary_suspended_while_sanctioned")}
            END IF;
            RETURN NEW;
        """,
        "OLD.suspended_at IS NOT NULL AND NEW.suspended_at IS NULL",
    )


_STAFF = """EXISTS (SELECT 1 FROM public.parties_user u
                         WHERE u.id = {user} AND u.is_staff AND u.is_active)
                 AND NOT EXISTS (SELECT 1 FROM public.parties_membership m
                         JOIN public.directory_intermediary i ON i.entity_id = m.entity_id
                         WHERE m.user_id = {user} AND i.id = NEW.intermediary_id
                           AND m.valid @> (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date)"""
ANSWERED = (
    "reply",
    "replied_by_id",
    "replied_at",
    "outcome",
    "outcome_reason",
    "proposed_by_id",
    "proposed_at",
    "decided_by_id",
    "decided_at",
    "until",
    "lifted_at",
    "lifted_by_id",
    "lift_reason",
)


def sanction_stands() -> pgtrigger.Trigger:
    """What was opened stands. The firm replies once; two of the centre's people decide, after the reply or
    its time; what was decided stands, until it is lifted."""
    but = ", ".join(f"'{c}'" for c in ANSWERED)
    lifts = "ARRAY['lifted_at', 'lifted_by_id', 'lift_reason']::text[]"
    return _trigger(
        "stands",
        pgtrigger.Update,
        f"""
            IF (to_jsonb(NEW) - ARRAY[{but}]::text[]) IS DISTINCT FROM (to_jsonb(OLD) - ARRAY[{but}]::text[])
               OR OLD.lifted_at IS NOT NULL
               OR OLD.decided_at IS NOT NULL
                  AND (to_jsonb(NEW) - {lifts}) IS DISTINCT FROM (to_jsonb(OLD) - {lifts})
               OR OLD.replied_at IS NOT NULL AND (NEW.reply, NEW.replied_at, NEW.replied_by_id)
                  IS DISTINCT FROM (OLD.reply, OLD.replied_at, OLD.replied_by_id) THEN
                {_refuse("sanction_stands")}
            END IF;
            IF OLD.replied_at IS NULL AND NEW.replied_at IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM public.parties_membership m
                JOIN public.directory_intermediary i ON i.entity_id = m.entity_id
                WHERE m.user_id = NEW.replied_by_id AND i.id = NEW.intermediary_id AND m.role = 'agent'
                  AND m.valid @> (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date) THEN
                {_refuse("sanction_reply_by_the_firm")}
            END IF;
            IF NEW.decided_at IS NULL AND NEW.proposed_at IS NOT NULL THEN
                IF NEW.replied_at IS NULL AND clock_timestamp() < NEW.reply_until THEN
                    {_refuse("sanction_right_of_reply")}
                END IF;
                IF NOT ({_STAFF.format(user="NEW.proposed_by_id")}) THEN
                    {_refuse("sanction_by_the_centre")}
                END IF;
            END IF;
            IF OLD.decided_at IS NULL AND NEW.decided_at IS NOT NULL AND (
                NOT ({_STAFF.format(user="NEW.decided_by_id")}) OR OLD.proposed_at IS NULL
                OR (NEW.outcome, NEW.outcome_reason, NEW.proposed_by_id)
                   IS DISTINCT FROM (OLD.outcome, OLD.outcome_reason, OLD.proposed_by_id)) THEN
                {_refuse("sanction_by_the_centre")}
            END IF;
            RETURN NEW;
        """,
    )


def sanction_begins() -> pgtrigger.Trigger:
    """A sanction begins undecided, with the firm's time to reply as its rule gives it."""
    return _trigger(
        "begins",
        pgtrigger.Insert,
        f"""
            DECLARE long interval;
            BEGIN
            SELECT reply_within INTO long FROM public.directory_consequencerule WHERE id = NEW.rule_id;
            IF NEW.reply_until IS DISTINCT FROM NEW.opened_at + long OR NEW.outcome <> ''
               OR NEW.decided_at IS NOT NULL OR NEW.replied_at IS NOT NULL OR NEW.lifted_at IS NOT NULL THEN
                {_refuse("sanction_begins_with_a_right_of_reply", "NEW.intermediary_id")}
            END IF;
            RETURN NEW;
            END;
        """,
    )
