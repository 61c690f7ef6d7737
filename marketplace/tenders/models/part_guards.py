"""What the database holds the parts of a tender to: units to be avoided, documents, invitations."""

import pgtrigger

from .guards import refuse


def part_guard() -> pgtrigger.Trigger:
    """What belongs to a tender's terms stands with them: it changes in a draft, or with an amendment."""
    return pgtrigger.Trigger(
        name="stands_with_its_tender",
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func=f"""
            DECLARE
                held public.tenders_tender%ROWTYPE;
                state text;
            BEGIN
            SELECT * INTO held FROM public.tenders_tender
            WHERE id = coalesce(NEW.tender_id, OLD.tender_id) FOR SHARE;
            state := public.tenders_state(held, clock_timestamp());
            IF held.id IS NOT NULL AND state NOT IN ('draft', 'returned')
               AND NOT (state IN ('published', 'clarifying', 'open', 'postponed') AND EXISTS (
                   SELECT 1 FROM public.tenders_amendment a
                   WHERE a.tender_id = held.id AND a.number > held.amendment_no)) THEN
                {refuse("tender_published_terms_stand", "held.id")}
            END IF;
            RETURN coalesce(NEW, OLD);
            END;
        """,
    )


def service_guard() -> pgtrigger.Trigger:
    """The first service says what its tender says, and stays. The others change in a draft alone: not even an
    amendment says otherwise. What is relied on is a ruling on that service, for that approval or for all."""
    return pgtrigger.Trigger(
        name="stands_with_its_tender",
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func=f"""
            DECLARE
                held public.tenders_tender%ROWTYPE;
                was integer := coalesce(OLD.position, NEW.position);
                becomes integer := coalesce(NEW.position, OLD.position);
                first boolean := 1 IN (was, becomes);
            BEGIN
            SELECT * INTO held FROM public.tenders_tender
            WHERE id = coalesce(NEW.tender_id, OLD.tender_id) FOR SHARE;
            IF held.id IS NULL THEN
                RETURN coalesce(NEW, OLD);
            ELSIF TG_OP = 'UPDATE' AND (NEW.tender_id, NEW.position) <> (OLD.tender_id, OLD.position)
                  OR first AND (TG_OP = 'DELETE' OR NEW.service_id <> held.service_id
                                OR NEW.ruling_id IS DISTINCT FROM held.ruling_id) THEN
                {refuse("tender_leads_with_its_service", "held.id")}
            ELSIF NOT first
                  AND public.tenders_state(held, clock_timestamp()) NOT IN ('draft', 'returned') THEN
                {refuse("tender_published_terms_stand", "held.id")}
            ELSIF TG_OP <> 'DELETE' AND NEW.ruling_id IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM public.registry_ruling r
                    WHERE r.id = NEW.ruling_id AND r.service_id = NEW.service_id
                      AND coalesce(r.approval_id, held.approval_id) = held.approval_id) THEN
                {refuse("tender_relies_on_a_ruling_of_its_service", "held.id")}
            END IF;
            RETURN coalesce(NEW, OLD);
            END;
        """,
    )


def document_guard() -> pgtrigger.Trigger:
    """A document changes with its draft. Of a public tender none is altered or removed: an amendment adds
    one, or says that one holds no more."""
    return pgtrigger.Trigger(
        name="stands_with_its_tender",
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func=f"""
            DECLARE
                held public.tenders_tender%ROWTYPE;
                state text;
                amended boolean;
            BEGIN
            SELECT * INTO held FROM public.tenders_tender
            WHERE id = coalesce(NEW.tender_id, OLD.tender_id) FOR SHARE;
            state := public.tenders_state(held, clock_timestamp());
            amended := state IN ('published', 'clarifying', 'open', 'postponed') AND EXISTS (
                SELECT 1 FROM public.tenders_amendment a
                WHERE a.tender_id = held.id AND a.number = held.amendment_no + 1);
            IF state IN ('draft', 'returned') AND TG_OP = 'DELETE' THEN
                RETURN OLD;
            ELSIF TG_OP = 'INSERT' AND NEW.removed_in IS NULL AND (
                    state IN ('draft', 'returned') AND NEW.added_in = 0
                    OR amended AND NEW.added_in = held.amendment_no + 1) THEN
                RETURN NEW;
            ELSIF TG_OP = 'UPDATE' AND state IN ('draft', 'returned')
                  AND (to_jsonb(NEW) - ARRAY['position', 'title'])
                      IS NOT DISTINCT FROM (to_jsonb(OLD) - ARRAY['position', 'title']) THEN
                RETURN NEW;
            ELSIF TG_OP = 'UPDATE' AND amended AND OLD.removed_in IS NULL
                  AND NEW.removed_in = held.amendment_no + 1
                  AND (to_jsonb(NEW) - 'removed_in') IS NOT DISTINCT FROM (to_jsonb(OLD) - 'removed_in') THEN
                RETURN NEW;
            END IF;
            {refuse("tender_documents_stand", "held.id")}
            END;
        """,
    )


def invitation_guard() -> pgtrigger.Trigger:
    """Who is invited changes with the draft; the check of each is noted before the publication, and nothing
    after it."""
    return pgtrigger.Trigger(
        name="stands_with_its_tender",
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func=f"""
            DECLARE
                held public.tenders_tender%ROWTYPE;
            BEGIN
            SELECT * INTO held FROM public.tenders_tender
            WHERE id = coalesce(NEW.tender_id, OLD.tender_id) FOR SHARE;
            IF TG_OP = 'UPDATE' AND held.published_at IS NULL
               AND (to_jsonb(NEW) - 'gate_id') IS NOT DISTINCT FROM (to_jsonb(OLD) - 'gate_id') THEN
                RETURN NEW;
            ELSIF TG_OP <> 'UPDATE'
                  AND public.tenders_state(held, clock_timestamp()) IN ('draft', 'returned') THEN
                RETURN coalesce(NEW, OLD);
            END IF;
            {refuse("tender_invitations_stand", "held.id")}
            END;
        """,
    )
