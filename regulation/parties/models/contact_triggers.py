"""What the register of entities stops saying of where an entity is reached and paid, kept by triggers."""

import pgtrigger

_TOLD = "address, phone, email, account_digest"
_SAYS = "(n.address <> '' OR n.phone <> '' OR n.email <> '' OR n.account_digest IS NOT NULL)"
_OF_NEW = "n.address, n.phone, n.email, n.account_digest"

_CHANGED = f"""
                DECLARE
                    changed bigint[];
                    moment timestamptz := clock_timestamp();
                    today date;
                BEGIN
                    SELECT array_agg(n.id) INTO changed FROM new_rows n JOIN old_rows o ON o.id = n.id
                    WHERE ({_OF_NEW}) IS DISTINCT FROM (o.address, o.phone, o.email, o.account_digest);
                    IF changed IS NULL THEN
                        RETURN NULL;
                    END IF;
                    SELECT greatest(moment, max(lower(c.recorded)) + interval '1 microsecond') INTO moment
                    FROM public.parties_contactrecord c
                    WHERE c.entity_id = ANY(changed) AND upper_inf(c.recorded);
                    today := (moment AT TIME ZONE 'Asia/Shanghai')::date;
                    UPDATE public.parties_contactrecord c SET recorded = tstzrange(lower(c.recorded), moment)
                    WHERE c.entity_id = ANY(changed) AND upper_inf(c.recorded) AND upper_inf(c.held);
                    INSERT INTO public.parties_contactrecord (entity_id, held, recorded, {_TOLD})
                    SELECT c.entity_id, daterange(lower(c.held), today), tstzrange(moment, NULL), {_TOLD}
                    FROM public.parties_contactrecord c
                    WHERE c.entity_id = ANY(changed) AND upper(c.recorded) = moment AND upper_inf(c.held)
                      AND (lower_inf(c.held) OR lower(c.held) < today);
                    INSERT INTO public.parties_contactrecord (entity_id, held, recorded, {_TOLD})
                    SELECT n.id, daterange(today, NULL), tstzrange(moment, NULL), {_OF_NEW}
                    FROM new_rows n WHERE n.id = ANY(changed) AND {_SAYS};
                    RETURN NULL;
                END;
            """

_NEW_TOLD = f"""
                INSERT INTO public.parties_contactrecord (entity_id, held, recorded, {_TOLD})
                SELECT n.id, daterange(NULL, NULL), tstzrange(clock_timestamp(), NULL), {_OF_NEW}
                FROM new_rows n WHERE {_SAYS};
                RETURN NULL;
            """


def contacts_kept() -> list[pgtrigger.Trigger]:
    """Triggers of the register of entities: what an address, telephone, mail or account was stays on record.

    Whoever writes the register and however, imports by the set included. What an entity comes with counts for
    every day before too, since nobody said since when; what it tells later counts from the day it is told.
    """
    return [
        pgtrigger.Trigger(
            name="contacts_told",
            operation=pgtrigger.Insert,
            when=pgtrigger.After,
            level=pgtrigger.Statement,
            referencing=pgtrigger.Referencing(new="new_rows"),
            func=_NEW_TOLD,
        ),
        pgtrigger.Trigger(
            name="contacts_changed",
            operation=pgtrigger.Update,
            when=pgtrigger.After,
            level=pgtrigger.Statement,
            referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
            func=_CHANGED,
        ),
    ]
