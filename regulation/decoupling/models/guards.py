"""What the database itself refuses of a check, whoever writes it."""

import pgtrigger


def clear_is_true() -> pgtrigger.Trigger:
    """A clear check cannot be written where the record shows the main bar of 优化营商环境条例 43.

    Followed upward from the intermediary: links that make an arm of their subject, and single holdings above
    half (function `decoupling_affiliated`, migration 0004). Shares added up, people and the other rules are
    judged by the gate alone. An exemption in force, and a confirmed determination the check names, let it
    pass.
    """
    return pgtrigger.Trigger(
        name="clear_is_true",
        operation=pgtrigger.Insert,
        when=pgtrigger.Before,
        condition=pgtrigger.Q(new__outcome="clear"),
        func="""
            IF public.decoupling_affiliated(NEW.intermediary_id, NEW.department_id, NEW."on") AND NOT EXISTS (
                SELECT 1 FROM public.decoupling_determination d
                JOIN public.decoupling_check c ON c.id = d.check_made_id
                WHERE NEW.reason_code = 'determination/' || d.id AND d.outcome = 'clear'
                  AND d.confirmed_at IS NOT NULL AND c.intermediary_id = NEW.intermediary_id
                  AND c.department_id = NEW.department_id
            ) THEN
                RAISE EXCEPTION 'check_clear_is_true: % and %', NEW.intermediary_id, NEW.department_id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'check_clear_is_true';
            END IF;
            RETURN NEW;
        """,
    )


def decided_once() -> pgtrigger.Trigger:
    """What an exemption says never changes; it is confirmed or rejected once, and then revoked at most once.

    Its moments are the record's own axis: moving one would change what "as known then" answers.
    """
    return pgtrigger.Trigger(
        name="decided_once",
        operation=pgtrigger.Update,
        when=pgtrigger.Before,
        func="""
            IF (to_jsonb(NEW) - ARRAY['confirmed_by_id', 'confirmed_at', 'rejected_at',
                                      'revoked_by_id', 'revoked_at', 'revoke_reason'])
               IS DISTINCT FROM
               (to_jsonb(OLD) - ARRAY['confirmed_by_id', 'confirmed_at', 'rejected_at',
                                      'revoked_by_id', 'revoked_at', 'revoke_reason'])
               OR (coalesce(OLD.confirmed_at, OLD.rejected_at) IS NOT NULL
                   AND (NEW.confirmed_at, NEW.confirmed_by_id, NEW.rejected_at)
                       IS DISTINCT FROM (OLD.confirmed_at, OLD.confirmed_by_id, OLD.rejected_at))
               OR (OLD.revoked_at IS NOT NULL
                   AND (NEW.revoked_at, NEW.revoked_by_id, NEW.revoke_reason)
                       IS DISTINCT FROM (OLD.revoked_at, OLD.revoked_by_id, OLD.revoke_reason)) THEN
                RAISE EXCEPTION 'exemption_decided_once: exemption %', OLD.id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'exemption_decided_once';
            END IF;
            RETURN NEW;
        """,
    )


# One at a time decides about packs, so that of a publication and a rejection the second sees the first.
_ONE_DECISION = "PERFORM pg_advisory_xact_lock(hashtext('decoupling.pack/' || NEW.pack_id));"


def published_by_a_second() -> pgtrigger.Trigger:
    """Who proposed a pack does not publish it, nor is one published that was given up."""
    return pgtrigger.Trigger(
        name="published_by_a_second",
        operation=pgtrigger.Insert,
        when=pgtrigger.Before,
        func=f"""
            {_ONE_DECISION}
            IF EXISTS (SELECT 1 FROM public.decoupling_rulepack p WHERE p.version = NEW.pack_id
                       AND p.proposed_by_id IS NOT NULL
                       AND (NEW.published_by_id IS NULL OR NEW.published_by_id = p.proposed_by_id)) THEN
                RAISE EXCEPTION 'pack_published_by_a_second_person: %', NEW.pack_id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'pack_published_by_a_second_person';
            END IF;
            IF EXISTS (SELECT 1 FROM public.decoupling_packrejection r WHERE r.pack_id = NEW.pack_id) THEN
                RAISE EXCEPTION 'pack_decided_once: %', NEW.pack_id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'pack_decided_once';
            END IF;
            RETURN NEW;
        """,
    )


def not_rejected_once_published() -> pgtrigger.Trigger:
    """What checks use, or will, is not given up: another version takes its place."""
    return pgtrigger.Trigger(
        name="not_once_published",
        operation=pgtrigger.Insert,
        when=pgtrigger.Before,
        func=f"""
            {_ONE_DECISION}
            IF EXISTS (SELECT 1 FROM public.decoupling_packpublication p WHERE p.pack_id = NEW.pack_id) THEN
                RAISE EXCEPTION 'pack_decided_once: %', NEW.pack_id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'pack_decided_once';
            END IF;
            RETURN NEW;
        """,
    )
