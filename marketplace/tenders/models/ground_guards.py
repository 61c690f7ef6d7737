"""What the database holds a direct choice, and a tender by invitation, to: a ground in force there."""

import pgtrigger

from .guards import refuse


def _rule_in_force(table: str, ground: str) -> str:
    """Into `held`, the rule of the nearest region in force for a ground on the day of the publication."""
    return f"""
    WITH RECURSIVE line (code, step) AS (
        SELECT NEW.region_id, 0
        UNION ALL
        SELECT r.parent_id, l.step + 1 FROM public.parties_region r JOIN line l ON r.code = l.code
        WHERE r.parent_id IS NOT NULL
    )
    SELECT d.* INTO held FROM public.{table} d JOIN line l ON l.code = d.region_id
    WHERE d.ground = NEW.{ground}
      AND d.in_force @> (NEW.published_at AT TIME ZONE 'Asia/Shanghai')::date
    ORDER BY l.step LIMIT 1;
"""


_INVITED = f"""
    DECLARE
        held public.tenders_invitationrule%ROWTYPE;
        passed integer;
        listed integer;
    BEGIN
    {_rule_in_force("tenders_invitationrule", "invite_ground")}
    SELECT count(*), count(*) FILTER (
        WHERE public.decoupling_clear(i.gate_id, 'bid', i.entity_id, NEW.department_id))
    INTO listed, passed FROM public.tenders_invitation i WHERE i.tender_id = NEW.id;
    IF held.id IS NULL OR passed < held.least OR passed < listed THEN
        {refuse("tender_invites_enough_that_are_clear", "NEW.id")}
    END IF;
    RETURN NEW;
    END;
"""
_DIRECT = f"""
    DECLARE
        held public.tenders_directchoicerule%ROWTYPE;
    BEGIN
    {_rule_in_force("tenders_directchoicerule", "direct_ground")}
    IF held.id IS NULL OR (held.amount IS NOT NULL AND coalesce(NEW.ceiling >= held.amount, true)) THEN
        {refuse("tender_direct_choice_has_its_ground", "NEW.id")}
    END IF;
    RETURN NEW;
    END;
"""


def ground_guards() -> list[pgtrigger.Trigger]:
    """One that is chosen directly has a ground for it that was in force in its region when it was published;
    one by invitation too, and invites as many firms as the rule asks for, each clear at the gate."""
    return [
        pgtrigger.Trigger(
            name="direct_choice_has_its_ground",
            operation=pgtrigger.Update,
            when=pgtrigger.Before,
            condition=pgtrigger.Condition(
                "(NEW.method = 'direct_choice' AND NEW.published_at IS NOT NULL"
                " AND (OLD.published_at IS NULL OR NEW.ceiling IS DISTINCT FROM OLD.ceiling))"
            ),
            func=_DIRECT,
        ),
        pgtrigger.Trigger(
            name="invites_enough_that_are_clear",
            operation=pgtrigger.Update,
            when=pgtrigger.Before,
            condition=pgtrigger.Condition(
                "(NEW.invited AND OLD.published_at IS NULL AND NEW.published_at IS NOT NULL)"
            ),
            func=_INVITED,
        ),
    ]
