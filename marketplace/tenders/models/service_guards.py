"""What the database holds the services of a tender to: the first is its own, and they go together."""

import pgtrigger

from .guards import refuse

_LEADS = """
    INSERT INTO public.tenders_tenderservice (tender_id, position, service_id, ruling_id)
    VALUES (NEW.id, 1, NEW.service_id, NEW.ruling_id)
    ON CONFLICT (tender_id, position)
    DO UPDATE SET service_id = EXCLUDED.service_id, ruling_id = EXCLUDED.ruling_id;
    RETURN NULL;
"""
_TOGETHER = f"""
    DECLARE
        services integer;
        commissioned integer;
        required integer;
        barred integer;
    BEGIN
    SELECT count(*), count(*) FILTER (WHERE r.necessity = 'commissioned'),
           count(*) FILTER (WHERE r.necessity = 'mandatory'),
           count(*) FILTER (WHERE r.necessity = 'abolished')
    INTO services, commissioned, required, barred
    FROM public.tenders_tenderservice s LEFT JOIN public.registry_ruling r ON r.id = s.ruling_id
    WHERE s.tender_id = NEW.id;
    IF commissioned > 0 AND commissioned < services THEN
        {refuse("tender_services_have_one_payer", "NEW.id")}
    ELSIF required > 0 AND barred > 0 THEN
        {refuse("tender_ties_nothing_abolished", "NEW.id")}
    END IF;
    RETURN NEW;
    END;
"""


def service_triggers() -> list[pgtrigger.Trigger]:
    """The first of a tender's services is written from the tender; those of a published one have one payer,
    and what nobody may ask for is not tied to what is required (优化营商环境条例 43)."""
    return [
        pgtrigger.Trigger(
            name="leads_when_begun", operation=pgtrigger.Insert, when=pgtrigger.After, func=_LEADS
        ),
        pgtrigger.Trigger(
            name="leads_with_its_service",
            operation=pgtrigger.Update,
            when=pgtrigger.After,
            condition=pgtrigger.Condition(
                "((OLD.service_id, OLD.ruling_id) IS DISTINCT FROM (NEW.service_id, NEW.ruling_id))"
            ),
            func=_LEADS,
        ),
        pgtrigger.Trigger(
            name="services_go_together",
            operation=pgtrigger.Update,
            when=pgtrigger.Before,
            condition=pgtrigger.Condition("(OLD.published_at IS NULL AND NEW.published_at IS NOT NULL)"),
            func=_TOGETHER,
        ),
    ]
