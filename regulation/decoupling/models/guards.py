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
